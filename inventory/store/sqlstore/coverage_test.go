package sqlstore_test

import (
	"testing"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
)

// TestALaterRunAnswersAnEarlierOne: a snapshot speaks of the instant at which it
// was taken, which may be before the run that could not read it.
func TestALaterRunAnswersAnEarlierOne(t *testing.T) {
	server := startSchemas(t)
	cell := inventory.Cell{Source: "snapshot", Scope: inventory.Scope{Provider: inventory.AWS}, Capability: inventory.CapFunctions}
	say := func(state inventory.State, read time.Time) inventory.Coverage {
		return inventory.Coverage{Cell: cell, State: state, Read: read}
	}
	taken, first, second, third := benchDay(0), benchDay(1), benchDay(2), benchDay(3)
	for _, test := range []struct {
		name  string
		words []inventory.Coverage // one a run
		want  inventory.State
	}{
		{"a cancelled reading is made up for by a snapshot that is older", []inventory.Coverage{say(inventory.Cancelled, first), say(inventory.Complete, taken)}, inventory.Complete},
		{"also by one that was read before", []inventory.Coverage{say(inventory.Complete, taken), say(inventory.Cancelled, second), say(inventory.Complete, taken)}, inventory.Complete},
		{"a cancelled reading is the last word until then", []inventory.Coverage{say(inventory.Complete, taken), say(inventory.Cancelled, second)}, inventory.Cancelled},
		{"a mended file is whole", []inventory.Coverage{say(inventory.Malformed, taken), say(inventory.Complete, taken)}, inventory.Complete},
		{"a damaged file is not", []inventory.Coverage{say(inventory.Complete, taken), say(inventory.Malformed, taken)}, inventory.Malformed},
		{"an older snapshot is no later word", []inventory.Coverage{say(inventory.Denied, first), say(inventory.Complete, taken)}, inventory.Denied},
	} {
		for name, url := range map[string]string{"sqlite": fileURL(t), "postgres": server.url(t)} {
			t.Run(test.name+" "+name, func(t *testing.T) {
				s := openAt(t, url)
				for i, word := range test.words {
					at := []time.Time{first, second, third}[i]
					run, _, err := s.Begin(t.Context(), store.Run{ID: "run", Now: at, Started: at}, 0)
					if err != nil {
						t.Fatal(err)
					}
					if err := s.Append(t.Context(), store.Batch{Run: run.ID, Facts: []inventory.Fact{inventory.Coverage{Cell: cell}, word}}); err != nil {
						t.Fatal(err)
					}
					if err := s.End(t.Context(), run); err != nil {
						t.Fatal(err)
					}
				}
				v, err := s.View(t.Context(), third)
				if err != nil || len(v.Coverage) != 1 {
					t.Fatalf("coverage %v: %v", v, err)
				}
				if got := v.Coverage[0].State; got != test.want {
					t.Errorf("the cell is %s, want %s", got, test.want)
				}
			})
		}
	}
}
