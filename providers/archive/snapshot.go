package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/estray/estray/internal/inflate"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/snapshot"
	"github.com/estray/estray/providers"
)

// Snapshot plans the reading of one snapshot file of a store. Source names
// the file in coverage, such as "snapshot:exports/assets.jsonl".
//
// Each cell that the file tells keeps its name, state and time, but:
//   - cells of logs that were whole are left out, since the file holds no
//     events and nothing may be concluded from their absence in it;
//   - if a line cannot be read, no cell of the file is whole any more, since
//     the line may have been an asset of it.
func Snapshot(source string, root Store, name string) providers.Planner {
	cell := inventory.Cell{Source: source, Capability: inventory.CapSnapshot}
	return &snapshots{cell: cell, root: root, name: name}
}

var (
	_ providers.Planner = (*snapshots)(nil)
	_ providers.Source  = (*snapshotFile)(nil)
)

type snapshots struct {
	cell inventory.Cell
	root Store
	name string
}

// Plan reads the header and the coverage. A file that cannot be used at all is
// the word of its source.
func (s *snapshots) Plan(ctx context.Context) ([]providers.Source, error) {
	file := &snapshotFile{snapshots: s}
	seen := map[inventory.Cell]int{}
	begun, err := s.read(ctx, func(l snapshot.Line) error {
		if l.Coverage != nil {
			file.plan(*l.Coverage, l.Number, seen)
		}
		return ctx.Err()
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if !begun {
		file.unusable = err
	}
	return []providers.Source{file}, nil
}

// read reads the file; a mistake in a line goes to yield. Begun reports whether
// the header was read: an error after it leaves the lines before it good.
func (s *snapshots) read(ctx context.Context, yield func(snapshot.Line) error) (begun bool, err error) {
	f, err := s.root.Open(ctx, s.name)
	if err != nil {
		return false, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	r := inflate.NewReader()
	if err := r.Reset(f, -1); err != nil {
		return false, err
	}
	h, err := snapshot.Read(r, s.cell.Source, yield)
	var header *snapshot.HeaderError
	return h.Schema != "" && !errors.As(err, &header), err
}

// snapshotFile is the source of all cells of one file.
type snapshotFile struct {
	*snapshots
	unusable error                // why nothing can be read of it
	coverage []inventory.Coverage // of the file, in its order
	twice    map[int]bool         // lines that speak again of a cell
	logs     int                  // whole cells of logs, left out
}

// plan takes a cell of the file. Of two lines on one cell, the one that claims
// less stands, and the other is a mistake.
func (f *snapshotFile) plan(c inventory.Coverage, line int, seen map[inventory.Cell]int) {
	if aboutLogs(c.Cell.Capability) && c.State.Whole() {
		f.logs++
		return
	}
	if c.State == inventory.Pending {
		c.State = inventory.Cancelled
		c.Why.Message = join(c.Why.Message, "it was not read when the snapshot was taken")
	}
	i, again := seen[c.Cell]
	switch {
	case again || c.Cell == f.cell:
		if f.twice == nil {
			f.twice = map[int]bool{}
		}
		f.twice[line] = true
		if again && f.coverage[i].State.Whole() {
			f.coverage[i] = c
		}
	default:
		seen[c.Cell] = len(f.coverage)
		f.coverage = append(f.coverage, c)
	}
}

func aboutLogs(c inventory.Capability) bool {
	return c == inventory.CapEvents || c == inventory.CapObjects
}

// Cells are the file's own, and one for the file as a whole.
func (f *snapshotFile) Cells() []inventory.Cell {
	out := []inventory.Cell{f.cell}
	for _, c := range f.coverage {
		out = append(out, c.Cell)
	}
	return out
}

// Read emits every asset and permit, then every cell.
func (f *snapshotFile) Read(ctx context.Context, _ providers.Since, emit providers.Emit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.unusable != nil {
		return emit(f.cannot(f.unusable))
	}
	var bad mistakes
	assets, held := 0, map[list]int{}
	var refused error
	_, err := f.read(ctx, func(l snapshot.Line) error {
		switch {
		case ctx.Err() != nil:
			refused = ctx.Err()
		case l.Mistake != nil:
			bad.add(f.name, fmt.Sprintf("line %d", l.Number), l.Mistake.Error())
		case f.twice[l.Number]:
			bad.add(f.name, fmt.Sprintf("line %d", l.Number), "speaks again of one cell; keep one line")
		}
		if l.Asset != nil && refused == nil {
			assets++
			held[list{l.Asset.Scope, l.Asset.Kind.Listing()}]++
			refused = emit(*l.Asset)
		}
		if l.Permit != nil && refused == nil {
			refused = emit(*l.Permit)
		}
		return refused
	})
	if refused != nil {
		return refused
	}
	switch {
	case brokeOff(err):
		bad.unread(f.name, "", err)
	case err != nil:
		bad.add(f.name, "", "was not read to its end: "+cause(err))
	}
	f.count(held)
	return f.speak(assets, &bad, emit)
}

// list is where an asset of a snapshot was listed.
type list struct {
	scope inventory.Scope
	by    inventory.Capability
}

// count holds the number of assets that a cell says were read against those
// that the file holds: a copy that was cut short between two lines shows no
// other mistake.
func (f *snapshotFile) count(held map[list]int) {
	for i, c := range f.coverage {
		n := 0
		for in, assets := range held {
			if c.Cell.Scope.Contains(in.scope) && c.Cell.Capability == in.by {
				n += assets
			}
		}
		lists := slices.Contains(inventory.Listings(c.Cell.Scope.Provider), c.Cell.Capability)
		if !lists || !c.State.Whole() || n >= c.Seen {
			continue
		}
		c.State, c.Expected, c.Seen = inventory.Partial, c.Seen, n
		c.Why = inventory.Reason{Operation: "read " + f.name, Message: fmt.Sprintf(
			"the cell says that %s read, and the file holds %d; copy the snapshot again, it may be cut short", was(c.Expected), n)}
		f.coverage[i] = c
	}
}

// was writes how many assets there were.
func was(n int) string {
	if n == 1 {
		return "1 asset was"
	}
	return fmt.Sprintf("%d assets were", n)
}

// speak emits the coverage.
func (f *snapshotFile) speak(assets int, bad *mistakes, emit providers.Emit) error {
	for _, c := range f.coverage {
		if bad.total > 0 && c.State.Whole() {
			c.State = inventory.Partial
			c.Why = inventory.Reason{Operation: "read " + f.name, Message: "what is wrong with the snapshot: " + count(bad.total, "mistake") + "; assets may be missing"}
		}
		if err := emit(c); err != nil {
			return err
		}
	}
	return emit(f.whole(assets, bad))
}

func (f *snapshotFile) whole(assets int, bad *mistakes) inventory.Coverage {
	c := inventory.Coverage{Cell: f.cell, State: inventory.Complete, Seen: assets}
	left := ""
	if f.logs > 0 {
		left = count(f.logs, "cell") + " of logs left out: a snapshot holds no events"
	}
	c.Why.Message = left
	switch {
	case bad.total > 0:
		c.State = bad.state
		c.Why = bad.why("Correct the lines, or write the snapshot again with \"estray inventory list --format jsonl\"")
		c.Why.Message = join(c.Why.Message, left)
	case len(f.coverage) == 0:
		c.State = inventory.Partial
		c.Why = inventory.Reason{Operation: "read " + f.name,
			Message: join("the snapshot says nothing of its coverage, so nothing may be concluded from what it does not hold; add a line for each cell, such as {\"source\":\"...\",\"provider\":\"aws\",\"account\":\"...\",\"region\":\"...\",\"capability\":\"functions\",\"state\":\"complete\"}", left)}
	}
	return c
}

// cannot is the word on a file of which nothing can be used.
func (f *snapshotFile) cannot(err error) inventory.Coverage {
	c := inventory.Coverage{Cell: f.cell, Why: inventory.Reason{Operation: "read " + f.name, Code: codeOf(err)}}
	var header *snapshot.HeaderError
	switch {
	case errors.Is(err, fs.ErrPermission):
		c.State, c.Why.Message = inventory.Denied, cause(err)+"; make the file readable"
	case brokeOff(err):
		c.State, c.Why.Message = inventory.Unavailable, cause(err)+"; give the path of a snapshot file"
	case errors.As(err, &header):
		c.State, c.Why.Message = inventory.Malformed, err.Error()
	default:
		c.State, c.Why.Message = inventory.Malformed, err.Error()+"; copy the file again"
	}
	return c
}
