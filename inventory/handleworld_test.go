package inventory_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
)

// world is an account in which Workers are made, renamed, deleted and made anew under the names
// of others, with readings at any time between.
type world struct {
	now    time.Time
	live   map[string]life // by name
	lives  int
	seen   []inventory.Asset
	events []inventory.Event
	truth  []life // of each event, who had the name
	lived  []life // all that there were
	listed time.Time
	first  map[life]time.Time // when a list showed the Worker with the name first
	back   map[string]bool    // tags that got a name that they had had before
	had    map[string]bool    // "tag name"
}

// life is a Worker while it has a name.
type life struct {
	tag, name string
	made      time.Time
	renamed   bool // to this name
}

func (w *world) log(action inventory.Action, l life) {
	w.events = append(w.events, act(fmt.Sprint(len(w.events)), w.now, action, named(l.name)))
	w.truth = append(w.truth, l)
	told := toldOf(l.name, w.now, time.Time{})
	if action == inventory.ActionDelete {
		told.Deleted = w.now
	}
	w.seen = append(w.seen, told)
}

func (w *world) list() {
	w.listed = w.now
	for _, l := range w.live {
		w.seen = append(w.seen, worker(l.tag, l.name, l.made, w.now))
		if _, ok := w.first[l]; !ok {
			w.first[l] = w.now
		}
	}
}

func (w *world) enter(l life) {
	w.live[l.name], w.lived = l, append(w.lived, l)
	w.back[l.tag] = w.back[l.tag] || w.had[l.tag+" "+l.name]
	w.had[l.tag+" "+l.name] = true
}

func (w *world) step(t *rapid.T, longest int) {
	w.now = w.now.Add(time.Duration(rapid.IntRange(1, longest).Draw(t, "minutes")) * time.Minute)
	names := rapid.SampledFrom([]string{"a", "b", "c"})
	l, ok := w.live[names.Draw(t, "name")]
	switch what := rapid.SampledFrom([]string{"list", "upload", "rename", "delete"}).Draw(t, "what"); {
	case what == "list":
		w.list()
	case !ok:
		w.lives++
		l = life{tag: fmt.Sprint(w.lives), name: names.Draw(t, "made as"), made: w.now}
		if _, taken := w.live[l.name]; !taken {
			w.enter(l)
			w.log(inventory.ActionCreate, l)
		}
	case what == "upload":
		w.log(inventory.ActionUpdateCode, l)
	case what == "delete":
		w.log(inventory.ActionDelete, l)
		delete(w.live, l.name)
	default:
		to := life{tag: l.tag, name: names.Draw(t, "to"), made: l.made, renamed: true}
		if _, taken := w.live[to.name]; !taken {
			delete(w.live, l.name)
			w.enter(to)
		}
	}
}

// view is what is known in the end, after a last list.
func (w *world) view() *inventory.View {
	w.now = w.now.Add(time.Hour)
	w.list()
	v := inventory.NewView(on(28), w.seen, []inventory.Coverage{read(workers(), inventory.Complete, w.listed)})
	v.Events = func(_ context.Context, _ inventory.Filter, yield func(inventory.Event) error) error {
		for _, e := range w.events {
			if err := yield(e); err != nil {
				return err
			}
		}
		return nil
	}
	return v
}

// limited reports whether the event is one of those that the comment of Holder says
// may be told of another Worker.
func (w *world) limited(e inventory.Event, l life, got inventory.AssetID) bool {
	_, listed := w.first[l]
	return !listed || w.back[l.tag] || w.renamedUnseen(l, e.Time) || slices.ContainsFunc(w.lived, func(x life) bool {
		return tag(x.tag) == got && x.name == l.name && (w.back[x.tag] || w.renamedUnseen(x, e.Time) || e.Time.Sub(x.made).Abs() <= 5*time.Minute)
	})
}

// renamedUnseen reports whether the Worker got the name after it was made, and no
// list had shown that by the instant.
func (w *world) renamedUnseen(l life, at time.Time) bool { return l.renamed && at.Before(w.first[l]) }

// TestEventsAreTheirWorkersOwn in any world, but for what the comment of Holder says.
// What cannot be told stays under the handle.
func TestEventsAreTheirWorkersOwn(t *testing.T) {
	var right, open, wrong int
	rapid.Check(t, func(t *rapid.T) {
		w := &world{now: on(1), live: map[string]life{}, first: map[life]time.Time{}, back: map[string]bool{}, had: map[string]bool{}}
		longest := rapid.SampledFrom([]int{4, 60, 600}).Draw(t, "longest wait")
		for range rapid.IntRange(5, 40).Draw(t, "steps") {
			w.step(t, longest)
		}
		i := 0
		if err := w.view().Walk(t.Context(), inventory.Filter{}, func(e inventory.Event) error {
			l := w.truth[i]
			i++
			switch {
			case slices.Equal(e.Assets, []inventory.AssetID{tag(l.tag)}):
				right++
			case slices.Equal(e.Assets, []inventory.AssetID{named(l.name)}):
				open++
			case !w.limited(e, l, e.Assets[0]):
				t.Errorf("at %s, %s of %s was that of %s, and is told of %s", e.Time, e.Action, l.name, tag(l.tag), e.Assets)
			default:
				wrong++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("of %d events %d are told of their Worker, %d stay under the name, %d are told of another", right+open+wrong, right, open, wrong)
}
