package reconcile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// tells is the reading by which a facet of the asset is known, where the list of
// its kind does not tell it.
func tells(a inventory.Asset, facet string) inventory.Capability {
	if a.Kind != inventory.Worker {
		return a.Kind.Listing()
	}
	switch facet {
	case "identity":
		return inventory.CapSettings
	case "deployment":
		return inventory.CapDeployments
	case "versions":
		return inventory.CapVersions
	}
	return a.Kind.Listing()
}

// waysInto are the readings that tell of the ways into the asset. Of what runs at
// AWS they are the same for every kind.
func waysInto(a inventory.Asset) []inventory.Capability {
	if ways := a.Kind.WaysInto(); len(ways) > 0 || a.Scope.Provider == inventory.Cloudflare {
		return ways
	}
	return inventory.LambdaFunction.WaysInto()
}

// served holds the code of each version that serves against the limit. One whose
// digest is not known leaves the limit unknown.
func (j judge) served(a inventory.Asset, want registry.Limits) []findings.Drift {
	d := findings.Drift{Limit: "code_digests", Facet: "deployment", Want: strings.Join(want.CodeDigests, ", ")}
	if a.Kind == inventory.DispatchNamespace {
		d.Unknown, d.Why = true, "the code of the scripts in a dispatch namespace is not read"
		return []findings.Drift{d}
	}
	if d.Why = j.doubt(a, "deployment", tells(a, "deployment")); d.Why != "" {
		d.Unknown = true
		return []findings.Drift{d}
	}
	live, _ := a.Deployment.Get() // absent: nothing serves
	var out []findings.Drift
	for _, s := range live.Shares {
		d := d
		switch digest := j.digestOf(a, live, s); {
		case digest == "":
			d.Unknown, d.Why = true, fmt.Sprintf("no reading tells the digest of version %s, which serves %s", s.Version, percent(s))
		case slices.Contains(want.CodeDigests, digest):
			continue
		default:
			d.Got = fmt.Sprintf("%s in version %s, which serves %s", digest, s.Version, percent(s))
		}
		out = append(out, d)
	}
	return out
}

// digestOf is the digest of a version that serves. The digest of the script is that
// of its newest version: it stands for one that serves alone and is the newest.
func (j judge) digestOf(a inventory.Asset, live inventory.Deployment, s inventory.Share) string {
	if s.Digest != "" {
		return s.Digest
	}
	if j.doubt(a, "versions", tells(a, "versions")) != "" {
		return ""
	}
	versions, _ := a.Versions.Get()
	var newest inventory.Version
	for _, v := range versions.Published {
		if v.Name == s.Version && v.Digest != "" {
			return v.Digest
		}
		if v.Number > newest.Number {
			newest = v
		}
	}
	if len(live.Shares) > 1 || newest.Name != s.Version || j.doubt(a, "code", tells(a, "code")) != "" {
		return ""
	}
	code, _ := a.Code.Get()
	return code.Digest
}

func percent(s inventory.Share) string { return fmt.Sprintf("%g %%", s.Percent) }

// zones holds the zones whose routes and custom domains lead to the asset against
// the limit on regions. Ways that could not be read leave the limit unknown, unless
// another zone shows already.
func (j judge) zones(a inventory.Asset, want registry.Limits) []findings.Drift {
	d := findings.Drift{Limit: "regions", Facet: "exposure", Want: strings.Join(want.Regions, ", ")}
	if a.Kind != inventory.Worker {
		d.Unknown, d.Why = true, "what runs there has no region"
		return []findings.Drift{d}
	}
	var strange, doubts []string
	for _, part := range []inventory.Capability{inventory.CapRoutes, inventory.CapDomains} {
		state := a.Facet(inventory.PartName("exposure", part))
		if why := j.doubtOf(a, state, "the "+string(part)+" part of the exposure facet", part); why != "" {
			doubts = append(doubts, why)
			continue
		}
		ways, _ := a.Exposure[part].Get()
		for _, w := range ways.Ways {
			switch zone := zoneOf(w.Source); {
			case zone == "":
				doubts = append(doubts, "the zone of the "+w.Kind+" "+cmp.Or(w.Route, w.Hostname)+" is not told")
			case !slices.Contains(want.Regions, zone):
				strange = append(strange, zone)
			}
		}
	}
	slices.Sort(strange)
	switch {
	case len(strange) > 0:
		d.Got = "ways in from zone " + strings.Join(slices.Compact(strange), ", ")
	case len(doubts) > 0:
		d.Unknown, d.Why = true, strings.Join(doubts, "; ")
	default:
		return nil
	}
	return []findings.Drift{d}
}

// zoneOf is the zone in what leads to an asset, "cloudflare:zone/ZONE/route/ID"; empty
// if it names none.
func zoneOf(source string) string {
	in, ok := strings.CutPrefix(source, "cloudflare:zone/")
	if !ok {
		return ""
	}
	zone, _, _ := strings.Cut(in, "/")
	return zone
}
