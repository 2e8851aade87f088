package builtin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/estray/estray/providers/archive"
	s3 "github.com/estray/estray/providers/aws/bucket"
	gs "github.com/estray/estray/providers/google/bucket"
)

var (
	_ archive.Store = (*s3.Bucket)(nil)
	_ archive.Store = (*gs.Bucket)(nil)
)

// inBucket opens what a URL names; nil where it names no bucket. It is the only
// place that knows the schemes. A bucket is not called before it is read.
func inBucket(scheme, name, prefix string) archive.Store {
	switch scheme {
	case "s3":
		return s3.New(name, prefix, s3.Dial)
	case "gs":
		return gs.New(name, prefix, gs.Dial)
	}
	return nil
}

// parts takes a URL apart; a path has no scheme.
func parts(url string) (scheme, name, key string) {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return "", "", ""
	}
	name, key, _ = strings.Cut(rest, "/")
	return scheme, name, key
}

// folder opens what lies below a path, and gives the part of the path that
// helps to recognise objects.
func folder(path string) (archive.Store, string) {
	scheme, name, prefix := parts(path)
	if b := inBucket(scheme, name, prefix); b != nil {
		return b, prefix
	}
	return archive.Folder(os.DirFS(path)), filepath.ToSlash(filepath.Clean(path))
}

// file opens the folder of one file, and gives the file's name in it.
func file(path string) (archive.Store, string) {
	scheme, name, key := parts(path)
	at := strings.LastIndexByte(key, '/') + 1
	if b := inBucket(scheme, name, key[:at]); b != nil {
		return b, key[at:]
	}
	return archive.Folder(os.DirFS(filepath.Dir(path))), filepath.Base(path)
}

// errEnough ends a listing of which the beginning tells enough.
var errEnough = errors.New("enough was listed")

// Try finds out whether an archive is there and can be read. It opens one
// object: a permission to list is none to read, nor one to use the key that the
// objects are encrypted with. Its error holds fs.ErrPermission where one is
// missing.
func Try(ctx context.Context, a Archive) error {
	k, err := kindOf(a)
	if err != nil {
		return err
	}
	root, name := file(a.Path)
	if !k.single {
		root, _ = folder(a.Path)
		if name, err = anObject(ctx, root); err != nil {
			return err
		}
		if name == "" {
			return fmt.Errorf("list %s: there is no object", a.Path)
		}
	}
	o, err := root.Open(ctx, name)
	if err != nil {
		return err
	}
	return o.Close()
}

// anObject lists to the first object; "" where there is none.
func anObject(ctx context.Context, root archive.Store) (first string, err error) {
	var unlisted error
	err = root.List(ctx, func(key string, _ fs.FileInfo, err error) error {
		first, unlisted = key, err
		return errEnough
	})
	if errors.Is(err, errEnough) {
		return first, unlisted
	}
	return "", err
}
