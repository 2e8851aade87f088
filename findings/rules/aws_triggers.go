package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// loaderNames are environment variables that make a runtime load other code
// before the handler.
func loaderNames() []string {
	return []string{"AWS_LAMBDA_EXEC_WRAPPER", "JAVA_TOOL_OPTIONS", "LD_PRELOAD", "NODE_OPTIONS", "PYTHONPATH"}
}

func executionRedirected() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-06", Title: "Execution redirected by configuration", Severity: findings.Medium, Weigh: true,
		Rationale:      "Handler, runtime, image settings, mounted files, network, key, log and dead-letter settings decide what runs and where its data goes, without a change of code. A wrapper or a loader option among the environment's names loads other code before the handler: high. The log shows the environment as empty even where it was not sent, so names come from two readings of the inventory.",
		FalsePositives: "Upgrades of the runtime.",
		Fix:            "Set the settings that were approved, and look at what the new ones point to.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapFunctions},
		Listens:        onAWS(lambdaService),
	})
	r = onAct(r, changed(lambdaService, "UpdateFunctionConfiguration"), func(_ *findings.Case, e inventory.Event, f *findings.Finding) bool {
		set := spoke(e, "handler", "runtime", "imageConfig", "vpcConfig", "fileSystemConfigs", "KMSKeyArn", "loggingConfig", "deadLetterConfig")
		f.Message = fmt.Sprintf("%s set %s of %s", whoActed(e.Principal), strings.Join(set, ", "), aboutWhat(*f))
		return len(set) > 0
	})
	r.Check = func(c *findings.Case) []findings.Finding {
		return standingAssets(c, inventory.AWS, func(c *findings.Case, a inventory.Asset) []findings.Finding { return newLoaders(c, r, a) })
	}
	return r
}

// newLoaders finds loader names that the asset has now and had not at an
// earlier reading. Where no earlier one is known, nothing is new.
func newLoaders(c *findings.Case, r findings.Rule, a inventory.Asset) []findings.Finding {
	bindings, _ := a.Bindings.Get()
	var out []findings.Finding
	for _, name := range loaderNames() {
		is := func(b inventory.Binding) bool { return b.Kind == "environment" && b.Name == name }
		if !slices.ContainsFunc(bindings, is) {
			continue
		}
		prior, known := lastWithout(c, a, is)
		if !known {
			continue
		}
		f := startState(r, a, "bindings", "environment:"+name, "environment variable "+name)
		f.Message = fmt.Sprintf("%s was given the environment variable %s, which it had not on %s", called(a), name, prior.Last.UTC().Format("2006-01-02"))
		f.Set(findings.High, name+" loads other code before the handler")
		f.Evidence = append(f.Evidence, findings.Evidence{Kind: "history", Ref: string(a.ID) + "#bindings", Summary: "an earlier reading holds no " + name})
		out = append(out, f)
	}
	return out
}

// lastWithout is the last observation of the asset's bindings in which none is
// such a one.
func lastWithout(c *findings.Case, a inventory.Asset, is func(inventory.Binding) bool) (inventory.Observation, bool) {
	var last inventory.Observation
	for _, o := range c.History(a.ID) {
		bindings, ok := value[[]inventory.Binding](o)
		if o.Facet == "bindings" && ok && o.First.Before(a.Bindings.Seen()) && !slices.ContainsFunc(bindings, is) && !o.Last.Before(last.Last) {
			last = o
		}
	}
	return last, last.Facet != ""
}

func mappingAdded() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-24", Title: "Event source mapping added", Severity: findings.Medium, Weigh: true,
		Rationale:      "A mapping starts the function whenever its source has data: it keeps access alive and feeds the function. A source in another account, or a broker that is named by host instead of by ARN, is fed by others: high.",
		FalsePositives: "Ordinary consumers of queues and streams.",
		Fix:            "Check the source with the function's owner, and delete the mapping if nobody asked for it.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapMappings},
		Listens:        onAWS(lambdaService),
	})
	return onAct(r, changed(lambdaService, "CreateEventSourceMapping", "UpdateEventSourceMapping"), func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		if e.Name == "UpdateEventSourceMapping" && len(spoke(e, "functionName", "enabled")) == 0 {
			return false // another batch size starts nothing
		}
		ch, verb := e.Change, "added"
		if e.Name == "UpdateEventSourceMapping" {
			verb = "changed"
		}
		f.Message = fmt.Sprintf("%s %s an event source mapping of %s", whoActed(e.Principal), verb, aboutWhat(*f))
		if ch.TriggerSource != "" {
			f.Message += " from " + ch.TriggerSource
		}
		switch {
		case ch.TriggerAccount != "" && ch.TriggerAccount != homeOf(*f):
			f.Set(findings.High, "the source is in "+accountWords(c, ch.TriggerAccount))
		case ch.TriggerSource != "" && !strings.HasPrefix(ch.TriggerSource, "arn:"):
			f.Set(findings.High, "the source is a broker outside AWS or named by host")
		}
		return true
	})
}

// accountWords says what an account is to us.
func accountWords(c *findings.Case, account string) string {
	switch {
	case c.Own(account):
		return "another account of ours, " + account
	case c.Partner(account):
		return "the partner account " + account
	}
	return "the foreign account " + account
}
