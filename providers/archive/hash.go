package archive

import (
	"context"
	"crypto/sha256"
	"io"
	"runtime"
	"sync"

	"github.com/estray/estray/internal/inflate"
)

// InOrder does n pieces of work by several workers and hands what each gives to
// visit, in order and from one goroutine at a time. Only some pieces per worker
// are done ahead. workers 0: as many as there are processors to run on. An error
// of visit ends it and is returned unchanged; else the error is that of the
// context, which do is given.
func InOrder[T any](ctx context.Context, n, workers int, do func(ctx context.Context, i int) T, visit func(i int, done T) error) error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	inner, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	queue, order := make(chan piecework[T]), make(chan piecework[T], 2*workers)
	all.Go(func() { feed(inner, n, queue, order) })
	for range workers {
		all.Go(func() {
			for p := range queue {
				p.done <- do(inner, p.i)
			}
		})
	}
	for p := range order {
		done, ok := <-p.done
		if err := ctx.Err(); err != nil {
			return err
		}
		if !ok {
			break
		}
		if err := visit(p.i, done); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// piecework is one piece on its way through InOrder.
type piecework[T any] struct {
	i    int
	done chan T // of one; closed where no worker took it
}

// feed gives each piece to the workers and to whoever waits for them in order.
func feed[T any](ctx context.Context, n int, queue, order chan<- piecework[T]) {
	defer close(queue)
	defer close(order)
	for i := range n {
		p := piecework[T]{i, make(chan T, 1)}
		select {
		case order <- p:
		case <-ctx.Done():
			return
		}
		select {
		case queue <- p:
		case <-ctx.Done():
			close(p.done)
			return
		}
	}
}

// hashed is what Hash found of one object.
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
	chunks := &sync.Pool{New: func() any { return new([chunk]byte) }}
	hashers := sync.Pool{New: func() any { return &hasher{chunks, inflate.NewReader(), make([]byte, chunk)} }}
	do := func(ctx context.Context, i int) hashed {
		h := hashers.Get().(*hasher)
		defer hashers.Put(h)
		sum, err := h.hash(ctx, root, keys[i])
		return hashed{sum, err}
	}
	return InOrder(ctx, len(keys), workers, do, func(i int, got hashed) error { return visit(keys[i], got.sum, got.err) })
}

// hasher is what serves for one object after the other.
type hasher struct {
	chunks *sync.Pool
	z      *inflate.Reader
	buf    []byte
}

func (h *hasher) hash(ctx context.Context, root Store, key string) (sum [sha256.Size]byte, err error) {
	f := startFetch(ctx, root, key, h.chunks)
	defer f.close()
	if err := f.open(); err != nil {
		return sum, err
	}
	if err := h.z.Reset(f, -1); err != nil {
		return sum, err
	}
	all := sha256.New()
	if _, err := io.CopyBuffer(all, h.z, h.buf); err != nil {
		return sum, err
	}
	return [sha256.Size]byte(all.Sum(nil)), nil
}
