package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// openedAddress is CF-03. A URL that the vendor's answer carries is no way in: the
// switches decide, and only ways that are open are exposures.
func openedAddress() findings.Rule {
	r := cfRule(findings.Rule{
		ID: "CF-03", Title: "workers.dev or preview address open", Severity: findings.Medium, Weigh: true,
		Rationale:      "A Worker answers to everyone under workers.dev, and each of its versions and previews under a URL of its own, past the zone with its firewall and its logs: calls to URLs of versions are in no log of Workers at all. Found where the approval does not allow reach public, or nobody answers for the Worker. High where no other way in is public.",
		FalsePositives: "Demonstrations. Where Cloudflare Access guards the hostname the reach is narrower; where that could not be read it counts as public.",
		Fix:            "Switch workers.dev and previews off, and say so in the Worker's own configuration (workers_dev, preview_urls): the next deployment switches them on again otherwise.",
		Needs:          []inventory.Capability{inventory.CapSubdomains, inventory.CapPreviews},
	})
	pick := func(e inventory.Event) bool { return e.Mutates() && len(opened(e)) > 0 }
	r = onAct(r, pick, func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		f.Message = fmt.Sprintf("%s opened %s of %s", who(e.Principal), strings.Join(opened(e), " and "), cfName(c, *f))
		if a, ok := c.View.Known(f.Asset); ok && onlyWay(a) {
			f.Set(findings.High, "no other way in is public")
		}
		easeByApproval(c, f, inventory.ReachPublic)
		if limit, ok := reachLimit(c, f.Asset); ok && limit == inventory.ReachUnknown && c.ApprovedDeployer(e, f.Asset) {
			f.Set(min(f.Severity, findings.Low), "an approved deployer acted, and its claim bounds no reach")
		}
		return true
	})
	r.Check = func(c *findings.Case) []findings.Finding {
		states := standingAssets(c, inventory.Cloudflare, func(c *findings.Case, a inventory.Asset) []findings.Finding { return openAddresses(c, r, a) })
		return dropActed(c, states, pick, func(_ *findings.Case, _ inventory.AssetID, e inventory.Event) []string { return opened(e) },
			inventory.ActionExpose, inventory.ActionUpdateConfig)
	}
	return r
}

// opened lists the addresses that a call opened, by the kinds of way.
func opened(e inventory.Event) []string {
	var out []string
	if s := e.Change.Serving; s != nil && *s {
		out = append(out, inventory.WayWorkersDev)
	}
	if p := e.Change.Previews; p != nil && *p {
		out = append(out, inventory.WayVersionURLs)
	}
	if e.Action == inventory.ActionExpose && e.Service == workersPart && calledAt(e, "/previews") {
		out = append(out, inventory.WayPreview)
	}
	return out
}

// addresses are the ways of CF-03 that let everyone in, or of which that is not
// known.
func addresses(a inventory.Asset) (ours, others []inventory.Exposure) {
	all, _ := a.Exposure.Get()
	for _, w := range all.Ways {
		switch {
		case w.Reach != inventory.ReachPublic && w.Reach != inventory.ReachUnknown:
		case w.Kind == inventory.WayWorkersDev, w.Kind == inventory.WayVersionURLs, w.Kind == inventory.WayPreview:
			ours = append(ours, w)
		default:
			others = append(others, w)
		}
	}
	return ours, others
}

func onlyWay(a inventory.Asset) bool {
	_, others := addresses(a)
	return len(others) == 0
}

// reachLimit is how far the claim on an asset lets it be reached; ReachUnknown: it
// bounds nothing. False: nobody answers for the asset.
func reachLimit(c *findings.Case, id inventory.AssetID) (inventory.Reach, bool) {
	v := c.Verdicts[id]
	switch {
	case v.Claim == nil:
		return inventory.ReachUnknown, false
	case v.Claim.Approval == nil:
		return inventory.ReachUnknown, true
	}
	return v.Claim.Approval.Limits.Reach, true
}

// openAddresses judges the addresses that a reading shows: one finding for each kind.
func openAddresses(c *findings.Case, r findings.Rule, a inventory.Asset) []findings.Finding {
	if limit, ok := reachLimit(c, a.ID); ok && (limit == inventory.ReachUnknown || limit == inventory.ReachPublic) {
		return nil // somebody answers for it and bounds nothing, or allows it
	}
	ours, others := addresses(a)
	var out []findings.Finding
	for _, kind := range []string{inventory.WayWorkersDev, inventory.WayVersionURLs, inventory.WayPreview} {
		var hosts []string
		notes := ""
		for _, w := range ours {
			if w.Kind == kind {
				hosts, notes = append(hosts, w.Hostname), narrowedBy(w)
			}
		}
		if hosts == nil {
			continue
		}
		f := startState(r, a, inventory.PartName("exposure", inventory.Exposure{Kind: kind}.Part()), kind, kind+" "+several(hosts))
		f.Message = fmt.Sprintf("%s answers at %s%s", called(a), several(hosts), notes)
		if len(others) == 0 {
			f.Set(findings.High, "no other way in is public")
		}
		out = append(out, f)
	}
	return out
}

// narrowedBy says what stands before a way, or may.
func narrowedBy(w inventory.Exposure) string {
	switch {
	case w.Guard != "":
		return "; guarded by " + w.Guard
	case w.Note != "":
		return "; " + w.Note
	case w.UpperBound:
		return "; what guards it could not be read"
	}
	return ""
}

// routeAdded is CF-04.
func routeAdded() findings.Rule {
	r := cfRule(findings.Rule{
		ID: "CF-04", Title: "Route or custom domain added", Severity: findings.Medium, Weigh: true, Routine: true,
		Rationale:      "A route puts a Worker in front of a site: it reads and changes everything that passes. High where the pattern covers a whole zone, the host or the path is one of a login or a payment, or where it led to another Worker before. A route that leads to no Worker switches Workers off there, which may have been a guard.",
		FalsePositives: "Releases. What an approved deployer leads in is not reported, unless it is one of the high cases.",
		Fix:            "Ask the owner of the zone; remove the route, or point it where it pointed before.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapZones, inventory.CapRoutes, inventory.CapDomains},
	})
	return onAct(r, leadsIn, func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		if a, ok := c.View.Known(f.Asset); ok && len(e.Assets) > 1 && held(a, e) {
			return false // it had the route; the others got it
		}
		way := wayOf(e)
		f.Message = fmt.Sprintf("%s led %s to %s", who(e.Principal), way, cfName(c, *f))
		if len(e.Assets) == 0 {
			f.Message = fmt.Sprintf("%s led %s to no Worker that the record names", who(e.Principal), way)
		}
		if slices.ContainsFunc(patterns(e), coversZone) {
			f.Set(findings.High, "the pattern covers a whole zone")
		}
		if word := sensitive(e.Change.Route + " " + e.Change.Hostname); word != "" {
			f.Set(findings.High, "it is the address of a "+word)
		}
		if was, ok := ledTo(c, e, f.Asset); ok && len(e.Assets) > 0 {
			f.Message += ", which " + was + " held before"
			f.Set(findings.High, "it was taken over from another Worker")
		}
		return true
	})
}

// leadsIn picks calls that lead requests to a Worker: routes and custom domains.
func leadsIn(e inventory.Event) bool {
	if !e.Mutates() || e.Service == pagesPart {
		return false
	}
	switch e.Action {
	case inventory.ActionAttachTrigger:
		return e.Change.Route != "" || calledAt(e, "/routes") || calledAt(e, "/workers/filters")
	case inventory.ActionExpose:
		// The older log names no path.
		return e.Change.Hostname != "" || calledAt(e, "/domains") || strings.Contains(e.Name, "_domain ")
	}
	return false
}

func wayOf(e inventory.Event) string {
	switch {
	case e.Change.Route != "":
		return "the route " + several(patterns(e))
	case e.Change.Hostname != "":
		return "the hostname " + several(strings.Split(e.Change.Hostname, ", "))
	}
	return "a route or hostname, which the record does not tell,"
}

// patterns are those of the routes that a call sets: one, or all of a script's.
func patterns(e inventory.Event) []string { return strings.Split(e.Change.Route, ", ") }

// coversZone reports whether a pattern holds for all of a zone, as far as the
// pattern itself tells: any path, of any host or of a host that is no subdomain.
func coversZone(pattern string) bool {
	_, rest, ok := strings.Cut(pattern, "://")
	if !ok {
		rest = pattern
	}
	host, path, _ := strings.Cut(rest, "/")
	return host != "" && (path == "*" || path == "" && strings.HasSuffix(host, "*")) &&
		(strings.HasPrefix(host, "*") || strings.Count(host, ".") == 1)
}

// sensitive gives the word by which a host or a path is one where people sign in or
// pay; empty if there is none.
func sensitive(way string) string {
	words := strings.FieldsFunc(strings.ToLower(way), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	for _, w := range words {
		switch strings.TrimSuffix(w, "s") {
		case "login", "signin", "auth", "sso":
			return "login"
		case "pay", "payment", "checkout":
			return "payment"
		case "account":
			return "account page"
		}
	}
	return ""
}

// ledTo names the other Worker to which the route or the hostname led before, as the
// record, what Workers held, or an earlier reading of their ways in tells.
func ledTo(c *findings.Case, e inventory.Event, id inventory.AssetID) (string, bool) {
	a, _ := c.View.Known(id)
	for _, key := range []string{"script", "service", "script_name"} {
		if was := e.Change.Was[key]; was != "" && was != a.Name {
			return was, true
		}
	}
	for _, other := range c.View.Assets {
		if other.ID == id || other.Scope.Provider != inventory.Cloudflare || other.Scope.Account != e.Scope.Account {
			continue
		}
		if held(other, e) || showed(other, inventory.CapRoutes, e) || showed(other, inventory.CapDomains, e) {
			return called(other), true
		}
	}
	return "", false
}

// held reports whether the asset had the route or the domain that the call names by
// its id.
func held(a inventory.Asset, e inventory.Event) bool {
	return slices.ContainsFunc(a.Handles, func(h inventory.Handle) bool { return string(h.ID) == e.Subject && h.Since.Before(e.Time) })
}

// showed reports whether the last reading of those ways, from before the call, shows
// the route or the hostname.
func showed(a inventory.Asset, part inventory.Capability, e inventory.Event) bool {
	ways, _ := a.Exposure[part].Get()
	return a.Exposure[part].Seen().Before(e.Time) && slices.ContainsFunc(ways.Ways, func(w inventory.Exposure) bool {
		return w.Route != "" && slices.Contains(patterns(e), w.Route) ||
			w.Hostname != "" && w.Kind == inventory.WayCustomDomain && slices.Contains(strings.Split(e.Change.Hostname, ", "), w.Hostname)
	})
}
