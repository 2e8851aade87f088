package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// secretSet is CF-05.
func secretSet() findings.Rule {
	r := cfRule(findings.Rule{
		ID: "CF-05", Title: "Secret set, changed or removed", Severity: findings.Low,
		Rationale:      "A secret that is replaced makes a Worker act with somebody else's credential, or trust somebody else's. High where the principal is not an approved deployer. Only names are known, never values; a secret of a Pages project is a part of its settings and is not told apart.",
		FalsePositives: "Rotation.",
		Fix:            "Ask who rotated it; set the secret again if nobody did, and revoke the principal's access.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapSettings},
	})
	pick := func(e inventory.Event) bool { return e.Mutates() && e.Service == workersPart && aboutSecrets(e) }
	return onAct(r, pick, func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		verb, what := "set", "a secret"
		if strings.HasPrefix(e.Name, "DELETE ") || strings.HasSuffix(e.Name, " delete") {
			verb = "removed"
		}
		if e.Change.Bindings != nil && len(*e.Change.Bindings) > 0 {
			what = "secret " + several(bindingNames(*e.Change.Bindings))
		}
		f.Message = fmt.Sprintf("%s %s %s of %s", who(e.Principal), verb, what, cfName(c, *f))
		if !c.ApprovedDeployer(e, f.Asset) {
			f.Set(findings.High, "the principal is not an approved deployer")
		}
		return true
	})
}

// aboutSecrets: the call sets or removes secrets, and nothing else.
func aboutSecrets(e inventory.Event) bool {
	return calledAt(e, "/secrets") || calledAt(e, "/secrets-bulk")
}

func bindingNames(all []inventory.Binding) []string {
	var out []string
	for _, b := range all {
		out = append(out, b.Name)
	}
	return out
}

// leadsOut reports whether a binding of the kind lets a Worker in to something:
// values, secrets of its own and parts of its code do not.
func leadsOut(b inventory.Binding) bool {
	switch b.Kind {
	case "plain_text", "json", "secret_text", "secret_key", "wasm_module", "text_blob", "data_blob", "assets", "inherit", "version_metadata", "environment", "":
		return false
	}
	return true
}

// shares reports whether what the binding leads to may be another's as well.
func sharesStore(b inventory.Binding) bool {
	switch b.Kind {
	case "kv_namespace", "r2_bucket", "d1", "durable_object_namespace", "vectorize", "queue", "secrets_store_secret", "pipelines", "analytics_engine":
		return b.Target != ""
	}
	return false
}

// bindingAdded is CF-10.
func bindingAdded() findings.Rule {
	r := cfRule(findings.Rule{
		ID: "CF-10", Title: "Binding added or changed", Severity: findings.Medium, Weigh: true,
		Rationale:      "A binding lets a Worker in to a store, a service or a network without a credential that could be seen. Found in calls that set bindings and, where a call does not tell them, against an earlier reading, for 30 days. High where it reaches a private network or an outside database, another owner's Worker, or a store that an asset of another owner is bound to.",
		FalsePositives: "Work on features.",
		Fix:            "Ask the owner of what is bound; remove the binding if nobody allowed it.",
		Needs:          []inventory.Capability{inventory.CapSettings, inventory.CapPages},
	})
	pick := func(e inventory.Event) bool {
		return e.Mutates() && e.Change.Bindings != nil && (e.Service == workersPart || e.Service == pagesPart)
	}
	r = onAct(r, pick, func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		added := addedBindings(c, f.Asset, e)
		if len(added) == 0 {
			return false
		}
		f.Message = fmt.Sprintf("%s bound %s to %s", who(e.Principal), cfName(c, *f), several(bindingWords(added)))
		for _, b := range added {
			if why := strange(c, f.Asset, b); why != "" {
				f.Set(findings.High, why)
			}
		}
		// An upload names all bindings each time, and what was there before is not known.
		_, known := before[[]inventory.Binding](c, f.Asset, "bindings", e.Time)
		return known || f.Severity > findings.Medium || !c.ApprovedDeployer(e, f.Asset)
	})
	r.Check = func(c *findings.Case) []findings.Finding {
		states := standingAssets(c, inventory.Cloudflare, func(c *findings.Case, a inventory.Asset) []findings.Finding { return newBindings(c, r, a) })
		said := func(c *findings.Case, id inventory.AssetID, e inventory.Event) []string {
			var keys []string
			for _, b := range addedBindings(c, id, e) {
				keys = append(keys, bindingKey(b))
			}
			return keys
		}
		return dropActed(c, states, pick, said, inventory.ActionCreate, inventory.ActionUpdateCode, inventory.ActionUpdateConfig, inventory.ActionPublish)
	}
	return r
}

// addedBindings are those of the call that lead out and that the last reading before
// it does not hold.
func addedBindings(c *findings.Case, id inventory.AssetID, e inventory.Event) []inventory.Binding {
	prior, known := before[[]inventory.Binding](c, id, "bindings", e.Time)
	var out []inventory.Binding
	for _, b := range *e.Change.Bindings {
		if leadsOut(b) && !(known && slices.ContainsFunc(prior, func(p inventory.Binding) bool { return sameBinding(p, b) })) {
			out = append(out, b)
		}
	}
	return out
}

func sameBinding(a, b inventory.Binding) bool {
	return a.Kind == b.Kind && a.Name == b.Name && (a.Target == b.Target || b.Target == "")
}

// newBindings finds bindings that a Worker or a project has not had for long.
func newBindings(c *findings.Case, r findings.Rule, a inventory.Asset) []findings.Finding {
	all, _ := a.Bindings.Get()
	if !slices.ContainsFunc(all, leadsOut) {
		return nil
	}
	var out []findings.Finding
	readings, seen := past(c, a, "bindings", all), map[string]bool{}
	for _, b := range all {
		if !leadsOut(b) || seen[bindingKey(b)] {
			continue
		}
		seen[bindingKey(b)] = true
		since, ok := newly(c, readings, func(held []inventory.Binding) bool {
			return slices.ContainsFunc(held, func(p inventory.Binding) bool { return sameBinding(p, b) })
		})
		if !ok {
			continue
		}
		words := bindingWords([]inventory.Binding{b})[0]
		f := startState(r, a, "bindings", bindingKey(b), words)
		f.Message = fmt.Sprintf("%s is bound to %s since %s", called(a), words, instant(since))
		f.Evidence = append(f.Evidence, historyEvidence(a, "bindings", words, since))
		if why := strange(c, a.ID, b); why != "" {
			f.Set(findings.High, why)
		}
		out = append(out, f)
	}
	return out
}

func bindingKey(b inventory.Binding) string { return b.Kind + ":" + b.Name }

func bindingWords(all []inventory.Binding) []string {
	var out []string
	for _, b := range all {
		word := b.Kind + " " + b.Target
		if b.Target == "" {
			word = b.Kind + " as " + b.Name
		}
		out = append(out, word)
	}
	return out
}

// strange says why a binding weighs more than others; empty if it does not.
func strange(c *findings.Case, id inventory.AssetID, b inventory.Binding) string {
	switch b.Kind {
	case "hyperdrive":
		return "it reaches a database outside"
	case "vpc_service", "vpc_network":
		return "it reaches a private network"
	}
	if b.Kind != "service" && !sharesStore(b) {
		return ""
	}
	a, _ := c.View.Known(id)
	mine := ownerOf(c, id)
	for _, o := range c.View.Assets {
		owner := ownerOf(c, o.ID)
		if o.ID == id || owner == "" || owner == mine || o.Scope.Account != a.Scope.Account || o.Scope.Provider != inventory.Cloudflare {
			continue
		}
		if b.Kind == "service" && o.Kind == inventory.Worker && o.Name == b.Target {
			return "it calls " + called(o) + ", which " + owner + " answers for"
		}
		held, _ := o.Bindings.Get()
		if sharesStore(b) && slices.ContainsFunc(held, func(h inventory.Binding) bool { return h.Kind == b.Kind && h.Target == b.Target }) {
			return called(o) + " of " + owner + " is bound to it too"
		}
	}
	return ""
}
