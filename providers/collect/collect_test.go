package collect_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/collect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errOwn   = errors.New("the wire is cut")
	errStore = errors.New("disk full")
)

func now() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

func cell(name string) inventory.Cell {
	return inventory.Cell{Source: name, Scope: inventory.Scope{Provider: inventory.AWS, Account: "1"}, Capability: inventory.CapFunctions}
}

func word(name string, s inventory.State) inventory.Coverage {
	return inventory.Coverage{Cell: cell(name), State: s}
}

// announced is the word of the plan on a cell whose planner announces it first.
func announced(name string) inventory.Coverage {
	c := word(name, inventory.Pending)
	c.By = name
	return c
}

func asset(id string) inventory.Asset { return inventory.Asset{ID: inventory.AssetID(id)} }

// memory keeps batches and fails after some of them.
type memory struct {
	mu      sync.Mutex
	batches []store.Batch
	before  map[inventory.Cell]inventory.Coverage
	known   []inventory.Coverage
	failAt  int // the batch that fails, from 1; 0: none
	blind   error
}

func (m *memory) Append(ctx context.Context, b store.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if m.failAt > 0 && len(m.batches)+1 >= m.failAt {
		return errStore
	}
	m.batches = append(m.batches, b)
	return nil
}

func (m *memory) View(context.Context, time.Time) (*inventory.View, error) {
	return nil, errors.ErrUnsupported
}

func (m *memory) Covered(_ context.Context, c inventory.Cell) (inventory.Coverage, error) {
	return m.before[c], m.blind
}

func (m *memory) Words(context.Context, time.Time) ([]inventory.Coverage, error) {
	return m.known, nil
}

// words are the last words on each cell, after those of the plan.
func (m *memory) words() map[inventory.Cell]inventory.Coverage {
	out := map[inventory.Cell]inventory.Coverage{}
	for _, b := range m.batches {
		for _, f := range b.Facts {
			if c, ok := f.(inventory.Coverage); ok {
				out[c.Cell] = c
			}
		}
	}
	return out
}

func (m *memory) assets() []string {
	var out []string
	for _, b := range m.batches {
		for _, f := range b.Facts {
			if a, ok := f.(inventory.Asset); ok {
				out = append(out, string(a.ID))
			}
		}
	}
	slices.Sort(out)
	return out
}

// fake is a source that does what read says.
type fake struct {
	cells []inventory.Cell
	read  func(ctx context.Context, since providers.Since, emit providers.Emit) error
}

func (f *fake) Cells() []inventory.Cell { return f.cells }
func (f *fake) Read(ctx context.Context, since providers.Since, emit providers.Emit) error {
	return f.read(ctx, since, emit)
}

// says is a source that emits facts in order and then returns err.
func says(err error, facts ...inventory.Fact) *fake {
	f := &fake{read: func(_ context.Context, _ providers.Since, emit providers.Emit) error {
		for _, fact := range facts {
			if err := emit(fact); err != nil {
				return err
			}
		}
		return err
	}}
	return f
}

func (f *fake) announcing(names ...string) *fake {
	for _, n := range names {
		f.cells = append(f.cells, cell(n))
	}
	return f
}

type planner struct {
	sources []providers.Source
	err     error
	panics  string
}

func (p planner) Plan(context.Context) ([]providers.Source, error) {
	if p.panics != "" {
		panic(p.panics)
	}
	return p.sources, p.err
}

func plan(sources ...*fake) []providers.Planner {
	var all []providers.Source
	for _, s := range sources {
		all = append(all, s)
	}
	return []providers.Planner{planner{sources: all}}
}

func options() collect.Options { return collect.Options{Run: "run-1", Now: now} }

// TestPermitsAreStoredAsTheyAre; one without an instant was read when its cell was,
// which a whole reading would else be later than.
func TestPermitsAreStoredAsTheyAre(t *testing.T) {
	dated, undated := inventory.Permit{ID: "a", Cell: cell("a"), At: now().Add(-time.Second)}, inventory.Permit{ID: "b", Cell: cell("a")}
	var m memory
	summary, err := collect.Run(t.Context(), plan(says(nil, dated, undated, word("a", inventory.Complete)).announcing("a")), &m, &m, options())
	if err != nil || summary.Facts != 2 {
		t.Fatalf("%d facts, %v", summary.Facts, err)
	}
	var got []inventory.Permit
	for _, b := range m.batches {
		for _, f := range b.Facts {
			if p, ok := f.(inventory.Permit); ok {
				got = append(got, p)
			}
		}
	}
	undated.At = m.words()[cell("a")].Read
	if diff := cmp.Diff([]inventory.Permit{dated, undated}, got); diff != "" {
		t.Errorf("permits (-want +got):\n%s", diff)
	}
}

// TestEndings: whatever a source does, each of its cells ends with one word
// and none is complete by default.
func TestEndings(t *testing.T) {
	problem := &providers.Problem{Cell: cell("b"), State: inventory.Denied, Operation: "List", Code: "AccessDenied", Err: errOwn}
	tests := []struct {
		name   string
		source *fake // announces a and b
		a, b   inventory.State
		says   string // in b's reason
	}{
		{"speaks of both", says(nil, asset("x"), word("a", inventory.Complete), word("b", inventory.Denied)), inventory.Complete, inventory.Denied, ""},
		{"forgets a cell", says(nil, word("a", inventory.Complete)), inventory.Complete, inventory.Cancelled, "without a word"},
		{"calls a cell pending", says(nil, word("a", inventory.Complete), word("b", inventory.Pending)), inventory.Complete, inventory.Cancelled, "without a word"},
		{"ends with an error", says(errOwn, word("a", inventory.Complete)), inventory.Complete, inventory.Unavailable, "the wire is cut"},
		{"ends with a problem", says(problem, word("a", inventory.Complete)), inventory.Complete, inventory.Denied, "List: AccessDenied: the wire is cut"},
		{"ends with a wrapped problem of another cell", says(fmt.Errorf("read: %w", &providers.Problem{Cell: cell("z"), State: inventory.Throttled, Err: errOwn}), word("a", inventory.Complete)), inventory.Complete, inventory.Throttled, "the wire is cut"},
		{"ends with a problem without a state", says(&providers.Problem{Err: errOwn}, word("a", inventory.Complete)), inventory.Complete, inventory.Unavailable, "the wire is cut"},
		{"ends with a problem that claims to be complete", says(&providers.Problem{State: inventory.Complete, Err: errOwn}, word("a", inventory.Complete)), inventory.Complete, inventory.Unavailable, "the wire is cut"},
		{"ends with an error after the last word", says(errOwn, word("a", inventory.Denied), word("b", inventory.Complete)), inventory.Denied, inventory.Partial, "the wire is cut"},
		{"speaks twice, the better word last", says(nil, word("b", inventory.Denied), word("b", inventory.Complete), word("a", inventory.Complete)), inventory.Unavailable, inventory.Unavailable, "denied and then complete"},
		{"speaks twice, the better word first", says(nil, word("a", inventory.Complete), word("b", inventory.Complete), word("b", inventory.Denied)), inventory.Complete, inventory.Unavailable, "complete and then denied"},
		{"speaks of a foreign cell", says(nil, word("a", inventory.Complete), word("z", inventory.Complete), word("b", inventory.Complete)), inventory.Complete, inventory.Unavailable, "was not announced"},
		{"swallows the error of emit", &fake{read: func(_ context.Context, _ providers.Since, emit providers.Emit) error {
			for _, w := range []inventory.Coverage{word("a", inventory.Complete), word("a", inventory.Complete), word("b", inventory.Complete)} {
				_ = emit(w)
			}
			return nil
		}}, inventory.Unavailable, inventory.Unavailable, "was spoken of before"},
		{"panics", &fake{read: func(_ context.Context, _ providers.Since, emit providers.Emit) error {
			if err := emit(word("a", inventory.Complete)); err != nil {
				return err
			}
			panic("index out of range")
		}}, inventory.Complete, inventory.Unavailable, "panic: index out of range"},
		{"has read tomorrow's cell", says(nil, word("a", inventory.Complete), inventory.Coverage{Cell: cell("b"), State: inventory.Complete, Read: now().Add(time.Second)}), inventory.Complete, inventory.Malformed, "correct the clock"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var m memory
			neighbour := says(nil, asset("n"), word("n", inventory.Complete)).announcing("n")
			got, err := collect.Run(t.Context(), plan(test.source.announcing("a", "b"), neighbour), &m, &m, options())
			if err != nil {
				t.Fatalf("Run: %v", err)
			}
			words := m.words()
			if s := words[cell("a")].State; s != test.a {
				t.Errorf("a = %s, want %s", s, test.a)
			}
			b := words[cell("b")]
			if b.State != test.b || !strings.Contains(b.Why.String(), test.says) {
				t.Errorf("b = %s (%s), want %s (%s)", b.State, b.Why, test.b, test.says)
			}
			if words[cell("n")].State != inventory.Complete || !slices.Contains(m.assets(), "n") {
				t.Error("the other source was not read")
			}
			if _, ok := words[cell("z")]; ok {
				t.Error("a cell that was not announced is stored")
			}
			for c, w := range words {
				if w.Read.IsZero() {
					t.Errorf("%s has no time of reading", c)
				}
			}
			total := 0
			for _, n := range got.States {
				total += n
			}
			if total != 3 || got.Sources != 2 {
				t.Errorf("summary = %+v, want 3 cells of 2 sources", got)
			}
		})
	}
}

// TestPendingFirst: every planned cell is stored as pending, without a time,
// before any source is read.
func TestPendingFirst(t *testing.T) {
	var m memory
	alongside := announced("b")
	alongside.By = "a"
	s := &fake{read: func(_ context.Context, _ providers.Since, emit providers.Emit) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		if diff := cmp.Diff([]store.Batch{{Run: "run-1", Facts: []inventory.Fact{announced("a"), alongside}}}, m.batches); diff != "" {
			t.Errorf("stored before reading (-want +got):\n%s", diff)
		}
		return errOwn
	}}
	if _, err := collect.Run(t.Context(), plan(s.announcing("a"), says(nil).announcing("b")), &m, &m, func() collect.Options { o := options(); o.Parallel = 1; return o }()); err != nil {
		t.Fatal(err)
	}
}

// TestOrder: facts come before or with their coverage, in batches of the size
// asked for, even if the source spoke of the cell first.
func TestOrder(t *testing.T) {
	var m memory
	opt := options()
	opt.BatchFacts = 2
	s := says(nil, asset("1"), word("a", inventory.Complete), asset("2"), asset("3"), asset("4"), asset("5")).announcing("a")
	if _, err := collect.Run(t.Context(), plan(s), &m, &m, opt); err != nil {
		t.Fatal(err)
	}
	done := word("a", inventory.Complete)
	done.Read = now()
	want := []store.Batch{
		{Run: "run-1", Facts: []inventory.Fact{announced("a")}},
		{Run: "run-1", Facts: []inventory.Fact{asset("1"), asset("2")}},
		{Run: "run-1", Facts: []inventory.Fact{asset("3"), asset("4")}},
		{Run: "run-1", Facts: []inventory.Fact{asset("5"), done}},
	}
	sameID := cmp.Comparer(func(a, b inventory.Asset) bool { return a.ID == b.ID })
	if diff := cmp.Diff(want, m.batches, sameID); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}

// TestOwnTime: a source that says when it read keeps that time.
func TestOwnTime(t *testing.T) {
	var m memory
	c := word("a", inventory.Complete)
	c.Read = now().Add(-time.Hour)
	if _, err := collect.Run(t.Context(), plan(says(nil, c).announcing("a")), &m, &m, options()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, m.words()[cell("a")]); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
}

// TestSince hands a source what the store knows of its cell.
func TestSince(t *testing.T) {
	before := inventory.Coverage{Cell: cell("a"), State: inventory.Complete, Mark: "m"}
	m := memory{before: map[inventory.Cell]inventory.Coverage{cell("a"): before}}
	s := &fake{read: func(_ context.Context, since providers.Since, emit providers.Emit) error {
		if diff := cmp.Diff(before, since(cell("a"))); diff != "" {
			t.Errorf("since (-want +got):\n%s", diff)
		}
		return emit(word("a", inventory.Complete))
	}}
	if _, err := collect.Run(t.Context(), plan(s.announcing("a")), &m, &m, options()); err != nil {
		t.Fatal(err)
	}
}

// TestCancel: what was read before the end is kept, the rest is cancelled, and
// that is no failure of the run.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var m memory
	first := &fake{read: func(ctx context.Context, _ providers.Since, emit providers.Emit) error {
		for _, f := range []inventory.Fact{asset("kept"), word("a", inventory.Complete)} {
			if err := emit(f); err != nil {
				return err
			}
		}
		cancel()
		<-ctx.Done()
		return emit(word("b", inventory.Complete))
	}}
	opt := options()
	opt.Parallel = 1
	if _, err := collect.Run(ctx, plan(first.announcing("a", "b"), says(nil, word("c", inventory.Complete)).announcing("c")), &m, &m, opt); err != nil {
		t.Fatalf("Run: %v", err)
	}
	for name, want := range map[string]inventory.State{"a": inventory.Complete, "b": inventory.Cancelled, "c": inventory.Cancelled} {
		if got := m.words()[cell(name)].State; got != want {
			t.Errorf("%s = %s, want %s", name, got, want)
		}
	}
	if diff := cmp.Diff([]string{"kept"}, m.assets()); diff != "" {
		t.Errorf("assets (-want +got):\n%s", diff)
	}
}

// TestCancelledBeforeItBegan stores the plan and says so of every cell.
func TestCancelledBeforeItBegan(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var m memory
	p := append(plan(says(nil, word("a", inventory.Complete)).announcing("a")), planner{err: ctx.Err()})
	if _, err := collect.Run(ctx, p, &m, &m, options()); err != nil {
		t.Fatal(err)
	}
	for c, w := range m.words() {
		if w.State != inventory.Cancelled {
			t.Errorf("%s = %s, want cancelled", c, w.State)
		}
	}
}

// TestFailingStore fails the run, whichever batch fails, and stops the sources.
func TestFailingStore(t *testing.T) {
	for failAt := 1; failAt <= 3; failAt++ {
		m := memory{failAt: failAt}
		waits := &fake{read: func(ctx context.Context, _ providers.Since, _ providers.Emit) error {
			<-ctx.Done()
			return ctx.Err()
		}}
		opt := options()
		opt.BatchFacts = 3
		_, err := collect.Run(t.Context(), plan(says(nil, asset("1"), asset("2"), asset("3"), asset("4"), word("a", inventory.Complete)).announcing("a"), waits.announcing("b")), &m, &m, opt)
		if !errors.Is(err, errStore) {
			t.Errorf("batch %d fails: error = %v, want the store's", failAt, err)
		}
		for _, w := range m.words() {
			if w.State.Whole() {
				t.Errorf("batch %d fails: %s is %s", failAt, w.Cell, w.State)
			}
		}
	}
	m := memory{blind: errStore}
	asks := &fake{read: func(_ context.Context, since providers.Since, emit providers.Emit) error {
		since(cell("a"))
		return emit(word("a", inventory.Complete))
	}}
	if _, err := collect.Run(t.Context(), plan(asks.announcing("a")), &m, &m, options()); !errors.Is(err, errStore) {
		t.Errorf("the store cannot tell what was covered: error = %v, want the store's", err)
	}
}

// TestPlanning: what could not be planned is a hole, and the rest is read.
func TestPlanning(t *testing.T) {
	listed := &providers.Problem{Cell: inventory.Cell{Source: "org", Capability: inventory.CapScopes}, State: inventory.Denied, Operation: "ListAccounts", Err: errOwn}
	again := &providers.Problem{Cell: listed.Cell, State: inventory.Throttled, Operation: "ListRegions", Err: errOwn}
	all := []providers.Planner{
		planner{err: errors.Join(listed, fmt.Errorf("more: %w", again), errors.New("plain")), sources: []providers.Source{says(nil, word("a", inventory.Complete)).announcing("a")}},
		planner{panics: "nil map"},
	}
	var m memory
	if _, err := collect.Run(t.Context(), all, &m, &m, options()); err != nil {
		t.Fatal(err)
	}
	scopes := func(name string) inventory.Cell { return inventory.Cell{Source: name, Capability: inventory.CapScopes} }
	a := word("a", inventory.Complete)
	a.Read = now()
	want := map[inventory.Cell]inventory.Coverage{
		cell("a"): a,
		scopes("org"): {Cell: scopes("org"), State: inventory.Denied, Read: now(),
			Why: inventory.Reason{Operation: "ListAccounts", Message: "the wire is cut; ListRegions: the wire is cut"}},
		scopes("planner 1"): {Cell: scopes("planner 1"), State: inventory.Unavailable, Read: now(), Why: inventory.Reason{Operation: "plan", Message: "plain"}},
		scopes("planner 2"): {Cell: scopes("planner 2"), State: inventory.Unavailable, Read: now(), Why: inventory.Reason{Operation: "plan", Code: "panic", Message: "nil map"}},
	}
	if diff := cmp.Diff(want, m.words()); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
}

// TestTwoSourcesOfOneCell is refused, naming both, and nothing is stored.
func TestTwoSourcesOfOneCell(t *testing.T) {
	var m memory
	p := append(plan(says(nil).announcing("x"), says(nil).announcing("a")), plan(says(nil).announcing("a"))...)
	_, err := collect.Run(t.Context(), p, &m, &m, options())
	if err == nil || len(m.batches) > 0 {
		t.Fatalf("error = %v, %d batches stored; want an error and none", err, len(m.batches))
	}
	for _, want := range []string{"source 2 of planner 1", "source 1 of planner 2", "functions of aws/1 by a", "remove one"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
}

// TestProgress ends with every source and fact told.
func TestProgress(t *testing.T) {
	var m memory
	var last collect.Progress
	opt := options()
	opt.Progress = func(p collect.Progress) { last = p }
	if _, err := collect.Run(t.Context(), plan(says(nil, asset("1"), word("a", inventory.Complete)).announcing("a"), says(nil).announcing("b")), &m, &m, opt); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(collect.Progress{Sources: 2, Done: 2, Facts: 1}, last); diff != "" {
		t.Errorf("last progress (-want +got):\n%s", diff)
	}
}

// TestParallel: as many sources as asked for are read side by side.
func TestParallel(t *testing.T) {
	const n = 3
	var m memory
	var together sync.WaitGroup
	together.Add(n)
	var sources []*fake
	for i := range n {
		name := fmt.Sprint(i)
		sources = append(sources, (&fake{read: func(_ context.Context, _ providers.Since, emit providers.Emit) error {
			together.Done()
			together.Wait() // hangs unless all n are here
			return emit(word(name, inventory.Complete))
		}}).announcing(name))
	}
	opt := options()
	opt.Parallel = n
	if _, err := collect.Run(t.Context(), plan(sources...), &m, &m, opt); err != nil {
		t.Fatal(err)
	}
}
