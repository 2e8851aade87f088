package live_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
)

// entered is a region in which a rule starts f, and an open route leads to it.
func entered() *awsfake.Region {
	f := string(arn("f"))
	return &awsfake.Region{
		Functions: []*awsfake.Function{fn("f"), fn("g")},
		Rules:     []*awsfake.Rule{{Name: "nightly", ScheduleExpression: "rate(1 day)", Targets: []awsfake.Target{{ID: "1", ARN: f}}}},
		HTTPAPIs: []*awsfake.HTTPAPI{{ID: "api1", Name: "shop", Routes: []awsfake.Route{{ID: "r1", Key: "GET /", Target: "integrations/i1", AuthorizationType: "NONE"}},
			Integrations: []awsfake.Integration{{ID: "i1", Type: "AWS_PROXY", URI: f, Method: "POST"}}, Stages: []awsfake.Stage{{Name: "$default"}}}},
	}
}

// TestDoors: what other services tell of a function are parts of their own; that
// there is nothing is told too, so that what was removed does not stay.
func TestDoors(t *testing.T) {
	serve(t, world(entered()))
	got := scan(t, config(), found{})
	names := func(name string) (out []string) {
		for _, trigger := range value(t, got.assets[arn(name)].Triggers[inventory.CapEventRules]) {
			out = append(out, trigger.Name)
		}
		return out
	}
	if diff := cmp.Diff([]string{"nightly"}, names("f")); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if r, sure := got.assets[arn("f")].Reach(); r != inventory.ReachPublic || !sure {
		t.Errorf("reach = %s (sure: %t)", r, sure)
	}
	if n := names("g"); n != nil {
		t.Errorf("rules of another function = %v", n)
	}
	g := got.assets[arn("g")]
	for _, c := range []inventory.Capability{inventory.CapAPIGateway, inventory.CapLoadBalancers} {
		if ways := value(t, g.Exposure[c]).Ways; len(ways) != 0 {
			t.Errorf("ways of another function = %v", ways)
		}
	}
	for _, c := range []inventory.Capability{inventory.CapSchedules, inventory.CapTopics, inventory.CapBucketNotifications, inventory.CapAPIGateway} {
		if n := value(t, g.Triggers[c]); len(n) != 0 {
			t.Errorf("%s of another function = %v", c, n)
		}
	}
}

// TestDoorsUnknown: a service that refuses leaves its own part unknown.
func TestDoorsUnknown(t *testing.T) {
	s := serve(t, world(entered()))
	s.SetFaults(awsfake.Fault{Operation: "ListRules", Effect: awsfake.DenyMissing()}, awsfake.Fault{Operation: "GetApis", Effect: awsfake.DenyMissing()})
	got := scan(t, config(), found{})
	for _, name := range []string{"f", "g"} {
		a := got.assets[arn(name)]
		if p := a.Triggers[inventory.CapEventRules]; !p.IsUnknown() || p.Doubt().Operation != "ListRules" {
			t.Errorf("%s: rules = %+v", name, p)
		}
		if p := a.Exposure[inventory.CapAPIGateway]; !p.IsUnknown() || p.Doubt().Operation != "GetApis" {
			t.Errorf("%s: routes = %+v", name, p)
		}
		if r, sure := a.Reach(); sure {
			t.Errorf("%s: reach is %s, and sure", name, r)
		}
		if p := a.Triggers[inventory.CapSchedules]; !p.Current() {
			t.Errorf("%s: schedules = %+v", name, p)
		}
	}
}

// TestDoorsHalfRead: an open route that was seen stays told, whatever could not
// be read beside it; of a function without one nothing is known.
func TestDoorsHalfRead(t *testing.T) {
	s := serve(t, world(entered()))
	s.SetFaults(awsfake.Fault{Operation: "GetRestApis", Effect: awsfake.DenyMissing()})
	got := scan(t, config(), found{})
	ways := value(t, got.assets[arn("f")].Exposure[inventory.CapAPIGateway]).Ways
	if len(ways) != 2 || ways[0].Reach != inventory.ReachPublic || ways[0].Route != "GET /" || ways[1].Reach != inventory.ReachUnknown || ways[1].Note == "" {
		t.Errorf("ways = %+v", ways)
	}
	if r, sure := got.assets[arn("f")].Reach(); sure {
		t.Errorf("reach is %s, and sure", r)
	}
	if p := got.assets[arn("g")].Exposure[inventory.CapAPIGateway]; !p.IsUnknown() {
		t.Errorf("routes of another function = %+v", p)
	}
}
