package live

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/aws/doors"
	"github.com/estray/estray/providers/aws/session"
	"github.com/estray/estray/providers/aws/trail"
)

// region reads everything about the functions of one account in one region.
type region struct {
	cfg     Config
	account *account
	at      *session.Region
}

func newRegion(cfg Config, acct *account, r *session.Region) providers.Source {
	return &region{cfg: cfg, account: acct, at: r}
}

// ofFunctions lists what is read of functions by this package, in the order in
// which it is spoken of. Where there is no function, there is none of it.
func ofFunctions() []inventory.Capability {
	return []inventory.Capability{
		inventory.CapFunctions, inventory.CapConfiguration, inventory.CapAliases, inventory.CapVersions, inventory.CapURLs,
		inventory.CapPolicies, inventory.CapMappings, inventory.CapLayers, inventory.CapTags, inventory.CapCodeSigning,
	}
}

// besideFunctions lists what there may be also where there is no function.
func besideFunctions() []inventory.Capability {
	return []inventory.Capability{inventory.CapCapacityProviders, inventory.CapWebFunctions}
}

func (s *region) cell(c inventory.Capability) inventory.Cell {
	source := SourceLambda
	if c == inventory.CapEvents {
		source = SourceCloudTrail
	}
	return inventory.Cell{Source: source, Scope: s.at.Scope(), Capability: c}
}

// Cells are those of functions and of what hangs on them, and the event history
// if it is asked for.
func (s *region) Cells() []inventory.Cell {
	var out []inventory.Cell
	for _, c := range slices.Concat(ofFunctions(), besideFunctions(), doors.Capabilities()) {
		out = append(out, s.cell(c))
	}
	if s.cfg.Lookup {
		out = append(out, s.cell(inventory.CapEvents))
	}
	return out
}

// Read reads the event history first, so that it reaches over the whole of what
// follows: what is changed meanwhile is told by the next one. Of cells that a
// run did not come to, it says nothing.
func (s *region) Read(ctx context.Context, since providers.Since, emit providers.Emit) error {
	r := s.begin(since, emit)
	for _, step := range []func(context.Context) error{
		r.count, r.events, r.functions, r.around, r.each, r.capacityProviders, r.webFunctions, r.speak,
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// reading is one reading of a region.
type reading struct {
	*region
	lambda *lambda.Client
	since  providers.Since
	emit   providers.Emit
	tally  map[inventory.Capability]*session.Tally
	rows   map[string]*session.Tally // failures in a row, by kind of call

	counted *int64 // what the account settings say; nil: not told
	history trail.History
	// historyBefore is what was covered of the history before this scan.
	historyBefore inventory.Coverage
	before        memory          // of the last scan
	judged        map[string]bool // accounts that were asked about, and whether they are ours
	again         bool            // everything is read again
	list          []function
	hole          *hole // in the list
	shared        shared
	doors         doors.Found
	blind         bool     // aliases could not be listed, and that was told of policies
	differ        []string // whose policy the two calls tell differently
}

// hole says that functions are missing from the list.
type hole struct {
	state inventory.State
	why   inventory.Reason
}

func (s *region) begin(since providers.Since, emit providers.Emit) *reading {
	r := &reading{region: s, lambda: lambda.NewFromConfig(s.at.Config()), since: since, emit: emit, again: true, judged: map[string]bool{},
		tally: map[inventory.Capability]*session.Tally{}, rows: map[string]*session.Tally{}}
	for _, c := range slices.Concat(ofFunctions(), besideFunctions()) {
		r.tally[c] = session.NewTally(s.cell(c))
	}
	return r
}

// none reports whether it is proved that there is no function.
func (r *reading) none() bool { return r.counted != nil && *r.counted == 0 }

// events reads the event history and says its word at once: no event of the
// region comes later.
func (r *reading) events(ctx context.Context) error {
	if !r.cfg.Lookup {
		return nil
	}
	cell := r.cell(inventory.CapEvents)
	r.historyBefore = r.since(cell)
	var err error
	r.history, err = trail.Lookup(ctx, r.at, trail.LookupConfig{
		Source: cell.Source, Now: r.cfg.Now, Since: r.cfg.Since, Prior: r.historyBefore,
		Global: r.at == r.account.session.Global(), Functions: !r.none(),
	}, r.emit)
	if err != nil {
		return err
	}
	return r.emit(r.history.Coverage)
}

// around makes the calls that answer for all functions of the region at once.
func (r *reading) around(ctx context.Context) error {
	if len(r.list) == 0 {
		for _, c := range doors.Capabilities() {
			w := inventory.Coverage{Cell: r.cell(c), State: inventory.Complete}
			if r.hole != nil {
				w.State, w.Why = r.hole.state, r.hole.why
			}
			r.doors.Coverage = append(r.doors.Coverage, w)
		}
		return nil
	}
	for _, step := range []func(context.Context){r.mappings, r.tags, r.codeSigning, r.versions} {
		if step(ctx); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	r.doors = doors.Read(ctx, r.at, doors.Config{Source: SourceLambda, Own: r.account.own})
	return ctx.Err()
}

// speak says the words, after all facts.
func (r *reading) speak(context.Context) error {
	r.settle()
	for _, c := range slices.Concat(ofFunctions(), besideFunctions()) {
		w := r.tally[c].Coverage()
		switch {
		case c == inventory.CapFunctions && w.State != inventory.Malformed: // a mark would make that a place to go on from
			w.Mark = r.mark()
		case c == inventory.CapVersions && r.shared.versionsBefore.State.Whole():
			w = r.shared.versionsBefore
		}
		if err := r.emit(w); err != nil {
			return err
		}
	}
	for _, w := range r.doors.Coverage {
		if err := r.emit(w); err != nil {
			return err
		}
	}
	return nil
}
