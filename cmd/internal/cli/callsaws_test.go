package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/estray/estray/internal/awsfake"
)

// tally counts calls by service and operation.
func tally(calls []awsfake.Call) map[string]int {
	out := map[string]int{}
	for _, c := range calls {
		out[c.Service+" "+c.Operation]++
	}
	return out
}

// askedAbout are the functions about which a call of Lambda was made: the name with
// its account and region.
func askedAbout(calls []awsfake.Call, operation string) map[string]bool {
	out := map[string]bool{}
	for _, c := range calls {
		if c.Service == "lambda" && c.Operation == operation {
			out[c.Account+" "+c.Region+" "+c.Resource] = true
		}
	}
	return out
}

// logged adds to a region an event of a function: another of its events with
// another name and time.
func logged(t *testing.T, r *awsfake.Region, name, event string, at time.Time) {
	t.Helper()
	for _, old := range r.Events {
		var e map[string]any
		if err := json.Unmarshal(old, &e); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(old, []byte(`"functionName":"`+name+`"`)) && e["readOnly"] == false {
			e["eventName"], e["eventTime"], e["eventID"] = event, at.Format(time.RFC3339), event+name
			text, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			r.Events = append(r.Events, text)
			return
		}
	}
	t.Fatalf("no event tells of %s", name)
}

// fiveChanges changes five functions of the estate: two told by events alone, two
// by their revision, and one by a URL on a new alias.
func fiveChanges(t *testing.T, w *awsfake.World, at time.Time) {
	t.Helper()
	shop, data := w.Account(awsfake.Shop).Places["eu-west-1"], w.Account(awsfake.Data).Places["us-east-1"]
	logged(t, shop, shop.Functions[5].Name, "AddPermission20150331v2", at)
	logged(t, data, data.Functions[8].Name, "RemovePermission20150331v2", at)
	shop.Functions[10].RevisionID, data.Functions[11].RevisionID = "changed", "changed"
	f := shop.Functions[17]
	f.Aliases = append(f.Aliases, &awsfake.Alias{Name: "new", Version: "1"})
	f.URLs = append(f.URLs, &awsfake.URL{Qualifier: "new", ID: "newlyopened", AuthType: "NONE", Created: at})
	logged(t, shop, f.Name, "CreateFunctionUrlConfig", at)
}

// perFunction are the operations of which the number grows with the functions on
// a default scan.
func perFunction() []string { return []string{"ListAliases", "ListFunctionUrlConfigs", "GetPolicy"} }

// TestCalls holds what a scan of the estate costs against its bounds: at most
// three calls for each function and one for each alias beside the account-wide
// ones, and on a second scan nothing for what did not change.
func TestCalls(t *testing.T) {
	b, s, r, _ := estate(t)
	functions, aliases := 0, 0
	for _, a := range b.World.Accounts {
		for _, p := range a.Places {
			for _, f := range p.Functions {
				functions, aliases = functions+1, aliases+len(f.Aliases)
			}
		}
	}
	now := b.World.Now
	scan := func(later time.Duration, flags ...string) []awsfake.Call {
		s.Change(func(w *awsfake.World) { w.Now = now.Add(later) })
		s.Reset()
		r.scan(append(flags, "--now", now.Add(later).Format(time.RFC3339), "--state", r.sqlite("estray.db"))...)
		return s.Calls()
	}
	first := scan(0)
	second := scan(6 * time.Hour)
	s.Change(func(w *awsfake.World) { fiveChanges(t, w, now.Add(8*time.Hour)) })
	changed := scan(12 * time.Hour)
	full := scan(18*time.Hour, "--full")

	c := tally(first)
	if c["lambda ListAliases"] > functions || c["lambda ListFunctionUrlConfigs"] > functions || c["lambda GetPolicy"] > functions+aliases {
		t.Errorf("%d functions and %d aliases: %v", functions, aliases, c)
	}
	wide := len(first) - c["lambda ListAliases"] - c["lambda ListFunctionUrlConfigs"] - c["lambda GetPolicy"]
	if wide > 400 {
		t.Errorf("%d calls that are account-wide", wide)
	}
	for _, operation := range perFunction() {
		if n := len(askedAbout(second, operation)); n != 0 {
			t.Errorf("nothing changed, and %s was asked of %d functions", operation, n)
		}
		if n := len(askedAbout(changed, operation)); n != 5 {
			t.Errorf("five functions changed, and %s was asked of %d", operation, n)
		}
		if n := len(askedAbout(full, operation)); n != functions {
			t.Errorf("a full scan asked %s of %d functions of %d", operation, n, functions)
		}
	}
	t.Logf("%d functions, %d aliases\n%s", functions, aliases, table(first, second, changed, full))
}

// table is the calls of several scans, side by side.
func table(scans ...[]awsfake.Call) string {
	all := map[string][]int{}
	total := make([]int, len(scans))
	for i, calls := range scans {
		for operation, n := range tally(calls) {
			if all[operation] == nil {
				all[operation] = make([]int, len(scans))
			}
			all[operation][i] = n
			total[i] += n
		}
	}
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	row := func(name string, n []int) {
		fmt.Fprintf(w, "| %s", name)
		for _, x := range n {
			fmt.Fprintf(w, "\t| %d", x)
		}
		fmt.Fprintln(w, "\t|")
	}
	for _, operation := range slices.Sorted(maps.Keys(all)) {
		row(operation, all[operation])
	}
	row("all", total)
	w.Flush()
	return out.String()
}
