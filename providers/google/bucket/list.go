package bucket

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"
	"time"

	"google.golang.org/api/storage/v1"
)

// errRepeated says that a listing would never end, and what it leaves out
// cannot be told.
var errRepeated = errors.New("the listing gave the same page token twice")

// List calls visit for each object below the prefix, in the order of their
// names, with the rest of its name. Objects that stand for folders (an empty
// object whose name ends with a slash, as consoles make them) are left out. An
// error of visit ends the listing and is returned unchanged; any other error
// means that the rest is not known.
func (b *Bucket) List(ctx context.Context, visit func(key string, info fs.FileInfo, err error) error) error {
	seen := map[string]bool{}
	for token := ""; ; {
		page, err := b.page(ctx, token)
		if err != nil {
			return b.failed("list", listing, b.prefix, err)
		}
		for _, o := range page.Items {
			if err := b.visit(o, visit); err != nil {
				return err
			}
		}
		switch token = page.NextPageToken; {
		case token == "":
			return nil
		case seen[token]:
			return b.failed("list", listing, b.prefix, errRepeated)
		}
		seen[token] = true
	}
}

func (b *Bucket) page(ctx context.Context, token string) (page *storage.Objects, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	err = b.call(ctx, func(s *storage.Service) error {
		page, err = s.Objects.List(b.name).Prefix(b.prefix).PageToken(token).
			Fields("nextPageToken", "items(name,size,updated)").Context(ctx).Do()
		return err
	})
	return page, err
}

func (b *Bucket) visit(o *storage.Object, visit func(string, fs.FileInfo, error) error) error {
	key := strings.TrimPrefix(o.Name, b.prefix)
	if o.Size == 0 && (key == "" || strings.HasSuffix(key, "/")) {
		return nil
	}
	at, err := time.Parse(time.RFC3339, o.Updated)
	if err != nil {
		return visit(key, nil, errors.New("the listing gives its time in a form that is none"))
	}
	return visit(key, info{key, int64(o.Size), at}, nil)
}

// info is what a listing tells of an object.
type info struct {
	key      string
	size     int64
	modified time.Time
}

var _ fs.FileInfo = info{}

// Name is the last part of the key.
func (i info) Name() string { return path.Base(i.key) }

// Size is the number of bytes as stored.
func (i info) Size() int64 { return i.size }

// Mode is that of a regular file.
func (i info) Mode() fs.FileMode { return 0o444 }

// ModTime is when the object was written.
func (i info) ModTime() time.Time { return i.modified }

// IsDir is false: a bucket has no folders.
func (i info) IsDir() bool { return false }

// Sys is nil.
func (i info) Sys() any { return nil }
