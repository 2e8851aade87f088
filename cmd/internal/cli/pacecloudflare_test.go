package cli_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/cloudflarefake"
)

// cfPaced is a room that reads a fake at so many calls a second; the fake's clock
// goes.
func cfPaced(t *testing.T, w *cloudflarefake.World, rate int) (room, *cloudflarefake.Server) {
	t.Helper()
	fake := cloudflarefake.New(w)
	begun := time.Now()
	fake.Clock = func() time.Time { return cfNow().Add(time.Since(begun)) }
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	r := newRoom(t, fmt.Sprintf("registry: {files: [registry.yaml]}\nproviders: {cloudflare: {endpoint: %q, rate: %d}}\n", server.URL, rate))
	r.env = []string{"CLOUDFLARE_API_TOKEN=" + cfCanary}
	r.write("registry.yaml", []byte(cfRegistry))
	return r, fake
}

// TestTheRateKeepsAwayFromTheQuota: of the vendor's 1,200 calls in 300 seconds our 2.5
// a second are five eighths. With both twenty times as fast, and a quota of a
// twentieth, a scan of more calls than the quota holds is never refused, and leaves a
// third of it to others.
func TestTheRateKeepsAwayFromTheQuota(t *testing.T) {
	if testing.Short() {
		t.Skip("to keep to a rate takes time")
	}
	w := cfEstate()
	w.Quota = &cloudflarefake.Quota{Requests: 60, Window: 750 * time.Millisecond, Block: 750 * time.Millisecond}
	r, fake := cfPaced(t, w, 50)
	begun := time.Now()
	code, d := r.scan("--now", cfNow().Format(time.RFC3339))
	took := time.Since(begun)
	calls := fake.Calls()
	if code != report.ExitClean || len(holes(d)) > 0 {
		t.Errorf("exit code %d: %s; holes %v", code, d.ExitWhy, holes(d))
	}
	if len(calls) < 2*w.Quota.Requests {
		t.Errorf("only %d calls: the quota could not be tripped", len(calls))
	}
	for i, c := range calls {
		if c.Status == 429 {
			t.Fatalf("call %d, %s, was refused", i, c.Path)
		}
		// 40 calls take 800 ms; the way to the server may shorten that for some.
		if n := w.Quota.Requests * 2 / 3; i >= n && c.At.Sub(calls[i-n].At) < w.Quota.Window*3/4 {
			t.Fatalf("%d calls within %s", n, c.At.Sub(calls[i-n].At))
		}
	}
	t.Logf("%d calls in %.1f s", len(calls), took.Seconds())
}

// TestAWaitIsToldAndThenTheScanGoesOn: what is left of it stands on standard error,
// and the scan is whole.
func TestAWaitIsToldAndThenTheScanGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("to wait takes time")
	}
	r, fake := cfPaced(t, cfEstate(), 0)
	fake.SetFaults(cloudflarefake.Fault{Path: "/accounts/:a/workers/scripts/:s/settings", After: 3, Times: 1, Effect: cloudflarefake.Throttle("7")})
	begun := time.Now()
	code, d, errs := r.scanned("--now", cfNow().Format(time.RFC3339))
	if took := time.Since(begun); code != report.ExitClean || took < 7*time.Second || took > 20*time.Second {
		t.Errorf("exit code %d after %s: %s", code, took, d.ExitWhy)
	}
	if !strings.Contains(errs, `msg="waiting, as the provider asked" remaining=2s`) {
		t.Errorf("what is left of the wait is not told:\n%s", errs)
	}
}

// TestTwoStopsEndAllCalls: what was read until then is kept, the rest is throttled.
func TestTwoStopsEndAllCalls(t *testing.T) {
	r, fake := cfPaced(t, cfEstate(), 0)
	fake.SetFaults(cloudflarefake.Fault{After: 80, Effect: cloudflarefake.ThrottleHTML("1")})
	code, d := r.scan("--now", cfNow().Format(time.RFC3339))
	if code != report.ExitIncomplete {
		t.Errorf("exit code %d: %s", code, d.ExitWhy)
	}
	states := map[string]int{}
	for _, c := range d.Coverage {
		states[c.State]++
		if c.State == "throttled" && (c.Operation == "" || !strings.Contains(c.Message, "the vendor asked 2 times in a row to wait: scan again later, or at a lower rate")) {
			t.Errorf("%s: %+v", c.Capability, c)
		}
	}
	if states["throttled"] < 10 || states["complete"] < 10 || states["throttled"]+states["complete"]+states["partial"] != len(d.Coverage) {
		t.Errorf("cells: %v", states)
	}
	refused := len(fake.Calls()) - 80
	if refused < 2 || refused > 4 { // as many as are in flight at once
		t.Errorf("%d calls were made after the vendor began to refuse", refused)
	}
	if len(d.Assets) == 0 {
		t.Error("what was read is lost")
	}
}

// TestAWaitBeyondTheBound is not waited: it ends its account, and the other is read.
func TestAWaitBeyondTheBound(t *testing.T) {
	r, fake := cfPaced(t, cfEstate(), 0)
	fake.SetFaults(cloudflarefake.Fault{Account: cfData, Path: "/accounts/:a/workers/scripts", Effect: cloudflarefake.Throttle("86400")})
	begun := time.Now()
	code, d := r.scan("--now", cfNow().Format(time.RFC3339))
	if took := time.Since(begun); code != report.ExitIncomplete || took > 10*time.Second {
		t.Errorf("exit code %d after %s: %s", code, took, d.ExitWhy)
	}
	throttled := 0
	for _, c := range d.Coverage {
		if c.Account == cfShop && c.State != "complete" {
			t.Errorf("%s of the other account: %s: %s", c.Capability, c.State, c.Message)
		}
		if c.State == "throttled" && strings.Contains(c.Message, "86400 s, which is longer than is waited") {
			throttled++
		}
	}
	if throttled < 5 {
		t.Errorf("%d cells tell of the wait; holes: %v", throttled, holes(d))
	}
}
