// Package reconcile holds what is against what should be: it gives each asset
// of a view its standing, with the reasons, and finds the claims that match
// nothing.
//
// It is pure but for the one pass over the view's events, from which it folds
// what each asset's life was. The order of facts never matters.
//
// # Never approved by omission
//
// A limit is held only where the facet that it bounds is known and current. A
// facet that was never read, that a later reading could not confirm, or that
// belongs to an asset not seen since, leaves the limit unknown, and with it
// the standing.
package reconcile

import (
	"context"
	"fmt"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// Options are what Judge needs to know besides the facts and the registry.
type Options struct {
	// Now is the instant by which ends of approvals are judged.
	Now    time.Time
	Estate findings.Estate
	// RegistryRead: a registry was given and read whole. Without one, an asset
	// that no claim selects is unknown, not unmanaged.
	RegistryRead bool
}

// Judge gives every asset of the view its verdict, gone ones included. A nil
// registry holds no claims. An error is the view's: its events could not be
// streamed.
func Judge(ctx context.Context, v *inventory.View, r *registry.Registry, opt Options) (*findings.Case, error) {
	if r == nil {
		empty, err := registry.New(registry.Content{})
		if err != nil {
			return nil, fmt.Errorf("make an empty registry: %w", err)
		}
		r, opt.RegistryRead = empty, false
	}
	lives, err := live(ctx, v)
	if err != nil {
		return nil, fmt.Errorf("fold events into the lives of assets: %w", err)
	}
	c := &findings.Case{View: v, Registry: r, RegistryRead: opt.RegistryRead, Now: opt.Now.UTC(), Estate: opt.Estate,
		Verdicts: make(map[inventory.AssetID]findings.Verdict, len(v.Assets)), Deployments: lives.deployments()}
	j := judge{c, map[place][]inventory.Coverage{}}
	for _, a := range v.Assets {
		c.Verdicts[a.ID] = j.asset(a, lives.acts[a.ID])
	}
	j.ghosts()
	return c, nil
}

// judge is a case that is being made.
type judge struct {
	*findings.Case
	// known remembers gaps: many assets share few scopes.
	known map[place][]inventory.Coverage
}

type place struct {
	scope      inventory.Scope
	capability inventory.Capability
}

// gaps lists the gaps of the capabilities in the scope, in their order.
func (j judge) gaps(s inventory.Scope, capabilities ...inventory.Capability) []inventory.Coverage {
	var out []inventory.Coverage
	for _, c := range capabilities {
		gaps, ok := j.known[place{s, c}]
		if !ok {
			gaps = j.View.Gaps(s, c)
			j.known[place{s, c}] = gaps
		}
		out = append(out, gaps...)
	}
	return out
}
