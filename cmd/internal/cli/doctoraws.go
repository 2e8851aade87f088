package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/estray/estray/cmd/internal/output"
	"github.com/estray/estray/configs"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/aws/access"
	"github.com/estray/estray/providers/aws/live"
	"github.com/estray/estray/providers/aws/session"
)

// aws makes the checks of AWS: credentials, the plan, and the permissions in
// each account.
func (d *doctor) aws(ctx context.Context, c *configs.AWS) {
	bar := output.NewProgress(d.std.Err, d.barWidth(), d.logger(d.config), d.std.Clock)
	defer bar.Done()
	reads := readAWS(d.config)
	reads.Planned = bar.Plan
	reads.Calls.Name = "estray-doctor" // in the audit log no scan
	home, places, err := live.Places(ctx, *reads)
	if home == nil {
		for _, p := range problems(err) {
			d.add(check{Provider: string(inventory.AWS), Check: "credentials", State: failed, Lost: "everything", Why: joinNonEmpty(": ", p.Code, p.Err.Error())})
		}
		return
	}
	d.add(check{Provider: string(inventory.AWS), Account: home.Account, Check: "credentials", State: access.Works, Why: home.Principal})
	var planned []check
	for _, p := range problems(err) {
		// Who may not list the accounts is told so by the probe.
		if p.Operation != "ListAccounts" || p.State != inventory.Denied {
			planned = append(planned, unplanned(p))
		}
	}
	if c.Organization {
		planned = append(planned, d.probe(ctx, c, home.Own().Global(), access.Management)...)
	}
	for _, p := range places {
		planned = append(planned, taken(home, p, reads.Role)...)
	}
	for _, own := range d.inEach(ctx, c, places, bar.Check) {
		planned = append(planned, own...)
	}
	slices.SortStableFunc(planned, func(a, b check) int { return cmp.Compare(a.Account, b.Account) })
	d.add(planned...)
}

// problems are the parts of a plan that could not be made.
func problems(err error) []*providers.Problem {
	found, rest := providers.Problems(err)
	if rest != nil {
		found = append(found, &providers.Problem{State: inventory.Unavailable, Err: rest})
	}
	return found
}

// unplanned is a part of the plan that could not be made.
func unplanned(p *providers.Problem) check {
	c := check{Provider: string(inventory.AWS), Account: p.Cell.Scope.Account, Check: "plan", State: access.Unclear,
		Capability: string(p.Cell.Capability), Lost: "everything in the account", Why: joinNonEmpty(": ", p.Operation, p.Code, p.Err.Error())}
	if c.Account == "" {
		c.Lost = "accounts and regions that are not listed"
	}
	if p.Operation == "AssumeRole" {
		c.Check = "sts:AssumeRole"
	}
	if p.State == inventory.Denied {
		c.State = access.Denied
	}
	return c
}

// taken says whether the role of an account was taken. Without a role there is
// nothing to say.
func taken(home *session.Home, p live.Place, role session.Role) []check {
	if role.Name == "" {
		return nil
	}
	c := check{Provider: string(inventory.AWS), Account: p.Account.ID, Check: "sts:AssumeRole", State: access.Works, Why: home.RoleARN(p.Account.ID, role)}
	if p.Note != "" {
		c.State, c.Why = access.Unused, p.Note
	}
	return []check{c}
}

// inEach tries the permissions of each account, several accounts at once.
func (d *doctor) inEach(ctx context.Context, c *configs.AWS, places []live.Place, tell func(done, of int)) [][]check {
	out := make([][]check, len(places))
	var all sync.WaitGroup
	var done atomic.Int64
	free := make(chan struct{}, max(c.Parallel, 1))
	for i, p := range places {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free; tell(int(done.Add(1)), len(places)) }()
			out[i] = d.probe(ctx, c, p.Account.Global(), access.Account)
			if len(p.Regions) > 0 {
				out[i] = append(out[i], d.probe(ctx, c, p.Account.Region(regionToAsk(p)), access.Region)...)
			}
		})
	}
	all.Wait()
	return out
}

// regionToAsk is one that is on in every account, where it is among those that
// a scan reads.
func regionToAsk(p live.Place) string {
	if always := session.GlobalRegion(p.Account.Partition); slices.Contains(p.Regions, always) {
		return always
	}
	return p.Regions[0]
}

// probe tries the permissions of one place, each once, whatever operations it
// allows.
func (d *doctor) probe(ctx context.Context, c *configs.AWS, r *session.Region, where access.Where) []check {
	byAction := map[string]check{}
	for _, op := range access.Operations() {
		if op.Where != where || op.Action == "" || !asked(c, op) || ctx.Err() != nil {
			continue
		}
		got := permission(access.Probe(ctx, r, op))
		got.Account = r.Account.ID
		if where == access.Region {
			got.Region = r.Name
		}
		last, ok := byAction[op.Action]
		if ok && last.State == got.State {
			got.Lost = "" // several things, all of them of the capability
		}
		if !ok || !worse(last.State, got.State) {
			byAction[op.Action] = got
		}
	}
	out := make([]check, 0, len(byAction))
	for _, c := range byAction {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b check) int { return cmp.Compare(a.Check, b.Check) })
	return out
}

// asked reports whether a scan by the configuration calls the operation.
func asked(c *configs.AWS, op access.Operation) bool {
	switch op.Option {
	case access.OptionGetFunction:
		return c.GetFunction
	case access.OptionLookup:
		return c.Lookup
	case access.OptionOrganization:
		return c.Organization
	case access.OptionRole:
		return false // it is tried by taking the role
	}
	return true
}

// permission is what a probe found out.
func permission(a access.Answer) check {
	op := a.Operation
	c := check{Provider: string(inventory.AWS), Check: op.Action, State: a.State, Capability: string(op.Capability), Lost: op.Why}
	if op.Full {
		c.Lost += " (scan --full)"
	}
	if a.State != access.Works {
		c.Why = fmt.Sprintf("%s: %s", op.Name, joinNonEmpty(": ", a.Code, strings.TrimSpace(a.Message)))
	}
	return c
}

// worse orders the states of one permission that several operations need.
func worse(a, b access.State) bool {
	order := []access.State{access.Works, access.Unused, access.Unclear, access.Denied}
	return slices.Index(order, a) > slices.Index(order, b)
}
