package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/estray/estray/configs"
	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/lifecycle"
	"github.com/estray/estray/findings/reconcile"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/findings/rules"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store/sqlstore"
)

// judged is a view held against the registry: what most commands speak of.
type judged struct {
	*findings.Case
	Config  *configs.Config
	Rules   []findings.Rule
	Result  findings.Result
	Entries []lifecycle.Entry
	Notes   []string
}

// viewed opens the store for reading and hands on its view at the instant.
func (a *app) viewed(cmd *cobra.Command, at string, do func(context.Context, *inventory.View) error) error {
	return a.stored(cmd, at, func(ctx context.Context, _ *configs.Config, st *sqlstore.Store, now time.Time) error {
		v, err := st.View(ctx, now)
		if err != nil {
			return err
		}
		return do(ctx, v)
	})
}

// reading is what a command does with the store that the configuration names,
// as of an instant.
type reading func(context.Context, *configs.Config, *sqlstore.Store, time.Time) error

// stored loads the configuration and opens the store for reading.
func (a *app) stored(cmd *cobra.Command, at string, do reading) error {
	c, err := a.load(cmd, nil)
	if err != nil {
		return err
	}
	return a.storedBy(cmd.Context(), c, at, do)
}

// storedBy opens the store for reading and finds the instant to speak of.
func (a *app) storedBy(ctx context.Context, c *configs.Config, at string, do reading) error {
	clock, err := a.clock()
	if err != nil {
		return err
	}
	now := clock()
	if at != "" {
		if now, err = parseInstant("--at", at, now); err != nil {
			return err
		}
	}
	st, err := a.open(ctx, c, false, a.logger(c))
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, c, st, now), st.Close())
}

// judged opens the store for reading, judges the view at the instant and hands
// it on, findings with their life as of the last scan.
func (a *app) judged(cmd *cobra.Command, at string, do func(context.Context, *judged) error) error {
	return a.stored(cmd, at, func(ctx context.Context, c *configs.Config, st *sqlstore.Store, now time.Time) error {
		j, err := judgeStored(ctx, c, st, now)
		if err != nil {
			return err
		}
		return do(ctx, j)
	})
}

// judgeStored judges and tells the life of findings, for reading: lists and
// pages must leave it as the last scan saved it.
func judgeStored(ctx context.Context, c *configs.Config, st *sqlstore.Store, now time.Time) (*judged, error) {
	j, err := judge(ctx, c, st, now)
	if err != nil {
		return nil, err
	}
	book, err := readLedger(ctx, st)
	if err != nil {
		return nil, err
	}
	return j, st.Explain(keeping, j.carry(ctx, book))
}

// judge holds the facts of the store as of now against the registry and the
// rules. The life of findings is not in it yet: see carry.
func judge(ctx context.Context, c *configs.Config, st *sqlstore.Store, now time.Time) (*judged, error) {
	reg, err := readRegistry(c, now)
	if err != nil {
		return nil, err
	}
	active, err := findings.Configure(rules.All(), c.Rules.Disable, c.Rules.Severity)
	if err != nil {
		return nil, usage(err, "")
	}
	v, err := st.View(ctx, now)
	if err != nil {
		return nil, err
	}
	full, notes, err := reg.with(v, c)
	if err != nil {
		return nil, err
	}
	cs, err := reconcile.Judge(ctx, v, full, reconcile.Options{Now: now, Estate: estate(c, v), RegistryRead: reg.given})
	if err != nil {
		return nil, err
	}
	res, err := findings.Evaluate(ctx, cs, active)
	if err != nil {
		return nil, err
	}
	later, err := laterNotes(ctx, st, now)
	if err != nil {
		return nil, err
	}
	return &judged{Case: cs, Config: c, Rules: active, Result: res,
		Notes: slices.Concat(reg.notes, notes, disabledNotes(active), ageNotes(v), later)}, nil
}

// estate is what the configuration says of our own cloud, in the words of the
// rules; the organization that was read is ours where it says none.
func estate(c *configs.Config, v *inventory.View) findings.Estate {
	r := c.Rules
	return findings.Estate{
		Organization: cmp.Or(r.Organization, v.Organization(inventory.AWS)), Accounts: r.Accounts, Partners: r.Partners, Deployers: r.Deployers,
		IAMAdministrators: r.IAMAdministrators, VendorLayers: r.VendorLayers, ShortLived: r.ShortLived,
		LogRetentionDays: r.LogRetentionDays, FourEyes: r.FourEyes, MailDomains: r.MailDomains,
	}
}

// document builds the report of the judged case.
func (j *judged) document(run report.Run) *report.Document { return report.Build(j.told(run)) }

// told is what the report is made of.
func (j *judged) told(run report.Run) report.Input {
	run.Now = j.Now
	in := report.Input{
		Case: j.Case, Silences: j.Result.Silences, Rules: j.Rules, Run: run, Notes: j.Notes,
		Tool:   report.Tool{Name: "estray", Version: version()},
		Policy: j.policy(),
	}
	for _, e := range j.Entries {
		in.Findings = append(in.Findings, life(e))
	}
	for _, d := range j.Deployments {
		in.Deployments = append(in.Deployments, report.Deployments{Day: d.Day, Provider: string(d.Provider), Count: d.Count})
	}
	return in
}

// life joins a finding with what the ledger knows of it. The state of the entry
// wins: an acknowledgement is not known to the rule.
func life(e lifecycle.Entry) report.Life {
	f := e.Finding
	f.State = e.State
	return report.Life{Finding: f, FirstSeen: e.FirstSeen, LastSeen: e.LastSeen, ResolvedAt: e.ResolvedAt, Reopened: e.Reopened}
}

// policy is what the configuration says of the exit code.
func (j *judged) policy() report.Policy {
	failOn, err := findings.ParseSeverity(j.Config.Report.FailOn)
	if err != nil {
		failOn = findings.Info // configs has refused unknown words; if not, fail on everything
	}
	return report.Policy{FailOn: failOn, AllowIncomplete: j.Config.Report.AllowIncomplete}
}

// assetID finds the asset that a short id means.
func (j *judged) assetID(id string) (inventory.AssetID, error) {
	found, err := pick(id, assetIDs(j.View))
	if err != nil {
		return "", usage(fmt.Errorf("find asset: %w", err), "estray inventory list shows the assets")
	}
	return inventory.AssetID(found), nil
}

// assetIDs are all ids by which an asset may be asked for.
func assetIDs(v *inventory.View) []string {
	var out []string
	known := map[inventory.AssetID]bool{}
	add := func(id inventory.AssetID) {
		if !known[id] { // several may have held a handle
			known[id] = true
			out = append(out, string(id))
		}
	}
	for _, x := range v.Assets {
		add(x.ID)
		// A name from an older report or a log must find the asset as well.
		for _, alias := range x.Aliases {
			add(alias)
		}
		for _, h := range x.Handles {
			add(h.ID)
		}
	}
	return out
}

// completeAssets completes asset ids from the store; names are offered too.
func (a *app) completeAssets(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var out []string
	err := a.viewed(cmd, "", func(_ context.Context, v *inventory.View) error {
		out = assetIDs(v)
		return nil
	})
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
