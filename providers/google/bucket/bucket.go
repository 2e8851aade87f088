// Package bucket reads what lies in a bucket of Google Cloud Storage: it lists
// the objects below a prefix and opens them.
//
// # Calls
//
// A listing is flat and costs one objects.list per 1,000 names, however many
// folders the names seem to form; an object costs one objects.get. Nothing is
// asked before the first listing or opening: a bucket that nobody reads needs
// no credentials. A call that fails for the moment (no connection, 408, 429,
// 5xx) is made again, a few times and after longer and longer pauses; a refusal
// is not.
//
// The calls go through google.golang.org/api/storage/v1, which the vendor
// generates from the description of the JSON API. The vendor's larger library
// (cloud.google.com/go/storage) would make the same calls for us, and brings the
// client of a second, binary API (gRPC) on top.
//
// # Errors
//
// Every error of Cloud Storage is a *fs.PathError whose path is gs://BUCKET/NAME.
// It holds fs.ErrPermission where a permission is missing and fs.ErrNotExist
// where the bucket or the object is; its ErrorCode is the vendor's. Its text
// tells the operation, the code and what to grant, and never an address that
// was called.
//
// Without storage.objects.list a missing object is answered as one that may not
// be read, so that a denied object may be one that is gone: the text says so.
//
// # Objects
//
// An object comes as it is stored, compressed where it was: Cloud Storage
// inflates what is marked as gzip for callers that do not ask for gzip, and then
// neither ranges nor lengths mean what they say. Where its body breaks off, the
// rest is asked for by range and under the condition that the object is still
// of the same generation, so that two versions are never spliced.
package bucket

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"google.golang.org/api/storage/v1"
)

// Connect makes the client of a bucket. It is called when the first call is
// due, and again if it failed.
type Connect func(ctx context.Context) (*Client, error)

// Bucket is the part of a bucket below a prefix. It may be used from several
// goroutines at once.
type Bucket struct {
	name, prefix string
	connect      Connect

	mu     sync.Mutex
	client *Client
}

// New names the part of a bucket below prefix, as below a folder: a slash is
// added where the prefix does not end with one. An empty prefix is all of it.
func New(name, prefix string, connect Connect) *Bucket {
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	return &Bucket{name: name, prefix: prefix, connect: connect}
}

// call makes one call, and makes it again where it failed for the moment.
func (b *Bucket) call(ctx context.Context, do func(*storage.Service) error) error {
	client, err := b.dial(ctx)
	if err != nil {
		return err
	}
	return client.call(ctx, do)
}

func (b *Bucket) dial(ctx context.Context) (*Client, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.client == nil {
		c, err := b.connect(ctx)
		if err != nil {
			return nil, err
		}
		b.client = c
	}
	return b.client, nil
}

// url names an object, or the bucket where name is empty, for messages.
func (b *Bucket) url(name string) string { return fmt.Sprintf("gs://%s/%s", b.name, name) }
