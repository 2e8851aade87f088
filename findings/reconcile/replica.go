package reconcile

import (
	"strings"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// match finds who answers for the asset. CloudFront makes replicas of a
// function of Lambda@Edge in regions that nobody chose, under names of their
// own: where no claim selects a replica, the claim on its origin answers for
// it. Only the service sets the origin.
func (j judge) match(a inventory.Asset) registry.Match {
	m := j.Registry.Match(a)
	id, ok := origin(a)
	if !ok || m.Claim != nil || len(m.Conflict) > 0 {
		return m
	}
	from := j.Registry.Match(j.originOf(a, id))
	from.Why = "it is a replica of " + string(id) + "; " + from.Why
	return from
}

// origin is the unqualified ARN of the function of which the asset is a replica.
func origin(a inventory.Asset) (inventory.AssetID, bool) {
	c, _ := a.Configuration.Get()
	parts := strings.Split(string(c.Origin), ":")
	if len(parts) < 7 || parts[0] != "arn" || parts[6] == "" {
		return "", false
	}
	id := inventory.AssetID(strings.Join(parts[:7], ":"))
	return id, id != a.ID
}

// originOf is the function of that id as the view has it; else as its id tells
// it, since replicas outlive their origin for hours.
func (j judge) originOf(replica inventory.Asset, id inventory.AssetID) inventory.Asset {
	if a, ok := j.View.Asset(id); ok {
		return a
	}
	parts := strings.Split(string(id), ":")
	return inventory.Asset{ID: id, Kind: replica.Kind, Name: parts[6],
		Scope: inventory.Scope{Provider: replica.Scope.Provider, Account: parts[4], Region: parts[3]}}
}

// homeRegion is where an asset was put: for a replica, the region of its origin.
func homeRegion(a inventory.Asset) string {
	if id, ok := origin(a); ok {
		return strings.Split(string(id), ":")[3]
	}
	return a.Scope.Region
}
