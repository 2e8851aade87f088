package lifecycle_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/lifecycle"
	"github.com/estray/estray/inventory"
)

func day(n int) time.Time { return time.Date(2026, 6, n, 0, 0, 0, 0, time.UTC) }

func finding(rule, asset string) findings.Finding {
	return findings.Finding{Rule: rule, Asset: inventory.AssetID(asset), Severity: findings.High,
		Scope: inventory.Scope{Provider: inventory.AWS, Account: "1", Region: "r"}}
}

func accepted(f findings.Finding, why string) findings.Finding {
	f.State, f.StateWhy = findings.Accepted, why
	return f
}

// told writes an entry in one line: state, days of its life, flags.
func told(e lifecycle.Entry) string {
	out := fmt.Sprintf("%s %s %d-%d", e.Finding.Rule, e.State, e.FirstSeen.Day(), e.LastSeen.Day())
	if !e.ResolvedAt.IsZero() {
		out += fmt.Sprintf(" resolved %d", e.ResolvedAt.Day())
	}
	if e.Reopened {
		out += " reopened"
	}
	if e.Finding.StateWhy != "" {
		out += " (" + e.Finding.StateWhy + ")"
	}
	return out
}

func tell(entries []lifecycle.Entry) []string {
	var out []string
	for _, e := range entries {
		out = append(out, told(e))
	}
	return out
}

// run is one scan of a story.
type run struct {
	day   int
	found []findings.Finding
	blind string // rules that cannot judge
	ack   string // rule to acknowledge afterwards, until day 20
	// refuse: the registry accepts no finding that could not be judged.
	refuse bool
}

func play(t *testing.T, runs []run) []lifecycle.Entry {
	t.Helper()
	var entries []lifecycle.Entry
	for _, r := range runs {
		j := lifecycle.Judgement{At: day(r.day), Blind: func(rule string, _ inventory.Scope) bool { return strings.Contains(r.blind, rule) }}
		if r.refuse {
			j.Accepted = func(findings.Finding) (string, bool) { return "", false }
		}
		entries = lifecycle.Advance(entries, r.found, j)
		if r.ack != "" {
			i := slices.IndexFunc(entries, func(e lifecycle.Entry) bool { return e.Finding.Rule == r.ack })
			var err error
			entries, _, err = lifecycle.Acknowledge(entries, entries[i].ID[:12], lifecycle.Ack{By: "ana", Reason: "known", At: day(r.day), Until: day(20)})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return entries
}

func TestAdvance(t *testing.T) {
	a := []findings.Finding{finding("A", "x")}
	hole := finding("C", "")
	hole.Coverage, hole.Subject = true, "aws/1/policies"
	tests := []struct {
		name string
		runs []run
		want []string
	}{
		{"a new finding is open", []run{{day: 1, found: a}}, []string{"A open 1-1"}},
		{"found again it keeps its first sighting", []run{{day: 1, found: a}, {day: 2, found: a}}, []string{"A open 1-2"}},
		{"not found where the rule could judge, it is resolved", []run{{day: 1, found: a}, {day: 2}},
			[]string{"A resolved 1-1 resolved 2 (not found any more at 2026-06-02T00:00:00Z)"}},
		{"resolved, it stays so at its time", []run{{day: 1, found: a}, {day: 2}, {day: 3}},
			[]string{"A resolved 1-1 resolved 2 (not found any more at 2026-06-02T00:00:00Z)"}},
		{"resolved, a blind run does not open it", []run{{day: 1, found: a}, {day: 2}, {day: 3, blind: "A"}},
			[]string{"A resolved 1-1 resolved 2 (not found any more at 2026-06-02T00:00:00Z)"}},
		{"not found where the rule was blind, it stays with its last sighting", []run{{day: 1, found: a}, {day: 2, blind: "A"}}, []string{"A open 1-1"}},
		{"another rule's blindness does not keep it", []run{{day: 1, found: a}, {day: 2, blind: "B"}},
			[]string{"A resolved 1-1 resolved 2 (not found any more at 2026-06-02T00:00:00Z)"}},
		{"found where the rule was blind, it is seen all the same", []run{{day: 1, found: a}, {day: 2, found: a, blind: "A"}}, []string{"A open 1-2"}},
		{"resolved after blindness", []run{{day: 1, found: a}, {day: 2, blind: "A"}, {day: 3}},
			[]string{"A resolved 1-1 resolved 3 (not found any more at 2026-06-03T00:00:00Z)"}},
		{"it comes back", []run{{day: 1, found: a}, {day: 2}, {day: 3, found: a}}, []string{"A open 1-3 reopened"}},
		{"acknowledged until the end", []run{{day: 1, found: a, ack: "A"}, {day: 19, found: a}},
			[]string{"A acknowledged 1-19 (acknowledged by ana until 2026-06-19: known)"}},
		{"at the end it is open again", []run{{day: 1, found: a, ack: "A"}, {day: 20, found: a}},
			[]string{"A open 1-20 (acknowledged by ana until 2026-06-19: known; that has ended)"}},
		{"acknowledged, it survives a blind spot", []run{{day: 1, found: a, ack: "A"}, {day: 2, blind: "A"}, {day: 3, found: a}},
			[]string{"A acknowledged 1-3 (acknowledged by ana until 2026-06-19: known)"}},
		{"an acknowledgement ends in a blind spot too", []run{{day: 1, found: a, ack: "A"}, {day: 20, blind: "A"}},
			[]string{"A open 1-1 (acknowledged by ana until 2026-06-19: known; that has ended)"}},
		{"an acknowledgement does not outlive its finding", []run{{day: 1, found: a, ack: "A"}, {day: 2}, {day: 3, found: a}}, []string{"A open 1-3 reopened"}},
		{"the registry accepts it", []run{{day: 1, found: a}, {day: 2, found: []findings.Finding{accepted(a[0], "exception by bob")}}},
			[]string{"A accepted 1-2 (exception by bob)"}},
		{"accepted no more, it is open", []run{{day: 1, found: []findings.Finding{accepted(a[0], "exception by bob")}}, {day: 2, found: a}}, []string{"A open 1-2"}},
		{"accepted by the registry goes before acknowledged", []run{{day: 1, found: a, ack: "A"}, {day: 2, found: []findings.Finding{accepted(a[0], "exception by bob")}}},
			[]string{"A accepted 1-2 (exception by bob)"}},
		{"the acknowledgement is there when the exception ends", []run{{day: 1, found: []findings.Finding{accepted(a[0], "exception by bob")}, ack: "A"}, {day: 2, found: a}},
			[]string{"A acknowledged 1-2 (acknowledged by ana until 2026-06-19: known)"}},
		{"accepted, it stays so while nobody can judge", []run{{day: 1, found: []findings.Finding{accepted(a[0], "exception by bob")}}, {day: 2, blind: "A"}},
			[]string{"A accepted 1-1 (exception by bob)"}},
		{"an exception that ends while nobody can judge ends", []run{{day: 1, found: []findings.Finding{accepted(a[0], "exception by bob")}}, {day: 2, blind: "A", refuse: true}},
			[]string{"A open 1-1"}},
		{"a coverage finding is resolved when it is not found, blind or not", []run{{day: 1, found: []findings.Finding{hole}}, {day: 2, blind: "C"}},
			[]string{"C resolved 1-1 resolved 2 (not found any more at 2026-06-02T00:00:00Z)"}},
		{"sorted by rule, asset and discriminator", []run{{day: 1, found: []findings.Finding{finding("B", "x"), hole, finding("A", "y")}}},
			[]string{"A open 1-1", "B open 1-1", "C open 1-1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tell(play(t, tt.runs))); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnEntryHoldsTheFindingAsLastSeen(t *testing.T) {
	f, g := finding("A", "x"), finding("A", "x")
	f.Message, g.Message, g.Severity = "before", "after", findings.Low
	g.Evidence = []findings.Evidence{{Kind: "event", Ref: "e", Summary: "s"}}
	entries := play(t, []run{{day: 1, found: []findings.Finding{f}}, {day: 2, found: []findings.Finding{g}}, {day: 3, blind: "A"}})
	want := g
	want.State = findings.Open
	if diff := cmp.Diff(want, entries[0].Finding); diff != "" {
		t.Errorf("finding (-want +got):\n%s", diff)
	}
}

func TestWithoutAJudgementNothingIsResolved(t *testing.T) {
	entries := play(t, []run{{day: 1, found: []findings.Finding{finding("A", "x")}}})
	got := lifecycle.Advance(entries, nil, lifecycle.Judgement{At: day(2)})
	if diff := cmp.Diff([]string{"A open 1-1"}, tell(got)); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

func TestOfTwoFindingsWithOneFingerprintTheGraverStands(t *testing.T) {
	low, high, excused := finding("A", "x"), finding("A", "x"), accepted(finding("A", "x"), "why")
	low.Severity, excused.Severity = findings.Low, findings.Critical
	for _, order := range [][]findings.Finding{{low, high, excused}, {excused, high, low}, {high, excused, low}} {
		got := lifecycle.Advance(nil, order, lifecycle.Judgement{At: day(1)})
		if len(got) != 1 || got[0].Finding.Severity != findings.High || got[0].State != findings.Open {
			t.Errorf("entries = %v", tell(got))
		}
	}
}

// scene is a random last state with a random run on it.
type scene struct {
	last  []lifecycle.Entry
	found []findings.Finding
	j     lifecycle.Judgement
	blind map[string]bool
}

func drawFindings(t *rapid.T, label string) []findings.Finding {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) findings.Finding {
		f := finding(rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "rule"), rapid.SampledFrom([]string{"x", "y"}).Draw(t, "asset"))
		f.Scope.Region = rapid.SampledFrom([]string{"r", "s"}).Draw(t, "region")
		f.Severity = findings.Severity(rapid.IntRange(0, 4).Draw(t, "severity"))
		f.Coverage = f.Rule == "C"
		if rapid.Bool().Draw(t, "accepted") {
			f = accepted(f, "why")
		}
		return f
	}), 0, 8).Draw(t, label)
}

func drawScene(t *rapid.T) scene {
	s := scene{blind: map[string]bool{}}
	blindNow := func(rule string, in inventory.Scope) bool { return s.blind[rule+in.Region] }
	drawBlind := func(label string) {
		for _, key := range rapid.SliceOf(rapid.SampledFrom([]string{"Ar", "As", "Br", "Bs", "Cr"})).Draw(t, label) {
			s.blind[key] = true
		}
	}
	for n := range rapid.IntRange(0, 4).Draw(t, "runs") {
		s.blind = map[string]bool{}
		drawBlind("blind before")
		s.last = lifecycle.Advance(s.last, drawFindings(t, "found before"), lifecycle.Judgement{At: day(1 + n), Blind: blindNow})
		for i := range s.last {
			if s.last[i].State != findings.Resolved && rapid.Bool().Draw(t, "ack") {
				until := day(rapid.IntRange(2+n, 12).Draw(t, "until"))
				all, _, err := lifecycle.Acknowledge(s.last, s.last[i].ID, lifecycle.Ack{By: "ana", Reason: "r", At: day(1 + n), Until: until})
				if err != nil {
					t.Fatal(err)
				}
				s.last = all
			}
		}
	}
	s.blind = map[string]bool{}
	drawBlind("blind")
	s.found = drawFindings(t, "found")
	s.j = lifecycle.Judgement{At: day(6), Blind: blindNow}
	return s
}

func TestTheSameRunTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		once := lifecycle.Advance(s.last, s.found, s.j)
		if diff := cmp.Diff(once, lifecycle.Advance(once, s.found, s.j)); diff != "" {
			t.Fatalf("after the second (-once +twice):\n%s", diff)
		}
	})
}

func TestTheOrderOfBothListsNeverMatters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		want := lifecycle.Advance(s.last, s.found, s.j)
		got := lifecycle.Advance(rapid.Permutation(s.last).Draw(t, "last"), rapid.Permutation(s.found).Draw(t, "found order"), s.j)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("in another order (-want +got):\n%s", diff)
		}
	})
}

func TestNothingIsResolvedInABlindScopeAndNothingIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		got := lifecycle.Advance(s.last, s.found, s.j)
		after := map[string]lifecycle.Entry{}
		for i, e := range got {
			if _, twice := after[e.ID]; twice {
				t.Fatalf("entry %s is there twice", e.ID)
			}
			after[e.ID] = e
			if e.ID != e.Finding.Fingerprint() || e.State != e.Finding.State || e.FirstSeen.After(e.LastSeen) ||
				(e.State == findings.Resolved) == e.ResolvedAt.IsZero() {
				t.Fatalf("entry is not sound: %+v", e)
			}
			if i > 0 && (got[i-1].Finding.Rule > e.Finding.Rule) {
				t.Fatalf("entries are not sorted: %v", tell(got))
			}
		}
		for _, f := range s.found {
			if e, ok := after[f.Fingerprint()]; !ok || e.State == findings.Resolved || !e.LastSeen.Equal(s.j.At) {
				t.Fatalf("a finding of this run is not open: %+v", e)
			}
		}
		for _, before := range s.last {
			e, ok := after[before.ID]
			if !ok {
				t.Fatalf("entry %s is lost", before.ID)
			}
			blind := s.blind[before.Finding.Rule+before.Finding.Scope.Region]
			if blind && !before.Finding.Coverage && before.State != findings.Resolved && e.State == findings.Resolved {
				t.Fatalf("resolved in a blind scope: %s", told(e))
			}
			if !e.FirstSeen.Equal(before.FirstSeen) {
				t.Fatalf("first sighting changed: %s, before %s", told(e), told(before))
			}
		}
	})
}

func TestTheEntriesGivenAreNotChanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		before := slices.Clone(s.last)
		lifecycle.Advance(s.last, s.found, s.j)
		if diff := cmp.Diff(before, s.last); diff != "" {
			t.Fatalf("input (-before +after):\n%s", diff)
		}
	})
}
