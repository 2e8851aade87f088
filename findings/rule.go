package findings

import (
	"fmt"
	"slices"

	"github.com/estray/estray/inventory"
)

// RuleState says whether a rule is used.
type RuleState string

// The states of a rule in lists and reports.
const (
	Active            RuleState = "active"
	Disabled          RuleState = "disabled"
	MissingCapability RuleState = "missing-capability"
)

// Rule is a value: its documentation, what it needs, and pure functions over
// the case. A table of rules is data; listing, disabling and tests range over
// it.
type Rule struct {
	ID        string
	Title     string
	Rationale string
	Severity  Severity
	// FalsePositives tells when the finding is expected, Fix what to do.
	FalsePositives string
	Fix            string
	// Attack lists ATT&CK technique ids (see AttackVersion).
	Attack []string
	// Provider whose scopes the rule judges; empty: all.
	Provider inventory.Provider
	// Needs are the capabilities without which the rule cannot say "clean".
	// Where one is missing the rule is unknown in that scope; positive evidence
	// is reported all the same.
	Needs []inventory.Capability
	// Elsewhere names, by provider, what the rule needs where other readings tell
	// the same. A provider that is not named: Needs.
	Elsewhere map[inventory.Provider][]inventory.Capability
	// Listens names, by provider, the services whose events the rule judges, in
	// the vendor's names. It is shown no event of another one, and only logs
	// that were asked for all of them let it say "clean". A provider that is not
	// named: all services.
	Listens map[inventory.Provider][]string
	// Absence: the rule concludes from absence, so that its findings too are
	// withheld where a need is missing.
	Absence bool
	// Weigh: the severity arithmetic of the case applies (see Case.weigh).
	Weigh bool
	// Routine: the act is what an approval allows an approved deployer to do.
	// Where one did it and the rule itself saw nothing graver than its own
	// severity, nothing is reported: the registry explains the act.
	Routine bool
	// Fixed: the configuration set Severity, and every finding gets it.
	Fixed bool
	own   Severity // where Fixed: what Severity was before
	State RuleState
	// Looks: Event judges events that only look at something too. Without it the
	// rule is shown acts and attempts, which are few.
	Looks bool
	// Event judges one event; Check judges the whole case. A rule has at least
	// one of them. Both are pure.
	Event func(*Case, inventory.Event) []Finding
	Check func(*Case) []Finding
}

// hears reports whether the rule is shown the event.
func (r Rule) hears(e inventory.Event) bool {
	if (e.Looks() && !r.Looks) || (r.Provider != "" && r.Provider != e.Scope.Provider) {
		return false
	}
	services := r.Listens[e.Scope.Provider]
	return len(services) == 0 || slices.Contains(services, e.Service)
}

// NeedsAt lists what the rule needs to say "clean" at the provider.
func (r Rule) NeedsAt(p inventory.Provider) []inventory.Capability {
	if needs, ok := r.Elsewhere[p]; ok {
		return needs
	}
	return r.Needs
}

// usual is the severity that the rule gives where nothing raises or lowers it,
// whatever the configuration makes of it in the end.
func (r Rule) usual() Severity {
	if r.Fixed {
		return r.own
	}
	return r.Severity
}

// AttackVersion is the ATT&CK release whose technique ids the rules use.
const AttackVersion = "19"

// New starts a finding of the rule with the rule's own words.
func (r Rule) New(scope inventory.Scope) Finding {
	return Finding{Rule: r.ID, Title: r.Title, Severity: r.Severity, Scope: scope, Remediation: r.Fix, Attack: slices.Clone(r.Attack)}
}

// Configure applies what the configuration says of rules: ids to disable and
// severities to use instead. An id that no rule has is an error.
func Configure(rules []Rule, disable []string, severity map[string]string) ([]Rule, error) {
	out := slices.Clone(rules)
	index := map[string]int{}
	for i, r := range out {
		index[r.ID] = i
		if r.State == "" {
			out[i].State = Active
		}
	}
	for _, id := range disable {
		i, ok := index[id]
		if !ok {
			return nil, fmt.Errorf("disable rule %q: there is no such rule, see: estray rules list", id)
		}
		out[i].State = Disabled
	}
	for _, id := range sortedKeys(severity) {
		i, ok := index[id]
		if !ok {
			return nil, fmt.Errorf("set the severity of rule %q: there is no such rule, see: estray rules list", id)
		}
		s, err := ParseSeverity(severity[id])
		if err != nil {
			return nil, fmt.Errorf("set the severity of rule %s: %w", id, err)
		}
		if !out[i].Fixed {
			out[i].own = out[i].Severity
		}
		out[i].Severity, out[i].Fixed = s, true
	}
	return out, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
