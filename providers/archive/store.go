package archive

import (
	"context"
	"io"
	"io/fs"
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

// Open opens a file.
func (f folder) Open(_ context.Context, key string) (io.ReadCloser, error) { return f.root.Open(key) }
