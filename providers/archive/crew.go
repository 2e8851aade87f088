package archive

import (
	"context"
	"io"
	"runtime"
	"sync"

	"github.com/estray/estray/internal/inflate"
	"github.com/estray/estray/internal/jsonscan"
)

// crew is the workers of one archive. All its sources share them, so that one
// log with many objects is read as fast as many logs.
type crew struct {
	free    chan *worker
	chunks  *sync.Pool
	pieces  *sync.Pool // of *[smallest]byte, for relays
	results spare
}

func newCrew(n int, format Format) *crew {
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	c := &crew{
		free:    make(chan *worker, n),
		chunks:  &sync.Pool{New: func() any { return new([chunk]byte) }},
		pieces:  &sync.Pool{New: func() any { return new([smallest]byte) }},
		results: make(spare, n+1),
	}
	var names *jsonscan.Names
	if len(format.Filter.Members) > 0 {
		names = jsonscan.NewNames(format.Filter.Members...)
	}
	for range n {
		w := &worker{crew: c, format: format}
		w.cut.key, w.cut.names = format.Member, names
		if format.Uses != nil {
			w.uses = format.Uses()
		}
		w.values = make([][]byte, len(format.Filter.Members))
		c.free <- w
	}
	return c
}

// spare are results that are used again: not more than there are workers, and
// one that is being merged. They are no pool, which a collection of garbage
// would empty: what a segment grew to is most of what counting use asks for.
type spare chan *result

// Get gives an empty result.
func (s spare) Get() *result {
	select {
	case r := <-s:
		return r
	default:
		return newResult()
	}
}

// Put takes a result back that is empty.
func (s spare) Put(r *result) {
	select {
	case s <- r:
	default:
	}
}

// take waits for a worker.
func (c *crew) take(ctx context.Context) (*worker, error) {
	select {
	case w := <-c.free:
		return w, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// relay inflates for a worker. Where a large object is at hand and another
// worker has nothing to do, that one inflates from then on, and this one only
// cuts and decodes.
type relay struct {
	crew *crew
	z    *inflate.Reader
	read int64 // since the last look for a free worker

	helper *worker // nil: there is none
	blocks chan inflated
	stop   chan struct{}
	now    inflated
	at     int
}

type inflated struct {
	bytes *[smallest]byte
	n     int
	err   error // after these bytes
}

// oneself is how much a worker inflates by itself before it looks for help.
const oneself = 4 << 20

// Read implements io.Reader.
func (r *relay) Read(p []byte) (int, error) {
	if r.helper == nil {
		if r.read >= oneself {
			r.read = 0
			r.ask()
		}
	}
	if r.helper == nil {
		n, err := r.z.Read(p)
		r.read += int64(n)
		return n, err
	}
	for r.at == r.now.n {
		if r.now.err != nil {
			return 0, r.now.err
		}
		r.drop()
		r.now, r.at = <-r.blocks, 0
	}
	n := copy(p, r.now.bytes[r.at:r.now.n])
	r.at += n
	return n, nil
}

// ask lets a worker that is free inflate.
func (r *relay) ask() {
	select {
	case r.helper = <-r.crew.free:
	default:
		return
	}
	r.blocks, r.stop = make(chan inflated, 2), make(chan struct{})
	go func() {
		defer close(r.blocks)
		for b := (inflated{}); b.err == nil; {
			b = inflated{bytes: r.crew.pieces.Get().(*[smallest]byte)}
			for b.n < smallest && b.err == nil {
				var n int
				n, b.err = r.z.Read(b.bytes[b.n:])
				b.n += n
			}
			select {
			case r.blocks <- b:
			case <-r.stop:
				r.crew.pieces.Put(b.bytes)
				return
			}
		}
	}()
}

func (r *relay) drop() {
	if r.now.bytes != nil {
		r.crew.pieces.Put(r.now.bytes)
		r.now.bytes = nil
	}
}

// close ends the help and waits until it has ended.
func (r *relay) close() {
	if r.helper == nil {
		return
	}
	close(r.stop)
	r.drop()
	for b := range r.blocks {
		r.crew.pieces.Put(b.bytes)
	}
	r.crew.free <- r.helper
	r.helper = nil
}

var _ io.Reader = (*relay)(nil)
