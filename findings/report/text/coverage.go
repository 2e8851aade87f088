package text

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/inventory"
)

// hole is one entry of the list: cells that differ in account, region and
// capability alone, each capability in the same regions of each account.
type hole struct {
	first        report.Coverage
	accounts     []string
	regions      []string
	capabilities []string
}

// coverage writes the section on what was read; holes come with what they cost.
func (p *page) coverage(d *report.Document) {
	sum := d.Summary.Coverage
	total := sum.Complete + sum.Accepted + sum.Incomplete
	p.title(fmt.Sprintf("coverage: %d of %d cells read whole, %d not, %d in accepted blind spots",
		sum.Complete, total, sum.Incomplete, sum.Accepted))
	if total == 0 {
		p.para(2, 4, plain("nothing was read, so nothing is known: name a source in estray.yaml"))
	}
	holes := gatherHoles(d.Coverage)
	ids, told := newShortIDs(d.Findings), map[string]bool{}
	for _, h := range holes[:min(len(holes), maxHoles)] {
		var mine []report.Finding
		for _, f := range d.Findings {
			if tells(f, h) {
				mine = append(mine, f)
				told[f.ID] = true
			}
		}
		slices.SortFunc(mine, gravest)
		p.hole(h)
		p.unjudged(h, mine, ids)
	}
	p.more(len(holes), maxHoles, "holes", "estray coverage --holes")
	p.judgement(d, told)
	p.notAsked(d)
}

// gatherHoles joins the cells that are no ground for "there is nothing" (not
// read whole, or a log with a known gap) and differ in account, region and
// capability alone; those that nobody accepted come first.
func gatherHoles(cells []report.Coverage) []hole {
	var byRegion []hole
	index := map[string]int{}
	for _, c := range cells {
		if !c.Hole() {
			continue
		}
		i := place(index, alike(c), &byRegion, hole{first: c, capabilities: []string{c.Capability}})
		if c.Region != "" {
			byRegion[i].regions = append(byRegion[i].regions, c.Region)
		}
	}
	var byCapability []hole
	index = map[string]int{}
	for _, h := range byRegion {
		k := alike(h.first)
		k.Capability, k.Region = "", strings.Join(h.regions, " ")
		known := len(byCapability)
		if i := place(index, k, &byCapability, h); i < known {
			byCapability[i].capabilities = append(byCapability[i].capabilities, h.first.Capability)
		}
	}
	var out []hole
	index = map[string]int{}
	for _, h := range byCapability {
		k := alike(h.first)
		k.Account, k.Capability, k.Region = "", strings.Join(h.capabilities, " "), strings.Join(h.regions, " ")
		i := place(index, k, &out, h)
		out[i].accounts = append(out[i].accounts, h.first.Account)
	}
	slices.SortStableFunc(out, func(a, b hole) int { return cmp.Compare(accepted(a), accepted(b)) })
	return out
}

// alike is a cell without its region and times: the key of what one entry tells.
func alike(c report.Coverage) report.Coverage {
	c.Region, c.From, c.To, c.Read = "", time.Time{}, time.Time{}, time.Time{}
	return c
}

// place finds the entry of a key, and adds it if there is none.
func place(index map[string]int, k report.Coverage, all *[]hole, h hole) int {
	key := fmt.Sprintf("%#v", k)
	i, ok := index[key]
	if !ok {
		i = len(*all)
		index[key] = i
		*all = append(*all, h)
	}
	return i
}

func accepted(h hole) int {
	if h.first.Accepted {
		return 1
	}
	return 0
}

// placed names what the places of a hole are: Cloudflare has zones.
func placed(h hole) string {
	if h.first.Provider == string(inventory.Cloudflare) {
		return "zones"
	}
	return "regions"
}

// hole writes what was not read, where, by whom and why.
func (p *page) hole(h hole) {
	c := h.first
	colour := magenta
	if c.Accepted {
		colour = ""
	}
	var places []string
	for _, account := range h.accounts[:min(len(h.accounts), maxAccounts)] {
		places = append(places, cmp.Or(strings.TrimRight(c.Provider+"/"+account, "/"), "everything"))
	}
	line := fmt.Sprintf("%s of %s", strings.Join(h.capabilities, ", "), strings.Join(places, ", "))
	if n := len(h.accounts) - maxAccounts; n > 0 {
		line += fmt.Sprintf(" and %d more accounts (estray coverage --holes)", n)
	}
	if len(h.regions) > 0 {
		line += " in " + strings.Join(h.regions[:min(len(h.regions), maxRegions)], ", ")
	}
	if n := len(h.regions) - maxRegions; n > 0 {
		line += fmt.Sprintf(" and %d more %s (estray coverage --holes)", n, placed(h))
	}
	line += " by " + c.Source
	if c.Expected > 0 {
		line += fmt.Sprintf(": %d of %d read", c.Seen, c.Expected)
	}
	p.para(2, 4, painted(c.State, colour), plain(line))
	why := inventory.Reason{Operation: c.Operation, Code: c.Code, Message: c.Message}.String()
	p.para(4, 6, plain(cmp.Or(why, "no reason is recorded")))
	if c.Continuity == inventory.Broken.String() {
		p.para(4, 6, plain("continuity broken: something of the log is known to be missing"))
	}
	if c.Accepted {
		p.para(4, 6, plain("accepted: "+c.AcceptedWhy))
	}
}

// judgement lists the coverage findings that no hole has told: which rules are
// blind for it.
func (p *page) judgement(d *report.Document, told map[string]bool) {
	var all []report.Finding
	for _, f := range d.Findings {
		if f.Coverage && !told[f.ID] && !unasked(d, f) {
			all = append(all, f)
		}
	}
	if len(all) == 0 {
		return
	}
	slices.SortFunc(all, func(a, b report.Finding) int {
		order := []string{string(findings.Open), string(findings.Acknowledged), string(findings.Accepted), string(findings.Resolved)}
		return cmp.Or(cmp.Compare(rank(order, a.State), rank(order, b.State)), gravest(a, b))
	})
	p.gap()
	p.para(2, 4, plain("what else could not be judged:"))
	ids := newShortIDs(d.Findings)
	for _, f := range all[:min(len(all), maxHoles)] {
		state := f.State
		if f.StateWhy != "" {
			state += ", " + f.StateWhy
		}
		p.para(2, 4, painted(f.Severity, severityColour(f.Severity)), plain(f.Rule), plain(ids.short(f.ID)), plain(f.Message), plain("("+state+")"))
	}
	p.more(len(all), maxHoles, "coverage findings", "estray findings list --which all")
}

// unasked reports whether the finding says what the list of capabilities that
// nobody was asked to read says anyway.
func unasked(d *report.Document, f report.Finding) bool {
	if f.Severity != findings.Info.String() || f.State != string(findings.Open) {
		return false
	}
	return slices.ContainsFunc(d.NotAsked, func(n report.NotAsked) bool {
		return strings.HasPrefix(f.Message, cmp.Or(n.Provider, "all")+"/"+n.Capability+": not asked for")
	})
}

// notAsked lists what no source was asked to read. It is no failure of the run
// and still no ground to think that there is nothing.
func (p *page) notAsked(d *report.Document) {
	if len(d.NotAsked) == 0 {
		return
	}
	p.gap()
	p.para(2, 4, plain("not asked for, so unknown, though no failure of the run:"))
	for _, n := range d.NotAsked[:min(len(d.NotAsked), maxHoles)] {
		p.para(2, 4, plain(fmt.Sprintf("%s of %s; cannot judge: %s", n.What(), cmp.Or(n.Provider, "any provider"), strings.Join(n.Rules, ", "))))
	}
	p.more(len(d.NotAsked), maxHoles, "not asked for", "estray coverage")
}
