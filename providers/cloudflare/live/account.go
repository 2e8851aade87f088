package live

import (
	"context"
	"slices"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/cloudflare/audit"
	"github.com/estray/estray/providers/cloudflare/session"
	"github.com/estray/estray/providers/tally"
)

// accountSource reads everything of one account.
type accountSource struct {
	cfg   Config
	api   api
	token tokenOf
	zones zoneList
}

// ofAccount lists what is read once of an account, in the order in which it is
// spoken of.
func (s *accountSource) ofAccount() []inventory.Capability {
	return []inventory.Capability{
		inventory.CapZones, inventory.CapWorkers, inventory.CapSettings, inventory.CapDeployments, inventory.CapVersions,
		inventory.CapSubdomains, inventory.CapDomains, inventory.CapPreviews, inventory.CapSchedules, inventory.CapQueues,
		inventory.CapWorkflows, inventory.CapPages, inventory.CapPagesDomains, inventory.CapNamespaces,
		inventory.CapNamespaceScripts, inventory.CapAccess, inventory.CapLogpush, inventory.CapLogDestinations,
		inventory.CapTokenScope,
	}
}

// ofZone lists what is read of each zone.
func ofZone() []inventory.Capability {
	return []inventory.Capability{inventory.CapRoutes, inventory.CapEmailRules}
}

// ofPermits lists what is read by package permits.
func ofPermits() []inventory.Capability {
	return []inventory.Capability{inventory.CapMembers, inventory.CapTokens}
}

// cell is the cell of a capability of the account.
func (s *accountSource) cell(c inventory.Capability) inventory.Cell {
	source := SourceWorkers
	switch c {
	case inventory.CapZones, inventory.CapTokenScope:
		source = SourcePlan
	case inventory.CapPages, inventory.CapPagesDomains:
		source = SourcePages
	case inventory.CapAccess, inventory.CapMembers, inventory.CapTokens:
		source = SourceAccess
	case inventory.CapEvents:
		source = SourceAudit
	}
	return inventory.Cell{Source: source, Scope: scopeOf(s.api.account), Capability: c}
}

// zoneCell is the cell of a capability of one zone.
func (s *accountSource) zoneCell(c inventory.Capability, zone string) inventory.Cell {
	cell := s.cell(c)
	cell.Scope.Region = zone
	return cell
}

// olderEvents is the cell of the older audit log.
func (s *accountSource) olderEvents() inventory.Cell {
	cell := s.cell(inventory.CapEvents)
	cell.Source = SourceAuditV1
	return cell
}

// Cells are those of the account, those of its zones, and its audit logs if they
// are asked for.
func (s *accountSource) Cells() []inventory.Cell {
	var out []inventory.Cell
	if s.cfg.Audit {
		out = append(out, s.cell(inventory.CapEvents), s.olderEvents())
	}
	for _, c := range slices.Concat(s.ofAccount(), ofPermits()) {
		out = append(out, s.cell(c))
	}
	for _, z := range s.zones.read {
		for _, c := range ofZone() {
			out = append(out, s.zoneCell(c, z.id))
		}
	}
	return out
}

// Read reads the audit logs first, so that they reach over the whole of what
// follows: what is changed meanwhile is told by the next ones. Then come lists, then
// what each Worker must be asked for. Of cells that a run did not come to, it says
// nothing.
func (s *accountSource) Read(ctx context.Context, since providers.Since, emit providers.Emit) error {
	r := s.begin(since, emit)
	for _, step := range []func(context.Context) error{
		r.events, r.lists, r.each, r.projects, r.dispatch, r.check, r.permits, r.speak,
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := step(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// reading is one reading of an account.
type reading struct {
	*accountSource
	since providers.Since
	emit  providers.Emit
	tally map[inventory.Cell]*tally.Tally
	rows  map[string]*tally.Tally // failures in a row, by kind of call

	history       audit.History
	historyBefore inventory.Coverage
	before        memory // of the last scan
	again         bool   // everything is read again

	list    []*worker // by tag
	hidden  []*worker // scripts of Pages projects
	names   map[string]*worker
	doubt   doubt // about the list
	sites   []*project
	ways    ways
	starts  starts
	access  guards
	logs    logs
	offered previewsOffer
	scope   scopeWord
	pointed map[string]string // names of Workers, and what names them
	zoned   map[string]bool   // zones that something names
	strange map[string]int    // types of binding that are not known
	acts    acts
	// expectScripts is how many scripts dispatch namespaces say that they hold.
	expectScripts int
}

// begin makes a reading that counts every cell: one that is not spoken of stays
// pending.
func (s *accountSource) begin(since providers.Since, emit providers.Emit) *reading {
	r := &reading{accountSource: s, since: since, emit: emit, again: true, tally: map[inventory.Cell]*tally.Tally{},
		rows: map[string]*tally.Tally{}, names: map[string]*worker{}, pointed: map[string]string{}, zoned: map[string]bool{},
		strange: map[string]int{}, acts: acts{changed: map[inventory.AssetID]time.Time{}, deleted: map[inventory.AssetID]time.Time{}}}
	for _, c := range s.ofAccount() {
		r.tally[s.cell(c)] = tally.New(s.cell(c), session.Explain)
	}
	for _, z := range s.zones.read {
		for _, c := range ofZone() {
			r.tally[s.zoneCell(c, z.id)] = tally.New(s.zoneCell(c, z.id), session.Explain)
		}
	}
	r.tally[s.cell(inventory.CapZones)] = s.zones.count(s.cell(inventory.CapZones))
	return r
}

// of gives the count of a capability of the account.
func (r *reading) of(c inventory.Capability) *tally.Tally { return r.tally[r.cell(c)] }

// lists makes the calls that answer for all of an account, or of a zone, at once.
func (r *reading) lists(ctx context.Context) error {
	for _, step := range []func(context.Context){
		r.ownScope, r.listProjects, r.listWorkers, r.listSubdomain, r.listAccess, r.listDomains, r.listSiteDomains, r.listRoutes,
		r.listQueues, r.listWorkflows, r.listEmailRules, r.listLogpush, r.listLogDestinations,
	} {
		if step(ctx); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	r.showHidden()
	r.missingZones()
	if r.offerPreviews(ctx); ctx.Err() != nil {
		return ctx.Err()
	}
	r.remember()
	return nil
}

// named notes that something names a Worker.
func (r *reading) named(name, by string) {
	if name != "" && r.pointed[name] == "" {
		r.pointed[name] = by
	}
}

// speak says the words, after all facts.
func (r *reading) speak(context.Context) error {
	r.settle()
	for _, cell := range r.Cells() {
		t, ok := r.tally[cell]
		if !ok {
			continue // spoken of by the package that read it
		}
		w := t.Coverage()
		if cell == r.cell(inventory.CapWorkers) && w.State != inventory.Malformed { // a mark would make that a place to go on from
			w.Mark = r.mark()
		}
		if err := r.emit(w); err != nil {
			return err
		}
	}
	return nil
}
