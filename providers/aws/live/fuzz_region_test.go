package live_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/live"
)

// FuzzWebAnswer: whatever the API without a client answers, the cell is complete
// only with as many functions as are counted, each with an id.
func FuzzWebAnswer(f *testing.F) {
	for _, body := range []string{`{"functions":[{"functionArn":"arn:a","functionName":"a","createdAt":1700000000.5}]}`, `{"functions":[{}]}`,
		`{"functions":null,"nextToken":"x"}`, `{"functions":[{"functionArn":"arn:a","createdAt":{}},{"functionArn":"arn:b","createdAt":1e300}]}`, `{"functions":[{"functionArn":"arn:a","updatedAt":"9999-12-31T23:59:59-01:00"}]}`, `[]`, ``, `{"functions":[`} {
		f.Add([]byte(body))
	}
	s := serve(f, world(&awsfake.Region{WebFunctions: []*awsfake.WebFunction{{Name: "a"}}}))
	f.Fuzz(func(t *testing.T, body []byte) {
		s.SetFaults(awsfake.Fault{Operation: "ListWebFunctions", Times: 3, Effect: awsfake.Answer(200, string(body))})
		got := scan(t, config(), found{})
		n := 0
		for _, fact := range got.facts {
			if a, ok := fact.(inventory.Asset); ok && a.Kind == inventory.WebFunction {
				n++
				if a.ID == "" {
					t.Error("a web function has no id")
				}
				if _, err := json.Marshal(a); err != nil {
					t.Errorf("a web function cannot be stored: %v", err)
				}
			}
		}
		if w := got.words[inventory.CapWebFunctions]; w.State == inventory.Complete && n != 1 {
			t.Errorf("complete with %d of 1: %q", n, body)
		}
	})
}

// FuzzMark: a mark of whatever origin never spares a function that it does not
// name from being asked.
func FuzzMark(f *testing.F) {
	s := serve(f, world(&awsfake.Region{Functions: many(2)}))
	first := scan(f, config(lookup), found{})
	for _, mark := range []string{first.words[inventory.CapFunctions].Mark, "", "1 2026-11-24T09:00:00Z - ", "1 2026-11-24T09:00:00Z - AAAAAAAAAAA", "1 x - ", "   "} {
		f.Add(mark)
	}
	good := first.words[inventory.CapFunctions].Mark
	f.Fuzz(func(t *testing.T, mark string) {
		if len(mark) >= 11 && mark != good && sharesPrint(mark, good) {
			t.Skip("it names one of the functions")
		}
		before := first
		change(&before, inventory.CapFunctions, func(c *inventory.Coverage) { c.Mark = mark })
		s.Reset()
		scan(t, config(lookup, func(c *live.Config) { c.Now = at().Add(time.Minute) }), before)
		want := "f00 f01"
		if mark == good {
			want = ""
		}
		if got := asked(s); got != want {
			t.Errorf("mark %q: asked about %q, want %q", mark, got, want)
		}
	})
}

// sharesPrint reports whether both hold the same fingerprint somewhere.
func sharesPrint(a, b string) bool {
	for i := 0; i+11 <= len(a); i++ {
		for j := len(b) - 22; j >= 0 && j+11 <= len(b); j += 11 {
			if a[i:i+11] == b[j:j+11] {
				return true
			}
		}
	}
	return false
}
