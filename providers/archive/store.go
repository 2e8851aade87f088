package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// Store is where an archive lies: a folder or a bucket. What it returns may be
// used from several goroutines at once.
type Store interface {
	// List calls visit for each object, in any order, with its key: the path
	// below the store, with slashes. What cannot be listed comes with its error,
	// under the key of the object or folder that cannot be, and the rest follows.
	// An error of visit ends the listing and is returned unchanged. Any other
	// error means that the listing could not go on: what came before it is
	// there, and what else is there is not known.
	List(ctx context.Context, visit Visit) error
	// Open opens an object. An error that holds fs.ErrPermission says that it
	// may not be read. An error of the reader that holds a *fs.PathError says
	// that the store broke off, and not that the object ends there.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	// Metadata gives what the store keeps beside an object under names in lower
	// case, as S3 keeps user metadata. Nil: there is nothing. Errors are as of Open.
	Metadata(ctx context.Context, key string) (map[string]string, error)
}

// Visit takes one object, or what could not be listed.
type Visit = func(key string, info fs.FileInfo, err error) error

// Folder is the store that a file system is.
func Folder(root fs.FS) Store { return folder{root} }

type folder struct{ root fs.FS }

var _ Store = folder{}

// List walks the folders. It follows no link to a folder.
func (f folder) List(ctx context.Context, visit Visit) error {
	if _, err := fs.ReadDir(f.root, "."); err != nil {
		return err
	}
	return fs.WalkDir(f.root, ".", func(key string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil: // WalkDir leaves out what it could not list
			return visit(key, nil, err)
		case entry.IsDir():
			return nil
		}
		info, err := entry.Info()
		if err == nil && entry.Type()&fs.ModeSymlink != 0 {
			info, err = fs.Stat(f.root, key)
		}
		return visit(key, info, err)
	})
}

// besides ends the name of the file that holds the metadata of another: a
// folder keeps none itself.
const besides = ".metadata.json"

// maxMetadata bounds such a file. S3 keeps at most 2 KB of metadata.
const maxMetadata = 64 << 10

// Metadata reads the file KEY.metadata.json, a JSON object of strings.
func (f folder) Metadata(_ context.Context, key string) (map[string]string, error) {
	file, err := f.root.Open(key + besides)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // nothing was written
	var raw map[string]string
	if err := json.NewDecoder(io.LimitReader(file, maxMetadata)).Decode(&raw); err != nil {
		return nil, fmt.Errorf("read metadata %s%s: it is no JSON object of strings: %w", key, besides, err)
	}
	out := make(map[string]string, len(raw))
	for name, value := range raw {
		out[strings.ToLower(name)] = value
	}
	return out, nil
}

// Open opens a file.
func (f folder) Open(_ context.Context, key string) (io.ReadCloser, error) { return f.root.Open(key) }
