package rules

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// The services whose calls the rules on AWS judge, as event sources. A call is
// matched by service and name: CloudFront has a CreateFunction too.
const (
	lambdaService = "lambda.amazonaws.com"
	iamService    = "iam.amazonaws.com"
	trailService  = "cloudtrail.amazonaws.com"
)

// onAWS are the services of AWS to whose events a rule listens, by provider as
// findings.Rule has them. What is missing here the rule is never shown.
func onAWS(services ...string) map[inventory.Provider][]string {
	return map[inventory.Provider][]string{inventory.AWS: services}
}

// picks selects the events that a rule judges.
type picks func(inventory.Event) bool

// judges completes a finding about an act; false: there is nothing to find.
type judges func(c *findings.Case, e inventory.Event, f *findings.Finding) bool

// onAct makes r judge the events that pick selects: one finding for each asset
// acted on or, where the event names none, one for its subject.
func onAct(r findings.Rule, pick picks, judge judges) findings.Rule {
	r.Event = func(c *findings.Case, e inventory.Event) []findings.Finding {
		if !pick(e) {
			return nil
		}
		if len(e.Assets) == 0 {
			return judged(c, e, startAct(r, e), judge)
		}
		var out []findings.Finding
		for _, id := range e.Assets {
			f := startAct(r, e)
			f.Asset, f.Subject = c.AssetOf(id), ""
			out = append(out, judged(c, e, f, judge)...)
		}
		return out
	}
	return r
}

// onSubject makes r judge the events that pick selects: one finding for each,
// about the event's subject (a role, a user, a trail) and no asset.
func onSubject(r findings.Rule, pick picks, judge judges) findings.Rule {
	r.Event = func(c *findings.Case, e inventory.Event) []findings.Finding {
		if !pick(e) {
			return nil
		}
		return judged(c, e, startAct(r, e), judge)
	}
	return r
}

func judged(c *findings.Case, e inventory.Event, f findings.Finding, judge judges) []findings.Finding {
	if !judge(c, e, &f) {
		return nil
	}
	return []findings.Finding{f}
}

// startAct begins a finding about an event. A refused call often has no
// subject; it is then about the account.
func startAct(r findings.Rule, e inventory.Event) findings.Finding {
	f := r.New(e.Scope)
	f.Subject = cmp.Or(e.Subject, "account:"+e.Scope.Account)
	f.Discriminator, f.Event = e.ID, e.ID
	f.Evidence = []findings.Evidence{eventEvidence(e)}
	return f
}

func eventEvidence(e inventory.Event) findings.Evidence {
	text := fmt.Sprintf("%s called %s (%s) at %s: %s", whoActed(e.Principal), cmp.Or(e.LoggedName, e.Name), e.Service, e.Time.UTC().Format(time.RFC3339), e.Outcome)
	if e.Code != "" {
		text += " with " + e.Code
	}
	return findings.Evidence{Kind: "event", Ref: e.ID, Summary: text}
}

// whoActed names a principal for a person: the id that approvals name, and the
// service that it acted through.
func whoActed(p inventory.Principal) string {
	who := p.ID
	if who == "" && p.InvokedBy != "" {
		return "service:" + p.InvokedBy
	}
	who = cmp.Or(who, "an unnamed principal")
	if p.InvokedBy != "" && who != "service:"+p.InvokedBy {
		who += " by way of " + p.InvokedBy
	}
	return who
}

// aboutWhat names what a finding is about: an asset by its name alone, since
// the finding holds the whole id beside its message.
func aboutWhat(f findings.Finding) string { return cmp.Or(nameIn(f.Asset), f.Subject) }

// nameIn is the name that the ARN of a function ends with; an id of another
// form stays whole.
func nameIn(id inventory.AssetID) string { return cmp.Or(arnField(string(id), 6), string(id)) }

// changed picks calls of the service that succeeded and changed something.
func changed(service string, names ...string) picks {
	return func(e inventory.Event) bool {
		return e.Service == service && e.Mutates() && slices.Contains(names, e.Name)
	}
}

// deploys picks every call on Lambda that changes things by its nature and was
// not refused. A dry run is among them: the credential that could make it
// could have made the change.
func deploys(e inventory.Event) bool {
	if e.Service != lambdaService || e.ReadOnly || (e.Outcome != inventory.Succeeded && e.Outcome != inventory.DryRun) {
		return false
	}
	switch e.Action {
	case inventory.ActionInvoke, inventory.ActionEnumerate, inventory.ActionReadSecret:
		return false
	}
	switch e.Name {
	case "CheckpointDurableExecution", "SendDurableExecutionCallbackSuccess", "SendDurableExecutionCallbackFailure",
		"SendDurableExecutionCallbackHeartbeat", "LambdaESMDisabled":
		return false // a function at work, and the service's own word on a mapping
	}
	return true
}

// dryRunNote is the end of a message about a call that changed nothing.
func dryRunNote(e inventory.Event) string {
	if e.Outcome == inventory.DryRun {
		return " (dry run: nothing changed)"
	}
	return ""
}

// before returns the value of a facet that history holds last before the
// instant t; false where nothing is known of that time.
func before[T any](c *findings.Case, id inventory.AssetID, facet string, t time.Time) (T, bool) {
	var last inventory.Observation
	for _, o := range c.History(id) {
		if o.Facet == facet && o.State != "unknown" && o.First.Before(t) && !o.First.Before(last.First) {
			last = o
		}
	}
	return value[T](last)
}

// value decodes what was observed; false where the facet was absent or
// unknown. A value that cannot be read is not known.
func value[T any](o inventory.Observation) (T, bool) {
	var v T
	if o.State != "known" || json.Unmarshal(o.Value, &v) != nil {
		return v, false
	}
	return v, true
}

// spoke reports whether the request set one of the settings; names are
// compared without regard to case, since the vendor's logs vary it (kMSKeyArn).
func spoke(e inventory.Event, settings ...string) []string {
	var out []string
	for _, k := range e.Change.Keys {
		if slices.ContainsFunc(settings, func(s string) bool { return strings.EqualFold(s, k) }) {
			out = append(out, k)
		}
	}
	return out
}

// arnField returns field i of an ARN, from 0; empty where id is no ARN.
func arnField(id string, i int) string {
	parts := strings.Split(id, ":")
	if parts[0] != "arn" || i >= len(parts) {
		return ""
	}
	return parts[i]
}

// homeOf is the account that an asset lives in: its own id says so, since a
// call may come from another account.
func homeOf(f findings.Finding) string {
	return cmp.Or(arnField(string(f.Asset), 4), f.Scope.Account)
}

// foreign lists which of the accounts are neither the home, nor ours, nor a
// partner's, sorted. An account that is not told ("*") is taken for foreign.
func foreign(c *findings.Case, home string, accounts []string) []string {
	var out []string
	for _, a := range accounts {
		switch {
		case a == "*":
			out = append(out, "that the statement does not tell")
		case a != "" && a != home && !c.Own(a) && !c.Partner(a):
			out = append(out, a)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// foreignOrganizations lists which of the organizations are not ours. While
// the configuration does not tell ours, none can be taken for it.
func foreignOrganizations(c *findings.Case, all []string) []string {
	out := slices.DeleteFunc(slices.Clone(all), func(o string) bool { return o == c.Estate.Organization && o != "" })
	slices.Sort(out)
	return slices.Compact(out)
}
