package collect

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/providers"
)

const (
	defaultBatch    = 2000
	defaultParallel = 4
)

// Options of a run.
type Options struct {
	// Run is the id that the store keeps with each fact.
	Run string
	// Now is the clock. It is asked once: what a source reads without naming
	// an instant was read then.
	Now func() time.Time
	// Parallel is how many sources are read at once; 0: 4.
	Parallel int
	// BatchFacts is how many facts one transaction holds; 0: 2,000. It holds more
	// where it would end amid usage of one part.
	BatchFacts int
	// Within reports whether a scope is this run's business: sources without a
	// cell in one are not read, and the cells of others keep their words. Nil:
	// all scopes are.
	Within func(inventory.Scope) bool
	// Logger hears of coverage that fell; nil: nobody does.
	Logger *slog.Logger
	// Progress is told, one call at a time, how far the run is; nil: nobody is.
	Progress func(Progress)
}

// Progress says how far a run is.
type Progress struct {
	// Sources were planned; Done of them are read.
	Sources, Done int
	// Facts were stored so far.
	Facts int
}

// Summary says what a run did.
type Summary struct {
	// Sources is how many were planned.
	Sources int
	// Facts is how many were stored, without coverage.
	Facts int
	// States counts the cells by the state in which they ended.
	States map[inventory.State]int
}

// Run plans, reads and stores. The summary is true also beside an error, which
// says that the plan contradicts itself or that the store failed; a source
// that fails is coverage and no error of the run. When ctx ends, Run stores
// what it has and returns nil: the cells say that they were cancelled.
func Run(ctx context.Context, plan []providers.Planner, prior store.Reader, to store.Writer, opt Options) (Summary, error) {
	r := newRun(prior, to, opt)
	sources, problems := r.plan(ctx, plan)
	if err := distinct(sources, problems); err != nil {
		return r.summary, err
	}
	r.summary.Sources = len(sources)
	replanned, err := r.replan(ctx, sources, problems)
	if err != nil {
		return r.summary, err
	}
	if err := r.announce(ctx, sources, problems, replanned); err != nil {
		return r.summary, err
	}
	r.readAll(ctx, sources)
	return r.summary, r.failed
}

// run is one run. mu guards what its sources share.
type run struct {
	prior store.Reader
	to    store.Writer
	opt   Options
	now   time.Time

	asked map[string]bool // what of the configuration was planned, see Coverage.By

	mu       sync.Mutex
	stop     context.CancelFunc // ends all sources when the store fails
	failed   error              // of the store
	progress Progress
	summary  Summary
}

func newRun(prior store.Reader, to store.Writer, opt Options) *run {
	opt.Parallel = cmp.Or(max(opt.Parallel, 0), defaultParallel)
	opt.BatchFacts = cmp.Or(max(opt.BatchFacts, 0), defaultBatch)
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.Within == nil {
		opt.Within = func(inventory.Scope) bool { return true }
	}
	return &run{prior: prior, to: to, opt: opt, now: opt.Now().UTC(), stop: func() {}, asked: map[string]bool{},
		summary: Summary{States: map[inventory.State]int{}}}
}

// announce stores every planned cell as pending, and what could not be planned.
// A pending cell has no time of reading: an earlier word on it stands until
// the run speaks.
func (r *run) announce(ctx context.Context, sources []planned, problems, replanned []inventory.Coverage) error {
	var facts []inventory.Fact
	for _, s := range sources {
		for _, cell := range s.cells {
			facts = append(facts, inventory.Coverage{Cell: cell, By: s.by})
		}
	}
	for _, c := range problems {
		c.Read = r.now
		r.count(c)
		facts = append(facts, c)
	}
	for _, c := range replanned {
		facts = append(facts, c)
	}
	r.warn(problems)
	r.progress.Sources = len(sources)
	for batch := range slices.Chunk(facts, r.opt.BatchFacts) {
		if err := r.append(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

// readAll reads the sources, so many at once as the options say. A source that
// is not begun when ctx ends is sealed like any other.
func (r *run) readAll(ctx context.Context, sources []planned) {
	ctx, r.stop = context.WithCancel(ctx)
	defer r.stop()
	next := make(chan planned)
	var workers sync.WaitGroup
	for range min(r.opt.Parallel, len(sources)) {
		workers.Go(func() {
			for s := range next {
				r.read(ctx, s)
			}
		})
	}
	for _, s := range sources {
		next <- s
	}
	close(next)
	workers.Wait()
}

// append commits a batch. The store is not told that ctx ended: what was read
// is kept.
func (r *run) append(ctx context.Context, facts []inventory.Fact) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed != nil {
		return r.failed
	}
	if len(facts) == 0 {
		return nil
	}
	err := r.to.Append(context.WithoutCancel(ctx), store.Batch{Run: r.opt.Run, Facts: facts})
	if err != nil {
		r.fail(err)
		return r.failed
	}
	for _, f := range facts {
		if _, ok := f.(inventory.Coverage); !ok {
			r.summary.Facts++
		}
	}
	r.progress.Facts = r.summary.Facts
	r.tell()
	return nil
}

// covered asks the store what was covered of a cell before.
func (r *run) covered(ctx context.Context, cell inventory.Cell) inventory.Coverage {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed != nil {
		return inventory.Coverage{Cell: cell}
	}
	c, err := r.prior.Covered(context.WithoutCancel(ctx), cell)
	if err != nil {
		r.fail(err)
		return inventory.Coverage{Cell: cell}
	}
	return c
}

// fail ends the run; mu is held.
func (r *run) fail(err error) {
	r.failed = &storeError{err}
	r.stop()
}

func (r *run) done() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.progress.Done++
	r.tell()
}

func (r *run) tell() {
	if r.opt.Progress != nil {
		r.opt.Progress(r.progress)
	}
}

// count notes the last word on a cell.
func (r *run) count(c inventory.Coverage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.States[c.State]++
}

// storeError tells a failing store from a failing source.
type storeError struct{ err error }

// Error says what was being done.
func (e *storeError) Error() string { return "store what was read: " + e.err.Error() }

// Unwrap gives the store's own error.
func (e *storeError) Unwrap() error { return e.err }

func isStore(err error) bool {
	var s *storeError
	return errors.As(err, &s)
}
