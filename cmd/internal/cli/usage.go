package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// mostUsed is how many rows of usage the page of an asset shows.
const mostUsed = 20

// used is what the page of an asset tells of use: of what the asset did, and of
// what others did with its identity. Both lists are told though empty: no rows
// mean nothing where nobody counted.
type used struct {
	Counted []counted `json:"counted"`
	Rows    []use     `json:"rows"`
}

// counted is a log in which use was counted.
type counted struct {
	Source  string            `json:"source"`
	Account string            `json:"account,omitempty"`
	Region  string            `json:"region,omitempty"`
	Usage   inventory.Counted `json:"usage"`
	State   string            `json:"state"`
	From    time.Time         `json:"from,omitzero"`
	To      time.Time         `json:"to,omitzero"`
}

// use is one row: the calls of one kind in one place.
type use struct {
	Identity string            `json:"identity,omitempty"`
	Asset    inventory.AssetID `json:"asset,omitempty"`
	Service  string            `json:"service,omitempty"`
	Name     string            `json:"name,omitempty"`
	Outcome  inventory.Outcome `json:"outcome,omitempty"`
	Overflow bool              `json:"overflow,omitempty"`
	Account  string            `json:"account,omitempty"`
	Region   string            `json:"region,omitempty"`
	Count    int               `json:"count"`
	Outside  int               `json:"outside,omitempty"`
	First    time.Time         `json:"first"`
	Last     time.Time         `json:"last"`
}

// usageOf gathers the use of an asset and of its identity, most used first. The
// logs are those of its whole account: an identity has no region.
func usageOf(ctx context.Context, v *inventory.View, a inventory.Asset) (used, error) {
	out := used{Counted: []counted{}, Rows: []use{}}
	for _, c := range v.Counting(inventory.Scope{Provider: a.Scope.Provider, Account: a.Scope.Account}) {
		out.Counted = append(out.Counted, counted{
			Source: c.Cell.Source, Account: c.Cell.Scope.Account, Region: c.Cell.Scope.Region,
			Usage: c.Usage, State: c.State.String(), From: c.Window.From.UTC(), To: c.Window.To.UTC(),
		})
	}
	filters := []inventory.UsageFilter{{Asset: a.ID}}
	if identity, ok := a.Identity.Get(); ok && identity.ID != "" {
		filters = append(filters, inventory.UsageFilter{Identity: identity.ID})
	}
	var rows []inventory.Usage
	for _, f := range filters {
		err := v.Tally(ctx, f, func(u inventory.Usage) error {
			rows = append(rows, u)
			return nil
		})
		if err != nil {
			return out, err
		}
	}
	slices.SortFunc(rows, func(a, b inventory.Usage) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), inventory.CompareUsage(a, b))
	})
	for _, u := range slices.Compact(rows) { // both filters find what the asset did with its identity
		out.Rows = append(out.Rows, use{
			Identity: u.Identity, Asset: u.Asset, Service: u.Service, Name: u.Name, Outcome: u.Outcome, Overflow: u.Overflow,
			Account: u.Scope.Account, Region: u.Scope.Region, Count: u.Count, Outside: u.Outside, First: u.First, Last: u.Last,
		})
	}
	return out, nil
}

// lines writes the use of an asset for people.
func (u used) lines(line func(name, value string), a inventory.Asset) {
	if len(u.Counted) == 0 && len(u.Rows) == 0 {
		line("usage", "not counted (no archive counts it)")
		return
	}
	for _, r := range u.Rows[:min(len(u.Rows), mostUsed)] {
		line("usage", r.text(a))
	}
	switch more := len(u.Rows) - mostUsed; {
	case more > 0:
		line("", fmt.Sprintf("and %d more rows (estray inventory show --format json)", more))
	case len(u.Rows) == 0:
		line("usage", "no call in what was counted")
	}
	if len(u.Counted) == 0 {
		line("usage counted", "by no archive any more; what is told was counted before")
	}
	for _, c := range u.countedText() {
		line("usage counted", c)
	}
}

// text is one row: "12 succeeded dynamodb.amazonaws.com:GetItem, ...".
func (r use) text(a inventory.Asset) string {
	what := strings.TrimSuffix(r.Service+":"+r.Name, ":")
	if r.Overflow {
		what = "calls of more kinds than were counted one by one"
	}
	parts := []string{joinNonEmpty(" ", fmt.Sprint(r.Count), string(r.Outcome), what), "first " + stamp(r.First), "last " + stamp(r.Last)}
	if r.Region != "" {
		parts = append(parts, "in "+r.Region)
	}
	if r.Account != a.Scope.Account {
		parts = append(parts, "in account "+r.Account)
	}
	if r.Outside > 0 {
		parts = append(parts, fmt.Sprintf("%d from outside", r.Outside))
	}
	identity, _ := a.Identity.Get()
	switch ours := r.Asset == a.ID || slices.Contains(a.Aliases, r.Asset); {
	case ours && r.Identity != identity.ID:
		parts = append(parts, "with "+r.Identity)
	case r.Asset == "":
		parts = append(parts, "with its identity, by no function that the log tells")
	case !ours:
		parts = append(parts, "with its identity, by "+string(r.Asset))
	}
	return strings.Join(parts, ", ")
}

// countedText tells the logs that counted, those together that differ in
// nothing but the region.
func (u used) countedText() []string {
	var out []string
	regions := map[counted][]string{}
	for _, c := range u.Counted {
		region := orElse(c.Region, "all regions")
		c.Region = ""
		regions[c] = append(regions[c], region)
	}
	for c, in := range regions {
		state := ""
		if c.State != inventory.Complete.String() {
			state = c.State
		}
		window := "no time"
		if !c.From.IsZero() || !c.To.IsZero() {
			window = stamp(c.From) + " to " + stamp(c.To)
		}
		out = append(out, joinNonEmpty(", ", "that of "+string(c.Usage), "by "+c.Source, window, state, "in "+strings.Join(in, ", ")))
	}
	slices.Sort(out)
	return out
}
