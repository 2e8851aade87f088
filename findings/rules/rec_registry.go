package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

func registryConflict() findings.Rule {
	r := findings.Rule{
		ID: "REC-12", Title: "Registry entries in conflict or past their end", Severity: findings.Low,
		Rationale:      "Two claims of equal weight say different things of one asset, so nobody can tell who answers for it; or an exception or an accepted blind spot has ended, or an exception selects nothing, and what it once accepted counts again.",
		FalsePositives: "None: the registry is ours to correct.",
		Fix:            "Make one claim more specific; renew or remove what has ended; remove what selects nothing.",
		Needs:          []inventory.Capability{findings.CapRegistry},
	}
	assets := onAssets(r, func(_ *findings.Case, a inventory.Asset, v findings.Verdict) []findings.Finding {
		if len(v.Conflict) == 0 {
			return nil
		}
		f := about(r, a)
		for _, claim := range v.Conflict {
			f.Evidence = append(f.Evidence, claimEvidence(claim))
		}
		f.Message = fmt.Sprintf("%s: claims in conflict: %s", called(a), several(claimIDs(v.Conflict)))
		return one(f)
	})
	r.Check = func(c *findings.Case) []findings.Finding {
		out := assets.Check(c)
		for _, pair := range c.Registry.Content().Conflicts() {
			out = append(out, pairConflict(r, pair))
		}
		return append(out, ended(r, c)...)
	}
	return r
}

func claimIDs(claims []registry.Claim) []string {
	ids := make([]string, len(claims))
	for i, c := range claims {
		ids[i] = c.ID
	}
	slices.Sort(ids)
	return ids
}

func pairConflict(r findings.Rule, pair [2]registry.Claim) findings.Finding {
	ids := claimIDs(pair[:])
	f := aboutClaim(r, pair[0])
	f.Subject = strings.Join(ids, " and ")
	f.Evidence = append(f.Evidence, claimEvidence(pair[1]))
	f.Message = fmt.Sprintf("claims %s conflict whatever the assets are", f.Subject)
	return f
}

// ended tells of exceptions and blind spots that accept nothing: past their
// end, or selecting no asset.
func ended(r findings.Rule, c *findings.Case) []findings.Finding {
	var out []findings.Finding
	add := func(scope inventory.Scope, subject, discriminator, why string, place registry.Position) {
		f := r.New(scope)
		f.Subject, f.Discriminator, f.Message = subject, discriminator, subject+" "+why
		f.Evidence = []findings.Evidence{{Kind: "claim", Ref: subject, Summary: why + at(place)}}
		if !slices.ContainsFunc(out, func(o findings.Finding) bool { return o.Fingerprint() == f.Fingerprint() }) {
			out = append(out, f)
		}
	}
	for _, x := range c.Registry.ExpiredExceptions(c.Now) {
		add(claimScope(x.Select), exceptionName(x), "ended", "ended on "+registry.FormatEnd(x.Expires), x.At)
	}
	for _, b := range c.Registry.ExpiredBlindSpots(c.Now) {
		scope := inventory.Scope{Provider: b.Provider, Account: b.Account, Region: b.Region}
		add(scope, fmt.Sprintf("blind spot %s/%s", scope, b.Capability), "ended", "ended on "+registry.FormatEnd(b.Expires), b.At)
	}
	there := slices.DeleteFunc(slices.Clone(c.View.Assets), func(a inventory.Asset) bool {
		return c.Verdicts[a.ID].Presence == inventory.Gone
	})
	for _, x := range c.Registry.IdleExceptions(there) {
		if !x.Expired(c.Now) && namesAssets(x) && listed(c, x.Select) {
			add(claimScope(x.Select), exceptionName(x), "idle", "selects no asset, and its scope was read whole", x.At)
		}
	}
	return out
}

// exceptionName tells exceptions apart by what they say, not by where they
// stand or when they end.
func exceptionName(x registry.Exception) string {
	parts := []string{"exception", x.Rule}
	add := func(key string, values ...string) {
		values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
		slices.Sort(values)
		if len(values) > 0 {
			parts = append(parts, key+"="+strings.Join(values, ","))
		}
	}
	s := x.Select
	add("provider", string(s.Provider))
	add("kind", string(s.Kind))
	add("accounts", s.Accounts...)
	add("regions", s.Regions...)
	add("id", string(s.ID))
	add("name", s.Name)
	add("zones", s.Zones...)
	add("hostnames", s.Hostnames...)
	for k, v := range s.Labels {
		add("label:"+k, v)
	}
	slices.Sort(parts[2:])
	return strings.Join(parts, " ")
}

// namesAssets reports whether the exception is for findings on assets, and
// names some. Findings on roles, trails or claims select no asset.
func namesAssets(x registry.Exception) bool {
	s := x.Select
	if s.ID == "" && s.Name == "" && s.Kind == "" && len(s.Labels) == 0 {
		return false
	}
	switch x.Rule {
	case "AWS-22", "AWS-29", "AWS-30", "AWS-35", "AWS-36", "AWS-37", "AWS-38", "AWS-39",
		"CF-08", "CF-13",
		"REC-02", "REC-03", "REC-04", "REC-05", "REC-12", "REC-13", "REC-14":
		return false
	}
	return true
}

// listed reports whether every scope in which the selector leaves room was
// read whole, and the plan too, and that there is one.
func listed(c *findings.Case, s registry.Selector) bool {
	read := false
	for _, scope := range c.Scopes() {
		if !s.Covers(scope) {
			continue
		}
		plan := c.View.Gaps(scope, inventory.CapScopes, inventory.CapObjects, inventory.CapSnapshot)
		plan = slices.DeleteFunc(plan, inventory.Coverage.NotAsked)
		if !c.View.Inventoried(scope) || len(plan) > 0 {
			return false
		}
		read = true
	}
	return read
}
