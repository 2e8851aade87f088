package live_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/aws/live"
	"github.com/estray/estray/providers/aws/session"
	"github.com/estray/estray/providers/collect"
)

const audit = "EstrayAudit"

// member is an account with one region and the role.
func member(id string) *awsfake.Account {
	return &awsfake.Account{ID: id, Name: "a" + id, Role: audit, Places: map[string]*awsfake.Region{place: {}}}
}

// company is an organization whose management account is ours.
func company(members ...*awsfake.Account) *awsfake.World {
	all := append([]*awsfake.Account{{ID: home, Name: "home", Role: audit, Places: map[string]*awsfake.Region{place: {}}}}, members...)
	return &awsfake.World{Now: at(), Home: home, Organization: &awsfake.Organization{ID: "o-exampleorg1", Management: home}, Accounts: all}
}

// many members have the ids 200000000001, 200000000002, ...
func members(n int) []*awsfake.Account {
	var out []*awsfake.Account
	for i := range n {
		out = append(out, member(fmt.Sprint(200000000001+i)))
	}
	return out
}

func organization(c *live.Config) { c.Organization, c.Role.Name, c.Regions = true, audit, nil }
func anyRegion(c *live.Config)    { c.Regions = nil }

// planned is what a plan says, line by line.
type planned struct {
	sources  []providers.Source
	problems []*providers.Problem
	rest     error
}

func plan(t testing.TB, cfg live.Config) planned {
	t.Helper()
	var p planned
	var err error
	p.sources, err = live.New(cfg).Plan(t.Context())
	p.problems, p.rest = providers.Problems(err)
	if p.rest != nil {
		t.Errorf("an error of no cell: %v", p.rest)
	}
	return p
}

// words reads the sources that call nothing more than the plan did, and gives
// what they and the problems say.
func (p planned) words(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, s := range p.sources {
		for _, w := range told(t, s) {
			if w.Cell.Source == live.SourcePlan || w.State == inventory.Disabled {
				out = append(out, line(w))
			}
		}
	}
	for _, x := range p.problems {
		out = append(out, "! "+line(x.Coverage()))
	}
	return out
}

// told reads a source of the plan's own; of one that reads functions it says
// nothing.
func told(t testing.TB, s providers.Source) []inventory.Coverage {
	t.Helper()
	if s.Cells()[0].Source != live.SourcePlan && len(s.Cells()) > 1 && s.Cells()[1].Capability == inventory.CapConfiguration {
		return nil
	}
	var out []inventory.Coverage
	err := s.Read(t.Context(), func(inventory.Cell) inventory.Coverage { return inventory.Coverage{} }, func(f inventory.Fact) error {
		out = append(out, f.(inventory.Coverage))
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return out
}

// line is a word on a cell: "aws/ACCOUNT functions denied 3 OPERATION CODE".
func line(c inventory.Coverage) string {
	text := fmt.Sprintf("%s %s %s", c.Cell.Scope, c.Cell.Capability, c.State)
	if c.Seen > 0 {
		text += fmt.Sprint(" ", c.Seen)
	}
	for _, more := range []string{c.Why.Operation, c.Why.Code} {
		if more != "" {
			text += " " + more
		}
	}
	return text
}

// read lists the accounts and regions whose functions are read, in the order of
// the plan.
func (p planned) read() []string {
	var out []string
	for _, s := range p.sources {
		if cells := s.Cells(); len(cells) > 1 && cells[1].Capability == inventory.CapConfiguration {
			out = append(out, cells[0].Scope.Account+" "+cells[0].Scope.Region)
		}
	}
	return out
}

// says finds the reason of a cell among problems and words.
func (p planned) says(t testing.TB, scope inventory.Scope, c inventory.Capability) string {
	t.Helper()
	for _, x := range p.problems {
		if x.Cell.Scope == scope && x.Cell.Capability == c {
			return x.Coverage().Why.String()
		}
	}
	for _, s := range p.sources {
		for _, w := range told(t, s) {
			if w.Cell.Scope == scope && w.Cell.Capability == c {
				return w.Why.String()
			}
		}
	}
	t.Errorf("nobody speaks of %s %s", scope, c)
	return ""
}

func of(account string) inventory.Scope {
	return inventory.Scope{Provider: inventory.AWS, Account: account}
}

// count is how often an operation was called.
func count(s *awsfake.Server, operation string) int {
	n := 0
	for _, c := range s.Calls() {
		if c.Operation == operation {
			n++
		}
	}
	return n
}

// memory is a store that keeps everything.
type memory struct{ facts []inventory.Fact }

func (m *memory) Append(_ context.Context, b store.Batch) error {
	m.facts = append(m.facts, b.Facts...)
	return nil
}

func (m *memory) words() []inventory.Coverage {
	var out []inventory.Coverage
	for _, f := range m.facts {
		if c, ok := f.(inventory.Coverage); ok {
			out = append(out, c)
		}
	}
	return out
}

// View is what the facts make.
func (m *memory) View(_ context.Context, at time.Time) (*inventory.View, error) {
	var assets []inventory.Asset
	for _, f := range m.facts {
		if a, ok := f.(inventory.Asset); ok {
			assets = append(assets, a)
		}
	}
	return inventory.NewView(at, assets, m.words()), nil
}

// Covered is the last reading that was whole or partial, or malformed with a
// mark.
func (m *memory) Covered(_ context.Context, cell inventory.Cell) (inventory.Coverage, error) {
	last := inventory.Coverage{Cell: cell}
	for _, c := range m.words() {
		if c.Cell == cell && (c.State.Whole() || c.State == inventory.Partial || c.State == inventory.Malformed && c.Mark != "") {
			last = c
		}
	}
	return last, nil
}

// Words are all that was said.
func (m *memory) Words(context.Context, time.Time) ([]inventory.Coverage, error) {
	return slices.Clone(m.words()), nil
}

// run scans into the store at the instant.
func (m *memory) run(t testing.TB, cfg live.Config, now time.Time) *inventory.View {
	t.Helper()
	cfg.Now = now
	opt := collect.Options{Run: "r", Now: func() time.Time { return now }, Parallel: 8, Within: cfg.Within}
	if _, err := collect.Run(t.Context(), []providers.Planner{live.New(cfg)}, m, m, opt); err != nil {
		t.Fatal(err)
	}
	v, err := m.View(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// role is one that is taken in each account.
func role(name, external string) func(*live.Config) {
	return func(c *live.Config) { c.Role = session.Role{Name: name, ExternalID: external} }
}

// holds reports whether every text is part of the other.
func holds(text string, parts ...string) bool {
	return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(text, p) })
}
