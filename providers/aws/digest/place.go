package digest

import (
	"context"
	"io"
	"path"
	"strings"
)

// Store reads objects: a folder or a bucket, as of package archive.
type Store interface {
	// Open opens an object. An error that holds fs.ErrNotExist or
	// fs.ErrPermission says so; an error of the reader that holds a
	// *fs.PathError says that the store broke off.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	// Metadata gives the user metadata of an object, by names in lower case.
	Metadata(ctx context.Context, key string) (map[string]string, error)
}

// Config says what is verified with what.
type Config struct {
	Store Store
	Keys  Keys
	// Bucket and Prefix are where in S3 the store lies, so that a digest that
	// was moved is told exactly. An empty Bucket is a folder, copied from
	// anywhere: there only the path from AWSLogs on is compared.
	Bucket, Prefix string
	// Path is the folder's own path, with slashes; it counts where it lies
	// inside the layout.
	Path string
}

// full is the path of an object as it is recognised.
func (c *Config) full(key string) string {
	if c.Bucket != "" {
		return c.below() + key
	}
	return path.Join(c.Path, key)
}

func (c *Config) below() string {
	if c.Prefix == "" || strings.HasSuffix(c.Prefix, "/") {
		return c.Prefix
	}
	return c.Prefix + "/"
}

// canon is what two names of one object share: in a bucket all, in a folder the
// path from AWSLogs on. An object may have been unpacked by whoever copied it.
func (c *Config) canon(full string) string {
	if c.Bucket == "" {
		_, full, _ = split(full)
	}
	return strings.TrimSuffix(full, ".gz")
}

// mine reports whether a bucket's name may be the store's.
func (c *Config) mine(bucket string) bool { return c.Bucket == "" || c.Bucket == bucket }

// place gives the key below the store at which an object that the digest at key
// by names is expected; false where that is outside the store.
func (c *Config) place(bucket, object, by string) (string, bool) {
	if c.Bucket != "" {
		key, ok := strings.CutPrefix(object, c.below())
		return key, ok && bucket == c.Bucket
	}
	_, tail, _ := split(object)
	if _, inside, ok := split(c.Path); ok {
		return strings.CutPrefix(tail, inside+"/")
	}
	head, _, _ := split(by)
	return path.Join(head, tail), true
}
