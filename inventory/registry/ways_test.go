package registry_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

const (
	hexID  = "0123456789abcdef0123456789abcdef"
	hexID2 = "fedcba98765432100123456789abcdef"
)

// worker is a Worker with ways in; told as an unknown facet where there are none.
func worker(ways ...inventory.Exposure) inventory.Asset {
	a := inventory.Asset{ID: "cloudflare:" + hexID + "/worker/" + hexID2, Kind: inventory.Worker, Name: "shop-front",
		Scope: inventory.Scope{Provider: inventory.Cloudflare, Account: hexID}}
	for _, w := range ways {
		told, _ := a.Exposure[w.Part()].Get()
		a.Exposure = a.Exposure.With(w.Part(), inventory.Known(told.Join(inventory.Exposures{Ways: []inventory.Exposure{w}}), time.Unix(1, 0)))
	}
	return a
}

func TestZonesAndHostnames(t *testing.T) {
	type sel = registry.Selector
	route := func(host string) inventory.Exposure {
		return inventory.Exposure{Kind: inventory.WayRoute, Hostname: host, Route: host + "/*", Source: "cloudflare:zone/" + hexID + "/route/" + hexID2}
	}
	pattern := inventory.Exposure{Kind: inventory.WayRoute, Route: "https://*.Example.com/api/*", Source: "cloudflare:zone/" + hexID}
	domain := inventory.Exposure{Kind: inventory.WayCustomDomain, Hostname: "shop.example.net", Source: "cloudflare:zone/" + hexID2}
	dev := inventory.Exposure{Kind: inventory.WayWorkersDev, Hostname: "shop-front.acme.workers.dev"}
	unknown := worker()
	unknown.Exposure = unknown.Exposure.With(inventory.CapRoutes, inventory.Unknown[inventory.Exposures](inventory.Reason{Code: "10000"}, time.Unix(1, 0)))
	none := worker()
	none.Exposure = none.Exposure.With(inventory.CapRoutes, inventory.Known(inventory.Exposures{}, time.Unix(1, 0)))
	tests := []struct {
		name  string
		asset inventory.Asset
		sel   sel
		want  bool
	}{
		{"a zone by id", worker(route("a.example.com")), sel{Zones: []string{hexID}}, true},
		{"a zone by id among others", worker(dev, domain), sel{Zones: []string{hexID, hexID2}}, true},
		{"another zone by id", worker(route("a.example.com")), sel{Zones: []string{hexID2}}, false},
		{"a zone by name", worker(route("a.b.example.com")), sel{Zones: []string{"example.com"}}, true},
		{"a zone by name in capitals", worker(route("a.example.com")), sel{Zones: []string{"Example.COM"}}, true},
		{"the name of the zone itself", worker(route("example.com")), sel{Zones: []string{"example.com"}}, true},
		{"all hosts of a zone", worker(route("*.example.com")), sel{Zones: []string{"example.com"}}, true},
		{"all hosts of a zone and itself", worker(route("*example.com")), sel{Zones: []string{"example.com"}}, true},
		{"a zone whose name ends alike", worker(route("a.notexample.com")), sel{Zones: []string{"example.com"}}, false},
		{"all hosts of a zone whose name ends alike", worker(route("*notexample.com")), sel{Zones: []string{"example.com"}}, false},
		{"a zone below the host", worker(route("example.com")), sel{Zones: []string{"a.example.com"}}, false},
		{"a zone by the pattern of its route", worker(pattern), sel{Zones: []string{"example.com"}}, true},
		{"a zone of a way that has no host", worker(inventory.Exposure{Kind: "queue"}), sel{Zones: []string{"example.com"}}, false},

		{"a hostname", worker(dev, domain), sel{Hostnames: []string{"shop.example.net"}}, true},
		{"a hostname in capitals", worker(domain), sel{Hostnames: []string{"Shop.Example.net"}}, true},
		{"a pattern of hostnames", worker(domain), sel{Hostnames: []string{"*.example.net"}}, true},
		{"another hostname", worker(dev, domain), sel{Hostnames: []string{"example.net", "shop.example.com"}}, false},
		{"a route of all hosts is no hostname of its own", worker(route("*.example.com")), sel{Hostnames: []string{"a.example.com"}}, false},
		{"a route of all hosts fits its own pattern", worker(pattern), sel{Hostnames: []string{"*.example.com"}}, true},
		{"a path is no host", worker(pattern), sel{Hostnames: []string{"*api*"}}, false},
		{"any host fits a star, and none does not", worker(inventory.Exposure{Kind: "queue"}), sel{Hostnames: []string{"*"}}, false},
		{"a function URL", inventory.Asset{Exposure: worker(inventory.Exposure{Kind: "function-url", Hostname: "x.lambda-url.eu-west-1.on.aws"}).Exposure},
			sel{Hostnames: []string{"*.on.aws"}}, true},

		{"where nothing was read neither holds: zones", unknown, sel{Zones: []string{"example.com"}}, false},
		{"where nothing was read neither holds: hostnames", unknown, sel{Hostnames: []string{"*"}}, false},
		{"nor where nothing leads in", none, sel{Hostnames: []string{"*"}}, false},
		{"nor where nobody told", worker(), sel{Zones: []string{hexID}}, false},
		{"both must hold", worker(dev, route("a.example.com")), sel{Zones: []string{"example.com"}, Hostnames: []string{"*.workers.dev"}}, true},
		{"both must hold, and one does not", worker(dev, route("a.example.com")), sel{Zones: []string{"example.com"}, Hostnames: []string{"*.example.net"}}, false},
		{"the other keys hold too", worker(domain), sel{Name: "other", Hostnames: []string{"*.example.net"}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.sel.Selects(tt.asset); got != tt.want {
				t.Errorf("selects = %t, want %t", got, tt.want)
			}
		})
	}
}

func TestZonesAndHostnamesAreKeysThatCount(t *testing.T) {
	type sel = registry.Selector
	asset := worker(inventory.Exposure{Kind: inventory.WayCustomDomain, Hostname: "shop.example.net", Source: "cloudflare:zone/" + hexID})
	for name, tt := range map[string]struct {
		sel  sel
		want string
	}{
		"one more key wins":           {sel{Name: "shop-*", Zones: []string{"example.net"}}, "=y"},
		"a hostname is a key":         {sel{Name: "shop-*", Hostnames: []string{"shop.example.net"}}, "=y"},
		"a name of more letters wins": {sel{Name: "*", Zones: []string{hexID}, Hostnames: []string{"*"}}, "=x"},
	} {
		r := mustNew(t, registry.Content{Owners: owners(), Claims: []registry.Claim{claim("x", "a", sel{Name: "shop-*"}), claim("y", "b", tt.sel)}})
		if diff := cmp.Diff(tt.want, verdict(r.Match(asset))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if (sel{Zones: []string{"a.example"}}).Empty() || (sel{Hostnames: []string{"a.example"}}).Empty() {
		t.Error("a selector with one of the keys is not empty")
	}
	equal := mustNew(t, registry.Content{Owners: owners(), Claims: []registry.Claim{
		claim("x", "a", sel{Zones: []string{"example.net"}}), claim("y", "b", sel{Hostnames: []string{"*.example.net"}})}})
	if diff := cmp.Diff("!x,y", verdict(equal.Match(asset))); diff != "" {
		t.Error(diff)
	}
}

// TestZonesBoundNoScope: a scope has no zone of an asset's, so that a claim may
// select an asset in any.
func TestZonesBoundNoScope(t *testing.T) {
	s := registry.Selector{Zones: []string{hexID}, Hostnames: []string{"a.example"}}
	if !s.Covers(inventory.Scope{Provider: inventory.Cloudflare, Account: hexID, Region: hexID2}) {
		t.Error("the selector must leave room")
	}
}

// TestAZoneHoldsForWhatLiesBelowIt: for any host and domain, by whole labels.
func TestAZoneHoldsForWhatLiesBelowIt(t *testing.T) {
	label := rapid.StringMatching(`[a-c]{1,2}`)
	rapid.Check(t, func(t *rapid.T) {
		host := rapid.SliceOfN(label, 1, 4).Draw(t, "host")
		zone := rapid.SliceOfN(label, 2, 3).Draw(t, "zone")
		want := len(host) >= len(zone)
		for i := range zone {
			want = want && host[len(host)-1-i] == zone[len(zone)-1-i]
		}
		a := worker(inventory.Exposure{Kind: inventory.WayCustomDomain, Hostname: strings.Join(host, ".")})
		if got := (registry.Selector{Zones: []string{strings.Join(zone, ".")}}).Selects(a); got != want {
			t.Fatalf("%q in %q = %t, want %t", host, zone, got, want)
		}
	})
}
