package live_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/aws/live"
	"github.com/estray/estray/providers/providertest"
)

// regions plans the sources that read functions, and no others.
type regions struct{ cfg live.Config }

// Plan leaves out what reads accounts.
func (p regions) Plan(ctx context.Context) ([]providers.Source, error) {
	all, err := live.New(p.cfg).Plan(ctx)
	return slices.DeleteFunc(all, func(s providers.Source) bool {
		return !slices.ContainsFunc(s.Cells(), func(c inventory.Cell) bool { return c.Capability == inventory.CapFunctions })
	}), err
}

// estate is a region with something of every kind.
func estate() *awsfake.World {
	csc := "arn:aws:lambda:" + place + ":" + home + ":code-signing-config:csc-1"
	w := world(&awsfake.Region{
		Functions: append(many(5, link("", "NONE", old()), policy("", public())),
			fn("x", alias("live", "next"), link("live", "AWS_IAM", young()), policy("live", companion()), func(f *awsfake.Function) {
				f.Tags, f.CodeSigningConfig = map[string]string{"owner": "pay"}, csc
			})),
		Mappings:           []*awsfake.Mapping{{UUID: "1", FunctionArn: string(arn("x")), EventSourceArn: "arn:aws:sqs:eu-west-1:1:q", State: "Enabled"}},
		CodeSigningConfigs: []*awsfake.CodeSigningConfig{{ID: "csc-1"}},
		CapacityProviders:  []*awsfake.CapacityProvider{{Name: "cp"}},
		WebFunctions:       []*awsfake.WebFunction{{Name: "web"}},
		Events:             [][]byte{record("AddPermission20150331v2", "x", at().Add(-5*time.Minute))},
	})
	w.PageSize = map[string]int{"ListFunctions": 2}
	return w
}

// TestContract: a region keeps the promises of every source.
func TestContract(t *testing.T) {
	over := func(cfg live.Config, faults ...awsfake.Fault) func(t *testing.T) providers.Planner {
		return func(t *testing.T) providers.Planner {
			serve(t, estate()).SetFaults(faults...)
			return regions{cfg}
		}
	}
	flawed := map[string]func(t *testing.T) providers.Planner{}
	for _, operation := range []string{
		"GetAccountSettings", "ListFunctions", "ListAliases", "ListFunctionUrlConfigs", "GetPolicy", "ListEventSourceMappings", "GetResources",
		"ListCodeSigningConfigs", "ListFunctionsByCodeSigningConfig", "ListCapacityProviders", "GetWebAccountSettings", "ListWebFunctions", "LookupEvents",
	} {
		flawed[operation+" is denied"] = over(config(lookup), awsfake.Fault{Operation: operation, Effect: awsfake.DenyMissing()})
		flawed[operation+" is cut"] = over(config(lookup), awsfake.Fault{Operation: operation, Effect: awsfake.CutJSON()})
	}
	for name, cfg := range map[string]live.Config{"default": config(lookup), "full": config(lookup, full)} {
		t.Run(name, func(t *testing.T) {
			providertest.Run(t, providertest.Harness{Whole: over(cfg), Flawed: flawed, Canary: secret})
		})
	}
}
