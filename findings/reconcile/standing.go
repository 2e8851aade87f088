package reconcile

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// asset gives one asset its verdict. The order of the questions is the
// definition of standing: see docs/concepts.md.
func (j judge) asset(a inventory.Asset, life *findings.Activity) findings.Verdict {
	v := findings.Verdict{Presence: j.View.Presence(a), Activity: life}
	m := j.match(a)
	switch {
	case len(m.Conflict) > 0:
		v.Standing, v.Conflict = findings.Unknown, m.Conflict
		v.Reasons = append(v.Reasons, m.Why)
	case m.Claim != nil:
		v.Claim, v.Owner = m.Claim, m.Claim.Owner
		v.Reasons = append(v.Reasons, fmt.Sprintf("%s answers for it: %s", m.Claim.Owner, m.Why))
		j.claimed(a, &v)
	case !j.RegistryRead:
		v.Standing = findings.Unknown
		v.Reasons = append(v.Reasons, "no registry was read whole, so nobody can tell whether somebody answers for it")
	default:
		v.Standing = findings.Unmanaged
		v.Reasons = append(v.Reasons, "no claim of the registry selects it")
	}
	if why := j.presence(a, v.Presence); why != "" {
		v.Reasons = append(v.Reasons, why)
	}
	return v
}

// claimed judges an asset that exactly one claim answers for.
func (j judge) claimed(a inventory.Asset, v *findings.Verdict) {
	approval := v.Claim.Approval
	if approval == nil {
		v.Standing = findings.Owned
		v.Reasons = append(v.Reasons, "the claim holds no approval")
		return
	}
	j.limits(a, v)
	v.Standing = verdict(*approval, v.Drifts, j.Now)
	v.Reasons = append(v.Reasons, consent(*approval, j.Now))
	for _, d := range v.Drifts {
		v.Reasons = append(v.Reasons, say(d))
	}
}

func verdict(a registry.Approval, drifts []findings.Drift, now time.Time) findings.Standing {
	known := func(d findings.Drift) bool { return !d.Unknown }
	switch {
	case a.Expired(now):
		return findings.Expired
	case slices.ContainsFunc(drifts, known):
		return findings.Drifted
	case len(drifts) > 0:
		return findings.Unknown
	}
	return findings.Approved
}

// consent tells of the approval itself.
func consent(a registry.Approval, now time.Time) string {
	what := "approved by " + a.By
	if a.Ticket != "" {
		what += " (" + a.Ticket + ")"
	}
	if a.Expired(now) {
		return what + ", which ended on " + registry.FormatEnd(a.Expires)
	}
	return what + " until " + registry.FormatEnd(a.Expires)
}

// say puts a drift into plain words.
func say(d findings.Drift) string {
	if d.Unknown {
		return fmt.Sprintf("the limit on %s (%s) cannot be judged: %s", word(d.Limit), d.Want, d.Why)
	}
	return fmt.Sprintf("outside the limit on %s: %s, approved is %s", word(d.Limit), d.Got, d.Want)
}

// word writes a limit's name for people.
func word(limit string) string { return strings.ReplaceAll(limit, "_", " ") }

// presence tells what a person must know of where the asset is seen; empty
// for one that is simply there.
func (j judge) presence(a inventory.Asset, p inventory.Presence) string {
	switch p {
	case inventory.Present:
		return ""
	case inventory.NotSeenSince:
		return fmt.Sprintf("not seen since %s: %s", stamp(lastListed(a)), j.whyUnseen(a))
	case inventory.Inferred:
		return "known from events alone; no inventory shows it"
	case inventory.Gone:
		if !a.Deleted.IsZero() {
			return "gone: deleted at " + stamp(a.Deleted)
		}
		return "gone: a later reading of its scope was whole and did not show it"
	}
	return "shown by no reading"
}

// whyUnseen names the cells whose last reading was not whole.
func (j judge) whyUnseen(a inventory.Asset) string {
	var cells []string
	for _, g := range asked(j.gaps(a.Scope, a.Kind.Listing())) {
		cells = append(cells, describe(g))
	}
	if len(cells) == 0 {
		return "what showed it then was not read whole since, or is not asked for any more"
	}
	return strings.Join(cells, "; ")
}

// lastListed is when a cell other than one of events showed the asset last.
func lastListed(a inventory.Asset) time.Time {
	var t time.Time
	for _, s := range a.Sightings {
		if s.Cell.Capability != inventory.CapEvents && s.At.After(t) {
			t = s.At
		}
	}
	return t
}

// asked leaves out what no source was asked to read.
func asked(gaps []inventory.Coverage) []inventory.Coverage {
	return slices.DeleteFunc(slices.Clone(gaps), inventory.Coverage.NotAsked)
}

// describe names a cell, its state and the reason.
func describe(c inventory.Coverage) string {
	text := fmt.Sprintf("%s is %s", c.Cell, c.State)
	if why := c.Why.String(); why != "" {
		text += " (" + why + ")"
	}
	return text
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
