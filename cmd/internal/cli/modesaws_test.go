package cli_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/awsfake"
)

// TestTheModeOfAScanIsNoChange: full and default scans in turn, with nothing
// changed between them, leave one interval of each facet in the history, and what
// only a full scan reads stays known.
func TestTheModeOfAScanIsNoChange(t *testing.T) {
	const account, region = "111122223333", "eu-west-1"
	csc := "arn:aws:lambda:" + region + ":" + account + ":code-signing-config:csc-1"
	id := "arn:aws:lambda:" + region + ":" + account + ":function:pay"
	reserved, now := 0, time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)
	pay := &awsfake.Function{Name: "pay", Reserved: &reserved, CodeSigningConfig: csc,
		Settings: awsfake.Settings{State: "Inactive", RevisionID: "r1", CodeSHA256: "d", LastModified: now.Add(-48 * time.Hour)}}
	w := &awsfake.World{Now: now, Home: account, Accounts: []*awsfake.Account{{ID: account, Places: map[string]*awsfake.Region{
		region: {Functions: []*awsfake.Function{pay}, CodeSigningConfigs: []*awsfake.CodeSigningConfig{{ID: "csc-1"}}}}}}}
	s := awsfake.New(w)
	pointAWS(t, s)
	r := newRoom(t, "providers: {aws: {regions: ["+region+"], rate: 0}}\n")
	var d *report.Document
	for i, mode := range [][]string{{"--full"}, nil, {"--full"}, nil} {
		at := now.Add(time.Duration(i) * 8 * 24 * time.Hour) // after a week all is read again
		s.Change(func(w *awsfake.World) { w.Now = at })
		_, d = r.scan(append(mode, "--now", at.Format(time.RFC3339))...)
	}
	code, out, errs := r.estray("inventory", "history", id, "--format", "json", "--at", d.Run.Now.Format(time.RFC3339))
	if code != 0 {
		t.Fatalf("inventory history: exit code %d\n%s", code, errs)
	}
	var rows []struct{ What, Value string }
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		t.Fatal(err)
	}
	got, intervals := []string{}, map[string]int{}
	for _, row := range rows {
		intervals[row.What]++
		if slices.Contains([]string{"facet settings", "facet code-signing"}, row.What) {
			got = append(got, fmt.Sprintf("%s: %s", row.What, row.Value))
		}
	}
	want := []string{"facet code-signing: " + `{"config":"` + csc + `"}`, "facet settings: " + `{"state":"Inactive","reserved_concurrency":0}`}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	for what, n := range intervals {
		if n != 1 {
			t.Errorf("%d intervals of %s, want 1:\n%s", n, what, out)
		}
	}
	i := slices.IndexFunc(d.Assets, func(a report.Asset) bool { return a.ID == id })
	for _, facet := range []string{"settings", "code-signing", "configuration"} {
		if why, ok := d.Assets[i].UnknownFacets[facet]; ok {
			t.Errorf("%s is not known after a full scan: %s", facet, why)
		}
	}
}
