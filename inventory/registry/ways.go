package registry

import (
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// zoneSource is what comes before the id of a zone where an exposure tells what
// leads to the asset: the zone, or something in it ("cloudflare:zone/ID/route/ID").
const zoneSource = "cloudflare:zone/"

// leads reports whether zones and hostnames hold for the ways into an asset.
// They need not hold for the same way.
func (s Selector) leads(ways []inventory.Exposure) bool {
	return (len(s.Zones) == 0 || slices.ContainsFunc(ways, s.throughZone)) &&
		(len(s.Hostnames) == 0 || slices.ContainsFunc(ways, s.atHost))
}

func (s Selector) throughZone(w inventory.Exposure) bool {
	return slices.ContainsFunc(s.Zones, func(z string) bool {
		if zoneID(z) {
			return strings.HasPrefix(w.Source+"/", zoneSource+z+"/")
		}
		return inDomain(host(w), strings.ToLower(z))
	})
}

func (s Selector) atHost(w inventory.Exposure) bool {
	h := host(w)
	return h != "" && slices.ContainsFunc(s.Hostnames, func(p string) bool { return matchGlob(strings.ToLower(p), h) })
}

// host is the host of a way in, as it is written there: that of a route may hold
// stars, which stand for themselves here.
func host(w inventory.Exposure) string {
	h := w.Hostname
	if h == "" && w.Kind == inventory.WayRoute {
		h = w.Route
		if _, after, ok := strings.Cut(h, "://"); ok {
			h = after
		}
		h, _, _ = strings.Cut(h, "/")
	}
	return strings.ToLower(h)
}

// inDomain reports whether a host is the domain or lies below it. The star that
// opens the host of a route stands for what is below the domain, or for itself
// too ("*example.com").
func inDomain(host, domain string) bool {
	host = strings.TrimPrefix(host, "*")
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// zoneID reports whether the text is the id of a zone and not its name: names
// hold a dot.
func zoneID(s string) bool { return cloudflareID(s) }

// cloudflareID reports whether the id has the form of one of Cloudflare's: 32
// hexadecimal digits in small letters (API reference, "account_id", "zone_id").
func cloudflareID(id string) bool {
	return len(id) == 32 && strings.Trim(id, "0123456789abcdef") == ""
}
