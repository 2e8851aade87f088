package archive

import (
	"context"
	"sync"

	"github.com/estray/estray/inventory"
)

// fetchesAhead is how many objects of a log are opened before a worker is there
// for them: the answers of a bucket overlap.
const fetchesAhead = 16

// line runs objects through the workers, and gives their tasks in order.
type line struct {
	tasks chan *task
	stop  context.CancelFunc
	busy  sync.WaitGroup
}

// start begins to read objects. Of each, proof says what it must hash to.
func (s *events) start(ctx context.Context, due []object, proof Proof) *line {
	ctx, stop := context.WithCancel(ctx)
	l := &line{tasks: make(chan *task, 2*cap(s.crew.free)), stop: stop}
	ready := make(chan *task, fetchesAhead)
	l.busy.Go(func() {
		defer close(ready)
		for _, o := range due {
			t := &task{object: o, day: dayOf(o.delivered), counted: s.counts(), out: make(chan *result, 2)}
			if sum, ok := proof.Hashes[o.key]; ok {
				t.vouched = &sum
			}
			t.fetch = startFetch(ctx, s.cfg.Root, o.key, s.crew.chunks)
			select {
			case ready <- t:
			case <-ctx.Done():
				t.fetch.close()
				return
			}
		}
	})
	l.busy.Go(func() {
		defer close(l.tasks)
		for t := range ready {
			w, err := s.crew.take(ctx)
			if err != nil {
				t.fetch.close()
				continue
			}
			l.busy.Go(func() {
				w.read(ctx, t)
				s.crew.free <- w
			})
			select {
			case l.tasks <- t:
			case <-ctx.Done():
			}
		}
	})
	return l
}

// counts reports whether use is counted.
func (s *events) counts() bool {
	return s.format.Uses != nil && s.cfg.Usage != inventory.CountNone
}

// end ends the reading and waits until nothing goes on.
func (l *line) end() {
	l.stop()
	for range l.tasks { // whoever waits to hand one on stops with the context
	}
	l.busy.Wait()
}
