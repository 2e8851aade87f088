package archive

import (
	"context"
	"io"
	"sync"
)

const (
	// chunk is how much of an object is fetched at a time.
	chunk = 64 << 10
	// chunksAhead is how many chunks of an object may wait to be inflated.
	chunksAhead = 2
)

// fetch reads an object ahead of whoever inflates it, since the answer of a
// bucket takes long to come and little to read. It is an io.Reader of the object
// as it is stored.
type fetch struct {
	chunks chan fetched
	stop   context.CancelFunc
	pool   *sync.Pool // of *[chunk]byte
	opened chan struct{}
	failed error // of Open; to be read after opened is closed

	now   fetched
	at    int   // how much of now was read
	total int64 // that was read
}

type fetched struct {
	bytes *[chunk]byte
	n     int
	err   error // after these bytes
}

// startFetch opens an object and reads on until it is closed.
func startFetch(ctx context.Context, root Store, key string, pool *sync.Pool) *fetch {
	ctx, stop := context.WithCancel(ctx)
	f := &fetch{chunks: make(chan fetched, chunksAhead), stop: stop, pool: pool, opened: make(chan struct{})}
	go func() {
		defer close(f.chunks)
		body, err := root.Open(ctx, key)
		f.failed = err
		close(f.opened)
		if err != nil {
			return
		}
		defer body.Close() //nolint:errcheck // nothing was written
		for next := (fetched{}); next.err == nil; {
			next = readChunk(body, pool)
			select {
			case f.chunks <- next:
			case <-ctx.Done():
				pool.Put(next.bytes)
				return
			}
		}
	}()
	return f
}

func readChunk(body io.Reader, pool *sync.Pool) fetched {
	c := fetched{bytes: pool.Get().(*[chunk]byte)}
	for empty := 0; c.n < chunk && c.err == nil; empty++ {
		var n int
		if n, c.err = body.Read(c.bytes[c.n:]); n > 0 {
			c.n += n
			empty = 0
		}
		if empty > 100 && c.err == nil {
			c.err = io.ErrNoProgress
		}
	}
	return c
}

// open waits until the object is open, or gives the error of opening it.
func (f *fetch) open() error {
	<-f.opened
	return f.failed
}

// Read reads what was fetched.
func (f *fetch) Read(p []byte) (int, error) {
	for f.at == f.now.n {
		if f.now.err != nil {
			return 0, f.now.err
		}
		f.drop()
		next, ok := <-f.chunks
		if !ok { // only where the run was ended
			next.err = context.Canceled
		}
		f.now, f.at = next, 0
	}
	n := copy(p, f.now.bytes[f.at:f.now.n])
	f.at += n
	f.total += int64(n)
	return n, nil
}

func (f *fetch) drop() {
	if f.now.bytes != nil {
		f.pool.Put(f.now.bytes)
		f.now.bytes = nil
	}
}

// close ends the fetching and waits until it has ended.
func (f *fetch) close() {
	f.stop()
	f.drop()
	for c := range f.chunks {
		f.pool.Put(c.bytes)
	}
}
