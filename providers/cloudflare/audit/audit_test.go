package audit_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/audit"
)

// TestBothLogsAreReadToTheirEnd: more pages than one, each event once, and each log
// has a word of its own.
func TestBothLogsAreReadToTheirEnd(t *testing.T) {
	entries, entriesV1 := acts(2500, time.Hour, now()), actsV1(2500, time.Hour, now())
	for name, pastEnd := range map[string]bool{"the last page has no cursor": false, "an empty page follows": true} {
		t.Run(name, func(t *testing.T) {
			p := open(t, entries, entriesV1)
			p.server.Change(func(w *cloudflarefake.World) {
				w.CursorPastEnd = pastEnd
				w.PageSize = map[string]int{newer: 100, older: 100}
			})
			got := p.read(t, audit.Config{Since: ago(200 * day)})
			if d := cmp.Diff(idsOf(entries), got.ids); d != "" || len(got.idsV1) != 2500 {
				t.Errorf("%d events of v1, of v2 (-want +got):\n%s", len(got.idsV1), d)
			}
			want := inventory.Coverage{Cell: inventory.Cell{Source: source, Scope: inventory.Scope{Provider: inventory.Cloudflare, Account: account}, Capability: inventory.CapEvents},
				State: inventory.Complete, Window: window(ago(200*day), ago(late)), Continuity: inventory.Proved, Mark: "read", Seen: 2500,
				Why: inventory.Reason{Message: "the log records neither reads nor refused calls"}}
			if d := cmp.Diff(want, got.Coverage); d != "" {
				t.Errorf("word on v2 (-want +got):\n%s", d)
			}
			want.Cell.Source, want.Continuity = sourceV1, inventory.Assumed
			want.Why.Message = "the older log records neither reads nor refused calls, and not the changes of every product"
			if d := cmp.Diff(want, got.CoverageV1); d != "" {
				t.Errorf("word on v1 (-want +got):\n%s", d)
			}
		})
	}
}

// TestInstantsAreNotCutToDays, as the vendor's client cuts them, and both logs are
// asked for as large pages as there are, oldest first.
func TestInstantsAreNotCutToDays(t *testing.T) {
	p := open(t, nil, nil)
	p.read(t, audit.Config{Since: time.Date(2026, 11, 1, 13, 45, 7, 0, time.UTC)})
	for path, size := range map[string]string{newer: "limit", older: "per_page"} {
		for _, c := range p.calls(path) {
			q := c.Query
			if q.Get("since") != "2026-11-01T13:45:06Z" || q.Get("before") != "2026-11-24T09:00:01Z" || q.Get("direction") != "asc" || q.Get(size) != "1000" {
				t.Errorf("%s was asked for %v", path, q)
			}
		}
	}
}

// TestLongWindowsAreReadInParts, without gaps and with no cursor of another part.
func TestLongWindowsAreReadInParts(t *testing.T) {
	// One event at each edge of a part.
	var entries []cloudflarefake.AuditEntry
	for i := range 4 {
		entries = append(entries, act("edge-"+string(rune('a'+i)), ago(100*day).Add(time.Duration(i)*30*day)))
	}
	p := open(t, entries, nil)
	got := p.read(t, audit.Config{Since: ago(100 * day)})
	if d := cmp.Diff(idsOf(entries), got.ids); d != "" {
		t.Errorf("events (-want +got):\n%s", d)
	}
	if n := len(p.calls(newer)); n != 4 {
		t.Errorf("%d calls, want 4", n)
	}
}

// TestFailure: what a failure means for the cell of either log; the other one
// stands.
func TestFailure(t *testing.T) {
	for name, c := range map[string]struct {
		fault cloudflarefake.Fault
		state inventory.State
		code  string
		text  string
	}{
		"denied":                           {cloudflarefake.Fault{Effect: cloudflarefake.Deny(10000)}, inventory.Denied, "10000", ""},
		"denied with a success":            {cloudflarefake.Fault{Effect: cloudflarefake.Unsuccessful(10000)}, inventory.Denied, "10000", ""},
		"a failed envelope on page 2":      {cloudflarefake.Fault{Page: 2, Effect: cloudflarefake.Unsuccessful(10000)}, inventory.Partial, "10000", ""},
		"throttled on page 2":              {cloudflarefake.Fault{Page: 2, Effect: cloudflarefake.Throttle("100000")}, inventory.Partial, "971", "asked to wait"},
		"the token ends on page 2":         {cloudflarefake.Fault{Page: 2, Effect: cloudflarefake.Expire(1000)}, inventory.Partial, "1000", "the token ended"},
		"no list":                          {cloudflarefake.Fault{Effect: cloudflarefake.ObjectResult()}, inventory.Malformed, "", "no list"},
		"null":                             {cloudflarefake.Fault{Effect: cloudflarefake.NullResult()}, inventory.Malformed, "", ""},
		"the same page for ever":           {cloudflarefake.Fault{Effect: cloudflarefake.RepeatPage()}, inventory.Malformed, "", "twice"},
		"no word on whether there is more": {cloudflarefake.Fault{Page: 2, Effect: cloudflarefake.NoInfo()}, inventory.Malformed, "", "another page"},
	} {
		for _, path := range []string{newer, older} {
			if path == older && (c.text == "twice" || c.text == "another page") {
				continue // pages by number are tested where they are counted
			}
			t.Run(name+path, func(t *testing.T) {
				p := open(t, acts(250, 2*time.Hour, now()), actsV1(250, 2*time.Hour, now()))
				p.server.Change(func(w *cloudflarefake.World) { w.PageSize = map[string]int{newer: 100, older: 100} })
				c.fault.Path = path
				p.server.SetFaults(c.fault)
				got := p.read(t, audit.Config{Since: ago(25 * day)})
				word, stands := got.Coverage, got.CoverageV1
				if path == older {
					word, stands = stands, word
				}
				if word.State != c.state || word.Why.Code != c.code || !says(word, c.text) || word.Continuity != inventory.ContinuityNone || word.Why.Operation != "GET "+path {
					t.Errorf("word %+v", word)
				}
				if c.fault.Page == 2 && c.state == inventory.Partial && word.Window != window(ago(25*day), ago(151*2*time.Hour)) {
					t.Errorf("window %+v is not what was read", word.Window)
				}
				if c.fault.Page == 0 && word.State == inventory.Denied && !word.Window.To.IsZero() {
					t.Errorf("window %+v, and nothing was read", word.Window)
				}
				ended := strings.HasPrefix(name, "the token") || strings.HasPrefix(name, "throttled")
				if stands.State != inventory.Complete && !ended {
					t.Errorf("the other word %+v", stands)
				}
				if !says(word, "records neither reads nor refused calls") {
					t.Errorf("the blind spot is not told: %+v", word)
				}
			})
		}
	}
}

// TestNextScanGoesOn from where an ended one stopped, and what was covered before
// stays covered.
func TestNextScanGoesOn(t *testing.T) {
	entries := acts(250, 2*time.Hour, now())
	p := open(t, entries, nil)
	p.server.Change(func(w *cloudflarefake.World) { w.PageSize = map[string]int{newer: 100} })
	p.server.SetFaults(cloudflarefake.Fault{Path: newer, Page: 2, Effect: cloudflarefake.Deny(10000)})
	one := p.read(t, audit.Config{Since: ago(25 * day)})
	p.server.SetFaults()
	two := p.read(t, audit.Config{Since: ago(25 * day), Prior: one.Coverage})
	if c := two.Coverage; c.State != inventory.Complete || c.Window != window(ago(25*day), ago(late)) {
		t.Errorf("word %+v", c)
	}
	if len(one.ids) != 100 || len(two.ids) > 152 {
		t.Errorf("%d and %d events: more than the rest was read again", len(one.ids), len(two.ids))
	}
	all := append(slices.Clone(one.ids), two.ids...)
	slices.Sort(all)
	if d := cmp.Diff(idsOf(entries), slices.Compact(all)); d != "" {
		t.Errorf("events of both (-want +got):\n%s", d)
	}
	p.server.SetFaults(cloudflarefake.Fault{Path: newer, Effect: cloudflarefake.Deny(10000)})
	three := p.read(t, audit.Config{Prior: two.Coverage, Now: now().Add(time.Hour)})
	if c := three.Coverage; c.State != inventory.Denied || c.Window != two.Coverage.Window || c.Mark == "" {
		t.Errorf("word %+v", c)
	}
}

// TestOtherOrder: a log that comes newest first, whatever is asked for, is read
// whole; but where it breaks off nothing passes for read.
func TestOtherOrder(t *testing.T) {
	answer := func(ids ...string) cloudflarefake.Effect {
		var items []string
		for i, id := range ids {
			at := ago(time.Duration(i+1) * day).Format(time.RFC3339)
			items = append(items, `{"id":"`+id+`","action":{"type":"update","result":"success","time":"`+at+`"},"account":{"id":"`+account+`"},"actor":{"id":"u","type":"user"},
				"raw":{"method":"PATCH","uri":"/accounts/`+account+`/workers/scripts/shop/settings","status_code":200},"resource":{"product":"workers"}}`)
		}
		return cloudflarefake.Answer(200, "application/json", `{"success":true,"result":[`+strings.Join(items, ",")+`],"result_info":{"count":"2","cursor":"c"}}`)
	}
	p := open(t, nil, nil)
	p.server.SetFaults(cloudflarefake.Fault{Path: newer, Times: 1, Effect: answer("late", "early")}, cloudflarefake.Fault{Path: newer, After: 0, Effect: cloudflarefake.Deny(10000)})
	got := p.read(t, audit.Config{Since: ago(25 * day)})
	if c := got.Coverage; c.State != inventory.Partial || !c.Window.To.IsZero() || len(got.ids) != 2 {
		t.Errorf("%d events, word %+v", len(got.ids), c)
	}
}

// TestRecordThatIsNotUnderstood is told and counted, all else is read, and nothing
// from it on passes for covered.
func TestRecordThatIsNotUnderstood(t *testing.T) {
	entries := acts(100, 6*time.Hour, now())
	entries[40].Account.ID = other
	p := open(t, entries, nil)
	got := p.read(t, audit.Config{Since: ago(25 * day)})
	c := got.Coverage
	if c.State != inventory.Malformed || c.Seen != 99 || c.Mark == "" || c.Continuity != inventory.ContinuityNone ||
		!says(c, "1 records were not understood, first: decode record: it is of another account than the log; all else was read") {
		t.Errorf("word %+v", c)
	}
	if c.Window != window(ago(25*day), entries[39].Action.Time) {
		t.Errorf("window %+v reaches over it", c.Window)
	}
	if !got.Unplaced {
		t.Error("what it changed is not known, and that is not told")
	}
	again := p.read(t, audit.Config{Since: ago(25 * day), Prior: c}).Coverage
	if again.State != inventory.Malformed || again.Window != c.Window {
		t.Errorf("the next scan passes it over: %+v", again)
	}
}

func TestBudget(t *testing.T) {
	entries := acts(900, 30*time.Minute, now())
	p := open(t, entries, nil)
	p.server.Change(func(w *cloudflarefake.World) { w.PageSize = map[string]int{newer: 50} })
	var all []string
	var prior inventory.Coverage
	for n := 1; prior.State != inventory.Complete; n++ {
		p.server.Reset()
		got := p.read(t, audit.Config{Budget: 6, Since: ago(20 * day), Prior: prior})
		if calls := len(p.calls(newer)); calls > 6 {
			t.Fatalf("%d calls", calls)
		}
		all, prior = append(all, got.ids...), got.Coverage
		if prior.State == inventory.Partial && !says(prior, "6 pages were read, which is the most for one scan; the next one goes on") || n > 6 {
			t.Fatalf("word %+v", prior)
		}
	}
	slices.Sort(all)
	if d := cmp.Diff(idsOf(entries), slices.Compact(all)); d != "" {
		t.Errorf("events of all (-want +got):\n%s", d)
	}
}

// TestBudgetOfTheOlderLog is counted in records.
func TestBudgetOfTheOlderLog(t *testing.T) {
	p := open(t, nil, actsV1(2500, time.Minute, now()))
	got := p.read(t, audit.Config{Budget: 2, Since: ago(20 * day)})
	if c := got.CoverageV1; c.State != inventory.Partial || c.Seen != 2000 || !says(c, "2 pages were read") || c.Window != window(ago(20*day), ago(501*time.Minute)) {
		t.Errorf("word %+v", c)
	}
}

// TestTouched: what must be read again, by whatever the log names it.
func TestTouched(t *testing.T) {
	at := func(n int) time.Time { return ago(time.Duration(10-n) * time.Hour) }
	script := "/accounts/" + account + "/workers/scripts/"
	failed := calling("4", at(4), "PUT", script+"half")
	failed.Action.Result, failed.Raw.StatusCode = "failure", 502
	entries := []cloudflarefake.AuditEntry{
		calling("1", at(1), "PUT", script+"shop"),
		calling("2", at(2), "PATCH", script+"shop/settings"),
		calling("3", at(3), "GET", script+"looked-at"),
		failed,
		calling("5", at(5), "PUT", "/zones/"+zone+"/workers/routes/abc"),
	}
	got := open(t, entries, nil).read(t, audit.Config{Since: ago(2 * day)})
	want := map[inventory.AssetID]time.Time{worker("shop"): at(2), worker("half"): at(4), inventory.AssetID("cloudflare:zone/" + zone + "/route/abc"): at(5)}
	if d := cmp.Diff(want, got.Touched); d != "" || got.Unplaced {
		t.Errorf("unplaced %v, touched (-want +got):\n%s", got.Unplaced, d)
	}
	if d := cmp.Diff(map[string]time.Time{zone: at(5)}, got.Zones); d != "" {
		t.Errorf("zones (-want +got):\n%s", d)
	}
	blind := calling("6", at(6), "POST", "")
	if !open(t, []cloudflarefake.AuditEntry{blind}, nil).read(t, audit.Config{Since: ago(2 * day)}).Unplaced {
		t.Error("a change of nobody knows what is not told")
	}
}

// TestUnknownCalls are listed, most frequent first, and bounded.
func TestUnknownCalls(t *testing.T) {
	const tail = "; the log records neither reads nor refused calls"
	for name, c := range map[string]struct {
		kinds int
		want  string
	}{
		"one":  {1, "3 calls that this version does not know: POST /accounts/:a/workers/kind-a (3)"},
		"some": {3, "5 calls that this version does not know: POST /accounts/:a/workers/kind-a (3), POST /accounts/:a/workers/kind-b (1), POST /accounts/:a/workers/kind-c (1)"},
		"many": {12, "POST /accounts/:a/workers/kind-j (1), and 2 others"},
	} {
		t.Run(name, func(t *testing.T) {
			var entries []cloudflarefake.AuditEntry
			for i := range c.kinds {
				for n := range 3 {
					if n == 0 || i == 0 {
						entries = append(entries, calling(fmt.Sprintf("u-%d-%d", i, n), ago(time.Hour), "POST", "/accounts/"+account+"/workers/kind-"+string(rune('a'+i))))
					}
				}
			}
			got := open(t, entries, nil).read(t, audit.Config{Since: ago(2 * day)})
			if word := got.Coverage; word.State != inventory.Complete || word.Seen != len(entries) || !strings.HasSuffix(word.Why.Message, c.want+tail) {
				t.Errorf("word %+v", word)
			}
			for _, e := range got.events {
				if e.Action != inventory.ActionOther {
					t.Errorf("event %+v is no other", e)
				}
			}
		})
	}
}

func TestErrorsOfTheCallerComeBackUnchanged(t *testing.T) {
	p := open(t, acts(3, time.Hour, now()), actsV1(3, time.Hour, now()))
	cfg := audit.Config{Account: account, Source: source, SourceV1: sourceV1, Now: now(), Since: ago(day)}
	full := errors.New("the disk is full")
	got, err := audit.Read(t.Context(), p.client, cfg, func(inventory.Fact) error { return full })
	if err != full || got.Coverage.State != inventory.Cancelled || got.CoverageV1.State != inventory.Cancelled || got.CoverageV1.Cell.Source != sourceV1 { //nolint:errorlint // unchanged is what is promised
		t.Errorf("error %v, words %+v and %+v", err, got.Coverage, got.CoverageV1)
	}
	ctx, cancel := context.WithCancel(t.Context())
	got, err = audit.Read(ctx, p.client, cfg, func(inventory.Fact) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) || got.Coverage.State != inventory.Cancelled {
		t.Errorf("error %v, word %+v", err, got.Coverage)
	}
	p.server.SetFaults(cloudflarefake.Fault{Path: older, Effect: cloudflarefake.Hang()})
	ctx, cancel = context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	got, err = audit.Read(ctx, p.client, cfg, func(inventory.Fact) error { return nil })
	if !errors.Is(err, context.DeadlineExceeded) || got.Coverage.State != inventory.Complete || got.CoverageV1.State != inventory.Cancelled {
		t.Errorf("in a call: error %v, words %+v and %+v", err, got.Coverage, got.CoverageV1)
	}
}

// TestActsOnAUsersTokenAreShared: every account that a user can reach tells of them,
// and no account of another's.
func TestActsOnAUsersTokenAreShared(t *testing.T) {
	shared := map[string]string{}
	for _, id := range []string{account, other} {
		entries := []cloudflarefake.AuditEntry{calling("user-token", ago(time.Hour), "PUT", "/user/tokens/ed17574386854bf78a67040be0a770b0"),
			calling("script-"+id, ago(time.Hour), "PUT", "/accounts/"+id+"/workers/scripts/shop")}
		p := open(t, nil, nil)
		p.server.Change(func(w *cloudflarefake.World) {
			w.Accounts = []*cloudflarefake.Account{{ID: id, Audit: entries}}
		})
		_, err := audit.Read(t.Context(), p.client, audit.Config{Account: id, Source: source, SourceV1: sourceV1, Now: now(), Since: ago(day)}, func(f inventory.Fact) error {
			if e, ok := f.(inventory.Event); ok {
				if e.Shared == "" || e.Scope.Account != id {
					t.Errorf("event %+v", e)
				}
				shared[e.Shared] = e.ID
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(shared) != 3 { // the token's, and one of each script
		t.Errorf("shared ids %v", shared)
	}
}
