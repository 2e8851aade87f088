package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

func approverDeployed() findings.Rule {
	r := findings.Rule{
		ID: "REC-05", Title: "Approver is the deployer", Severity: findings.High,
		Rationale:      "Whoever approves should not be the one who deploys: one stolen or mistaken person would then be enough. Where four eyes are asked for, an owner may not approve its own claim either. A session name is a hint that raises this finding; it never clears anybody.",
		FalsePositives: "Teams of one person: make an exception with an end.",
		Fix:            "Let somebody else approve, or deploy through a pipeline.",
		Attack:         recTechniques("REC-05"),
		Needs:          []inventory.Capability{inventory.CapEvents, findings.CapRegistry},
		Listens:        onAWS(lambdaService),
	}
	deployer := onAssets(r, func(_ *findings.Case, a inventory.Asset, v findings.Verdict) []findings.Finding {
		last := v.Life().LastDeploy
		if v.Claim == nil || v.Claim.Approval == nil || last.Event == "" {
			return nil
		}
		by := v.Claim.Approval.By
		how := samePerson(by, last.Who)
		if how == "" {
			return nil
		}
		f := about(r, a)
		f.Event, f.Discriminator = last.Event, "deployer"
		f.Message = fmt.Sprintf("%s approved claim %s and last deployed %s: %s", by, v.Claim.ID, called(a), how)
		f.Evidence = []findings.Evidence{claimEvidence(*v.Claim), actEvidence("deployed", last)}
		return one(f)
	})
	claims := onClaims(r, func(c *findings.Case, claim registry.Claim) []findings.Finding { return selfApproved(r, c, claim) })
	r.Check = func(c *findings.Case) []findings.Finding { return append(deployer.Check(c), claims.Check(c)...) }
	return r
}

// selfApproved finds what a claim itself tells: its approver is among those
// whom it lets deploy or, where four eyes are asked for, is its owner.
func selfApproved(r findings.Rule, c *findings.Case, claim registry.Claim) []findings.Finding {
	if claim.Approval == nil || claim.Approval.By == "" {
		return nil
	}
	var out []findings.Finding
	add := func(discriminator, why string) {
		f := aboutClaim(r, claim)
		f.Discriminator, f.Message = discriminator, fmt.Sprintf("%s approved claim %s, and %s", claim.Approval.By, claim.ID, why)
		out = append(out, f)
	}
	is := func(name string) bool {
		by, mail := claim.Approval.By, mailOf(claim.Approval.By)
		same := strings.EqualFold(name, by) || strings.EqualFold(tail(name), by)
		return same || (mail != "" && strings.EqualFold(tail(name), mail))
	}
	if i := slices.IndexFunc(claim.Approval.Limits.Deployers, is); i >= 0 {
		add("deployers", "the claim lets the same principal deploy: "+claim.Approval.Limits.Deployers[i])
	}
	owner, _ := c.Registry.Owner(claim.Owner)
	names := slices.Concat([]string{claim.Owner, owner.Name}, owner.Contacts, owner.Principals)
	if c.Estate.FourEyes && slices.ContainsFunc(names, is) {
		add("owner", "is the claim's owner "+claim.Owner+", where four eyes are asked for")
	}
	return out
}

// samePerson tells by what the approver is shown to be the principal; empty
// where it cannot be shown.
func samePerson(by string, p inventory.Principal) string {
	if by == "" {
		return ""
	}
	names := []struct{ what, name string }{
		{"the principal's e-mail address", p.Email}, {"the principal's id", p.ID}, {"the principal's unique id", p.UniqueID}, {"the end of the principal's id", tail(p.ID)},
		{"the session name", p.Session}, {"the federated subject", p.Subject}, {"the end of the federated subject", tail(p.Subject)},
	}
	for _, link := range p.Chain {
		names = append(names, struct{ what, name string }{"the chain behind the principal", link},
			struct{ what, name string }{"the chain behind the principal", tail(link)})
	}
	for _, n := range names {
		if n.name != "" && (strings.EqualFold(n.name, by) || strings.EqualFold(n.name, mailOf(by))) {
			return n.what + " is " + n.name
		}
	}
	return ""
}

// mailOf is the e-mail address that an id ends with (google:user:ana@example.com,
// the ARN of a session); empty where it ends otherwise: other ends, such as the
// name of a role, may be the name of somebody else.
func mailOf(id string) string {
	if end := tail(id); strings.Contains(end, "@") {
		return end
	}
	return ""
}

// tail is what follows the last "/" or ":": in principals' ids a name.
func tail(id string) string { return id[strings.LastIndexAny(id, "/:")+1:] }

// deployedAndRemoved is REC-09. Only a whole inventory can show that the asset
// is gone and was not merely overlooked.
func deployedAndRemoved() findings.Rule {
	r := findings.Rule{
		ID: "REC-09", Title: "Deployed then removed, never approved", Severity: findings.High, Absence: true,
		Rationale:      "An asset that nobody answers for was created and deleted, and the inventory does not hold it: only the log still tells of it. Short appearances are how a stray avoids being listed.",
		FalsePositives: "Tests and previews: claim them by name, as transient.",
		Fix:            "Ask the deployer what it was for; claim it as transient if it was meant so.",
		Attack:         recTechniques("REC-09"),
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapFunctions, findings.CapRegistry},
		Elsewhere:      atCloudflare(inventory.CapEvents, findings.CapRegistry),
		Listens:        onAWS(lambdaService),
	}
	return onGone(r, func(c *findings.Case, a inventory.Asset, v findings.Verdict) []findings.Finding {
		made, gone := v.Life().Created, v.Life().Deleted
		if v.Standing != findings.Unmanaged || made.Event == "" || gone.Event == "" || gone.Time.Before(made.Time) {
			return nil
		}
		f := about(r, a)
		f.Over = inventory.Window{From: made.Time, To: gone.Time}
		f.Message = fmt.Sprintf("%s was deployed at %s and removed %s later, and nobody answers for it", called(a), instant(made.Time), gone.Time.Sub(made.Time).Round(time.Second))
		f.Evidence = []findings.Evidence{actEvidence("created", made), actEvidence("deleted", gone)}
		return one(f)
	})
}

// onGone makes r judge the assets that are gone. A Pages project without functions
// is in no inventory, wherever it is: an event may have shown it once.
func onGone(r findings.Rule, judge func(*findings.Case, inventory.Asset, findings.Verdict) []findings.Finding) findings.Rule {
	r.Check = func(c *findings.Case) []findings.Finding {
		var out []findings.Finding
		for _, a := range c.View.Assets {
			if v := c.Verdicts[a.ID]; v.Presence == inventory.Gone && !staticSite(a) {
				out = append(out, judge(c, a, v)...)
			}
		}
		return out
	}
	return r
}

// unloggedChange is REC-10. It concludes from the silence of a log, so that its
// window is given to the evaluation, which asks for continuity there.
func unloggedChange() findings.Rule {
	r := findings.Rule{
		ID: "REC-10", Title: "Object without a creation event", Severity: findings.Medium, Absence: true,
		Rationale:      "The asset was made or changed while the log was complete, and no event names it. Either the log is not what it seems, or something changes assets behind it.",
		FalsePositives: "A trail that leaves the region or global services out. Cloudflare logs calls of its published interface: what the dashboard does by another one may be missing. Changes of Pages projects that are built from a repository are not judged, since pushes are in no audit log.",
		Fix:            "Check that the trail covers the region, and verify the archive's digest chain; look into what changed.",
		Attack:         recTechniques("REC-10"),
		Needs:          []inventory.Capability{inventory.CapEvents},
		Listens:        onAWS(lambdaService),
	}
	return onAssets(r, func(c *findings.Case, a inventory.Asset, v findings.Verdict) []findings.Finding {
		var out []findings.Finding
		for _, q := range []struct {
			what   string
			at     time.Time
			logged bool
		}{
			{"created", findings.Born(a), v.Life().CreatedLogged || v.Life().Created.Event != ""},
			{"modified", a.Modified, v.Life().ModifiedLogged},
		} {
			if q.what == "modified" && builtByPush(a) {
				continue
			}
			if q.logged || q.at.IsZero() || v.Presence == inventory.Inferred ||
				!c.View.Logged(a.Scope, q.at, r.Listens[a.Scope.Provider]...) { // before its beginning no event can be missed
				continue
			}
			f := about(r, a)
			f.Discriminator = q.what
			f.Over = inventory.Window{From: q.at.Add(-findings.LateDelivery), To: q.at.Add(findings.LateDelivery)}
			f.Message = fmt.Sprintf("%s was %s at %s, and no event within %s tells of it", called(a), q.what, instant(q.at), findings.LateDelivery)
			f.Evidence = []findings.Evidence{facetEvidence(a, q.what, instant(q.at))}
			out = append(out, f)
		}
		return out
	})
}

// builtByPush: a Pages project that has a repository changes by pushes to it, which
// the provider builds by itself and does not log.
func builtByPush(a inventory.Asset) bool {
	conf, _ := a.Configuration.Get()
	live, _ := a.Deployment.Get()
	return a.Kind == inventory.PagesProject && (conf.Repository != "" || strings.HasPrefix(live.Source, "git"))
}

// eventWithoutObject is REC-11.
func eventWithoutObject() findings.Rule {
	r := findings.Rule{
		ID: "REC-11", Title: "Event without object", Severity: findings.Medium, Absence: true,
		Rationale:      "The log tells of a creation and of no deletion, and a complete inventory does not hold the asset: the listing hides it, the account is another one, or the event of its deletion is lost.",
		FalsePositives: "Failed creations that roll back without an event.",
		Fix:            "Look the asset up directly, with a principal that no policy narrows.",
		Attack:         recTechniques("REC-11"),
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapFunctions},
		Elsewhere:      atCloudflare(inventory.CapEvents),
		Listens:        onAWS(lambdaService),
	}
	return onGone(r, func(c *findings.Case, a inventory.Asset, v findings.Verdict) []findings.Finding {
		made, gone := v.Life().Created, v.Life().Deleted
		if made.Event == "" || (gone.Event != "" && !gone.Time.Before(made.Time)) {
			return nil
		}
		listed, ok := listedAfter(c, a, made.Time.Add(findings.LateDelivery))
		if !ok {
			return nil
		}
		f := about(r, a)
		f.Over = inventory.Window{From: made.Time, To: listed.Read}
		f.Message = fmt.Sprintf("%s was created at %s and is in no inventory, and no event tells of its deletion", called(a), instant(made.Time))
		f.Evidence = []findings.Evidence{actEvidence("created", made),
			{Kind: "coverage", Ref: listed.Cell.String(), Summary: "read whole at " + instant(listed.Read) + " without it"}}
		return one(f)
	})
}

// listedAfter is the earliest whole list of assets of that kind in the asset's scope
// that is later than the instant.
func listedAfter(c *findings.Case, a inventory.Asset, t time.Time) (inventory.Coverage, bool) {
	var best inventory.Coverage
	for _, cov := range c.View.Coverage {
		if cov.Cell.Capability != a.Kind.Listing() || !cov.State.Whole() || !cov.Cell.Scope.Contains(a.Scope) || !cov.Read.After(t) {
			continue
		}
		if best.Read.IsZero() || cov.Read.Before(best.Read) {
			best = cov
		}
	}
	return best, !best.Read.IsZero()
}
