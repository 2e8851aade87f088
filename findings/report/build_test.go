package report_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/findings/report/reporttest"
	"github.com/estray/estray/inventory"
)

func TestArraysAreSorted(t *testing.T) {
	d := reporttest.Document(t)
	ids := func(n int, id func(int) string) []string {
		out := make([]string, n)
		for i := range out {
			out[i] = id(i)
		}
		return out
	}
	for name, got := range map[string][]string{
		"assets":      ids(len(d.Assets), func(i int) string { return d.Assets[i].ID }),
		"findings":    ids(len(d.Findings), func(i int) string { return d.Findings[i].ID }),
		"rules":       ids(len(d.Rules), func(i int) string { return d.Rules[i].ID }),
		"deployments": ids(len(d.Deployments), func(i int) string { return d.Deployments[i].Day + d.Deployments[i].Provider }),
		"not asked":   ids(len(d.NotAsked), func(i int) string { return d.NotAsked[i].Provider + d.NotAsked[i].Capability }),
		"coverage": ids(len(d.Coverage), func(i int) string {
			c := d.Coverage[i]
			return c.Provider + "/" + c.Account + "/" + c.Region + "/" + c.Capability + "/" + c.Source
		}),
	} {
		if len(got) < 2 || !slices.IsSorted(got) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestGoneAssetsAreListedButNotCounted(t *testing.T) {
	d := reporttest.Document(t)
	var gone []string
	for _, a := range d.Assets {
		if a.Presence == "gone" {
			gone = append(gone, a.Name)
		}
	}
	if diff := cmp.Diff([]string{"load-test"}, gone); diff != "" {
		t.Error(diff)
	}
	want := report.AssetSummary{
		Total:      len(d.Assets) - 1,
		ByStanding: map[string]int{"approved": 1, "drifted": 1, "expired": 1, "owned": 1, "unmanaged": 4, "unknown": 1},
		ByProvider: map[string]int{"aws": 7, "cloudflare": 1, "google": 1},
		ProviderStanding: map[string]map[string]int{
			"aws":        {"approved": 1, "drifted": 1, "expired": 1, "owned": 1, "unmanaged": 2, "unknown": 1},
			"cloudflare": {"unmanaged": 1}, "google": {"unmanaged": 1},
		},
	}
	if diff := cmp.Diff(want, d.Summary.Assets); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOnlyOpenFindingsAreCountedAsOpen(t *testing.T) {
	want := report.FindingSummary{
		Total: 11, BySeverity: map[string]int{"info": 4, "low": 1, "medium": 3, "high": 2, "critical": 1},
		Acknowledged: 1, Accepted: 2, Resolved: 1,
	}
	if diff := cmp.Diff(want, reporttest.Document(t).Summary.Findings); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAcceptedCellsAreNoHolesAndSayWhy(t *testing.T) {
	d := reporttest.Document(t)
	if diff := cmp.Diff(report.CoverageSummary{Complete: 6, Accepted: 1, Incomplete: 16}, d.Summary.Coverage); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, c := range d.Coverage {
		if want := c.Region == "ap-southeast-1"; c.Accepted != want || (c.AcceptedWhy != "") != want {
			t.Errorf("%s of %s: accepted %t, why %q", c.Capability, c.Region, c.Accepted, c.AcceptedWhy)
		}
	}
}

func TestCoverageSaysWhoseUseWasCounted(t *testing.T) {
	for _, c := range reporttest.Document(t).Coverage {
		want := ""
		if c.Source == "trail" && c.Account == reporttest.Production {
			want = "roles"
		}
		if c.Usage != want {
			t.Errorf("%s of %s %s by %s: usage %q, want %q", c.Capability, c.Account, c.Region, c.Source, c.Usage, want)
		}
	}
}

func TestWhatWasReadWholeNeedsNoBlindSpot(t *testing.T) {
	in := reporttest.Input(t)
	for i := range in.Case.View.Coverage {
		in.Case.View.Coverage[i].State = inventory.Complete
	}
	d := report.Build(in)
	if n := len(d.Coverage); d.Summary.Coverage != (report.CoverageSummary{Complete: n}) {
		t.Errorf("of %d cells: %+v", n, d.Summary.Coverage)
	}
}

func TestNotAskedNamesEachCapabilityOnce(t *testing.T) {
	want := []report.NotAsked{
		{Provider: "aws", Capability: "events", Services: []string{"logs.amazonaws.com", "rolesanywhere.amazonaws.com", "sts.amazonaws.com"}, Rules: []string{"AWS-35", "AWS-38"}},
		{Provider: "aws", Capability: "log-groups", Rules: []string{"AWS-39"}},
		{Provider: "aws", Capability: "roles", Rules: []string{"AWS-28", "AWS-30"}},
	}
	if diff := cmp.Diff(want, reporttest.Document(t).NotAsked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestGroups(t *testing.T) {
	finding := func(rule string, s findings.Severity, state findings.State) report.Life {
		return report.Life{Finding: findings.Finding{Rule: rule, Asset: "a", Event: "e", Severity: s, State: state}}
	}
	for _, tc := range []struct {
		name    string
		in      []report.Life
		leader  string
		members []string
	}{
		{"the gravest leads", []report.Life{finding("A-1", findings.Low, ""), finding("A-2", findings.High, ""), finding("A-3", findings.Medium, "")}, "A-2", []string{"A-1", "A-3"}},
		{"of equals the first rule leads", []report.Life{finding("A-2", findings.High, ""), finding("A-1", findings.High, "")}, "A-1", []string{"A-2"}},
		{"an open one leads a graver one that is accepted", []report.Life{finding("A-1", findings.Critical, findings.Accepted), finding("A-2", findings.Low, "")}, "A-2", []string{"A-1"}},
		{"an open one leads a graver one that is acknowledged", []report.Life{finding("A-1", findings.Critical, findings.Acknowledged), finding("A-2", findings.Low, "")}, "A-2", []string{"A-1"}},
		{"one alone is no group", []report.Life{finding("A-1", findings.High, "")}, "", nil},
		{"what is resolved is in no group", []report.Life{finding("A-1", findings.High, ""), finding("A-2", findings.High, findings.Resolved)}, "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := report.Build(report.Input{Case: &findings.Case{View: inventory.NewView(reporttest.Now(), nil, nil)}, Findings: tc.in})
			rules := map[string]string{}
			for _, f := range d.Findings {
				rules[f.ID] = f.Rule
			}
			leader, members, groups := "", []string(nil), map[string]bool{}
			for _, f := range d.Findings {
				groups[f.Group] = true
				if f.Leads {
					leader += f.Rule
					for _, id := range f.Members {
						members = append(members, rules[id])
					}
				} else if len(f.Members) > 0 {
					t.Errorf("%s does not lead and has members", f.Rule)
				}
			}
			slices.Sort(members)
			if diff := cmp.Diff(tc.members, members); diff != "" || leader != tc.leader {
				t.Errorf("leader %q, want %q; members (-want +got):\n%s", leader, tc.leader, diff)
			}
			if len(groups) != 1 || groups[""] != (tc.leader == "") {
				t.Errorf("groups: %v", groups)
			}
		})
	}
}

func TestAssetListsItsFindings(t *testing.T) {
	d := reporttest.Document(t)
	got := map[string]int{}
	for _, a := range d.Assets {
		if len(a.Findings) > 0 {
			got[a.Name] = len(a.Findings)
		}
	}
	want := map[string]int{"test123": 5, "old-report": 1, "invoice-export": 1, "決済-" + reporttest.Bidi: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the worker's finding names it by an alias, the webhook's only one is resolved (-want +got):\n%s", diff)
	}
}

func TestReachAndDoubtsOfAssets(t *testing.T) {
	got := map[string]report.Asset{}
	for _, a := range reporttest.Document(t).Assets {
		got[a.Name] = a
	}
	if a := got["invoice-export"]; a.Reach != "partner" || a.Exposures[0].Note != "statement partner-pull; upper bound: a condition could not be judged" {
		t.Errorf("reach %s, exposures %+v", a.Reach, a.Exposures)
	}
	if a := got[reporttest.Formula]; a.Reach != "unknown" || a.UnknownFacets["exposure"] != "no source has read it" {
		t.Errorf("reach %s, exposure %q", a.Reach, a.UnknownFacets["exposure"])
	}
	if a := got["image-resize"]; a.UnknownFacets["exposure"] != "policies: stale since 2026-03-10T07:30:00Z: GetPolicy: AccessDeniedException: not authorized" {
		t.Errorf("stale exposure: %q", a.UnknownFacets["exposure"])
	}
	long := got["a-name-that-somebody-has-made-as-long-as-a-name-may-be-0123456789"]
	if long.Reach != "unknown" || long.UnknownFacets["exposure"] != "policies: GetPolicy: AccessDeniedException: not authorized to perform lambda:GetPolicy" {
		t.Errorf("without its policies: reach %s, exposure %q", long.Reach, long.UnknownFacets["exposure"])
	}
	if a := got["checkout-webhook"]; a.UnknownFacets != nil || a.LastDeploy == nil || a.LastDeploy.Event != "0d5f1a2e" {
		t.Errorf("unknown %v, last deploy %+v", a.UnknownFacets, a.LastDeploy)
	}
}

func TestTimesAreUTC(t *testing.T) {
	in := reporttest.Input(t)
	here := time.FixedZone("here", 3*3600)
	in.Run.Now, in.Run.Started, in.Run.Finished = in.Run.Now.In(here), in.Run.Started.In(here), in.Run.Finished.In(here)
	for i := range in.Findings {
		f := &in.Findings[i]
		f.FirstSeen, f.LastSeen, f.ResolvedAt = f.FirstSeen.In(here), f.LastSeen.In(here), f.ResolvedAt.In(here)
	}
	for i := range in.Case.View.Coverage {
		c := &in.Case.View.Coverage[i]
		c.Read, c.Window.From, c.Window.To = c.Read.In(here), c.Window.From.In(here), c.Window.To.In(here)
	}
	for i := range in.Case.View.Assets {
		a := &in.Case.View.Assets[i]
		a.Created, a.Modified = a.Created.In(here), a.Modified.In(here)
	}
	if diff := cmp.Diff(bytesOf(t, reporttest.Document(t)), bytesOf(t, report.Build(in))); diff != "" {
		t.Errorf("the zone shows (-want +got):\n%s", diff)
	}
}

// TestTheLastReportTellsTheSame: letting the assets go shows in no report.
func TestTheLastReportTellsTheSame(t *testing.T) {
	want := bytesOf(t, report.Build(reporttest.Input(t)))
	in := reporttest.Input(t)
	in.Last = true
	if diff := cmp.Diff(want, bytesOf(t, report.Build(in))); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	if a := in.Case.View.Assets[0]; !a.Exposure.IsZero() || len(in.Case.Verdicts) > 0 {
		t.Errorf("asset %s is still held whole", a.ID)
	}
}
