package rules

import (
	"fmt"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// dispatchAppeared is CF-09.
func dispatchAppeared() findings.Rule {
	r := cfRule(findings.Rule{
		ID: "CF-09", Title: "Dispatch namespace or its script appeared", Severity: findings.Medium, Weigh: true, Routine: true,
		Rationale:      "A dispatch namespace holds scripts that no list of Workers shows: one namespace is a place for thousands. It counts as one asset, and REC-01 asks who answers for it; the names of its scripts are known from calls.",
		FalsePositives: "Platforms that run their customers' code: claim the namespace and name the platform's token as its deployer, whose calls are not reported then.",
		Fix:            "Ask what the namespace is for; delete it if nobody answers for it.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapNamespaces},
	})
	pick := func(e inventory.Event) bool {
		return e.Mutates() && inNamespace(e) && (e.Action == inventory.ActionCreate || e.Action == inventory.ActionUpdateCode)
	}
	return onAct(r, pick, func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		if e.Action == inventory.ActionCreate {
			f.Message = fmt.Sprintf("%s created the dispatch namespace %s", who(e.Principal), cfName(c, *f))
			return true
		}
		script := e.Subject[strings.LastIndex(e.Subject, "/")+1:]
		if script == "" {
			script = "a script"
		}
		f.Message = fmt.Sprintf("%s put %s into the dispatch namespace %s", who(e.Principal), script, cfName(c, *f))
		return true
	})
}

// deploysProject picks, of calls about Pages, those that change what a site serves or
// is built from.
func deploysProject(e inventory.Event) bool {
	switch e.Action {
	case inventory.ActionCreate, inventory.ActionDeploy, inventory.ActionRollback:
		return true
	case inventory.ActionUpdateConfig:
		return len(spoke(e, "production_branch", "source", "build_config", "deployment_configs")) > 0
	}
	return false
}

// projectChanged is CF-12.
func projectChanged() findings.Rule {
	r := cfRule(findings.Rule{
		ID: "CF-12", Title: "Pages project deployed by hand, or built from elsewhere", Severity: findings.Medium, Weigh: true, Routine: true,
		Rationale:      "A Pages project is built from a branch of a repository. A deployment by a call is an upload past it; another branch, repository or build changes what the site serves with the next push; a custom domain puts it under another name. Sites that are known to be without functions run no code and are left out. What serves now and was uploaded by hand is found by state, and so is a branch or repository that changed within 30 days.",
		FalsePositives: "Sites that are always uploaded: name the uploading token among the deployers of the claim.",
		Fix:            "Deploy the reviewed commit again; set branch and repository back.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapPages, inventory.CapPagesDomains},
	})
	pick := func(e inventory.Event) bool {
		return e.Mutates() && e.Service == pagesPart && (deploysProject(e) || e.Action == inventory.ActionExpose)
	}
	r = onAct(r, pick, func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		if a, ok := c.View.Known(f.Asset); ok && staticSite(a) {
			return false
		}
		f.Message = fmt.Sprintf("%s %s %s", who(e.Principal), didToProject(e), cfName(c, *f))
		return true
	})
	r.Check = func(c *findings.Case) []findings.Finding {
		states := standingAssets(c, inventory.Cloudflare, func(c *findings.Case, a inventory.Asset) []findings.Finding { return strayProject(c, r, a) })
		return dropActed(c, states, pick, func(_ *findings.Case, _ inventory.AssetID, e inventory.Event) []string {
			if e.Action == inventory.ActionDeploy {
				return []string{"uploaded"}
			}
			return spoke(e, "production_branch", "source")
		}, inventory.ActionDeploy, inventory.ActionUpdateConfig)
	}
	return r
}

// staticSite: the vendor tells that the project runs no code.
func staticSite(a inventory.Asset) bool {
	conf, _ := a.Configuration.Get()
	return conf.Functions != nil && !*conf.Functions
}

func didToProject(e inventory.Event) string {
	switch e.Action {
	case inventory.ActionCreate:
		return "created the Pages project"
	case inventory.ActionDeploy:
		return "deployed by a call, past the repository, the Pages project"
	case inventory.ActionRollback:
		return "rolled back the Pages project"
	case inventory.ActionExpose:
		if e.Change.Hostname != "" {
			return "put under " + e.Change.Hostname + " the Pages project"
		}
		return "put under another name the Pages project"
	}
	return "set " + strings.Join(spoke(e, "production_branch", "source", "build_config", "deployment_configs"), ", ") + " of the Pages project"
}

// strayProject tells of a project that serves what was uploaded by hand although it
// has a repository, or that is built from elsewhere than it was.
func strayProject(c *findings.Case, r findings.Rule, a inventory.Asset) []findings.Finding {
	if a.Kind != inventory.PagesProject || staticSite(a) {
		return nil
	}
	var out []findings.Finding
	conf, _ := a.Configuration.Get()
	if live, _ := a.Deployment.Get(); live.Source == "ad_hoc" && conf.Repository != "" {
		f := startState(r, a, "deployment", "uploaded", "deployment "+live.ID+" by "+live.Source)
		f.Message = fmt.Sprintf("%s serves what was uploaded by hand, although it is built from %s", called(a), conf.Repository)
		out = append(out, f)
	}
	readings := past(c, a, "configuration", conf)
	for _, part := range []struct {
		key, what string
		of        func(inventory.Configuration) string
	}{
		{"production_branch", "branch", func(c inventory.Configuration) string { return c.ProductionBranch }},
		{"source", "repository", func(c inventory.Configuration) string { return c.Repository }},
	} {
		now := part.of(conf)
		since, ok := newly(c, readings, func(c inventory.Configuration) bool { return part.of(c) == now })
		if now == "" || !ok {
			continue
		}
		f := startState(r, a, "configuration", part.key, part.what+" "+now)
		f.Message = fmt.Sprintf("%s is built from the %s %s since %s", called(a), part.what, now, instant(since))
		f.Evidence = append(f.Evidence, historyEvidence(a, "configuration", part.what+" "+now, since))
		out = append(out, f)
	}
	return out
}
