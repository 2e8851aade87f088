package trail_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
	"github.com/estray/estray/providers/aws/trail"
)

func TestHistoryOfOnePage(t *testing.T) {
	acts := []act{update("a", ago(80*day)), update("b", ago(time.Hour)), {id: "c", service: "cloudtrail", name: "StopLogging", at: ago(time.Hour)}}
	p := open(t, acts...)
	got := p.lookup(t, trail.LookupConfig{})
	if diff := cmp.Diff([]string{"a", "b", "c"}, got.ids); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	want := inventory.Coverage{
		Cell:   inventory.Cell{Source: source, Scope: inventory.Scope{Provider: "aws", Account: home, Region: region}, Capability: "events"},
		State:  inventory.Complete,
		Window: inventory.Window{From: ago(90 * day), To: ago(15 * time.Minute)}, Continuity: inventory.Proved,
		Mark: onlyLambda(), Seen: 3,
		Services: []string{"cloudtrail.amazonaws.com", "lambda.amazonaws.com"},
		Why:      inventory.Reason{Message: "the event history holds management events alone"},
	}
	if diff := cmp.Diff(want, got.Coverage); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
	if got.assets == 0 {
		t.Error("what events tell of assets is not given")
	}
	if n := p.calls("LookupEvents"); n != 2 {
		t.Errorf("%d calls", n)
	}
}

// TestSlicesLoseNothing: where one page is not all, the window is cut. Both
// ends of a slice are included, so that an event on an edge is seen twice and
// given once.
func TestSlicesLoseNothing(t *testing.T) {
	acts := updates(400, 5*time.Hour, now())
	for i := range 13 {
		acts = append(acts, update(string(rune('a'+i)), ago(90*day).Add(7*day*time.Duration(i))))
	}
	p := open(t, acts...)
	got := p.lookup(t, trail.LookupConfig{})
	if diff := cmp.Diff(idsOf(acts), got.ids); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if c := got.Coverage; c.State != inventory.Complete || c.Seen != len(acts) || c.Window.To != ago(15*time.Minute) {
		t.Errorf("coverage %+v", c)
	}
}

// TestReadingThatEndsIsGoneOnWith: wherever a reading is ended by throttling,
// the readings after it give together what an undisturbed one gives.
func TestReadingThatEndsIsGoneOnWith(t *testing.T) {
	acts := updates(300, 7*time.Hour, now())
	p := open(t, acts...)
	whole := p.lookup(t, trail.LookupConfig{})
	calls := p.calls("LookupEvents")
	if whole.Coverage.State != inventory.Complete || calls < 15 {
		t.Fatalf("%d calls, coverage %+v", calls, whole.Coverage)
	}
	goneOn := false
	for after := range calls {
		p.server.SetFaults(awsfake.Fault{Operation: "LookupEvents", After: after, Effect: awsfake.Throttle(0)})
		first := p.lookup(t, trail.LookupConfig{})
		c := first.Coverage
		if c.Continuity != inventory.ContinuityNone || c.Why.Code != "ThrottlingException" || c.Why.Operation != "LookupEvents" {
			t.Errorf("after %d: coverage %+v", after, c)
		}
		if want := inventory.Throttled; len(first.ids) == 0 && c.State != want || len(first.ids) > 0 && c.State != inventory.Partial {
			t.Errorf("after %d: state %v with %d events", after, c.State, len(first.ids))
		}
		p.server.SetFaults()
		p.server.Reset()
		second := p.lookup(t, trail.LookupConfig{Prior: c})
		goneOn = goneOn || p.calls("LookupEvents") < calls/2
		both := slices.Compact(slices.Sorted(slices.Values(slices.Concat(first.ids, second.ids))))
		if diff := cmp.Diff(whole.ids, both); diff != "" {
			t.Errorf("after %d: events of both (-want +got):\n%s", after, diff)
		}
		if diff := cmp.Diff(whole.Coverage.Window, second.Coverage.Window); diff != "" || second.Coverage.State != inventory.Complete {
			t.Errorf("after %d: window (-want +got):\n%s", after, diff)
		}
	}
	if !goneOn {
		t.Error("what was finished was read again each time")
	}
}

// TestFinishedSlicesCountWithoutAnEvent: a slice in which nothing is of interest
// was read all the same, and the next reading goes on behind it.
func TestFinishedSlicesCountWithoutAnEvent(t *testing.T) {
	var acts []act
	for i := range 300 {
		acts = append(acts, act{id: fmt.Sprint(i), service: "cloudtrail", name: "DescribeTrails", reads: true, at: ago(7 * time.Hour * time.Duration(i+1))})
	}
	p := open(t, acts...)
	p.server.SetFaults(awsfake.Fault{Operation: "LookupEvents", After: 6, Effect: awsfake.Throttle(0)})
	if c := p.lookup(t, trail.LookupConfig{}).Coverage; c.State != inventory.Partial || !c.Window.To.After(ago(84*day)) || c.Seen != 0 {
		t.Errorf("coverage %+v", c)
	}
}

// TestShortWindowIsAskedForOnce: it is one slice, so that there is no use in
// asking for a first page of the whole.
func TestShortWindowIsAskedForOnce(t *testing.T) {
	p := open(t, updates(6, time.Hour, now())...)
	p.server.Change(func(w *awsfake.World) { w.PageSize = map[string]int{"LookupEvents": 2} })
	p.lookup(t, trail.LookupConfig{Since: ago(2 * day)})
	if n := p.calls("LookupEvents"); n != 3+1 {
		t.Errorf("%d calls", n)
	}
}

// TestRefusedTokenIsTriedOnceMore and no more.
func TestRefusedTokenIsTriedOnceMore(t *testing.T) {
	p := open(t, updates(6, time.Hour, now())...)
	p.server.Change(func(w *awsfake.World) { w.PageSize = map[string]int{"LookupEvents": 2} })
	p.server.SetFaults(awsfake.Fault{Operation: "LookupEvents", Page: 2, Effect: refusedToken()})
	p.lookup(t, trail.LookupConfig{Since: ago(2 * day)})
	if n := p.calls("LookupEvents"); n != 2*2 {
		t.Errorf("%d calls", n)
	}
}

func refusedToken() awsfake.Effect {
	return awsfake.Answer(http.StatusBadRequest, `{"__type":"InvalidNextTokenException","Message":"the token is bad"}`)
}

// TestFailure: what a failure means for the cell, and that a window that was
// covered before stays.
func TestFailure(t *testing.T) {
	prior := inventory.Coverage{State: inventory.Complete, Window: inventory.Window{From: ago(90 * day), To: ago(2 * day)}, Mark: onlyLambda()}
	for name, c := range map[string]struct {
		fault awsfake.Fault
		state inventory.State
		code  string
		text  string
	}{
		"denied":                       {awsfake.Fault{Effect: awsfake.DenyMissing()}, inventory.Denied, "AccessDeniedException", ""},
		"denied on the second page":    {awsfake.Fault{Page: 2, Effect: awsfake.DenyMissing()}, inventory.Partial, "AccessDeniedException", ""},
		"a server error":               {awsfake.Fault{Effect: awsfake.ServerError()}, inventory.Unavailable, "InternalFailure", ""},
		"a hung page":                  {awsfake.Fault{Page: 2, Effect: awsfake.Hang()}, inventory.Partial, "", "no whole answer came in time"},
		"a cut page":                   {awsfake.Fault{Page: 2, Effect: awsfake.CutJSON()}, inventory.Partial, "", ""},
		"a token that comes again":     {awsfake.Fault{Page: 2, Effect: awsfake.RepeatToken()}, inventory.Partial, "", "the listing gave the same page token twice"},
		"a token that is refused":      {awsfake.Fault{Page: 2, Times: 1, Effect: refusedToken()}, inventory.Complete, "", ""},
		"a token that is refused ever": {awsfake.Fault{Page: 2, Effect: refusedToken()}, inventory.Partial, "InvalidNextTokenException", ""},
	} {
		t.Run(name, func(t *testing.T) {
			acts := updates(120, 15*time.Minute, now())
			p := serve(t, &awsfake.Account{ID: home, Places: map[string]*awsfake.Region{region: {Events: records(acts)}}},
				session.Options{Attempts: 2, MaxBackoff: time.Millisecond, Timeout: 700 * time.Millisecond})
			c.fault.Operation = "LookupEvents"
			p.server.SetFaults(c.fault)
			got := p.lookup(t, trail.LookupConfig{Prior: prior})
			cov := got.Coverage
			if cov.State != c.state || c.code != cov.Why.Code || !says(cov, c.text) {
				t.Errorf("coverage %+v", cov)
			}
			if c.state == inventory.Complete {
				if len(got.ids) != len(acts) || cov.Window.From != prior.Window.From || cov.Window.To != ago(15*time.Minute) {
					t.Errorf("%d events, coverage %+v", len(got.ids), cov)
				}
				return
			}
			if cov.Window != prior.Window || cov.Mark != prior.Mark || len(cov.Services) != 2 || cov.Continuity != inventory.ContinuityNone || cov.Why.Operation != "LookupEvents" {
				t.Errorf("coverage %+v", cov)
			}
		})
	}
}

// TestFailureClaimsNoService: a window that stays is that of the services which
// were asked for then, not of those that this reading would have added.
func TestFailureClaimsNoService(t *testing.T) {
	p := open(t, updates(3, 7*time.Hour, now())...)
	p.server.SetFaults(awsfake.Fault{Effect: awsfake.DenyMissing()})
	prior := inventory.Coverage{State: inventory.Complete, Window: inventory.Window{From: ago(90 * day), To: ago(2 * day)}, Mark: onlyLambda()}
	kept := p.lookup(t, trail.LookupConfig{Functions: true, Prior: prior}).Coverage
	if diff := cmp.Diff([]string{"cloudtrail.amazonaws.com", "lambda.amazonaws.com"}, kept.Services); diff != "" || kept.Window != prior.Window {
		t.Errorf("services (-want +got):\n%s\ncoverage %+v", diff, kept)
	}
	if first := p.lookup(t, trail.LookupConfig{Functions: true}).Coverage; len(first.Services) != 5 || !first.Window.To.IsZero() {
		t.Errorf("nothing was ever read: %+v", first)
	}
}

// TestLateEventsAreRead: an event that was delivered after the reading, for a
// time that the reading had passed, is read by the next one.
func TestLateEventsAreRead(t *testing.T) {
	p := open(t, update("first", ago(3*time.Hour)), update("fresh", ago(5*time.Minute)))
	one := p.lookup(t, trail.LookupConfig{})
	if !slices.Equal(one.ids, []string{"first", "fresh"}) {
		t.Errorf("events %q", one.ids)
	}
	p.server.Change(func(w *awsfake.World) {
		w.Now = now().Add(time.Hour)
		r := w.Accounts[0].Places[region]
		r.Events = append(r.Events, update("late", ago(10*time.Minute)).json(), update("very late", ago(20*time.Minute)).json())
	})
	two := p.lookup(t, trail.LookupConfig{Now: now().Add(time.Hour), Prior: one.Coverage})
	if !slices.Equal(two.ids, []string{"fresh", "late", "very late"}) {
		t.Errorf("events %q", two.ids)
	}
	if want := (inventory.Window{From: ago(90 * day), To: now().Add(45 * time.Minute)}); two.Coverage.Window != want {
		t.Errorf("window %+v, want %+v", two.Coverage.Window, want)
	}
}

func TestWindow(t *testing.T) {
	window := func(from, to time.Duration) inventory.Window { return inventory.Window{From: ago(from), To: ago(to)} }
	prior := func(from, to time.Duration, mark string) inventory.Coverage {
		return inventory.Coverage{State: inventory.Complete, Window: window(from, to), Mark: mark}
	}
	minutes := 15 * time.Minute
	acts := updates(89, day, now())
	for name, c := range map[string]struct {
		cfg  trail.LookupConfig
		want inventory.Window
		seen int
		text string
	}{
		"nothing before":                 {trail.LookupConfig{}, window(90*day, minutes), 89, ""},
		"as far back as is asked":        {trail.LookupConfig{Since: ago(10 * day)}, window(10*day, minutes), 10, ""},
		"further back than there is":     {trail.LookupConfig{Since: ago(200 * day)}, window(90*day, minutes), 89, "the event history reaches back 90 days, to 2026-08-26T09:00:00Z"},
		"from a time that is not yet":    {trail.LookupConfig{Since: ago(-day)}, window(minutes, minutes), 0, ""},
		"from where it was read to":      {trail.LookupConfig{Since: ago(20 * day), Prior: prior(40*day, 5*day, onlyLambda())}, window(40*day, minutes), 5, ""},
		"from before what was read":      {trail.LookupConfig{Since: ago(60 * day), Prior: prior(40*day, 5*day, onlyLambda())}, window(60*day, minutes), 60, ""},
		"services that were not read":    {trail.LookupConfig{Since: ago(3 * day), Functions: true, Prior: prior(40*day, 5*day, onlyLambda())}, window(5*day+minutes, minutes), 5, ""},
		"more services were read before": {trail.LookupConfig{Since: ago(3 * day), Prior: prior(40*day, 5*day, onlyLambda()+" iam.amazonaws.com")}, window(40*day, minutes), 5, ""},
		"read so long ago that there is a gap": {trail.LookupConfig{Since: ago(3 * day), Prior: prior(200*day, 95*day, onlyLambda())}, window(90*day, minutes), 89,
			"nothing is known of the time from 2026-08-21T09:00:00Z to 2026-08-26T09:00:00Z"},
		"read at an instant that is not yet": {trail.LookupConfig{Prior: prior(90*day, -day, onlyLambda())}, window(90*day, minutes), 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := open(t, acts...).lookup(t, c.cfg)
			if got.Coverage.Window != c.want || got.Coverage.State != inventory.Complete || got.Coverage.Continuity != inventory.Proved || !says(got.Coverage, c.text) {
				t.Errorf("coverage %+v, want window %+v", got.Coverage, c.want)
			}
			if len(got.ids) != c.seen {
				t.Errorf("%d events, want %d", len(got.ids), c.seen)
			}
		})
	}
}

// TestServices: what is read is what the cell says was asked for, and nothing else.
func TestServices(t *testing.T) {
	acts := []act{
		{id: "role", service: "iam", name: "UpdateAssumeRolePolicy", at: ago(day)},
		{id: "leave", service: "organizations", name: "LeaveOrganization", at: ago(day)},
		{id: "rule", service: "events", name: "PutRule", at: ago(day)},
		{id: "api", service: "apigateway", name: "CreateApi", at: ago(day)},
		{id: "schedule", service: "scheduler", name: "CreateSchedule", at: ago(day)},
		{id: "machines", service: "ec2", name: "RunInstances", at: ago(day)},
	}
	for name, c := range map[string]struct {
		cfg   trail.LookupConfig
		want  []string
		asked string
	}{
		"no functions":    {trail.LookupConfig{}, nil, "cloudtrail lambda"},
		"functions":       {trail.LookupConfig{Functions: true}, []string{"api", "rule", "schedule"}, "apigateway cloudtrail events lambda scheduler"},
		"global services": {trail.LookupConfig{Global: true}, []string{"leave", "role"}, "cloudtrail iam lambda organizations"},
	} {
		t.Run(name, func(t *testing.T) {
			got := open(t, acts...).lookup(t, c.cfg)
			if diff := cmp.Diff(c.want, got.ids); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			if asked := strings.ReplaceAll(strings.Join(got.Coverage.Services, " "), ".amazonaws.com", ""); asked != c.asked {
				t.Errorf("the cell says that %s were asked for, want %s", asked, c.asked)
			}
		})
	}
}

// TestRecordThatIsNotUnderstood is told and counted, all else is read, and
// nothing from its slice on passes for covered.
func TestRecordThatIsNotUnderstood(t *testing.T) {
	acts := updates(300, 7*time.Hour, now())
	acts = append(acts, act{id: "nameless", at: ago(80 * day)}, act{id: "second", at: ago(79 * day)})
	p := open(t, acts...)
	got := p.lookup(t, trail.LookupConfig{})
	if c := got.Coverage; c.State != inventory.Malformed || c.Seen != 300 || c.Window != (inventory.Window{From: ago(90 * day), To: ago(83 * day)}) ||
		!says(c, "2 records were not understood, first: decode record: it has no eventName; all else was read") {
		t.Errorf("coverage %+v", c)
	}
	if !got.Unplaced {
		t.Error("what it changed is not known, and that is not told")
	}
	// A malformed reading is where the next one starts: it comes by the records
	// again, and goes no further before they are understood.
	again := p.lookup(t, trail.LookupConfig{Prior: got.Coverage}).Coverage
	if again.State != inventory.Malformed || again.Window != got.Coverage.Window || again.Mark != got.Coverage.Mark || !says(again, "2 records were not understood") {
		t.Errorf("coverage of the next reading %+v", again)
	}
}

func TestBudget(t *testing.T) {
	acts := updates(300, 7*time.Hour, now())
	p := open(t, acts...)
	var all []string
	var prior inventory.Coverage
	for n := 1; ; n++ {
		p.server.Reset()
		got := p.lookup(t, trail.LookupConfig{Budget: 6, Prior: prior})
		all = append(all, got.ids...)
		if calls := p.calls("LookupEvents"); calls > 6 {
			t.Fatalf("%d calls", calls)
		}
		if prior = got.Coverage; prior.State == inventory.Complete {
			break
		}
		if prior.State != inventory.Partial || !says(prior, "6 pages were read, which is the most for one scan; the next one goes on. Where this comes again, read the bucket of the trail") || n > 20 {
			t.Fatalf("coverage %+v", prior)
		}
	}
	slices.Sort(all)
	if diff := cmp.Diff(idsOf(acts), slices.Compact(all)); diff != "" {
		t.Errorf("events of all (-want +got):\n%s", diff)
	}
}

// TestBusyWeekIsCut: a slice that holds more than a part of the budget is cut,
// so that each scan finishes something however much happens.
func TestBusyWeekIsCut(t *testing.T) {
	acts := updates(3000, 3*time.Minute, now())
	p := open(t, acts...)
	var all []string
	var prior inventory.Coverage
	for n := 1; prior.State != inventory.Complete; n++ {
		got := p.lookup(t, trail.LookupConfig{Budget: 50, Since: ago(7 * day), Prior: prior})
		if got.Coverage.State == inventory.Partial && !got.Coverage.Window.To.After(prior.Window.To) || n > 5 {
			t.Fatalf("scan %d finished nothing: %+v", n, got.Coverage)
		}
		all, prior = append(all, got.ids...), got.Coverage
	}
	slices.Sort(all)
	if diff := cmp.Diff(idsOf(acts), slices.Compact(all)); diff != "" {
		t.Errorf("events of all (-want +got):\n%s", diff)
	}
}

func TestTouched(t *testing.T) {
	function := func(name string) inventory.AssetID {
		return inventory.AssetID("arn:aws:lambda:eu-west-1:111122223333:function:" + name)
	}
	acts := []act{
		{id: "1", name: "UpdateFunctionCode20150331v2", function: "changed", at: ago(3 * time.Hour)},
		{id: "2", name: "UpdateFunctionConfiguration20150331v2", function: "changed:live", at: ago(2 * time.Hour)},
		{id: "3", name: "GetFunction20150331v2", function: "looked-at", reads: true, at: ago(time.Hour)},
		{id: "4", name: "UpdateFunctionCode20150331v2", function: "refused", code: "AccessDenied", at: ago(time.Hour)},
	}
	got := open(t, acts...).lookup(t, trail.LookupConfig{})
	if diff := cmp.Diff(map[inventory.AssetID]time.Time{function("changed"): ago(2 * time.Hour)}, got.Touched); diff != "" || got.Unplaced {
		t.Errorf("unplaced %v, touched (-want +got):\n%s", got.Unplaced, diff)
	}
	if !open(t, act{id: "5", name: "PutNewThing", at: ago(time.Hour)}).lookup(t, trail.LookupConfig{}).Unplaced {
		t.Error("a change of an unknown function is not told")
	}
	others := []act{
		{id: "6", service: "cloudtrail", name: "StopLogging", at: ago(time.Hour)},
		{id: "7", name: "DeleteEventSourceMapping20150331", request: `{"uuid":"0000"}`, at: ago(time.Hour)},
	}
	if open(t, others...).lookup(t, trail.LookupConfig{}).Unplaced {
		t.Error("what is known to be no function is taken for one")
	}
}

func TestErrorsOfTheCallerComeBackUnchanged(t *testing.T) {
	p := open(t, updates(3, time.Hour, now())...)
	full := errors.New("the disk is full")
	got, err := trail.Lookup(t.Context(), p.account.Region(region), trail.LookupConfig{Source: source, Now: now()}, func(inventory.Fact) error { return full })
	if err != full || got.Coverage.State != inventory.Cancelled || got.Coverage.Continuity != inventory.ContinuityNone { //nolint:errorlint // unchanged is what is promised
		t.Errorf("error %v, coverage %+v", err, got.Coverage)
	}
	ctx, cancel := context.WithCancel(t.Context())
	got, err = trail.Lookup(ctx, p.account.Region(region), trail.LookupConfig{Source: source, Now: now()}, func(inventory.Fact) error {
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || got.Coverage.State != inventory.Cancelled {
		t.Errorf("error %v, coverage %+v", err, got.Coverage)
	}
	p.server.SetFaults(awsfake.Fault{Operation: "LookupEvents", Effect: awsfake.Hang()})
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	got, err = trail.Lookup(ctx, p.account.Region(region), trail.LookupConfig{Source: source, Now: now()}, func(inventory.Fact) error { return nil })
	if !errors.Is(err, context.DeadlineExceeded) || got.Coverage.State != inventory.Cancelled {
		t.Errorf("in a call: error %v, coverage %+v", err, got.Coverage)
	}
}
