package registry

import (
	"time"

	"github.com/estray/estray/inventory"
)

// New checks the content (duplicates, impossible dates) and makes a registry.
func New(c Content) (*Registry, error) { return &Registry{content: c}, nil }

// Content returns the entries that the registry was made from.
func (r *Registry) Content() Content { return r.content }

// Match finds the claim that answers for the asset.
func (r *Registry) Match(a inventory.Asset) Match { return Match{} }

// Exception returns the live exception for a finding of the rule on the asset.
func (r *Registry) Exception(rule string, a inventory.Asset, now time.Time) *Exception { return nil }

// BlindSpot returns the live accepted blind spot that holds the cell.
func (r *Registry) BlindSpot(cell inventory.Cell, now time.Time) *BlindSpot { return nil }
