package cloudflarefake

import (
	"net/http"
	"time"
)

func (c *call) projects() answer { return paged(c, c.account.Projects, showProject) }

// ofProject answers about the project that a path names.
func (c *call) ofProject(answers func(*Project) answer) answer {
	if p := c.account.Project(c.names[":p"]); p != nil {
		return answers(p)
	}
	return refusal(http.StatusNotFound, 8000007, "Project not found. The specified project name does not match any of your existing projects.")
}

func (c *call) project() answer {
	return c.ofProject(func(p *Project) answer { return result(showProject(p)) })
}

func (c *call) projectDomains() answer {
	return c.ofProject(func(p *Project) answer {
		return whole(p.Domains, func(d ProjectDomain) any { d.Status = or(d.Status, "active"); return d })
	})
}

func (c *call) projectDeployments() answer {
	return c.ofProject(func(p *Project) answer {
		all := pick(p.Deployments, func(d ProjectDeployment) bool { return asked(c, "env", d.Environment) })
		return paged(c, all, func(d ProjectDeployment) any { return p.show(d) })
	})
}

func showProject(p *Project) any {
	host := or(p.Subdomain, p.Name+".pages.dev")
	domains := []string{host}
	for _, d := range p.Domains {
		domains = append(domains, d.Name)
	}
	out := map[string]any{"id": p.ID, "name": p.Name, "subdomain": host, "domains": domains, "created_on": p.CreatedOn,
		"production_branch": p.ProductionBranch, "production_script_name": p.ProductionScript, "preview_script_name": p.PreviewScript,
		"uses_functions": p.UsesFunctions, "deployment_configs": p.DeploymentConfigs, "canonical_deployment": nil, "latest_deployment": nil}
	if p.Source != nil {
		out["source"] = p.Source
	}
	if p.BuildConfig != nil {
		out["build_config"] = p.BuildConfig
	}
	if d, ok := p.canonical(); ok {
		out["canonical_deployment"] = p.show(d)
	}
	if len(p.Deployments) > 0 {
		out["latest_deployment"] = p.show(p.Deployments[0])
	}
	return out
}

// canonical is the deployment that serves production.
func (p *Project) canonical() (ProjectDeployment, bool) {
	for _, d := range p.Deployments {
		if d.ID == p.Canonical || p.Canonical == "" && d.Environment == "production" {
			return d, true
		}
	}
	return ProjectDeployment{}, false
}

// stage is a step of a deployment.
type stage struct {
	Name      string    `json:"name"`
	Status    string    `json:"status"`
	StartedOn time.Time `json:"started_on"`
	EndedOn   time.Time `json:"ended_on"`
}

func (p *Project) show(d ProjectDeployment) any {
	short := or(d.ShortID, d.ID[:min(8, len(d.ID))])
	last := stage{"deploy", or(d.Status, "success"), d.CreatedOn, d.CreatedOn}
	out := map[string]any{"id": d.ID, "short_id": short, "project_id": p.ID, "project_name": p.Name, "environment": d.Environment,
		"url": or(d.URL, "https://"+short+"."+or(p.Subdomain, p.Name+".pages.dev")), "aliases": d.Aliases, "created_on": d.CreatedOn,
		"modified_on": d.CreatedOn, "deployment_trigger": d.Trigger, "uses_functions": d.UsesFunctions, "is_skipped": d.IsSkipped,
		"latest_stage": last, "stages": []stage{last}, "env_vars": d.EnvVars}
	if p.Source != nil {
		out["source"] = p.Source
	}
	if d.EnvVars == nil {
		out["env_vars"] = map[string]EnvVar{}
	}
	return out
}
