package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/cmd/internal/output"
	"github.com/estray/estray/configs"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/access"
	cfaccess "github.com/estray/estray/providers/cloudflare/access"
	cfsession "github.com/estray/estray/providers/cloudflare/session"
)

// endsSoon is how long before its end a token is warned of.
const endsSoon = 14 * 24 * time.Hour

// mostProducts is how many categories of products of an audit log are named.
const mostProducts = 20

// cloudflareDoctor makes the checks of Cloudflare.
type cloudflareDoctor struct {
	*doctor
	config *configs.Cloudflare
	client *cfsession.Client
	token  cfsession.Token
	now    time.Time
}

// cloudflare makes the checks of Cloudflare: the token, the accounts, and the
// permissions in each.
func (d *doctor) cloudflare(ctx context.Context, c *configs.Cloudflare, now time.Time) {
	bar := output.NewProgress(d.std.Err, d.barWidth(), d.logger(d.config), d.std.Clock)
	defer bar.Done()
	calls := readCloudflare(d.config).Calls
	calls.Agent, calls.Waiting = "estray-doctor", bar.Wait // in the audit log no scan
	client, err := cfsession.New(calls)
	if err != nil {
		d.add(check{Provider: string(inventory.Cloudflare), Check: "endpoint", State: failed, Lost: "everything", Why: err.Error()})
		return
	}
	defer client.Close()
	cf := &cloudflareDoctor{doctor: d, config: c, client: client, now: now}
	accounts, ok := cf.plan(ctx)
	for i, account := range accounts {
		if !ok || ctx.Err() != nil {
			break
		}
		cf.account(ctx, account)
		bar.Check(i+1, len(accounts))
	}
	cf.quota()
}

// plan finds out whose the token is and which accounts there are to read, and says
// so; ok is false if nothing can be read.
func (d *cloudflareDoctor) plan(ctx context.Context) (accounts []string, ok bool) {
	seen, listed := cfaccess.ListAccounts(ctx, d.client)
	accounts = d.config.Accounts
	if len(accounts) == 0 {
		accounts = seen
	}
	ask := seen
	if len(ask) == 0 {
		ask = accounts
	}
	token, err := d.client.Verify(ctx, ask)
	d.token = token
	said := d.ofToken(err, listed)
	d.add(said)
	if said.State == failed {
		return nil, false
	}
	plan := check{Provider: string(inventory.Cloudflare), Check: "accounts", State: access.Works, Capability: string(inventory.CapScopes), Why: fmt.Sprintf("%d seen, %d to read", len(seen), len(accounts))}
	switch {
	case listed != nil && len(accounts) == 0:
		plan.State, plan.Lost, plan.Why = failed, "everything", explain(listed)
	case listed != nil:
		plan.State, plan.Lost, plan.Why = stateOf(listed), "accounts that are not named", explain(listed)
	case len(accounts) == 0:
		plan.State, plan.Lost, plan.Why = failed, "everything", "the token sees no account: add one to its resources"
	}
	d.add(plan)
	if listed == nil {
		accounts = d.visible(accounts, seen)
	}
	return accounts, plan.State != failed
}

// visible are the accounts that the token sees; of the others it is said that it
// does not.
func (d *cloudflareDoctor) visible(accounts, seen []string) []string {
	return slices.DeleteFunc(slices.Clone(accounts), func(id string) bool {
		if slices.Contains(seen, id) {
			return false
		}
		d.add(check{Provider: string(inventory.Cloudflare), Account: id, Check: "accounts", State: access.Denied, Capability: string(inventory.CapScopes), Lost: "everything in the account",
			Why: "the token does not see the account: add it to the resources of the token, or take it out of providers.cloudflare.accounts"})
		return true
	})
}

// ofToken is what is to be said of the token. A token whose kind is not known may
// still read.
func (d *cloudflareDoctor) ofToken(err, listed error) check {
	c := check{Provider: string(inventory.Cloudflare), Account: d.token.Account, Check: "token", State: access.Works}
	t := d.token
	switch {
	case err != nil && listed != nil:
		c.State, c.Lost, c.Why = failed, "everything", explain(err)
	case err != nil:
		c.State, c.Why = access.Unclear, explain(err)
	case t.Status != "active":
		c.State, c.Lost, c.Why = failed, "everything", "the token is "+strings.ToLower(t.Status)+": make a new one"
	case !t.Expires.IsZero() && !t.Expires.After(d.now):
		c.State, c.Lost, c.Why = failed, "everything", "the token expired at "+instantOf(t.Expires)+": make a new one"
	case t.NotBefore.After(d.now):
		c.State, c.Lost, c.Why = failed, "everything", "the token is not valid before "+instantOf(t.NotBefore)
	default:
		c.Why = d.describe()
	}
	return c
}

// describe tells whose a token is that can be used, and warns of what may go wrong
// with it.
func (d *cloudflareDoctor) describe() string {
	t := d.token
	owner, ends := "the account's token "+t.ID, "it does not expire"
	if t.Account == "" {
		owner = "the token " + t.ID + " of a person"
		d.logger(d.doctor.config).Warn("the token of Cloudflare is a person's: a scan takes from that person's requests, and can lock the person out of dashboard and API for 5 minutes; make one that the account owns")
	}
	if !t.Expires.IsZero() {
		ends = "it expires at " + instantOf(t.Expires)
		if t.Expires.Before(d.now.Add(endsSoon)) {
			d.logger(d.doctor.config).Warn("the token of Cloudflare expires soon; renew it before", "expires", instantOf(t.Expires))
		}
	}
	return owner + "; " + ends
}

// account tries the permissions in one account, and in one zone of it.
func (d *cloudflareDoctor) account(ctx context.Context, id string) {
	zone, none := d.zone(ctx, id)
	at := cfaccess.Place{Account: id, Zone: zone, Now: d.now}
	if d.token.Account == id {
		at.Token = d.token.ID
	}
	worst := map[cfaccess.Key]check{}
	for _, op := range cfaccess.Operations() {
		if ctx.Err() != nil {
			return
		}
		if op.Permission == "" || op.Where == cfaccess.Once || !d.asked(op, at) {
			continue
		}
		answer := cfaccess.Answer{Operation: op, State: cfaccess.Unused, Message: none}
		if op.Where != cfaccess.EachZone || zone != "" {
			answer = cfaccess.Probe(ctx, d.client, at, op)
		}
		got := cloudflarePermission(answer, at)
		last, tried := worst[op.Permission]
		if tried && last.State == got.State {
			got.Lost = "" // several things, all that the permission is for
			if last.Capability != got.Capability {
				got.Capability = ""
			}
		}
		if !tried || !graver(last.State, got.State) {
			worst[op.Permission] = got
		}
	}
	d.tell(worst)
	if d.config.Audit {
		d.products(ctx, id)
	}
}

// graver orders the states of one permission that several calls need. That one of
// them is not offered says nothing of the others, which the permission allows.
func graver(a, b access.State) bool {
	order := []access.State{access.Unused, access.Works, access.Unclear, access.Denied}
	return slices.Index(order, a) > slices.Index(order, b)
}

// tell adds what was found out of each permission, by name. Where several calls
// need it, that is lost which the permission is for.
func (d *cloudflareDoctor) tell(worst map[cfaccess.Key]check) {
	var out []check
	for _, p := range cfaccess.Permissions() {
		c, ok := worst[p.Key]
		if !ok {
			continue
		}
		c.Check = p.String()
		c.Lost = cmp.Or(c.Lost, p.Without)
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b check) int { return cmp.Compare(a.Check, b.Check) })
	d.add(out...)
}

// zone is one that a scan reads, and why there is none.
func (d *cloudflareDoctor) zone(ctx context.Context, account string) (id, none string) {
	all, err := cfaccess.ListZones(ctx, d.client, account)
	for _, z := range all {
		if len(d.config.Zones) == 0 || slices.Contains(d.config.Zones, z.ID) || slices.Contains(d.config.Zones, z.Name) {
			return z.ID, ""
		}
	}
	if err != nil {
		return "", "no zone is known: " + explain(err)
	}
	return "", "the account has no zone that the token sees and the configuration asks for"
}

// asked reports whether a scan by the configuration makes the call. A person's own
// token, or another account's, cannot be asked for in the account.
func (d *cloudflareDoctor) asked(op cfaccess.Operation, at cfaccess.Place) bool {
	switch {
	case op.Option == cfaccess.OptionAudit:
		return d.config.Audit
	case strings.HasSuffix(op.Name, "/tokens/:t"):
		return at.Token != ""
	}
	return true
}

// cloudflarePermission is what a probe found out.
func cloudflarePermission(a cfaccess.Answer, at cfaccess.Place) check {
	op := a.Operation
	c := check{Provider: string(inventory.Cloudflare), Account: at.Account, State: access.State(a.State), Capability: string(op.Capability), Lost: op.Why}
	if op.Where == cfaccess.EachZone {
		c.Region = at.Zone
	}
	if a.State != cfaccess.Works {
		c.Why = joinNonEmpty(": ", op.Name, a.Code, strings.TrimSpace(a.Message))
	}
	if op.Permission == cfaccess.Logpush && a.State == cfaccess.Denied {
		c.Why += "; it is granted on request alone: accept the blind spot in the registry, or see estray policy cloudflare --logpush"
	}
	return c
}

// products tells what the newer audit log of the account records.
func (d *cloudflareDoctor) products(ctx context.Context, account string) {
	c := check{Provider: string(inventory.Cloudflare), Account: account, Check: "products of the audit log", State: access.Works, Capability: string(inventory.CapEvents)}
	names, err := cfaccess.Products(ctx, d.client, account)
	switch {
	case err != nil: // a scan does not ask for them
		c.State, c.Why = access.Unused, explain(err)
	case len(names) > mostProducts:
		c.Why = fmt.Sprintf("%s and %d others", strings.Join(names[:mostProducts], ", "), len(names)-mostProducts)
	default:
		c.Why = strings.Join(names, ", ")
	}
	d.add(c)
}

// quota tells how many requests were left after the checks, where that is told.
func (d *cloudflareDoctor) quota() {
	if left, of := d.client.Left(); of > 0 {
		d.add(check{Provider: string(inventory.Cloudflare), Check: "quota", State: access.Works, Why: fmt.Sprintf("%d of %d requests are left", left, of)})
	}
}

// stateOf is the state of a check whose call failed.
func stateOf(err error) access.State {
	if cfsession.Denied(err) {
		return access.Denied
	}
	return access.Unclear
}

func explain(err error) string {
	_, why := cfsession.Explain(err)
	return why.String()
}

func instantOf(t time.Time) string { return t.UTC().Format(time.RFC3339) }
