package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// latest is Lambda's name of the code that runs when nothing qualifies a call.
const latest = "$LATEST"

// digests holds all code that takes traffic against the limit: what runs
// unqualified, and each published version that an alias points at.
func (j judge) digests(a inventory.Asset, want registry.Limits) []findings.Drift {
	if len(want.CodeDigests) == 0 {
		return nil
	}
	if a.Scope.Provider == inventory.Cloudflare {
		return j.served(a, want)
	}
	out := j.unqualified(a, want)
	d := findings.Drift{Limit: "code_digests", Facet: "aliases", Want: strings.Join(want.CodeDigests, ", ")}
	if d.Why = j.doubt(a, "aliases", inventory.CapAliases); d.Why != "" {
		d.Unknown = true
		return append(out, d)
	}
	aliases, _ := a.VersionAliases.Get()
	versions, _ := a.Versions.Get()
	all := targets(versions, aliases)
	d.Facet = "versions"
	if len(all) > 0 { // only then does it matter what the versions are
		if d.Why = j.doubt(a, "versions", inventory.CapVersions); d.Why != "" {
			d.Unknown = true
			return append(out, d)
		}
	}
	for _, t := range all {
		d := d
		switch {
		case t.digest == "":
			d.Unknown, d.Why = true, fmt.Sprintf("the versions facet holds no digest of version %s, which alias %s sends traffic to", t.version, t.alias)
		case slices.Contains(want.CodeDigests, t.digest):
			continue
		default:
			d.Got = fmt.Sprintf("%s in version %s, which alias %s sends traffic to", t.digest, t.version, t.alias)
		}
		out = append(out, d)
	}
	return out
}

func (j judge) unqualified(a inventory.Asset, want registry.Limits) []findings.Drift {
	d := findings.Drift{Limit: "code_digests", Facet: "code", Want: strings.Join(want.CodeDigests, ", ")}
	code, known := a.Code.Get()
	d.Why = j.doubt(a, "code", tells(a, "code"))
	switch {
	case d.Why != "":
		d.Unknown = true
		if known && code.Digest != "" {
			d.Why += "; last known was " + code.Digest
		}
	case !known, slices.Contains(want.CodeDigests, code.Digest):
		return nil // certainly without code: nothing runs
	case code.Digest == "":
		d.Unknown, d.Why = true, "the code facet holds no digest"
	default:
		d.Got = code.Digest + " in " + latest
	}
	return []findings.Drift{d}
}

// target is one version to which an alias sends traffic.
type target struct{ alias, version, digest string }

// targets lists what takes traffic through aliases, by version; of several
// aliases of one version the first by name is told.
func targets(v inventory.Versions, aliases []inventory.Alias) []target {
	digests := map[string]string{}
	for _, p := range v.Published {
		digests[p.Name] = p.Digest
	}
	var out []target
	add := func(alias, version string) {
		if version != "" && version != latest {
			out = append(out, target{alias, version, digests[version]})
		}
	}
	for _, alias := range aliases {
		add(alias.Name, alias.Version)
		for version, share := range alias.Weights {
			if share > 0 {
				add(alias.Name, version)
			}
		}
	}
	slices.SortFunc(out, func(a, b target) int {
		return strings.Compare(a.version+"\x00"+a.alias, b.version+"\x00"+b.alias)
	})
	return slices.CompactFunc(out, func(a, b target) bool { return a.version == b.version })
}
