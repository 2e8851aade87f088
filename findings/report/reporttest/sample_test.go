package reporttest_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report/reporttest"
	"github.com/estray/estray/inventory"
)

func TestSampleSetsEveryField(t *testing.T) {
	all, set := map[string]bool{}, map[string]bool{}
	visit(reflect.ValueOf(*reporttest.Document(t)), "Document", all, set)
	for path := range all {
		if !set[path] {
			t.Errorf("%s is set nowhere", path)
		}
	}
	if len(all) < 100 {
		t.Errorf("only %d fields were visited", len(all))
	}
}

// visit notes every field of the structures of the report, and which are set.
func visit(v reflect.Value, path string, all, set map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			visit(v.Elem(), path, all, set)
		}
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), path, all, set)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() {
				return // a time
			}
			at := fmt.Sprintf("%s.%s", path, f.Name)
			all[at] = true
			set[at] = set[at] || !v.Field(i).IsZero()
			visit(v.Field(i), at, all, set)
		}
	}
}

func TestSampleHasEveryWord(t *testing.T) {
	d := reporttest.Document(t)
	got := map[string]map[string]bool{"standing": {}, "severity": {}, "state": {}, "coverage": {}, "presence": {}}
	for _, a := range d.Assets {
		got["standing"][a.Standing] = true
		got["presence"][a.Presence] = true
	}
	for _, f := range d.Findings {
		got["severity"][f.Severity] = true
		got["state"][f.State] = true
	}
	for _, c := range d.Coverage {
		got["coverage"][c.State] = true
	}
	want := map[string]map[string]bool{"standing": {}, "severity": {}, "state": {}, "coverage": {}, "presence": {}}
	for _, s := range findings.Standings() {
		want["standing"][string(s)] = true
	}
	for _, s := range findings.SeverityWords() {
		want["severity"][s] = true
	}
	for _, s := range []findings.State{findings.Open, findings.Acknowledged, findings.Accepted, findings.Resolved} {
		want["state"][string(s)] = true
	}
	for s := inventory.Pending; s <= inventory.Cancelled; s++ {
		want["coverage"][s.String()] = true
	}
	for _, p := range []inventory.Presence{inventory.Present, inventory.NotSeenSince, inventory.Inferred, inventory.Gone} {
		want["presence"][p.String()] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestShuffledIsAnotherOrder(t *testing.T) {
	a, b := reporttest.Input(t), reporttest.Shuffled(t, 1)
	same := slices.EqualFunc(a.Rules, b.Rules, func(x, y findings.Rule) bool { return x.ID == y.ID })
	for i := range a.Findings {
		same = same && a.Findings[i].Fingerprint() == b.Findings[i].Fingerprint()
	}
	if same || len(a.Findings) != len(b.Findings) {
		t.Error("nothing was shuffled, or something was lost")
	}
}
