package live_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/live"
)

// record is what CloudTrail logs of a change of a function.
func record(name, function string, at time.Time) []byte {
	return fmt.Appendf(nil, `{"eventVersion":"1.11","eventID":"%s-%s","eventTime":%q,"eventSource":"lambda.amazonaws.com","eventName":%q,`+
		`"awsRegion":"eu-west-1","recipientAccountId":%q,"readOnly":false,"requestParameters":{"functionName":%q},"responseElements":null,`+
		`"eventType":"AwsApiCall","eventCategory":"Management","managementEvent":true,"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ann"}}`,
		name, function, at.UTC().Format(time.RFC3339), name, home, function)
}

const pause = 6 * time.Hour

// later changes the world of the tests and moves its clock.
func later(s *awsfake.Server, d time.Duration, change func(r *awsfake.Region)) {
	s.Change(func(w *awsfake.World) {
		w.Now = w.Now.Add(d)
		change(w.Accounts[0].Places[place])
	})
}

func inRegion(*awsfake.Region) {}

// asked are the functions about which a call of each was made.
func asked(s *awsfake.Server) string {
	var out []string
	for _, c := range s.Calls() {
		if c.Operation == "ListAliases" {
			out = append(out, c.Resource)
		}
	}
	return strings.Join(out, " ")
}

// TestFirstScan: at most three calls for each function and one for each alias.
func TestFirstScan(t *testing.T) {
	s := serve(t, world(&awsfake.Region{Functions: append(many(60), fn("x", alias("a", "b"), link("a", "NONE", old())))}))
	scan(t, config(lookup), found{})
	want := map[string]int{"GetAccountSettings": 1, "ListFunctions": 4, "ListEventSourceMappings": 1, "ListCodeSigningConfigs": 1,
		"ListAliases": 61, "ListFunctionUrlConfigs": 61, "GetPolicy": 63, "ListCapacityProviders": 1, "GetWebAccountSettings": 1}
	if diff := cmp.Diff(want, calls(s)); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestSecondScan: of functions that neither the event history nor the list shows
// as changed nothing is asked again, and what was read of them stays; whatever
// makes that unsure makes it read all again.
func TestSecondScan(t *testing.T) {
	all := "f00 f01 f02 f03"
	for name, c := range map[string]struct {
		between func(r *awsfake.Region)
		spoil   func(f *found) // what the first scan said
		fault   awsfake.Fault
		cfg     []func(*live.Config)
		after   time.Duration
		asked   string
	}{
		"nothing happened": {},
		"an event touches a function": {between: func(r *awsfake.Region) {
			r.Events = append(r.Events, record("AddPermission20150331v2", "f02", at().Add(time.Hour)))
		}, asked: "f02"},
		"an event came late for the last scan": {between: func(r *awsfake.Region) {
			r.Events = append(r.Events, record("AddPermission20150331v2", "f02", at().Add(-10*time.Minute)))
		}, asked: "f02"},
		"an event that the last scan knew": {between: func(r *awsfake.Region) {
			r.Events = append(r.Events, record("AddPermission20150331v2", "f02", at().Add(-29*time.Minute)))
		}},
		"the history that is read begins after the last scan": {spoil: func(f *found) {
			change(f, inventory.CapEvents, func(c *inventory.Coverage) { *c = inventory.Coverage{} })
		}, cfg: []func(*live.Config){func(c *live.Config) { c.Since = c.Now.Add(-time.Hour) }}, asked: all},
		"the list shows a change": {between: func(r *awsfake.Region) { r.Functions[1].RevisionID = "other" }, asked: "f01"},
		"a function is new":       {between: func(r *awsfake.Region) { r.Functions = append(r.Functions, fn("new")) }, asked: "new"},
		"an event does not tell which function": {between: func(r *awsfake.Region) {
			r.Events = append(r.Events, record("PutSomethingNew", "", at().Add(time.Hour)))
		}, asked: all},
		"events are not asked for": {cfg: []func(*live.Config){func(c *live.Config) { c.Lookup = false }}, asked: all},
		"the history is denied":    {fault: awsfake.Fault{Operation: "LookupEvents", Effect: awsfake.DenyMissing()}, asked: all},
		"a full scan":              {cfg: []func(*live.Config){full}, asked: all},
		"all was read a week ago":  {after: 7*24*time.Hour - pause, asked: all},
		"policies were not whole": {spoil: func(f *found) {
			change(f, inventory.CapPolicies, func(c *inventory.Coverage) { c.State = inventory.Partial })
		}, asked: all},
		"URLs were not whole, and their word is older": {spoil: func(f *found) {
			change(f, inventory.CapURLs, func(c *inventory.Coverage) { c.Read = c.Read.Add(-time.Hour) })
		}, asked: all},
		"another version left the mark": {spoil: func(f *found) {
			change(f, inventory.CapFunctions, func(c *inventory.Coverage) { c.Mark = "0" + c.Mark[1:] })
		}, asked: all},
		"the mark is damaged":                {spoil: func(f *found) { change(f, inventory.CapFunctions, func(c *inventory.Coverage) { c.Mark += "x" }) }, asked: all},
		"there is no mark":                   {spoil: func(f *found) { change(f, inventory.CapFunctions, func(c *inventory.Coverage) { c.Mark = "" }) }, asked: all},
		"we are of another organization now": {cfg: []func(*live.Config){func(c *live.Config) { c.Own.Organization = "o-other" }}, asked: all},
		"a scan between came to events alone": {spoil: func(f *found) {
			change(f, inventory.CapEvents, func(c *inventory.Coverage) {
				c.Read, c.Window.To = c.Read.Add(3*time.Hour), c.Read.Add(3*time.Hour-15*time.Minute)
			})
		}, asked: all},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, world(&awsfake.Region{Functions: many(4, link("", "NONE", old()), policy("", public()))}))
			first := scan(t, config(lookup), found{})
			if c.spoil != nil {
				c.spoil(&first)
			}
			if c.between == nil {
				c.between = inRegion
			}
			later(s, pause+c.after, c.between)
			s.Reset()
			s.SetFaults(c.fault)
			cfg := config(append([]func(*live.Config){lookup, func(cfg *live.Config) { cfg.Now = at().Add(pause + c.after) }}, c.cfg...)...)
			second := scan(t, cfg, first)
			if got := asked(s); got != c.asked {
				t.Errorf("asked again about %q, want %q", got, c.asked)
			}
			for _, capability := range []inventory.Capability{inventory.CapFunctions, inventory.CapAliases, inventory.CapURLs, inventory.CapPolicies} {
				if w := second.words[capability]; w.State != inventory.Complete || w.Seen != len(second.assets) {
					t.Errorf("%s is %s, %d seen: %s", capability, w.State, w.Seen, w.Why)
				}
			}
			for id := range first.assets { // what is known of all after both scans
				a := inventory.Merge(first.assets[id], second.assets[id])
				if r, sure := a.Reach(); r != inventory.ReachPublic || !sure {
					t.Errorf("%s: reach = %s (sure: %t)", id, r, sure)
				}
				if !a.LastSeen().Equal(cfg.Now) {
					t.Errorf("%s was last seen at %s", id, a.LastSeen())
				}
			}
		})
	}
}

func change(f *found, c inventory.Capability, how func(*inventory.Coverage)) {
	f.words = maps.Clone(f.words)
	w := f.words[c]
	how(&w)
	f.words[c] = w
}

// TestSecondScanBySettings: what was read or judged by other settings than those
// of this scan is read again.
func TestSecondScanBySettings(t *testing.T) {
	const third = "777788889999"
	digests := func(c *live.Config) { c.GetFunction = true }
	ours := func(ids ...string) func(*live.Config) {
		return func(c *live.Config) { c.Own.Account = func(id string) bool { return slices.Contains(ids, id) } }
	}
	for name, c := range map[string]struct {
		before, now []func(*live.Config)
		fault       awsfake.Fault // of the first scan
		asked       string
	}{
		"the same settings": {before: []func(*live.Config){digests, ours(partner)}, now: []func(*live.Config){digests, ours(partner)}},
		"an account that a policy names is ours no more": {before: []func(*live.Config){ours(partner)}, asked: "f00 f01"},
		"an account that a policy names is ours now":     {now: []func(*live.Config){ours(partner)}, asked: "f00 f01"},
		"an account that nothing names is ours now":      {now: []func(*live.Config){ours(third)}},
		"digests are read now":                           {now: []func(*live.Config){digests}, asked: "f00 f01"},
		"digests could not be read": {before: []func(*live.Config){digests}, now: []func(*live.Config){digests},
			fault: awsfake.Fault{Operation: "GetFunction", Effect: awsfake.DenyMissing()}, asked: "f00 f01"},
	} {
		t.Run(name, func(t *testing.T) {
			named := statement{Sid: "x", Principal: map[string]string{"AWS": "arn:aws:iam::" + partner + ":root"}}
			s := serve(t, world(&awsfake.Region{Functions: many(2, policy("", named), func(f *awsfake.Function) {
				f.PackageType, f.ResolvedImageURI = "Image", "image@sha256:"+f.Name
			})}))
			s.SetFaults(c.fault)
			first := scan(t, config(append(c.before, lookup)...), found{})
			s.SetFaults()
			second := first
			for n := range 2 { // of what was not asked again, the third scan still knows
				later(s, pause, inRegion)
				s.Reset()
				cfg := config(append(c.now, lookup, func(c *live.Config) { c.Now = at().Add(time.Duration(n+1) * pause) })...)
				second = scan(t, cfg, second)
				want := c.asked
				if n == 1 {
					want = ""
				}
				if got := asked(s); got != want {
					t.Errorf("scan %d asked again about %q, want %q", n+2, got, want)
				}
			}
		})
	}
}

// TestSecondScanKeepsJudgements: what a third scan finds of functions that the
// second did not ask again was judged by the accounts of the first.
func TestSecondScanKeepsJudgements(t *testing.T) {
	s := serve(t, world(&awsfake.Region{Functions: many(1, policy("", statement{Sid: "x", Principal: map[string]string{"AWS": partner}}))}))
	ours := func(c *live.Config) { c.Own.Account = func(id string) bool { return id == partner } }
	last := found{}
	for n, c := range []struct {
		how   func(*live.Config)
		asked string
	}{{ours, "f00"}, {ours, ""}, {inConfig, "f00"}} {
		s.Reset()
		last = scan(t, config(lookup, c.how, func(cfg *live.Config) { cfg.Now = at().Add(time.Duration(n) * pause) }), last)
		if got := asked(s); got != c.asked {
			t.Errorf("scan %d asked about %q, want %q", n+1, got, c.asked)
		}
		later(s, pause, inRegion)
	}
}

func inConfig(*live.Config) {}

// TestSecondScanCalls: a scan after which nothing changed but one function costs
// what answers for the region, and that one.
func TestSecondScanCalls(t *testing.T) {
	s := serve(t, world(&awsfake.Region{Functions: many(60, alias("live"))}))
	first := scan(t, config(lookup), found{})
	later(s, pause, func(r *awsfake.Region) { r.Functions[7].CodeSHA256 = "other" })
	s.Reset()
	scan(t, config(lookup, func(c *live.Config) { c.Now = at().Add(pause) }), first)
	want := map[string]int{"GetAccountSettings": 1, "ListFunctions": 2, "ListEventSourceMappings": 1, "ListCodeSigningConfigs": 1,
		"ListAliases": 1, "ListFunctionUrlConfigs": 1, "GetPolicy": 2, "ListCapacityProviders": 1, "GetWebAccountSettings": 1}
	if diff := cmp.Diff(want, calls(s)); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestThirdScan: that all is read again after a week is counted from the scan
// that read all, and not from those that left out what did not change.
func TestThirdScan(t *testing.T) {
	s := serve(t, world(&awsfake.Region{Functions: many(2)}))
	last := scan(t, config(lookup), found{})
	for day := range 8 {
		later(s, 24*time.Hour, inRegion)
		s.Reset()
		now := at().Add(time.Duration(day+1) * 24 * time.Hour)
		last = scan(t, config(lookup, func(c *live.Config) { c.Now = now }), last)
		want := ""
		if day == 6 {
			want = "f00 f01"
		}
		if got := asked(s); got != want {
			t.Errorf("day %d: asked again about %q, want %q", day+1, got, want)
		}
	}
}

// TestFraction: the history is covered to the second, and scans begin between.
func TestFraction(t *testing.T) {
	s := serve(t, world(&awsfake.Region{Functions: many(2)}))
	on := func(d time.Duration) func(*live.Config) {
		return func(c *live.Config) { c.Now = at().Add(d + 700*time.Millisecond) }
	}
	first := scan(t, config(lookup, on(0)), found{})
	later(s, pause, inRegion)
	s.Reset()
	scan(t, config(lookup, on(pause)), first)
	if got := asked(s); got != "" {
		t.Errorf("asked again about %q", got)
	}
}

// TestUnchangedSaysSo: a word that rests on events says so.
func TestUnchangedSaysSo(t *testing.T) {
	s := serve(t, world(&awsfake.Region{Functions: many(3)}))
	first := scan(t, config(lookup), found{})
	later(s, pause, inRegion)
	second := scan(t, config(lookup, func(c *live.Config) { c.Now = at().Add(pause) }), first)
	for _, c := range []inventory.Capability{inventory.CapAliases, inventory.CapURLs, inventory.CapPolicies} {
		word{inventory.Complete, "3 functions were not asked again: the event history tells no change of them since 2026-11-24T09:00:00Z"}.check(t, second.words[c])
	}
	a := second.assets[arn("f00")]
	if _, ok := a.Exposure[inventory.CapURLs]; ok || !a.VersionAliases.IsZero() {
		t.Errorf("something is said of what was not read: %+v", a)
	}
}

// TestVersionsAgain: versions are listed where they never were, by a full scan,
// once a week, and where no event history tells of changes; between, the last
// word stands as it was.
func TestVersionsAgain(t *testing.T) {
	s := serve(t, world(&awsfake.Region{Functions: many(2, alias("live"))}))
	lists := func(cfg live.Config, before found) (found, int) {
		s.Reset()
		got := scan(t, cfg, before)
		return got, calls(s)["ListFunctions"] - 1 // the other one is that of the functions
	}
	on := func(d time.Duration) func(*live.Config) { return func(c *live.Config) { c.Now = at().Add(d) } }
	first, n := lists(config(lookup), found{})
	if n != 1 || first.words[inventory.CapVersions].Seen != 2 {
		t.Errorf("first: %d listings, %+v", n, first.words[inventory.CapVersions])
	}
	later(s, pause, inRegion)
	second, n := lists(config(lookup, on(pause)), first)
	if n != 0 || !second.assets[arn("f00")].Versions.IsZero() {
		t.Errorf("second: %d listings, %+v", n, second.assets[arn("f00")].Versions)
	}
	if diff := cmp.Diff(first.words[inventory.CapVersions], second.words[inventory.CapVersions]); diff != "" {
		t.Errorf("word (-first +second):\n%s", diff)
	}
	if _, n := lists(config(on(pause)), first); n != 1 {
		t.Errorf("without event history: %d listings", n)
	}
	if _, n := lists(config(lookup, on(pause), full), second); n != 1 {
		t.Errorf("full: %d listings", n)
	}
	broken := first
	change(&broken, inventory.CapVersions, func(c *inventory.Coverage) { c.State = inventory.Partial })
	if _, n := lists(config(lookup, on(pause)), broken); n != 1 {
		t.Errorf("after a partial reading: %d listings", n)
	}
	later(s, 7*24*time.Hour-pause, inRegion)
	third, n := lists(config(lookup, on(7*24*time.Hour)), second)
	if n != 1 || !third.words[inventory.CapVersions].Read.Equal(at().Add(7*24*time.Hour)) {
		t.Errorf("a week later: %d listings, %+v", n, third.words[inventory.CapVersions])
	}
}

// TestImageStays: the digest of an image that did not change is neither asked
// again nor taken away by the list, which does not tell it.
func TestImageStays(t *testing.T) {
	image := fn("image", func(f *awsfake.Function) {
		f.PackageType, f.ImageURI, f.ResolvedImageURI = "Image", "repo:tag", "repo@sha256:1"
	})
	s := serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{image}}))
	allowed := func(c *live.Config) { c.GetFunction = true }
	first := scan(t, config(lookup, allowed), found{})
	later(s, pause, inRegion)
	s.Reset()
	second := scan(t, config(lookup, allowed, func(c *live.Config) { c.Now = at().Add(pause) }), first)
	if n := calls(s)["GetFunction"]; n != 0 {
		t.Errorf("GetFunction was called %d times", n)
	}
	a := inventory.Merge(first.assets[arn("image")], second.assets[arn("image")])
	if c := value(t, a.Code); c.Image != "repo@sha256:1" {
		t.Errorf("code = %+v", c)
	}
}
