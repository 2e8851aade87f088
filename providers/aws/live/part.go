package live

import (
	"time"

	"github.com/estray/estray/inventory"
)

// part is a known part of a facet, or an unknown one where there is a reason.
func part[T any](v T, why *inventory.Reason, now time.Time) inventory.Facet[T] {
	if why != nil {
		return inventory.Unknown[T](*why, now)
	}
	return inventory.Known(v, now)
}

// unread is the reason why a cell is not whole; nil if it is.
func unread(w inventory.Coverage) *inventory.Reason {
	if w.State.Whole() {
		return nil
	}
	return &w.Why
}

// opens lists the doors that tell of ways in.
func opens(c inventory.Capability) bool {
	return c == inventory.CapAPIGateway || c == inventory.CapLoadBalancers
}

// starts lists the doors that tell of what starts a function: all but those that
// are nothing but a way in.
func starts(c inventory.Capability) bool { return c != inventory.CapLoadBalancers }
