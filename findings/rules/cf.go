package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// CF lists the rules on Cloudflare by number. The audit log records neither reads
// nor refused calls, so that none of them counts attempts.
func CF() []findings.Rule {
	return []findings.Rule{
		workerChanged(), deployedByPerson(), openedAddress(), routeAdded(), secretSet(), scheduleAdded(), watcherChanged(),
		deployingToken(), dispatchAppeared(), bindingAdded(), trafficSplit(), projectChanged(), memberChanged(),
	}
}

// cfRule completes a rule on Cloudflare, as awsRule does.
func cfRule(r findings.Rule) findings.Rule {
	r.Provider, r.Attack = inventory.Cloudflare, cfTechniques(r.ID)
	return r
}

// cfTechniques is the one place that names ATT&CK techniques of rules on
// Cloudflare, by the release findings.AttackVersion.
func cfTechniques(rule string) []string {
	return map[string][]string{
		"CF-01": {"T1648", "T1546"},
		"CF-02": {"T1078.004", "T1648"},
		"CF-03": {"T1133", "T1583.007"},
		"CF-04": {"T1557", "T1133", "T1648"},
		"CF-05": {"T1552", "T1098"},
		"CF-06": {"T1053", "T1546"},
		"CF-07": {"T1685.002", "T1040", "T1119"},
		"CF-08": {"T1098.001", "T1528"},
		"CF-09": {"T1648", "T1583.007"},
		"CF-10": {"T1098", "T1213", "T1496"},
		"CF-11": {"T1648"},
		"CF-12": {"T1648", "T1583.007"},
		"CF-13": {"T1098.003", "T1136.003"},
	}[rule]
}

// The parts of Cloudflare's interface, as Event.Service has them.
const (
	workersPart = "workers"
	pagesPart   = "pages"
	tokensPart  = "tokens"
	membersPart = "members"
	logsPart    = "logs"
)

// calledAt reports whether a call's name, "PUT /accounts/:a/workers/scripts/:s", holds
// the part of a path.
func calledAt(e inventory.Event, part string) bool { return strings.Contains(e.Name+"/", part+"/") }

// inNamespace: the call is about Workers for Platforms.
func inNamespace(e inventory.Event) bool { return calledAt(e, "/dispatch/namespaces") }

// cfName is what people call the asset that a finding is about: the name that the
// view holds or, of what it does not hold, the end of the id.
func cfName(c *findings.Case, f findings.Finding) string {
	if a, ok := c.View.Known(f.Asset); ok && a.Name != "" {
		return a.Name
	}
	return cmp.Or(string(f.Asset[strings.LastIndex(string(f.Asset), "/")+1:]), f.Subject)
}

// who names a principal with what a person knows it by.
func who(p inventory.Principal) string {
	if p.Email != "" && !strings.Contains(p.ID, p.Email) {
		return whoActed(p) + " (" + p.Email + ")"
	}
	return whoActed(p)
}

// newFor is how long what was not there before counts as new.
const newFor = 30 * 24 * time.Hour

// then is what a facet held from an instant on; nil: it was observed that there is
// none.
type then[T any] struct {
	first time.Time
	value *T
}

// past is what readings knew of a facet of the asset, the earliest first, and last
// what it is now.
func past[T any](c *findings.Case, a inventory.Asset, facet string, now T) []then[T] {
	var out []then[T]
	for _, o := range c.History(a.ID) {
		if o.Facet != facet || o.State == "unknown" {
			continue
		}
		t := then[T]{first: o.First}
		if v, ok := value[T](o); ok {
			t.value = &v
		}
		out = append(out, t)
	}
	slices.SortStableFunc(out, func(x, y then[T]) int { return x.first.Compare(y.first) })
	return append(out, then[T]{first: a.Facet(facet).Seen, value: &now})
}

// newly tells since when what is picks is there, where an earlier reading knew the
// facet without it and it came within newFor. What was there at the first reading, or
// came long ago, is not new.
func newly[T any](c *findings.Case, readings []then[T], is func(T) bool) (time.Time, bool) {
	var since time.Time
	without := false
	for _, r := range readings {
		switch holds := r.value != nil && is(*r.value); {
		case !holds:
			without, since = true, time.Time{}
		case since.IsZero() && without:
			since = r.first
		}
	}
	return since, since.After(c.Now.Add(-newFor))
}

// historyEvidence tells since when a facet holds what it did not hold before.
func historyEvidence(a inventory.Asset, facet, what string, since time.Time) findings.Evidence {
	return findings.Evidence{Kind: "history", Ref: string(a.ID) + "#" + facet,
		Summary: fmt.Sprintf("an earlier reading is without %s; with it since %s", what, instant(since))}
}

// ownerOf is who answers for an asset; empty: nobody.
func ownerOf(c *findings.Case, id inventory.AssetID) string { return c.Verdicts[id].Owner }
