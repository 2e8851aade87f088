package htmlfmt_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
)

// now is when the sample is judged.
func now() time.Time { return time.Date(2026, 10, 31, 6, 0, 0, 0, time.UTC) }

func ago(days int) time.Time { return now().AddDate(0, 0, -days).Add(-95 * time.Minute) }

const (
	prod = "111122223333"
	dev  = "444455556666"
	edge = "9a7806061c88ada191ed06f989cc3dac"
)

// sample is a report of a fictional company: twelve assets of three accounts
// and two providers in every standing, findings in every state, a group, an
// attempt, holes of several states, thirty days of deployments.
func sample() *report.Document {
	d := &report.Document{
		Schema: report.Schema, Tool: report.Tool{Name: "estray", Version: "0.1.0"},
		Run:    report.Run{ID: "20261031T060000Z-4f2a", Started: now().Add(-2 * time.Minute), Finished: now().Add(-time.Minute), Now: now()},
		Assets: sampleAssets(), Findings: sampleFindings(), Coverage: sampleCoverage(), Deployments: sampleDeployments(),
		Principals: samplePrincipals(),
		NotAsked: []report.NotAsked{
			{Provider: "aws", Capability: "organization", Rules: []string{"AWS-08", "REC-13"}},
			{Provider: "cloudflare", Capability: "directory", Rules: []string{"REC-07"}},
		},
		Rules: sampleRules(),
		Notes: []string{"The last run ended before its end: what it had read was kept, what it had not read was read now."},
	}
	link(d)
	d.Summary = summary(d)
	d.ExitCode, d.ExitWhy = report.Exit(d, report.Policy{FailOn: findings.Medium})
	return d
}

func arn(account, region, name string) string {
	return "arn:aws:lambda:" + region + ":" + account + ":function:" + name
}

func lambda(account, region, name, standing, owner string, reasons ...string) report.Asset {
	return report.Asset{
		ID: arn(account, region, name), Provider: "aws", Kind: "lambda-function", Account: account, Region: region, Name: name,
		Standing: standing, Presence: "present", Owner: owner, Reasons: reasons, Reach: "private", Runtime: "python3.13",
		Identity: "arn:aws:iam::" + account + ":role/" + name, CodeDigest: "sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
		Created: ago(200), Modified: ago(9), LastSeen: now(), SeenBy: []string{"aws-lambda", "events"},
		LastDeploy: &report.Deploy{Time: ago(9), Principal: "role/ci-deploy", Event: "ev-" + name},
	}
}

func sampleAssets() []report.Asset {
	hook := lambda(prod, "eu-west-1", "partner-hook", "unmanaged", "", "no claim selects it")
	hook.Reach = "public"
	hook.Exposures = []report.Exposure{{Kind: "function-url", Reach: "public", Hostname: "x7f3q.lambda-url.eu-west-1.on.aws", Qualifier: "live", Note: "auth type NONE"}}
	hook.LastDeploy.Principal = "user/j.doe"
	export := lambda(prod, "us-east-1", "nightly-export", "drifted", "payments", "approval ap-17 allows reach private, it is account", "claim payments/export line 41")
	export.Reach = "account"
	thumbs := lambda(prod, "eu-west-1", "thumbnails", "approved", "media", "approval ap-04 holds until 2027-03-31")
	blind := lambda(prod, "ap-southeast-2", "ledger-sync", "unknown", "finance", "limit reach cannot be judged: facet exposure is unknown")
	blind.Reach = "unknown"
	blind.UnknownFacets = map[string]string{"exposure": "GetPolicy: AccessDeniedException: not authorized to perform lambda:GetPolicy", "triggers": "ListEventSourceMappings: AccessDeniedException"}
	expired := lambda(prod, "eu-west-1", "invoice-mailer", "expired", "payments", "approval ap-09 ended on 2026-09-30")
	scratch := lambda(dev, "eu-west-1", "scratch-test-2", "unmanaged", "", "no claim selects it")
	scratch.LastDeploy = nil
	scratch.UnknownFacets = map[string]string{"code": "no source has read it"}
	owned := lambda(dev, "eu-west-1", "load-generator", "owned", "platform", "claim platform/dev gives an owner, no approval")
	conflict := lambda(dev, "us-east-1", "image-proxy", "unknown", "", "claims in conflict: media/proxy line 12, platform/all line 3")
	ghostly := lambda(dev, "us-east-1", "backfill-2026-10", "unmanaged", "", "no claim selects it", "known from events alone")
	ghostly.Presence, ghostly.SeenBy = "inferred", []string{"events"}
	ghostly.UnknownFacets = map[string]string{"configuration": "no source has read it", "identity": "no source has read it", "exposure": "no source has read it"}
	ghostly.Reach = "unknown"
	gone := lambda(prod, "us-east-1", "old-cron", "approved", "platform", "approval ap-02 holds until 2027-01-31")
	gone.Presence = "gone"
	out := []report.Asset{hook, export, thumbs, blind, expired, scratch, owned, conflict, ghostly, gone}
	for _, w := range []struct{ name, standing, owner, reach, reason string }{
		{"geo-redirect", "approved", "web", "public", "approval ap-21 holds until 2027-06-30"},
		{"api-gateway", "drifted", "web", "public", "approval ap-22 allows deployers role/ci, j.doe@example.com deployed"},
		{"old-landing", "owned", "web", "public", "claim web/workers gives an owner, no approval"},
	} {
		out = append(out, report.Asset{
			ID: "cloudflare:" + edge + ":" + w.name, Provider: "cloudflare", Kind: "worker", Account: edge, Name: w.name,
			Standing: w.standing, Presence: "present", Owner: w.owner, Reach: w.reach, Reasons: []string{w.reason},
			LastSeen: now(), SeenBy: []string{"cloudflare-workers"}, Modified: ago(3),
			LastDeploy: &report.Deploy{Time: ago(3), Principal: "j.doe@example.com", Event: "ev-" + w.name},
			Exposures: []report.Exposure{
				{Kind: "route", Reach: "public", Hostname: "www.example.com", Route: "www.example.com/" + w.name + "/*"},
				{Kind: "custom-domain", Reach: "organization", Hostname: "staff.example.com", Guard: "staff only"},
				{Kind: "workers-dev", Reach: "public", Hostname: w.name + ".example.workers.dev"},
				{Kind: "version-urls", Reach: "public", Hostname: "*-" + w.name + ".example.workers.dev"},
			},
			Names: []string{w.name, w.name + "-2"}, Repository: "github:example/" + w.name, Bindings: 3,
			Deployment: &report.Deployment{ID: "d-" + w.name, Created: ago(3), Author: "j.doe@example.com", Source: "wrangler",
				Shares: []report.Share{{Version: "0b8c", Percent: 90}, {Version: "77f1", Percent: 10}}},
		})
	}
	return out
}

func samplePrincipals() []report.Principal {
	return []report.Principal{
		{ID: "cloudflare:user:1a2b", Provider: "cloudflare", Account: edge, Kind: "member", Name: "j.doe@example.com", Status: "accepted", Deploys: true, Admin: true},
		{ID: "cloudflare:token:3c4d", Provider: "cloudflare", Account: edge, Kind: "token", Name: "ci pipeline", Status: "active", Deploys: true, Bounded: true, Expires: ago(-60), LastUsed: ago(1)},
		{ID: "cloudflare:token:5e6f", Provider: "cloudflare", Account: edge, Kind: "token", Name: "old laptop", Status: "active", Unjudged: []string{"Fresh Group Write"}},
	}
}

func finding(n int, rule, severity, asset, message string) report.Finding {
	f := report.Finding{
		ID: fmt.Sprintf("%020x", 0xabc000+n), Rule: rule, Title: ruleTitles()[rule], Severity: severity, State: "open",
		Provider: "aws", Account: prod, Region: "eu-west-1", Asset: asset, Message: message,
		Evidence:    []report.Evidence{{Kind: "facet", Ref: asset + "#exposure", Summary: "read on 2026-10-31"}},
		Remediation: "Name an owner in the registry, or take it down.", FirstSeen: ago(n%12 + 1), LastSeen: now(),
	}
	if parts := strings.Split(asset, ":"); len(parts) > 5 {
		f.Region, f.Account = parts[3], parts[4]
	}
	if asset == "" {
		f.Evidence, f.Region = []report.Evidence{}, ""
	}
	return f
}

func ruleTitles() map[string]string {
	return map[string]string{
		"REC-01": "Asset that nobody answers for", "REC-02": "Approval is past its end", "REC-03": "Outside the limits of its approval",
		"REC-05": "Claims in conflict", "REC-06": "Claim that matches nothing", "REC-09": "Asset known from events alone",
		"AWS-01": "Function URL without authentication", "AWS-02": "Anyone may invoke the function", "AWS-05": "Code changed outside of the pipeline",
		"AWS-13": "Logging was switched off", "AWS-22": "Layer of a foreign account", "COV-01": "Coverage hole",
	}
}

func sampleRules() []report.Rule {
	var out []report.Rule
	for _, id := range []string{"AWS-01", "AWS-02", "AWS-05", "AWS-13", "AWS-22", "REC-01", "REC-02", "REC-03", "REC-05", "REC-06", "REC-09"} {
		out = append(out, report.Rule{ID: id, Title: ruleTitles()[id], Severity: "medium", State: "active"})
	}
	out[4].State = "missing-capability"
	return out
}

func sampleFindings() []report.Finding {
	hook := arn(prod, "eu-west-1", "partner-hook")
	lead := finding(1, "AWS-01", "critical", hook, "partner-hook can be called by anyone on the internet; user/j.doe opened it on 2026-10-22")
	lead.Steps = []string{"high -> critical: nobody answers for the asset"}
	lead.Evidence = []report.Evidence{
		{Kind: "event", Ref: "8c0f3b1e-2f70-4c3a-9a51-6a2f0c8b7d11", Summary: "CreateFunctionUrlConfig by user/j.doe from 203.0.113.7, auth type NONE"},
		{Kind: "facet", Ref: hook + "#exposure", Summary: "function-url x7f3q.lambda-url.eu-west-1.on.aws, reach public"},
	}
	lead.Remediation = "Set the auth type to AWS_IAM, or have an approval that allows reach public."
	lead.Attack = []string{"T1648", "T1190"}
	second := finding(2, "AWS-02", "high", hook, "the resource policy of partner-hook lets * invoke it")
	third := finding(3, "AWS-05", "medium", hook, "code of partner-hook was changed by user/j.doe; 41 of 42 changes came from role/ci-deploy")
	third.State, third.StateWhy = "acknowledged", "by security@example.com until 2026-11-15: hotfix, in review"
	lead.Group, lead.Leads, lead.Members = "g1", true, []string{second.ID, third.ID}
	second.Group, third.Group = "g1", "g1"

	attempt := finding(4, "AWS-13", "high", "", "user/j.doe tried to stop the trail org-trail; the call was refused")
	attempt.Attempt, attempt.Subject, attempt.Attack = true, "arn:aws:cloudtrail:eu-west-1:"+prod+":trail/org-trail", []string{"T1562.008"}
	attempt.Evidence = []report.Evidence{{Kind: "event", Ref: "0d6e", Summary: "StopLogging by user/j.doe: AccessDenied"}}
	accepted := finding(5, "AWS-22", "medium", arn(prod, "eu-west-1", "thumbnails"), "layer arn:aws:lambda:eu-west-1:999988887777:layer:sharp:12 belongs to another account")
	accepted.State, accepted.StateWhy = "accepted", "exception by lead@example.com until 2027-01-31: vendor layer, pinned"
	resolved := finding(6, "REC-02", "medium", arn(prod, "us-east-1", "old-cron"), "approval ap-02 of old-cron was past its end")
	resolved.State, resolved.ResolvedAt = "resolved", ago(2)
	ghost := finding(7, "REC-06", "low", "", "claim media/old-resizer matches nothing, and its scope was read whole")
	ghost.Subject = "media/old-resizer"
	reopened := finding(8, "REC-02", "medium", arn(prod, "eu-west-1", "invoice-mailer"), "approval ap-09 of invoice-mailer ended on 2026-09-30")
	reopened.Reopened = true
	worker := finding(9, "REC-03", "high", "cloudflare:"+edge+":api-gateway", "api-gateway was deployed by j.doe@example.com; its approval allows role/ci")
	worker.Provider, worker.Account, worker.Region = "cloudflare", edge, ""

	out := []report.Finding{lead, second, third, attempt, accepted, resolved, ghost, reopened, worker,
		finding(10, "REC-01", "high", hook, "nobody answers for partner-hook, which is public"),
		finding(11, "REC-01", "medium", arn(dev, "eu-west-1", "scratch-test-2"), "nobody answers for scratch-test-2"),
		finding(12, "REC-03", "medium", arn(prod, "us-east-1", "nightly-export"), "reach of nightly-export is account, its approval allows private"),
		finding(13, "REC-05", "medium", arn(dev, "us-east-1", "image-proxy"), "two claims select image-proxy with equal right: media/proxy and platform/all"),
		finding(14, "REC-09", "medium", arn(dev, "us-east-1", "backfill-2026-10"), "backfill-2026-10 was created on 2026-10-12 and is in no inventory"),
	}
	return append(out, sampleHoles()...)
}

func sampleHoles() []report.Finding {
	var out []report.Finding
	for i, h := range []struct{ severity, subject, message string }{
		{"medium", "aws/" + prod + "/policies", "aws/" + prod + "/policies: denied in ap-southeast-2; cannot judge: AWS-02, REC-03"},
		{"medium", "aws/" + dev + "/events", "aws/" + dev + "/events: partial in us-east-1; cannot judge: AWS-05, AWS-13"},
		{"medium", "cloudflare/" + edge + "/events", "cloudflare/" + edge + "/events: malformed; cannot judge: REC-03"},
		{"medium", "aws/" + dev + "/log-groups", "aws/" + dev + "/log-groups: denied in eu-west-1; cannot judge: AWS-22"},
		{"info", "aws/organization", "aws/organization: not asked for; cannot judge: AWS-08, REC-13"},
	} {
		f := finding(20+i, "COV-01", h.severity, "", h.message)
		f.Coverage, f.Subject, f.Remediation = true, h.subject, "give the source the permission or the input that it lacks, or accept the blind spot in the registry with a reason and an end"
		f.Evidence = []report.Evidence{{Kind: "coverage", Ref: h.subject, Summary: "AccessDeniedException: not authorized"}}
		if i == 2 {
			f.Provider, f.Account = "cloudflare", edge
		}
		if i == 3 {
			f.State, f.StateWhy = "accepted", "blind spot accepted by lead@example.com until 2026-12-31: dev logs hold nothing"
		}
		out = append(out, f)
	}
	return out
}

func sampleCoverage() []report.Coverage {
	var out []report.Coverage
	for _, s := range []struct{ provider, account, region string }{
		{"aws", prod, "ap-southeast-2"}, {"aws", prod, "eu-west-1"}, {"aws", prod, "us-east-1"},
		{"aws", dev, "eu-west-1"}, {"aws", dev, "us-east-1"}, {"cloudflare", edge, ""},
	} {
		for _, capability := range []string{"functions", "policies", "urls", "roles", "log-groups", "events"} {
			if s.provider == "cloudflare" && capability != "functions" && capability != "events" {
				continue
			}
			c := report.Coverage{
				Source: s.provider + "-" + capability, Provider: s.provider, Account: s.account, Region: s.region,
				Capability: capability, State: "complete", Expected: 3, Seen: 3, Read: now(),
			}
			if capability == "events" {
				c.Source, c.From, c.To, c.Continuity = "cloudtrail", ago(30), now(), "assumed"
			}
			out = append(out, hurt(c))
		}
	}
	archive := out[11]
	archive.Source, archive.State, archive.Seen, archive.Expected, archive.Message = "lake", "pending", 0, 0, "planned, never read"
	return append(out, archive)
}

// hurt makes some of the cells holes.
func hurt(c report.Coverage) report.Coverage {
	switch c.Account + c.Region + "/" + c.Capability {
	case prod + "ap-southeast-2/policies", prod + "ap-southeast-2/urls":
		c.State, c.Seen, c.Operation, c.Code, c.Message = "denied", 0, "GetPolicy", "AccessDeniedException", "not authorized to perform lambda:GetPolicy"
	case dev + "us-east-1/events":
		c.State, c.Seen, c.Expected, c.Code, c.Message = "partial", 28, 30, "MissingObjects", "two objects of 2026-10-14 are not there"
	case prod + "us-east-1/events":
		c.Services = []string{"iam.amazonaws.com", "lambda.amazonaws.com"}
	case prod + "us-east-1/roles":
		c.State, c.Seen, c.Operation, c.Code = "throttled", 1, "GetRole", "TooManyRequestsException"
	case edge + "/events":
		c.State, c.Seen, c.Expected, c.Message = "malformed", 411, 412, "audit-2026-10-03.json.gz: truncated gzip; take the file again"
	case dev + "us-east-1/roles":
		c.State, c.Seen = "cancelled", 0
	case dev + "us-east-1/urls":
		c.State, c.Seen, c.Expected = "disabled", 0, 0
	case dev + "eu-west-1/events":
		c.Continuity = "broken"
	case dev + "eu-west-1/log-groups":
		c.State, c.Seen, c.Operation, c.Code, c.Accepted = "denied", 0, "DescribeLogGroups", "AccessDeniedException", true
		c.AcceptedWhy = "blind spot accepted by lead@example.com until 2026-12-31: dev logs hold nothing"
	}
	return c
}

func sampleDeployments() []report.Deployments {
	var out []report.Deployments
	for i := 30; i > 0; i-- {
		day := ago(i).Format(time.DateOnly)
		if n := (i*7 + i*i*3) % 11; n > 1 {
			out = append(out, report.Deployments{Day: day, Provider: "aws", Count: n})
		}
		if i%3 == 0 {
			out = append(out, report.Deployments{Day: day, Provider: "cloudflare", Count: 1 + i%4})
		}
	}
	return out
}

// link lists the findings at their assets, as the document does.
func link(d *report.Document) {
	for i := range d.Assets {
		for _, f := range d.Findings {
			if f.Asset == d.Assets[i].ID && f.State != string(findings.Resolved) {
				d.Assets[i].Findings = append(d.Assets[i].Findings, f.ID)
			}
		}
	}
}

func summary(d *report.Document) report.Summary {
	s := report.Summary{
		Assets:   report.AssetSummary{ByStanding: map[string]int{}, ByProvider: map[string]int{}, ProviderStanding: map[string]map[string]int{}},
		Findings: report.FindingSummary{BySeverity: map[string]int{}},
	}
	for _, a := range d.Assets {
		if a.Presence == "gone" {
			continue
		}
		s.Assets.Total++
		s.Assets.ByStanding[a.Standing]++
		s.Assets.ByProvider[a.Provider]++
		if s.Assets.ProviderStanding[a.Provider] == nil {
			s.Assets.ProviderStanding[a.Provider] = map[string]int{}
		}
		s.Assets.ProviderStanding[a.Provider][a.Standing]++
	}
	for _, f := range d.Findings {
		switch f.State {
		case "open":
			s.Findings.Total++
			s.Findings.BySeverity[f.Severity]++
		case "acknowledged":
			s.Findings.Acknowledged++
		case "accepted":
			s.Findings.Accepted++
		case "resolved":
			s.Findings.Resolved++
		}
	}
	for _, c := range d.Coverage {
		switch {
		case c.State == "complete" || c.State == "disabled":
			s.Coverage.Complete++
		case c.Accepted:
			s.Coverage.Accepted++
		default:
			s.Coverage.Incomplete++
		}
	}
	return s
}

// hostileTexts are what an attacker may call a thing to break the page or to
// pass for something else.
func hostileTexts() []string {
	return []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, "`${alert(1)}`", `</title></style></script><b>`,
		`javascript:alert(1)`, "evil\u202Egnp.exe", "zero\u200Bwidth", "bell\x07nul\x00line\u2028end", "\xff\xfeutf", `{{.Doc}}`, `]]><!--`, `&lt;b&gt;`,
		strings.Repeat("averyveryverylongnamewithoutanyspace", 12), "שלום עולם",
	}
}

// hostile is a report in which every text that comes from outside is hostile.
func hostile() *report.Document {
	d := &report.Document{
		Schema: report.Schema, Tool: report.Tool{Name: "estray", Version: hostileTexts()[0]},
		Run: report.Run{ID: hostileTexts()[1], Now: now()}, ExitCode: 3, Notes: hostileTexts(), ExitWhy: strings.Join(hostileTexts(), " "),
	}
	for i, x := range hostileTexts() {
		d.Assets = append(d.Assets, report.Asset{
			ID: x, Provider: x, Kind: x, Account: x, Region: x, Name: x, Aliases: []string{x}, Standing: "unmanaged", Presence: x, Owner: x, Claim: x,
			Reasons: []string{x}, Exposures: []report.Exposure{{Kind: x, Reach: x, Hostname: x, Route: x, Qualifier: x, Guard: x, Note: x}}, Reach: x, Identity: x,
			Names: []string{x}, Repository: x, Bindings: i, Deployment: &report.Deployment{ID: x, Author: x, Source: x, Branch: x, Commit: x, Shares: []report.Share{{Version: x, Percent: 1}}},
			Runtime: x, CodeDigest: x, LastDeploy: &report.Deploy{Time: now(), Principal: x, Event: x}, SeenBy: []string{x},
			UnknownFacets: map[string]string{x: x}, Findings: []string{x},
		})
		d.Principals = append(d.Principals, report.Principal{ID: x, Provider: x, Account: x, Kind: x, Name: x, Status: x, Unjudged: []string{x}})
		d.Findings = append(d.Findings, report.Finding{
			ID: x, Rule: x, Title: x, Severity: "high", State: "open", StateWhy: x, Provider: x, Account: x, Region: x, Asset: x, Subject: x,
			Coverage: i%2 == 0, Message: x, Steps: []string{x}, Evidence: []report.Evidence{{Kind: x, Ref: x, Summary: x}}, Remediation: x, Attack: []string{x},
		})
		d.Coverage = append(d.Coverage, report.Coverage{
			Source: x, Provider: x, Account: x, Region: x, Capability: x, State: "denied", Operation: x, Code: x, Message: x,
			Continuity: x, Services: []string{x}, Accepted: i%3 == 0, AcceptedWhy: x,
		})
		d.NotAsked = append(d.NotAsked, report.NotAsked{Provider: x, Capability: x, Rules: []string{x}})
		d.Deployments = append(d.Deployments, report.Deployments{Day: x, Provider: x, Count: 1})
		d.Rules = append(d.Rules, report.Rule{ID: x, Title: x, Severity: x, State: x})
	}
	d.Summary = summary(d)
	return d
}
