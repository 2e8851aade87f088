package live_test

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/live"
)

// bundle writes a certificate into a file.
func bundle(t *testing.T, der []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bundle.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRegionsOfAnAccount: those that are on are read, those on their way on or
// off too, and those that are off are told.
func TestRegionsOfAnAccount(t *testing.T) {
	w := company()
	w.Accounts[0].Regions = []awsfake.RegionState{{Name: "us-east-1", OptStatus: "ENABLED_BY_DEFAULT"}, {Name: "af-south-1", OptStatus: "DISABLED"},
		{Name: "il-central-1", OptStatus: "ENABLED"}, {Name: "me-south-1", OptStatus: "ENABLING"}, {Name: "ap-east-1", OptStatus: "DISABLING"}, {Name: "ca-west-1", OptStatus: "DISABLED"}}
	w.PageSize = map[string]int{"ListRegions": 2}
	serve(t, w)
	p := plan(t, config(anyRegion))
	want := []string{"aws scopes complete 1", "aws/" + home + " regions complete 6", "aws/" + home + "/af-south-1 functions disabled ListRegions", "aws/" + home + "/ca-west-1 functions disabled ListRegions"}
	if diff := cmp.Diff(want, p.words(t)); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{home + " ap-east-1", home + " il-central-1", home + " me-south-1", home + " us-east-1"}, p.read()); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
}

// TestRegionsThatAreNotTold: each region of the partition proves itself by its
// own calls, besides those that were told.
func TestRegionsThatAreNotTold(t *testing.T) {
	for name, test := range map[string]struct {
		fault awsfake.Fault
		word  string
		read  int
	}{
		"a missing permission":     {awsfake.Fault{Effect: awsfake.DenyMissing()}, "regions denied ListRegions AccessDeniedException", 34},
		"a service control policy": {awsfake.Fault{Effect: awsfake.DenyControlPolicy()}, "regions denied ListRegions AccessDeniedException", 34},
		"throttling that lasts":    {awsfake.Fault{Effect: awsfake.Throttle(0)}, "regions throttled ListRegions TooManyRequestsException", 34},
		"no answer":                {awsfake.Fault{Effect: awsfake.ResetConnection()}, "regions unavailable ListRegions", 34},
		"an answer without any":    {awsfake.Fault{Effect: awsfake.Answer(200, `{"Regions":[]}`)}, "regions malformed ListRegions", 34},
		// The second page of two would have told that the third one is off.
		"a denied second page": {awsfake.Fault{Page: 2, Effect: awsfake.DenyMissing()}, "regions partial 2 ListRegions AccessDeniedException", 35},
	} {
		t.Run(name, func(t *testing.T) {
			w := company()
			w.Accounts[0].Regions = []awsfake.RegionState{{Name: "us-east-1", OptStatus: "ENABLED"}, {Name: "xx-new-1", OptStatus: "ENABLED"}, {Name: "af-south-1", OptStatus: "DISABLED"}}
			w.PageSize = map[string]int{"ListRegions": 2}
			test.fault.Operation = "ListRegions"
			serve(t, w).SetFaults(test.fault)
			p := plan(t, config(anyRegion))
			if diff := cmp.Diff([]string{"aws scopes complete 1", "aws/" + home + " " + test.word}, p.words(t)); diff != "" {
				t.Errorf("words (-want +got):\n%s", diff)
			}
			if got := p.read(); len(got) != test.read || !slices.IsSorted(got) {
				t.Errorf("%d regions are read, want %d by name: %v", len(got), test.read, got)
			}
			if why := p.says(t, of(home), inventory.CapRegions); !holds(why, "every region of the partition is tried", "account:ListRegions") {
				t.Errorf("regions: %s", why)
			}
		})
	}
}

// TestARegionOffAgainstAMissingPermission: only where the account says that a
// region is off is it proved to be empty.
func TestARegionOffAgainstAMissingPermission(t *testing.T) {
	w := company()
	w.Accounts[0].Regions = []awsfake.RegionState{{Name: "us-east-1", OptStatus: "ENABLED"}, {Name: "eu-west-1", OptStatus: "ENABLED"}, {Name: "af-south-1", OptStatus: "DISABLED"}}
	s := serve(t, w)
	fence := awsfake.Fault{Service: "lambda", Region: "eu-west-1", Effect: awsfake.DenyControlPolicy()}
	for name, test := range map[string]struct {
		faults []awsfake.Fault
		want   map[string]inventory.State
	}{
		"the account tells": {[]awsfake.Fault{fence},
			map[string]inventory.State{"af-south-1": inventory.Disabled, "eu-west-1": inventory.Denied, "us-east-1": inventory.Complete}},
		"the account does not tell": {[]awsfake.Fault{fence, {Operation: "ListRegions", Effect: awsfake.DenyMissing()}},
			map[string]inventory.State{"af-south-1": inventory.Unavailable, "eu-west-1": inventory.Denied, "us-east-1": inventory.Complete}},
	} {
		t.Run(name, func(t *testing.T) {
			s.SetFaults(test.faults...)
			v := (&memory{}).run(t, config(anyRegion), at())
			got := map[string]inventory.State{}
			for _, c := range v.Coverage {
				if c.Cell.Capability == inventory.CapFunctions && test.want[c.Cell.Scope.Region] != inventory.Pending {
					got[c.Cell.Scope.Region] = c.State
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("functions (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRegionsOfTheConfiguration are read without asking for others; one that
// the partition has not is named with the nearest, and never makes up for all.
func TestRegionsOfTheConfiguration(t *testing.T) {
	for name, test := range map[string]struct {
		regions, words, read []string
		says                 []string
	}{
		"known ones, one of them twice": {[]string{"eu-west-1", "ap-south-1", "eu-west-1"}, []string{"aws scopes complete 1", "aws/" + home + " regions complete 2"},
			[]string{home + " ap-south-1", home + " eu-west-1"}, nil},
		"a misspelt one": {[]string{"eu-west-1", "eu-wets-2"}, []string{"aws scopes complete 1", "aws/" + home + " regions complete 1", "! aws regions unavailable plan"},
			[]string{home + " eu-west-1"}, []string{"eu-wets-2", "did you mean eu-west-2?"}},
		"one of another partition": {[]string{"cn-north-1", "us-gov-west-1"}, []string{"aws scopes complete 1", "aws/" + home + " regions complete", "! aws regions unavailable plan"},
			nil, []string{"cn-north-1 is in the partition aws-cn", "us-gov-west-1 is in the partition aws-us-gov", "these credentials hold in aws alone"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, company())
			p := plan(t, config(func(c *live.Config) { c.Regions = test.regions }))
			if diff := cmp.Diff(test.words, p.words(t)); diff != "" {
				t.Errorf("words (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.read, p.read()); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
			if n := count(s, "ListRegions"); n != 0 {
				t.Errorf("%d calls of ListRegions", n)
			}
			if test.says != nil && !holds(p.says(t, of(""), inventory.CapRegions), test.says...) {
				t.Errorf("regions: %s", p.says(t, of(""), inventory.CapRegions))
			}
		})
	}
}

// TestPartitions: the role is that of the partition of the credentials, and so
// are the regions where the account does not tell its own.
func TestPartitions(t *testing.T) {
	for partition, want := range map[string][]string{
		"aws-cn": {"cn-north-1", "cn-northwest-1"}, "aws-us-gov": {"us-gov-east-1", "us-gov-west-1"}, "aws-eusc": {"eusc-de-east-1"},
	} {
		t.Run(partition, func(t *testing.T) {
			w := company(members(1)...)
			w.Partition = partition
			s := serve(t, w)
			t.Setenv("AWS_REGION", want[0])
			s.SetFaults(awsfake.Fault{Operation: "ListRegions", Effect: awsfake.DenyMissing()})
			p := plan(t, config(organization))
			var regions []string
			for _, r := range p.read() {
				if rest, ok := strings.CutPrefix(r, "200000000001 "); ok {
					regions = append(regions, rest)
				}
			}
			if diff := cmp.Diff(want, regions); diff != "" {
				t.Errorf("regions (-want +got):\n%s", diff)
			}
			if len(p.problems) != 0 {
				t.Errorf("problems = %v", p.problems)
			}
		})
	}
}

// TestSwitchedOffWithFunctions: functions in a region that was switched off are
// not gone, and cannot be read.
func TestSwitchedOffWithFunctions(t *testing.T) {
	s := serve(t, world(&awsfake.Region{Functions: many(2)}))
	on := []awsfake.RegionState{{Name: "us-east-1", OptStatus: "ENABLED"}, {Name: place, OptStatus: "ENABLED"}, {Name: "af-south-1", OptStatus: "DISABLED"}}
	s.Change(func(w *awsfake.World) { w.Accounts[0].Regions = on })
	mem := &memory{}
	for n, want := range []inventory.State{inventory.Complete, inventory.Unavailable, inventory.Unavailable} {
		v := mem.run(t, config(anyRegion), at().Add(time.Duration(n)*pause))
		for _, c := range v.Coverage {
			if c.Cell.Scope.Region == place && c.Cell.Capability == inventory.CapFunctions && c.State != want {
				t.Errorf("scan %d: %s is %s, want %s", n+1, c.Cell, c.State, want)
			}
			if c.Cell.Scope.Region == "af-south-1" && c.State != inventory.Disabled {
				t.Errorf("scan %d: %s is %s, and never held anything", n+1, c.Cell, c.State)
			}
		}
		if len(v.Assets) != 2 {
			t.Errorf("scan %d: %d assets, want 2", n+1, len(v.Assets))
		}
		for _, a := range v.Assets {
			if v.Presence(a) == inventory.Gone {
				t.Errorf("scan %d: %s is gone", n+1, a.ID)
			}
		}
		s.Change(func(w *awsfake.World) {
			w.Accounts[0].Regions = []awsfake.RegionState{on[0], {Name: place, OptStatus: "DISABLED"}, on[2]}
		})
	}
}
