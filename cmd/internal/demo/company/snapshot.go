package company

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/snapshot"
)

const source = "aws-lambda"

// snapshot writes the assets and the coverage that says how complete they are.
func (c *company) snapshot() ([]byte, error) {
	var b bytes.Buffer
	w, err := snapshot.NewWriter(&b, snapshot.Header{Taken: taken(), Tool: "estray demo"})
	if err != nil {
		return nil, err
	}
	for _, cov := range c.coverage() {
		err = errors.Join(err, w.WriteCoverage(cov))
	}
	slices.SortFunc(c.functions, func(a, b *function) int { return strings.Compare(a.arn(), b.arn()) })
	for _, f := range c.functions {
		err = errors.Join(err, w.WriteAsset(f.asset(), snapshot.Verdict{}))
	}
	err = errors.Join(err, w.Flush())
	return b.Bytes(), err
}

// coverage of every account and region: all read, but for one region that a
// service control policy denies, one policy, and one table of triggers.
func (c *company) coverage() []inventory.Coverage {
	var out []inventory.Coverage
	for _, account := range []string{shop, data, sandbox} {
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			for _, capability := range []inventory.Capability{inventory.CapFunctions, inventory.CapVersions, inventory.CapAliases, inventory.CapPolicies, inventory.CapURLs, inventory.CapMappings, inventory.CapLayers, inventory.CapLogGroups, inventory.CapTags} {
				out = append(out, c.cell(inventory.Scope{Provider: inventory.AWS, Account: account, Region: region}, capability))
			}
		}
		out = append(out, c.cell(inventory.Scope{Provider: inventory.AWS, Account: account}, inventory.CapRoles))
	}
	return out
}

func (c *company) cell(s inventory.Scope, capability inventory.Capability) inventory.Coverage {
	cov := inventory.Coverage{Cell: inventory.Cell{Source: source, Scope: s, Capability: capability}, State: inventory.Complete, Read: taken()}
	for _, f := range c.functions {
		if f.account == s.Account && (s.Region == "" || f.region == s.Region) {
			cov.Seen++
		}
	}
	cov.Expected = cov.Seen
	switch {
	case s.Account == sandbox && s.Region == "us-east-1":
		// Where the listing is denied, nobody knows how many there are.
		cov.State, cov.Seen, cov.Expected = inventory.Denied, 0, 0
		cov.Why = inventory.Reason{Operation: "ListFunctions", Code: "AccessDeniedException", Message: "explicit deny in a service control policy"}
	case s.Account == shop && s.Region == c.find("payments-payout").region && capability == inventory.CapPolicies:
		cov.State, cov.Seen = inventory.Partial, cov.Seen-1
		cov.Why = inventory.Reason{Operation: "GetPolicy", Code: "AccessDeniedException", Message: "payments-payout: no identity-based policy allows the lambda:GetPolicy action"}
	case s.Account == data && s.Region == "us-east-1" && capability == inventory.CapMappings:
		cov.State, cov.Seen, cov.Expected = inventory.Denied, 0, 0 // accepted in the registry
		cov.Why = inventory.Reason{Operation: "ListEventSourceMappings", Code: "AccessDeniedException"}
	}
	return cov
}

func (f *function) asset() inventory.Asset {
	at := taken()
	scope := inventory.Scope{Provider: inventory.AWS, Account: f.account, Region: f.region}
	a := inventory.Asset{
		ID: inventory.AssetID(f.arn()), Kind: inventory.LambdaFunction, Scope: scope, Name: f.name, Modified: f.modified,
		Sightings:      []inventory.Sighting{{Cell: inventory.Cell{Source: source, Scope: scope, Capability: inventory.CapFunctions}, At: at}},
		Configuration:  inventory.Known(inventory.Configuration{Runtime: "python3.13", Handler: "app.handler", Package: "Zip", Architectures: []string{"arm64"}, MemoryMB: 256, TimeoutSeconds: 30}, at),
		Settings:       inventory.Known(inventory.Settings{State: "Active"}, at),
		CodeSigning:    inventory.Known(inventory.CodeSigning{}, at),
		Code:           inventory.Known(f.code(), at),
		Versions:       inventory.Known(inventory.Versions{}, at),
		VersionAliases: inventory.Known([]inventory.Alias{}, at),
		Destinations:   inventory.Known([]inventory.Destination{}, at),
		Identity:       inventory.Known(inventory.Identity{ID: f.role}, at),
		Rights:         inventory.Known(f.rights(), at),
		Triggers:       inventory.Split(inventory.Known(inventory.Triggers{}, at)),
		Bindings:       inventory.Known(f.bindings(), at),
		Labels:         inventory.Known(f.labels(), at),
		Logging:        inventory.Known(inventory.Logging{Group: "/aws/lambda/" + f.name}, at),
		Exposure:       inventory.Split(inventory.Known(inventory.Exposures{Ways: f.ways()}, at)),
	}
	if f.policyDenied {
		denied := inventory.Unknown[inventory.Exposures](inventory.Reason{Operation: "GetPolicy", Code: "AccessDeniedException"}, at)
		a.Exposure = a.Exposure.With(inventory.CapPolicies, denied)
	}
	return a
}

func (f *function) code() inventory.Code {
	code := inventory.Code{Digest: f.digest, Size: 48213}
	if f.layer != "" {
		code.Layers = []inventory.Layer{{ID: f.layer, Account: foreign}}
	}
	return code
}

func (f *function) rights() inventory.Rights {
	if f.admin {
		return inventory.Rights{Admin: true, Why: []string{"policy AdministratorAccess"}}
	}
	return inventory.Rights{}
}

func (f *function) bindings() []inventory.Binding {
	out := []inventory.Binding{}
	for _, name := range f.env {
		out = append(out, inventory.Binding{Kind: "environment", Name: name})
	}
	return out
}

func (f *function) labels() inventory.Labels {
	if f.owner == "" {
		return inventory.Labels{}
	}
	return inventory.Labels{"owner": f.owner}
}

func (f *function) ways() []inventory.Exposure {
	var out []inventory.Exposure
	if f.public {
		out = append(out,
			inventory.Exposure{Kind: "function-url", Reach: inventory.ReachPublic, Hostname: urlID(f) + ".lambda-url." + f.region + ".on.aws", Auth: "NONE"},
			inventory.Exposure{Kind: "policy", Reach: inventory.ReachPublic, Statement: "open", Auth: "NONE"})
	}
	if f.partner {
		out = append(out, inventory.Exposure{Kind: "policy", Reach: inventory.ReachPartner, Statement: "share", Accounts: []string{foreign}})
	}
	return out
}
