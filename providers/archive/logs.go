package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
)

// Logs plans the reading of an archive of logs.
func Logs(cfg Config, format Format) providers.Planner { return &logs{cfg, format} }

var (
	_ providers.Planner = (*logs)(nil)
	_ providers.Source  = (*objects)(nil)
	_ providers.Source  = (*events)(nil)
)

type logs struct {
	cfg    Config
	format Format
}

// object is one log of an archive, as it was listed.
type object struct {
	key       string
	size      int64
	modified  time.Time
	delivered time.Time
}

// Plan lists the archive. What is wrong with it becomes the word of the source
// that speaks for the archive as a whole, so Plan fails only when it is
// cancelled.
func (l *logs) Plan(ctx context.Context) ([]providers.Source, error) {
	found := listing{logs: map[inventory.Scope][]object{}, siblings: map[string]int{}, proofs: map[inventory.Scope][]string{}}
	if err := l.list(ctx, &found); err != nil {
		return nil, err
	}
	sources := []providers.Source{&objects{cell: l.whole(), found: found, layout: l.format.Layout}}
	holes := found.holes()
	workers := newCrew(l.cfg.Workers, l.format)
	for _, scope := range slices.SortedFunc(maps.Keys(found.logs), inventory.Scope.Compare) {
		all := found.logs[scope]
		slices.SortFunc(all, func(a, b object) int { return strings.Compare(a.key, b.key) })
		cell := inventory.Cell{Source: l.cfg.Source, Scope: scope, Capability: inventory.CapEvents}
		sources = append(sources, &events{
			cfg: l.cfg, format: l.format, crew: workers, cell: cell, objects: all, unread: holes[scope],
			proofs: slices.Sorted(slices.Values(found.proofs[scope])),
		})
	}
	return sources, nil
}

func (l *logs) whole() inventory.Cell {
	scope := inventory.Scope{Provider: l.format.Provider}
	return inventory.Cell{Source: l.cfg.Source, Scope: scope, Capability: inventory.CapObjects}
}

// list asks the store what it holds. Only the end of the run is an error.
func (l *logs) list(ctx context.Context, found *listing) error {
	err := l.cfg.Root.List(ctx, func(key string, info fs.FileInfo, err error) error {
		if err != nil {
			found.skip(key, err)
		} else {
			l.file(key, info, found)
		}
		return ctx.Err()
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && found.empty():
		found.missing = err
	case err != nil:
		found.unread.unread("the rest of the archive", "", err)
		found.skipped = append(found.skipped, skipped{".", err})
	}
	return nil
}

// file sorts one file, or what is none, into the listing.
func (l *logs) file(key string, info fs.FileInfo, found *listing) {
	switch {
	case info.IsDir():
		found.skip(key, errors.New("it is a link to a folder, and links to folders are not followed"))
		return
	case !info.Mode().IsRegular():
		found.skip(key, errors.New("it is no regular file"))
		return
	}
	o := l.format.Recognise(path.Join(l.cfg.Path, key))
	switch o.Class {
	case Log:
		found.logs[o.Scope] = append(found.logs[o.Scope],
			object{key: key, size: info.Size(), modified: info.ModTime(), delivered: o.Delivered})
		found.count++
	case Sibling:
		found.siblings[o.What]++
		if l.cfg.Prove != nil && o.Scope != (inventory.Scope{}) {
			found.proofs[o.Scope] = append(found.proofs[o.Scope], key)
		}
	default:
		found.strange(key)
	}
}

// listing is what the archive holds.
type listing struct {
	missing  error // nothing could be listed
	logs     map[inventory.Scope][]object
	count    int // of logs
	siblings map[string]int
	proofs   map[inventory.Scope][]string // keys of integrity records, if they are asked
	unread   mistakes
	skipped  []skipped
	unknown  []string // the first ones
	unknowns int
}

// skipped is a file or folder that could not be listed.
type skipped struct {
	key string
	err error
}

func (l *listing) empty() bool {
	return l.count == 0 && len(l.siblings) == 0 && l.unread.total == 0 && l.unknowns == 0
}

func (l *listing) skip(key string, err error) {
	l.unread.unread(key, "", err)
	l.skipped = append(l.skipped, skipped{key, err})
}

// holes tells what each log may miss of what was skipped. A key that nobody
// could read tells no scope by itself, so it counts for every log in the
// nearest folder above it that holds any.
func (l *listing) holes() map[inventory.Scope][]skipped {
	if len(l.skipped) == 0 {
		return nil
	}
	logs := map[string]map[inventory.Scope]bool{}
	for scope, all := range l.logs {
		for _, o := range all {
			for dir := path.Dir(o.key); ; dir = path.Dir(dir) {
				if logs[dir] == nil {
					logs[dir] = map[inventory.Scope]bool{}
				}
				if logs[dir][scope] || dir == "." {
					logs[dir][scope] = true
					break
				}
				logs[dir][scope] = true
			}
		}
	}
	out := map[inventory.Scope][]skipped{}
	for _, s := range l.skipped {
		dir := path.Dir(s.key)
		for len(logs[dir]) == 0 && dir != "." {
			dir = path.Dir(dir)
		}
		for scope := range logs[dir] {
			out[scope] = append(out[scope], s)
		}
	}
	return out
}

func (l *listing) strange(key string) {
	l.unknowns++
	if len(l.unknown) < 5 {
		l.unknown = append(l.unknown, key)
	}
}

// objects speaks for the archive as a whole.
type objects struct {
	cell   inventory.Cell
	found  listing
	layout string
}

// Cells is the one cell of the set of objects.
func (o *objects) Cells() []inventory.Cell { return []inventory.Cell{o.cell} }

// Read says how the listing went.
func (o *objects) Read(ctx context.Context, _ providers.Since, emit providers.Emit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return emit(o.coverage())
}

func (o *objects) coverage() inventory.Coverage {
	c := inventory.Coverage{Cell: o.cell, State: inventory.Complete, Seen: o.found.count}
	f := &o.found
	switch {
	case f.missing != nil:
		var all mistakes
		all.unread("the archive", "", f.missing)
		c.State, c.Why = all.state, all.why("Give the place that holds "+o.layout)
	case f.unread.total > 0:
		c.State = f.unread.state
		c.Why = f.unread.why("Make it readable, or give the target of a link as an archive of its own")
		c.Why.Message = join(c.Why.Message, o.strange())
	case f.unknowns > 0:
		c.State = inventory.Malformed
		c.Why = inventory.Reason{Operation: "list the archive", Message: o.strange()}
	case f.count == 0:
		c.State = inventory.Malformed
		c.Why = inventory.Reason{Operation: "list the archive", Message: "no log is in the archive. Give the place that holds " + o.layout}
	}
	if f.missing == nil {
		c.Why.Message = join(c.Why.Message, o.siblings())
	}
	return c
}

func (o *objects) strange() string {
	f := &o.found
	if f.unknowns == 0 {
		return ""
	}
	more := ""
	if rest := f.unknowns - len(f.unknown); rest > 0 {
		more = fmt.Sprintf(" and %d more", rest)
	}
	return fmt.Sprintf("%s not recognised and not read: %s%s. Logs lie at %s; move other files out of the archive",
		count(f.unknowns, "object"), strings.Join(f.unknown, ", "), more, o.layout)
}

// siblings counts what lies in the archive by right and is not read.
func (o *objects) siblings() string {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(o.found.siblings)) {
		parts = append(parts, fmt.Sprintf("%d %s", o.found.siblings[what], what))
	}
	if len(parts) == 0 {
		return ""
	}
	return "objects that hold no events of this kind: " + strings.Join(parts, ", ")
}

func join(texts ...string) string {
	texts = slices.DeleteFunc(texts, func(s string) bool { return s == "" })
	return strings.Join(texts, "; ")
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
