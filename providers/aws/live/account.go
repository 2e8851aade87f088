package live

import (
	"context"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/aws/identity"
	"github.com/estray/estray/providers/aws/session"
	"github.com/estray/estray/providers/aws/trail"
)

// account is what the sources of one account share. They run side by side, so
// that nothing of it is changed once the plan is made.
type account struct {
	session *session.Account
	own     inventory.Own
	roles   *identity.Roles // guards itself
}

// accountSource reads what belongs to an account and to none of its regions.
type accountSource struct {
	account *account
	regions inventory.Coverage // how the regions of the account were found
}

// Cells begins with the plan's own cell, which names in the store what led to
// the others.
func (s *accountSource) Cells() []inventory.Cell {
	return []inventory.Cell{s.regions.Cell, s.cell(SourceIAM, inventory.CapRoles),
		s.cell(SourceCloudTrail, inventory.CapTrails), s.cell(SourceLambda, inventory.CapMicroVMs)}
}

func (s *accountSource) cell(source string, c inventory.Capability) inventory.Cell {
	return inventory.Cell{Source: source, Scope: s.account.session.Scope(), Capability: c}
}

// Read tells of each cell in turn.
func (s *accountSource) Read(ctx context.Context, _ providers.Since, emit providers.Emit) error {
	for _, read := range []func(context.Context) inventory.Coverage{
		func(context.Context) inventory.Coverage { return s.regions },
		s.account.roles.Coverage,
		func(ctx context.Context) inventory.Coverage {
			return trail.Trails(ctx, s.account.session, s.account.session.Global(), SourceCloudTrail)
		},
		s.microVMs,
	} {
		if err := emit(read(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// microVMs is never complete: MicroVMs are an API of their own (lambda-microvms)
// for which the vendor publishes neither a Go client nor the paths of its
// requests. They have public addresses, so that their absence here must not
// pass for their absence.
func (s *accountSource) microVMs(context.Context) inventory.Coverage {
	return inventory.Coverage{Cell: s.cell(SourceLambda, inventory.CapMicroVMs), State: inventory.Unavailable,
		Why: inventory.Reason{Operation: "ListMicrovms", Message: "this version cannot list MicroVMs, which are an API apart from that of functions; " +
			"look for them with the vendor's own tools, and accept the hole in the registry: blind_spots, provider aws, capability microvms"}}
}

// told is a source of what the plan found out already.
type told struct {
	words []inventory.Coverage
}

// Cells are those of the words.
func (t told) Cells() []inventory.Cell {
	out := make([]inventory.Cell, len(t.words))
	for i, w := range t.words {
		out[i] = w.Cell
	}
	return out
}

// Read says the words.
func (t told) Read(_ context.Context, _ providers.Since, emit providers.Emit) error {
	for _, w := range t.words {
		if err := emit(w); err != nil {
			return err
		}
	}
	return nil
}
