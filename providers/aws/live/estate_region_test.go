package live_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/live"
	"github.com/estray/estray/providers/aws/session"
)

// said is what a scan says of one function, in the words of the estate's truth.
type said struct {
	URLs  map[string]string
	Reach map[string]string
}

// sayings judges each qualifier by itself: URLs and policies, and no doors.
func sayings(a inventory.Asset) said {
	out := said{map[string]string{}, map[string]string{}}
	by := map[string][]inventory.Exposure{}
	for _, c := range []inventory.Capability{inventory.CapURLs, inventory.CapPolicies} {
		e, _ := a.Exposure[c].Get()
		for _, w := range e.Ways {
			by[w.Qualifier] = append(by[w.Qualifier], w)
			if c == inventory.CapURLs {
				out.URLs[w.Qualifier] = w.Hostname
			}
		}
	}
	for q, ways := range by {
		out.Reach[q] = inventory.Exposures{Ways: ways}.Reach().String()
	}
	return out
}

// TestEstate: of a whole company, every function is told, every URL with its
// qualifier, and the right reach for each; and no secret.
func TestEstate(t *testing.T) {
	built := awsfake.Estate(awsfake.EstateOptions{})
	serve(t, built.World)
	cfg := live.Config{Organization: true, Role: session.Role{Name: awsfake.AuditRole, ExternalID: awsfake.ExternalID}, Now: built.World.Now, Lookup: true, GetFunction: true, Full: true}
	t.Setenv("AWS_ACCESS_KEY_ID", awsfake.AccessKey(awsfake.Management))
	sources, err := live.New(cfg).Plan(t.Context())
	if sources == nil {
		t.Fatal(err)
	}
	got := map[string]said{}
	var text []byte
	for _, s := range sources {
		err := s.Read(t.Context(), nothing, func(f inventory.Fact) error {
			b, err := json.Marshal(f)
			text = append(text, b...)
			if a, ok := f.(inventory.Asset); ok && slices.ContainsFunc(a.Sightings, func(s inventory.Sighting) bool { return s.Cell.Capability == inventory.CapFunctions }) {
				got[string(a.ID)] = sayings(a)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]said{}
	for _, f := range built.Functions {
		w := said{f.URLs, f.Reach}
		if w.URLs == nil {
			w.URLs = map[string]string{}
		}
		// What nothing leads to has no way that could be judged.
		w.Reach = maps.Clone(f.Reach)
		maps.DeleteFunc(w.Reach, func(q, reach string) bool { _, told := got[f.ARN].Reach[q]; return reach == "private" && !told })
		want[f.ARN] = w
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("functions (-true +told):\n%s", diff)
	}
	for _, canary := range []string{awsfake.Canary, awsfake.CanaryLink} {
		if strings.Contains(string(text), canary) {
			t.Errorf("%s was kept", canary)
		}
	}
}
