package cli_test

import (
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/cloudflarefake"
)

// TestTheModeOfAScanOfCloudflareIsNoChange: full and default scans in turn, with
// nothing changed between them, leave one interval of each facet in the history.
func TestTheModeOfAScanOfCloudflareIsNoChange(t *testing.T) {
	w := cfEstate()
	for _, a := range w.Accounts {
		a.Audit = a.Audit[:1] // of each Worker two are told, at different times
	}
	s := newCFSight(t, w)
	for i, flags := range [][]string{{"--full"}, nil, {"--full"}, nil} {
		code, d := s.after(time.Duration(i)*8*24*time.Hour, func(w *cloudflarefake.World) { // after a week all is read again
			cfEvent(w.Accounts[0], w.Now.Add(-24*time.Hour), "PUT /accounts/"+cfShop+"/workers/scripts/front")
			cfEvent(w.Accounts[1], w.Now.Add(-24*time.Hour), "PUT /accounts/"+cfData+"/workers/scripts/front")
		}, flags...)
		if len(holes(d)) > 0 || code != report.ExitClean {
			t.Errorf("scan %d, %v: exit code %d: %s; holes %v", i+1, flags, code, d.ExitWhy, holes(d))
		}
	}
	id, last := "cloudflare:"+cfShop+"/worker/"+cfID("4a", 0), 24*24*time.Hour
	for _, facet := range []string{"name", "bindings", "deployment", "code", "configuration", "logging", "versions"} {
		if got := s.history(id, facet, last); len(got) != 1 {
			t.Errorf("%d intervals of %s, want 1: %q", len(got), facet, got)
		}
	}
}

// TestAWordOnWhatWasNotAskedAgain counts the Workers that did not change, and says on
// what that rests: previews, too, which need a call for each.
func TestAWordOnWhatWasNotAskedAgain(t *testing.T) {
	s := newCFSight(t, cfEstate())
	for i := range 3 {
		_, d := s.after(time.Duration(i)*time.Hour, nil)
		for _, capability := range []string{"settings", "deployments", "versions", "schedules", "previews"} {
			c := cell(t, d, cfShop, capability)
			if again := strings.Contains(c.Message, "5 Workers were not asked again"); c.State != "complete" || c.Seen != 5 || again != (i == 2) {
				t.Errorf("scan %d: %s is %s, seen %d: %s", i+1, capability, c.State, c.Seen, c.Message)
			}
		}
	}
}
