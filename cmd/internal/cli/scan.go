package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/estray/estray/cmd/internal/output"
	"github.com/estray/estray/configs"
	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/inventory/store/sqlstore"
	"github.com/estray/estray/providers/archive"
	"github.com/estray/estray/providers/aws/live"
	"github.com/estray/estray/providers/aws/session"
	"github.com/estray/estray/providers/builtin"
	cloudflare "github.com/estray/estray/providers/cloudflare/live"
	cfsession "github.com/estray/estray/providers/cloudflare/session"
	"github.com/estray/estray/providers/collect"
)

// scanFlags are the flags of scan, as given.
type scanFlags struct {
	providers  []string
	outputs    []string
	failOn     string
	incomplete bool
	since      string
	full       bool
	shard      string
}

func scanCommand(a *app) *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use: "scan", Short: "collect, judge and report; the scheduled job", Args: noArgs,
		Long: `Reads what the configuration names, keeps the facts in the store, holds them
against the registry and writes reports. The last line says the verdict and why
this exit code. Stopped by Ctrl-C it still writes its reports, in which what was
not read is cancelled, and ends with exit code 1; the next scan goes on from there.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.scan(cmd, f) },
	}
	fl := cmd.Flags()
	fl.StringSliceVar(&f.providers, "provider", nil, "read only this `provider` (repeatable)")
	reportFlags(cmd, &f)
	fl.StringVar(&f.since, "since", "90d", "since what `time` events are read where nothing was read before: a time, or a duration back from now (90d, 12h)")
	fl.BoolVar(&f.full, "full", false, "read again what seems unchanged")
	fl.StringVar(&f.shard, "shard", "", "read only the accounts of shard `I/N`")
	return cmd
}

// reportFlags adds the flags that scan and report share.
func reportFlags(cmd *cobra.Command, f *scanFlags) {
	fl := cmd.Flags()
	fl.StringArrayVar(&f.outputs, "output", nil, "write a report as `FORMAT[=FILE]`, where - is standard output (repeatable; default text=-)")
	fl.StringVar(&f.failOn, "fail-on", "", "`severity` from which findings give exit code 3 (default high)")
	fl.BoolVar(&f.incomplete, "allow-incomplete", false, "exit 0 instead of 4 when coverage is incomplete; the report still says it")
	mustComplete(cmd, "fail-on", findings.SeverityWords()...)
}

// settings turns the flags that were given into configuration.
func (f scanFlags) settings(cmd *cobra.Command) map[string]any {
	out := map[string]any{}
	if cmd.Flag("output").Changed {
		out["report.outputs"] = f.outputs
	}
	if cmd.Flag("fail-on").Changed {
		out["report.fail_on"] = f.failOn
	}
	if cmd.Flag("allow-incomplete").Changed {
		out["report.allow_incomplete"] = f.incomplete
	}
	return out
}

// job is one scan, ready to run.
type job struct {
	*app
	config  *configs.Config
	clock   func() time.Time
	log     *slog.Logger
	targets []output.Target
	reads   builtin.Config
	within  func(inventory.Scope) bool // what --provider and --shard ask for
	part    []string                   // the note on what they leave out
}

func (a *app) scan(cmd *cobra.Command, f scanFlags) error {
	j, err := a.prepare(cmd, f)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	st, err := a.open(ctx, j.config, true, j.log)
	if err != nil {
		return err
	}
	d, err := j.run(ctx, st)
	if err = errors.Join(err, st.Close()); err != nil {
		return err
	}
	return a.finish(d, j.targets)
}

// finish says the verdict as the last line and turns it into the exit code. A
// person who has just read it at the end of the text report reads it once.
func (a *app) finish(d *report.Document, targets []output.Target) error {
	read := a.std.OutTerminal && a.std.ErrTerminal && slices.ContainsFunc(targets, func(t output.Target) bool {
		return t.Path == "-" && t.Format.Name == "text"
	})
	if !read {
		fmt.Fprintf(a.std.Err, "estray: exit code %d: %s\n", d.ExitCode, d.ExitWhy)
	}
	if d.ExitCode == report.ExitClean {
		return nil
	}
	return &exitError{code: d.ExitCode}
}

// prepare checks everything that can be checked before a byte is read.
func (a *app) prepare(cmd *cobra.Command, f scanFlags) (*job, error) {
	c, err := a.load(cmd, f.settings(cmd))
	if err != nil {
		return nil, err
	}
	j := &job{app: a, config: c, log: a.logger(c)}
	if j.clock, err = a.clock(); err != nil {
		return nil, err
	}
	// It is read again for the judgement; here for its mistakes, which must not
	// come to light after an hour of reading.
	if _, err := readRegistry(c, j.clock()); err != nil {
		return nil, err
	}
	if j.targets, err = output.Parse(c.Report.Outputs, a.formats(true), a.std.Dir); err != nil {
		return nil, err
	}
	if err := output.Check(j.targets); err != nil {
		return nil, err
	}
	since, err := parseInstant("--since", f.since, j.clock())
	if err != nil {
		return nil, err
	}
	if j.within, err = narrow(f); err != nil {
		return nil, err
	}
	if j.reads, err = readings(c, f, since); err != nil {
		return nil, err
	}
	j.part = partNotes(f)
	return j, nil
}

// readings is what the configuration and the flags ask to read.
func readings(c *configs.Config, f scanFlags, since time.Time) (builtin.Config, error) {
	out := builtin.Config{Since: since, Full: f.full}
	for _, x := range c.Providers.Archives {
		out.Archives = append(out.Archives, builtin.Archive{Kind: x.Kind, Path: x.URL, Name: x.Name, Usage: x.Usage, Verify: x.Verify, PublicKeys: x.PublicKeys, Account: x.Account})
	}
	if c.Providers.AWS == nil && c.Providers.Cloudflare == nil && len(out.Archives) == 0 {
		return out, usage(errors.New("scan: the configuration names nothing to read"), "add providers.aws, providers.cloudflare or providers.archives to "+orElse(c.Path, "estray.yaml")+"; estray config init writes an example")
	}
	if len(f.providers) == 0 || slices.Contains(f.providers, string(inventory.AWS)) {
		out.AWS = readAWS(c)
	}
	if len(f.providers) == 0 || slices.Contains(f.providers, string(inventory.Cloudflare)) {
		out.Cloudflare = readCloudflare(c)
	}
	_, err := builtin.Planners(out)
	if err != nil {
		return out, usage(err, "")
	}
	return out, nil
}

// readAWS is what the configuration asks to read of AWS itself; nil: nothing.
func readAWS(c *configs.Config) *live.Config {
	a := c.Providers.AWS
	if a == nil {
		return nil
	}
	return &live.Config{
		Organization: a.Organization, Accounts: a.Accounts, Regions: a.Regions,
		Role:   session.Role{Name: a.Role, ExternalID: a.ExternalID},
		Lookup: a.Lookup, GetFunction: a.GetFunction,
		Own: inventory.Own{Organization: c.Rules.Organization,
			Account: func(id string) bool { return slices.Contains(c.Rules.Accounts, id) }},
		Calls: session.Options{Rate: a.Rate},
	}
}

// readCloudflare is what the configuration asks to read of Cloudflare itself; nil:
// nothing.
func readCloudflare(c *configs.Config) *cloudflare.Config {
	cf := c.Providers.Cloudflare
	if cf == nil {
		return nil
	}
	return &cloudflare.Config{
		Accounts: cf.Accounts, Zones: cf.Zones, Audit: cf.Audit, DispatchScripts: cf.DispatchScripts,
		Calls: cfsession.Options{Token: cf.Token, Endpoint: cf.Endpoint, Rate: cf.Rate, Proxy: http.ProxyFromEnvironment},
	}
}

// run collects, judges, saves the life of findings and writes the reports.
func (j *job) run(ctx context.Context, st *sqlstore.Store) (*report.Document, error) {
	now := j.clock()
	run, interrupted, err := st.Begin(ctx, store.Run{
		ID: now.Format("20060102T150405Z"), Now: now, Started: now, Holder: j.std.Holder, Version: version(),
	}, j.std.HoldWait)
	if err != nil {
		return nil, err
	}
	if interrupted != nil {
		j.log.Warn("the last scan was interrupted: what it had committed is kept, its open batch is lost and read again", "run", interrupted.ID, "holder", interrupted.Holder)
	}
	if err := j.collect(ctx, st, run); err != nil {
		return nil, err
	}
	stopped := ctx.Err() != nil         // from here on a stop loses nothing
	after := context.WithoutCancel(ctx) // a stopped scan still reports what it has
	d, err := j.conclude(after, st, &run)
	if err != nil {
		return nil, err
	}
	if stopped {
		stop(d)
	}
	run.ExitCode = d.ExitCode
	// Reports come before the end of the run: killed in between, the next scan
	// says that this one was interrupted.
	unwritten := output.Write(d, j.targets, j.std.Out)
	if unwritten != nil {
		run.ExitCode = report.ExitFailed
	}
	return d, errors.Join(unwritten, st.End(after, run)) // the run is over: all that it read and found is stored
}

// conclude judges what is stored, saves the life of findings and makes the
// report.
func (j *job) conclude(ctx context.Context, st *sqlstore.Store, run *store.Run) (*report.Document, error) {
	// Opened for writing before it is read, since a killed scan may have left
	// it half made.
	book, err := writeLedger(ctx, st)
	if err != nil {
		return nil, err
	}
	jd, err := judge(ctx, j.config, st, run.Now)
	if err != nil {
		return nil, err
	}
	// Before any report is made: none may tell a life of findings that the next
	// scan would not know.
	if err := jd.save(ctx, book); err != nil {
		return nil, st.Explain(keeping, err)
	}
	run.Finished = j.clock()
	jd.Notes = append(jd.Notes, j.part...)
	in := jd.told(report.Run{ID: run.ID, Started: run.Started, Finished: run.Finished})
	in.Last = true
	d := report.Build(in)
	return d, st.Explain(keeping, book.SaveRun(ctx, jd.runRecord(*run)))
}

// stop gives the report of a stopped scan its verdict, unless everything had
// been read when the stop came.
func stop(d *report.Document) {
	cancelled := 0
	for _, c := range d.Coverage {
		if c.State == inventory.Cancelled.String() {
			cancelled++
		}
	}
	if cancelled > 0 {
		d.ExitCode = report.ExitFailed
		d.ExitWhy = fmt.Sprintf("the scan was stopped: %d of %d cells were not read to their end; what was read is kept, the next scan goes on from there", cancelled, len(d.Coverage))
	}
}

func (j *job) collect(ctx context.Context, st *sqlstore.Store, run store.Run) error {
	bar := output.NewProgress(j.std.Err, j.barWidth(), j.log, j.std.Clock)
	defer bar.Done()
	opt := collect.Options{
		Run: run.ID, Now: func() time.Time { return run.Now }, Logger: j.log, Within: j.within,
		Progress: func(p collect.Progress) { bar.Step(p.Done, p.Sources, p.Facts) },
	}
	reads := j.reads
	reads.Meter = &archive.Meter{}
	bar.Watch(reads.Meter.Progress)
	if reads.AWS != nil {
		a := *reads.AWS
		a.Now, a.Within, a.Planned, a.Calls.Name = run.Now, j.within, bar.Plan, "estray-"+run.ID
		reads.AWS, opt.Parallel = &a, j.config.Providers.AWS.Parallel
	}
	if reads.Cloudflare != nil {
		c := *reads.Cloudflare
		c.Now, c.Within, c.Planned, c.Calls.Agent, c.Calls.Waiting = run.Now, j.within, bar.Plan, "estray-"+run.ID, bar.Wait
		reads.Cloudflare = &c
	}
	plan, err := builtin.Planners(reads)
	if err != nil {
		return err
	}
	sum, err := collect.Run(ctx, plan, st, st, opt)
	if err != nil {
		return err
	}
	j.log.Info("collected", "sources", sum.Sources, "facts", sum.Facts)
	return nil
}

// narrow tells the scopes that --provider and --shard ask for.
func narrow(f scanFlags) (func(inventory.Scope) bool, error) {
	keep := func(inventory.Scope) bool { return true }
	if len(f.providers) > 0 {
		for _, p := range f.providers {
			if err := oneOf("--provider", p, providerWords()); err != nil {
				return nil, err
			}
		}
		keep = func(s inventory.Scope) bool {
			return s.Provider == "" || slices.Contains(f.providers, string(s.Provider))
		}
	}
	if f.shard != "" {
		shard, err := parseShard(f.shard)
		if err != nil {
			return nil, err
		}
		byProvider := keep
		keep = func(s inventory.Scope) bool { return byProvider(s) && shard.holds(s) }
	}
	return keep, nil
}

// shard is one of n parts of the accounts; whatever has no account belongs to
// the first.
type shard struct{ i, n int }

func parseShard(text string) (shard, error) {
	a, b, found := strings.Cut(text, "/")
	i, err1 := strconv.Atoi(a)
	n, err2 := strconv.Atoi(b)
	if !found || err1 != nil || err2 != nil || n < 1 || i < 1 || i > n {
		return shard{}, usagef("read --shard %q: write I/N, with I from 1 to N", text)
	}
	return shard{i: i, n: n}, nil
}

func (s shard) holds(sc inventory.Scope) bool {
	if sc.Account == "" {
		return s.i == 1
	}
	h := uint32(2166136261) // FNV-1a, written out: the split must never change between versions
	for i := range len(sc.Account) {
		h = (h ^ uint32(sc.Account[i])) * 16777619
	}
	return int(h%uint32(s.n))+1 == s.i
}
