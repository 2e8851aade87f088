package archive

import (
	"context"
	"crypto/sha256"
	"io"
	"runtime"
	"sync"

	"github.com/estray/estray/internal/inflate"
)

// hashing is one object on its way through Hash.
type hashing struct {
	key  string
	done chan hashed // of one
}

type hashed struct {
	sum [sha256.Size]byte
	err error
}

// Hash hands the SHA-256 of the inflated content of each object to visit, in
// the order of keys and from one goroutine at a time. workers is how many
// objects are read at once; 0: as many as there are processors to run on. An
// object that cannot be read, or is cut off or damaged, comes with its error and
// no hash: a *fs.PathError says that the store is at fault. An error of visit
// ends it and is returned unchanged; else the error is that of the context.
func Hash(ctx context.Context, root Store, keys []string, workers int, visit func(key string, sum [sha256.Size]byte, err error) error) error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	inner, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	queue, order := make(chan hashing), make(chan hashing, 2*workers)
	all.Go(func() { feed(inner, keys, queue, order) })
	chunks := &sync.Pool{New: func() any { return new([chunk]byte) }}
	for range workers {
		all.Go(func() {
			z, buf := inflate.NewReader(), make([]byte, chunk)
			for h := range queue {
				sum, err := hashOf(inner, root, h.key, hasher{chunks, z, buf})
				h.done <- hashed{sum, err}
			}
		})
	}
	for h := range order {
		got := <-h.done
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := visit(h.key, got.sum, got.err); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// feed gives each object to the workers and to whoever waits for them in order,
// who is given none that no worker takes.
func feed(ctx context.Context, keys []string, queue, order chan<- hashing) {
	defer close(queue)
	defer close(order)
	for _, key := range keys {
		h := hashing{key, make(chan hashed, 1)}
		select {
		case order <- h:
		case <-ctx.Done():
			return
		}
		select {
		case queue <- h:
		case <-ctx.Done():
			h.done <- hashed{err: ctx.Err()}
			return
		}
	}
}

// hasher is what a worker uses again and again.
type hasher struct {
	chunks *sync.Pool
	z      *inflate.Reader
	buf    []byte
}

func hashOf(ctx context.Context, root Store, key string, use hasher) (sum [sha256.Size]byte, err error) {
	f := startFetch(ctx, root, key, use.chunks)
	defer f.close()
	if err := f.open(); err != nil {
		return sum, err
	}
	if err := use.z.Reset(f, -1); err != nil {
		return sum, err
	}
	h := sha256.New()
	if _, err := io.CopyBuffer(h, use.z, use.buf); err != nil {
		return sum, err
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}
