package lifecycle_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/lifecycle"
)

func entry(id string, state findings.State) lifecycle.Entry {
	return lifecycle.Entry{ID: id, State: state, FirstSeen: day(1), LastSeen: day(1), Finding: findings.Finding{Rule: "A", State: state}}
}

func TestAcknowledgeByShortID(t *testing.T) {
	all := []lifecycle.Entry{entry("abc1", findings.Open), entry("abd2", findings.Open), entry("abd2e", findings.Open), entry("f00", findings.Resolved),
		entry("q1", findings.Open), entry("q2", findings.Open), entry("q3", findings.Open), entry("q4", findings.Open), entry("q5", findings.Open), entry("q6", findings.Open)}
	good := lifecycle.Ack{By: "ana", Reason: "known", At: day(2), Until: day(9)}
	with := func(change func(*lifecycle.Ack)) lifecycle.Ack {
		a := good
		change(&a)
		return a
	}
	tests := []struct {
		name string
		id   string
		ack  lifecycle.Ack
		want string // the id, or the error
	}{
		{"the whole id", "abc1", good, "abc1"},
		{"a beginning that only one has", "abc", good, "abc1"},
		{"a whole id that begins another", "abd2", good, "abd2"},
		{"a beginning that two have", "abd", good, `find finding "abd": 2 ids begin so (abd2, abd2e); give more of it`},
		{"a beginning that many have", "q", good, `find finding "q": 6 ids begin so (q1, q2, q3, q4, q5, ...); give more of it`},
		{"nobody has it", "zz", good, `find finding "zz": there is none, see: estray findings list`},
		{"no id", "", good, "find finding: no id is given, see: estray findings list"},
		{"a resolved one", "f00", good, "acknowledge finding f00: it is resolved"},
		{"without an author", "abc", with(func(a *lifecycle.Ack) { a.By = " " }), "acknowledge finding abc1: say who acknowledges it"},
		{"without a reason", "abc", with(func(a *lifecycle.Ack) { a.Reason = "" }), "acknowledge finding abc1: give a reason"},
		{"without an end", "abc", with(func(a *lifecycle.Ack) { a.Until = time.Time{} }), "acknowledge finding abc1: its end must lie after now"},
		{"with an end that is now", "abc", with(func(a *lifecycle.Ack) { a.Until = a.At }), "acknowledge finding abc1: its end must lie after now"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, e, err := lifecycle.Acknowledge(all, tt.id, tt.ack)
			got := e.ID
			if err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Fatalf("acknowledged (-want +got):\n%s", diff)
			}
			for i := range out {
				if want := out[i].ID == e.ID; (out[i].State == findings.Acknowledged) != want || (all[i].State == findings.Acknowledged) {
					t.Errorf("entry %s: %s, given %s", out[i].ID, out[i].State, all[i].State)
				}
			}
		})
	}
}

func TestAnAcknowledgementSaysWhoUntilWhenAndWhy(t *testing.T) {
	ack := lifecycle.Ack{By: "ana", Reason: "waits for the new zone", At: day(2), Until: day(9).Add(time.Hour)}
	_, e, err := lifecycle.Acknowledge([]lifecycle.Entry{entry("a", findings.Open)}, "a", ack)
	if err != nil {
		t.Fatal(err)
	}
	if want := "acknowledged by ana until 2026-06-09T01:00:00Z: waits for the new zone"; e.Finding.StateWhy != want {
		t.Errorf("why = %q, want %q", e.Finding.StateWhy, want)
	}
}

func TestFind(t *testing.T) {
	all := []lifecycle.Entry{entry("abc", findings.Resolved)}
	if e, err := lifecycle.Find(all, "a"); err != nil || e.ID != "abc" {
		t.Errorf("find = %s, %v", e.ID, err)
	}
	if _, err := lifecycle.Find(all, "b"); err == nil || !strings.Contains(err.Error(), "there is none") {
		t.Errorf("error = %v", err)
	}
}

func TestDiff(t *testing.T) {
	mark := func(id string, s findings.Severity, state findings.State) lifecycle.Mark {
		return lifecycle.Mark{ID: id, Severity: s, State: state}
	}
	before := []lifecycle.Mark{mark("gone2", findings.Low, findings.Open), mark("gone1", findings.Low, findings.Open), mark("same", findings.Low, findings.Open),
		mark("graver", findings.Low, findings.Open), mark("acked", findings.Low, findings.Open)}
	after := []lifecycle.Mark{mark("new2", findings.Low, findings.Open), mark("graver", findings.High, findings.Open), mark("same", findings.Low, findings.Open),
		mark("acked", findings.Low, findings.Acknowledged), mark("new1", findings.Low, findings.Accepted)}
	want := lifecycle.Difference{
		New:      []lifecycle.Mark{after[4], after[0]},
		Resolved: []lifecycle.Mark{before[1], before[0]},
		Changed:  []lifecycle.Change{{Before: before[4], After: after[3]}, {Before: before[3], After: after[1]}},
	}
	if diff := cmp.Diff(want, lifecycle.Diff(before, after)); diff != "" {
		t.Errorf("difference (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(lifecycle.Difference{}, lifecycle.Diff(after, after)); diff != "" {
		t.Errorf("of a run with itself:\n%s", diff)
	}
}

func TestMarksLeaveOutWhatIsResolved(t *testing.T) {
	got := lifecycle.Marks([]lifecycle.Entry{entry("b", findings.Open), entry("c", findings.Resolved), entry("a", findings.Accepted)})
	want := []lifecycle.Mark{{ID: "a", State: findings.Accepted}, {ID: "b", State: findings.Open}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("marks (-want +got):\n%s", diff)
	}
}
