package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// changesCode picks calls that upload, publish or put into service code of a Worker,
// or change what it is given. Of Workers for Platforms CF-09 tells, and of secrets
// CF-05.
func changesCode(e inventory.Event) bool {
	if !e.Mutates() || e.Service != workersPart || inNamespace(e) || aboutSecrets(e) {
		return false
	}
	switch e.Action {
	case inventory.ActionCreate, inventory.ActionUpdateCode, inventory.ActionPublish, inventory.ActionDeploy, inventory.ActionRollback:
		return true
	case inventory.ActionUpdateConfig:
		return e.Change.Bindings != nil || calledAt(e, "/settings")
	}
	return false
}

// workerChanged is CF-01.
func workerChanged() findings.Rule {
	r := cfRule(findings.Rule{
		ID: "CF-01", Title: "Worker uploaded or changed", Severity: findings.Medium, Weigh: true, Routine: true,
		Rationale:      "A Worker takes a minute to deploy and asks no network for leave. Whoever uploads code acts with its bindings and on its hostnames from then on. That a Worker was made is a note: REC-01 asks who answers for it. The log tells an upload that makes a Worker from one that replaces it only where its record says so.",
		FalsePositives: "Deployments from a laptop in accounts for development. One by an approved deployer, by token or user id, is not reported.",
		Fix:            "Compare the version that serves with the build that was to be deployed; if it is not that one, roll back and revoke the token.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapWorkers},
	})
	return onAct(r, changesCode, func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		f.Message = fmt.Sprintf("%s %s %s%s", who(e.Principal), didTo(e), cfName(c, *f), ofVersion(e.Change))
		if e.Action == inventory.ActionCreate {
			f.Set(findings.Info, "that it was made is a note")
		}
		return true
	})
}

// didTo says what was done to code.
func didTo(e inventory.Event) string {
	switch e.Action {
	case inventory.ActionCreate:
		return "created"
	case inventory.ActionUpdateCode:
		return "uploaded code of"
	case inventory.ActionPublish:
		return "uploaded a version of"
	case inventory.ActionDeploy:
		return "deployed"
	case inventory.ActionRollback:
		return "rolled back"
	}
	return "changed settings of"
}

func ofVersion(ch inventory.Change) string {
	var parts []string
	if ch.Version != "" {
		parts = append(parts, "version "+ch.Version)
	}
	for _, s := range ch.Shares {
		parts = append(parts, fmt.Sprintf("%g %% to version %s", s.Percent, s.Version))
	}
	if len(parts) == 0 {
		return ""
	}
	return ", " + strings.Join(parts, ", ")
}

// deployedByPerson is CF-02. By what kind of credential a call was made the record
// itself tells (actor.context).
func deployedByPerson() findings.Rule {
	r := cfRule(findings.Rule{
		ID: "CF-02", Title: "Deployed by a person, a global key or a login", Severity: findings.Medium, Weigh: true,
		Rationale:      "A change from the dashboard or by wrangler's login has no review and no build. The global key of a user may do all that the user may, in every account, and does not end: high.",
		FalsePositives: "Small teams: name their users among the deployers of the claim.",
		Fix:            "Deploy by a token that may do no more, from the pipeline; roll the global key.",
		Needs:          []inventory.Capability{inventory.CapEvents},
	})
	pick := func(e inventory.Event) bool {
		return changesCode(e) || e.Mutates() && e.Service == pagesPart && deploysProject(e)
	}
	return onAct(r, pick, func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		how := ""
		switch p := e.Principal; {
		case p.Credential == inventory.GlobalKey:
			how = "with a global key"
			f.Set(findings.High, "a global key has no limits and no end")
		case p.Credential == inventory.OAuth:
			how = "by the login of a tool"
		case p.Console:
			how = "from the dashboard"
		default:
			return false
		}
		f.Message = fmt.Sprintf("%s %s %s %s", who(e.Principal), didTo(e), cfName(c, *f), how)
		return true
	})
}

// trafficSplit is CF-11.
func trafficSplit() findings.Rule {
	r := cfRule(findings.Rule{
		ID: "CF-11", Title: "Rollback or split deployment", Severity: findings.Medium, Weigh: true,
		Rationale:      "An old version is back, or several versions share the traffic: what was fixed may be open again, and a small share of the traffic is where a change is seen least. Versions are numbered, and the one that served before is known from readings. Whether each that serves is approved, REC-08 tells.",
		FalsePositives: "Incidents. Gradual deployments by an approved deployer are not reported.",
		Fix:            "Ask who deployed it; put the approved version into service alone.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapDeployments, inventory.CapVersions},
	})
	pick := func(e inventory.Event) bool {
		return e.Mutates() && (e.Action == inventory.ActionRollback || e.Action == inventory.ActionDeploy && e.Service == workersPart)
	}
	r = onAct(r, pick, func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		why := ""
		switch older := olderVersion(c, e, f.Asset); {
		case older != "":
			why = older
		case e.Action == inventory.ActionRollback:
			why = "which puts an old version back"
		case splits(e.Change.Shares) && !c.ApprovedDeployer(e, f.Asset):
			why = "which splits the traffic"
		default:
			return false
		}
		f.Message = fmt.Sprintf("%s %s %s%s, %s", who(e.Principal), didTo(e), cfName(c, *f), ofVersion(e.Change), why)
		return true
	})
	r.Check = func(c *findings.Case) []findings.Finding {
		states := standingAssets(c, inventory.Cloudflare, func(_ *findings.Case, a inventory.Asset) []findings.Finding { return splitTraffic(r, a) })
		return dropActed(c, states, pick, func(_ *findings.Case, _ inventory.AssetID, e inventory.Event) []string {
			if splits(e.Change.Shares) {
				return []string{"split"}
			}
			return nil
		}, inventory.ActionDeploy, inventory.ActionRollback)
	}
	return r
}

func splits(shares []inventory.Share) bool {
	return len(shares) > 1 || len(shares) == 1 && shares[0].Percent < 100
}

// splitTraffic tells of a Worker of which several versions serve.
func splitTraffic(r findings.Rule, a inventory.Asset) []findings.Finding {
	live, _ := a.Deployment.Get()
	if !splits(live.Shares) {
		return nil
	}
	shares := ofVersion(inventory.Change{Shares: live.Shares})
	f := startState(r, a, "deployment", "split", strings.TrimPrefix(shares, ", "))
	f.Message = fmt.Sprintf("the traffic of %s is split%s", called(a), shares)
	return one(f)
}

// olderVersion says that a deployment puts a version into service that is older than
// the one before; empty where it does not, or where that cannot be told.
func olderVersion(c *findings.Case, e inventory.Event, id inventory.AssetID) string {
	a, ok := c.View.Known(id)
	prior, known := before[inventory.Deployment](c, id, "deployment", e.Time)
	if !ok || !known {
		return ""
	}
	versions, _ := a.Versions.Get()
	number := func(name string) int {
		i := slices.IndexFunc(versions.Published, func(v inventory.Version) bool { return v.Name == name })
		if i < 0 {
			return 0
		}
		return versions.Published[i].Number
	}
	was := 0
	for _, s := range prior.Shares {
		was = max(was, number(s.Version))
	}
	for _, s := range e.Change.Shares {
		if n := number(s.Version); n > 0 && n < was {
			return fmt.Sprintf("which puts number %d into service where number %d was", n, was)
		}
	}
	return ""
}
