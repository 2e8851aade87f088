package reconcile_test

import (
	"strings"
	"testing"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// TestReplicas: who answers for a function of Lambda@Edge answers for its
// replicas, wherever CloudFront puts them.
func TestReplicas(t *testing.T) {
	const replica = "us-east-1.shop"
	of := func(origin inventory.AssetID) rulestest.World {
		w := world(approved(registry.Limits{Regions: []string{rulestest.Region}}))
		w.Facts = append(w.Facts, rulestest.Function(replica, func(a *inventory.Asset) {
			a.ID = inventory.AssetID(strings.Replace(string(a.ID), rulestest.Region, "ap-south-1", 1))
			a.Scope.Region = "ap-south-1"
			a.Configuration = inventory.Known(inventory.Configuration{Origin: origin}, rulestest.Now())
		}))
		return w
	}
	id := inventory.AssetID(strings.Replace(string(rulestest.FunctionID(replica)), rulestest.Region, "ap-south-1", 1))
	shop := rulestest.FunctionID("shop")
	withoutShop := of(shop).Without(func(f inventory.Fact) bool { a, ok := f.(inventory.Asset); return ok && a.ID == shop })
	elsewhere := inventory.AssetID(strings.Replace(string(shop), rulestest.Region, "us-east-1", 1))
	for _, test := range []struct {
		name  string
		world rulestest.World
		want  findings.Standing
	}{
		{"the claim on the origin answers, and its region counts", of(shop), findings.Approved},
		{"a version of the origin is the origin", of(shop + ":3"), findings.Approved},
		{"an origin that is gone already", withoutShop, findings.Approved},
		{"an origin in a region that is not approved", of(elsewhere), findings.Drifted},
		{"an origin that nobody claims", of(rulestest.FunctionID("other")), findings.Unmanaged},
		{"a function of its own", of(""), findings.Unmanaged},
		{"what is no ARN is no origin", of("shop"), findings.Unmanaged},
		{"its own id is no origin", of(id), findings.Unmanaged},
	} {
		t.Run(test.name, func(t *testing.T) {
			if v := test.world.Case(t).Verdicts[id]; v.Standing != test.want {
				t.Errorf("got %s (%s), want %s", v.Standing, strings.Join(v.Reasons, "; "), test.want)
			}
		})
	}
}
