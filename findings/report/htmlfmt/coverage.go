package htmlfmt

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/inventory"
)

// coverageView is the matrix and what stands below it.
type coverageView struct {
	Capabilities []string
	Rows         []matrixRow
	Holes        []hole
	Logs         []report.Coverage
	// Broken counts the logs that are known not to hold all.
	Broken int
	// Open counts holes that nobody accepted, in cells; Cells all cells.
	Open, Accepted, Cells int
}

// matrixRow is one scope; Cells follow the capabilities.
type matrixRow struct {
	Provider, Account, Region string
	Cells                     []matrixCell
	// zones counts the zones for which the row stands; 0: it is none of zones.
	zones int
}

// Where names the place within the account.
func (r matrixRow) Where() string {
	switch {
	case r.zones > 1:
		return count(r.zones) + " zones"
	case r.zones == 1:
		return "zone " + r.Region
	case r.Provider == string(inventory.Cloudflare):
		return "the account"
	}
	return cmp.Or(r.Region, "all regions")
}

// joinZones makes one row of the zones of an account that were read alike: an
// account may have hundreds.
func joinZones(rows []matrixRow) []matrixRow {
	var out []matrixRow
	at := map[string]int{}
	for _, r := range rows {
		if r.Provider != string(inventory.Cloudflare) || r.Region == "" {
			out = append(out, r)
			continue
		}
		r.zones = 1
		key := r.Account + r.outcome()
		i, ok := at[key]
		if !ok {
			at[key] = len(out)
			out = append(out, r)
			continue
		}
		out[i].zones++
		out[i].add(r)
	}
	return out
}

// outcome is how the row's cells were read, as a key.
func (r matrixRow) outcome() string {
	key := ""
	for _, cell := range r.Cells {
		key += "|"
		for _, s := range cell.Sources {
			key += strings.Join([]string{s.Source, s.State, s.Continuity, s.AcceptedWhy}, "\x00") + ";"
		}
	}
	return key
}

// add counts what was read of another row, of the same outcome, to the row.
func (r matrixRow) add(o matrixRow) {
	for i := range r.Cells {
		for j := range r.Cells[i].Sources {
			s := &r.Cells[i].Sources[j]
			s.Seen += o.Cells[i].Sources[j].Seen
			s.Expected += o.Cells[i].Sources[j].Expected
			s.Read = amount(s.Coverage)
		}
	}
}

// matrixCell is what the sources read of one capability in one scope; empty
// where no source planned to read it.
type matrixCell struct{ Sources []cellView }

type cellView struct {
	report.Coverage
	// Read counts what was read of what is there; empty if nothing says so.
	Read string
	// Tone is the class of its colours.
	Tone string
}

// hole is cells that were not read whole for one and the same reason.
type hole struct {
	report.Coverage
	Capabilities []string
	Regions      []string
	Reason       string
	Read         string
}

// Where names the account of the hole.
func (h hole) Where() string { return place(h.Provider, h.Account, "") }

func newCoverage(cells []report.Coverage) coverageView {
	v := coverageView{Cells: len(cells)}
	seen := map[string]bool{}
	for _, c := range cells {
		seen[c.Capability] = true
		switch {
		case c.Whole():
		case c.Accepted:
			v.Accepted++
		default:
			v.Open++
		}
		if c.Continuity != "" || !c.From.IsZero() || !c.To.IsZero() {
			v.Logs = append(v.Logs, c)
		}
		if c.Continuity == "broken" {
			v.Broken++
		}
	}
	v.Capabilities = slices.Sorted(maps.Keys(seen))
	v.Rows = joinZones(matrix(cells, v.Capabilities))
	v.Holes = holes(cells)
	// What is broken first.
	slices.SortStableFunc(v.Logs, func(a, b report.Coverage) int {
		return cmp.Or(-compareBool(a.Continuity == "broken", b.Continuity == "broken"), compareCells(a, b))
	})
	return v
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func compareCells(a, b report.Coverage) int {
	return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region),
		cmp.Compare(a.Capability, b.Capability), cmp.Compare(a.Source, b.Source))
}

func matrix(cells []report.Coverage, capabilities []string) []matrixRow {
	type scope struct{ provider, account, region string }
	at := map[scope]int{}
	var rows []matrixRow
	for _, c := range slices.SortedStableFunc(slices.Values(cells), compareCells) {
		s := scope{c.Provider, c.Account, c.Region}
		i, ok := at[s]
		if !ok {
			i = len(rows)
			at[s] = i
			rows = append(rows, matrixRow{Provider: c.Provider, Account: c.Account, Region: c.Region, Cells: make([]matrixCell, len(capabilities))})
		}
		cell := &rows[i].Cells[slices.Index(capabilities, c.Capability)]
		cell.Sources = append(cell.Sources, cellView{c, amount(c), tone(c)})
	}
	return rows
}

func tone(c report.Coverage) string {
	switch {
	case !c.Whole() && c.Accepted:
		return "accepted"
	case !c.Whole():
		return "hole"
	case c.Continuity == "broken":
		return "broken"
	}
	return "whole"
}

func amount(c report.Coverage) string {
	switch {
	case c.Expected > 0:
		return of(c.Seen, c.Expected)
	case c.Seen > 0:
		return count(c.Seen)
	}
	return ""
}

// holes joins the cells that lack the same thing for the same reason over the
// regions; those that nobody accepted come first.
func holes(cells []report.Coverage) []hole {
	var out []hole
	at := map[string]int{}
	for _, c := range slices.SortedStableFunc(slices.Values(cells), compareCells) {
		if c.Whole() {
			continue
		}
		alike := c
		alike.Region, alike.Seen, alike.Expected = "", 0, 0
		alike.From, alike.To, alike.Read = time.Time{}, time.Time{}, time.Time{}
		key := fmt.Sprintf("%#v", alike)
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, hole{Coverage: c, Capabilities: []string{c.Capability}, Reason: reason(c)})
			out[i].Seen, out[i].Expected = 0, 0
		}
		out[i].Regions = append(out[i].Regions, cmp.Or(c.Region, "all regions"))
		out[i].Seen += c.Seen
		out[i].Expected += c.Expected
		out[i].Read = amount(out[i].Coverage)
	}
	out = joinCapabilities(out)
	slices.SortStableFunc(out, func(a, b hole) int { return compareBool(a.Accepted, b.Accepted) })
	return out
}

// joinCapabilities makes one row of holes that differ in their capability
// alone: one refusal often hides all that is read of a region.
func joinCapabilities(all []hole) []hole {
	var out []hole
	at := map[string]int{}
	for _, h := range all {
		alike := h.Coverage
		alike.Capability, alike.Region = "", ""
		alike.From, alike.To, alike.Read = time.Time{}, time.Time{}, time.Time{}
		key := fmt.Sprintf("%#v", hole{Coverage: alike, Regions: h.Regions, Read: h.Read})
		i, ok := at[key]
		if !ok {
			at[key] = len(out)
			out = append(out, h)
			continue
		}
		out[i].Capabilities = append(out[i].Capabilities, h.Capability)
	}
	return out
}

func reason(c report.Coverage) string {
	parts := slices.DeleteFunc([]string{c.Operation, c.Code, c.Message}, func(s string) bool { return s == "" })
	return cmp.Or(strings.Join(parts, ": "), "the source gave no reason")
}
