package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/estray/estray/configs"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/providers/aws/access"
	"github.com/estray/estray/providers/builtin"
)

// check is one thing that a scan needs; its JSON is a contract.
type check struct {
	Provider string `json:"provider,omitempty"`
	Account  string `json:"account,omitempty"`
	Region   string `json:"region,omitempty"`
	// Check is a permission, or another thing by its name.
	Check string       `json:"check"`
	State access.State `json:"state"`
	// Capability is what is not whole without it, and Lost what is not known.
	Capability string `json:"capability,omitempty"`
	Lost       string `json:"lost,omitempty"`
	Why        string `json:"why,omitempty"`
}

// failed is the state of what a scan cannot do without; the other states are
// those of permissions.
const failed access.State = "failed"

// doctor collects the checks of one run.
type doctor struct {
	*app
	config *configs.Config
	checks []check
}

// doctorCommand is doctor.
func doctorCommand(a *app) *cobra.Command {
	var format string
	var wanted []string
	var holes bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "check configuration, credentials and permissions before a scan", Args: noArgs,
		Long: `Checks what a scan needs before one is made: configuration, registry, store and
archives; at AWS the credentials, the role in each account, and each permission
by a harmless call; at Cloudflare the token, and each of its permissions in the
same way. Calls that belong to a region or a zone are tried in one of each account.
Nothing is stored.

States: works; denied, where a permission is missing; unused, where there is
nothing that it would be needed for; unclear, where the answer tells neither;
failed, where a scan could not do its work.

Exit codes: 0 everything works; 1 a scan could not do its work; 2 usage,
configuration or registry error; 4 coverage would be incomplete.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--format", format, listFormats()); err != nil {
				return err
			}
			d, err := a.examine(cmd, wanted)
			if err != nil {
				return err
			}
			return d.tell(format, holes)
		},
	}
	formatFlag(cmd, &format)
	fl := cmd.Flags()
	fl.StringSliceVar(&wanted, "provider", nil, "check only this `provider`, and no archives (repeatable)")
	fl.BoolVar(&holes, "holes", false, "show only what does not work")
	mustComplete(cmd, "provider", grantable()...)
	return cmd
}

// examine makes every check. Its errors are mistakes of the user; whatever else
// is wrong is a check.
func (a *app) examine(cmd *cobra.Command, wanted []string) (*doctor, error) {
	for _, p := range wanted {
		if err := oneOf("--provider", p, grantable()); err != nil {
			return nil, err
		}
	}
	c, err := a.load(cmd, nil)
	if err != nil {
		return nil, err
	}
	if err := readable(c, wanted); err != nil {
		return nil, err
	}
	clock, err := a.clock()
	if err != nil {
		return nil, err
	}
	reg, err := readRegistry(c, clock())
	if err != nil {
		return nil, err
	}
	ctx, d := cmd.Context(), &doctor{app: a, config: c}
	d.add(check{Check: "configuration", State: access.Works, Why: orElse(c.Path, "no file, defaults and variables only")})
	d.registry(reg)
	d.add(d.store(ctx))
	if len(wanted) == 0 {
		for _, x := range c.Providers.Archives {
			d.add(d.archive(ctx, x))
		}
	}
	if c.Providers.AWS != nil && asks(wanted, inventory.AWS) {
		d.aws(ctx, c.Providers.AWS)
	}
	if c.Providers.Cloudflare != nil && asks(wanted, inventory.Cloudflare) {
		d.cloudflare(ctx, c.Providers.Cloudflare, clock())
	}
	return d, ctx.Err()
}

// readable returns a mistake where the configuration has not what is to be checked.
func readable(c *configs.Config, wanted []string) error {
	where := orElse(c.Path, "estray.yaml")
	have := map[string]bool{string(inventory.AWS): c.Providers.AWS != nil, string(inventory.Cloudflare): c.Providers.Cloudflare != nil}
	for _, p := range wanted {
		if !have[p] {
			return usage(fmt.Errorf("doctor: the configuration does not ask for %s", p), fmt.Sprintf("add the block providers.%s to %s; %s: {} is enough", p, where, p))
		}
	}
	if c.Providers.AWS == nil && c.Providers.Cloudflare == nil && len(c.Providers.Archives) == 0 {
		return usage(errors.New("doctor: the configuration names nothing to read"), "add providers.aws, providers.cloudflare or providers.archives to "+where+"; estray config init writes an example")
	}
	return nil
}

// asks reports whether the provider is among the wanted ones; of none that is named
// all are.
func asks(wanted []string, p inventory.Provider) bool {
	return len(wanted) == 0 || slices.Contains(wanted, string(p))
}

func (d *doctor) add(c ...check) { d.checks = append(d.checks, c...) }

func (d *doctor) registry(r wantRegistry) {
	c := check{Check: "registry", State: access.Works, Why: fmt.Sprintf("%d owners, %d claims", len(r.content.Owners), len(r.content.Claims))}
	if !r.given {
		c.State, c.Lost, c.Why = access.Unused, "owners and approvals", "registry.files names none"
	}
	d.add(c)
}

// store opens the store for reading: a doctor leaves nothing behind.
func (d *doctor) store(ctx context.Context) check {
	c := check{Check: "store", State: access.Works}
	st, err := d.open(ctx, d.config, false, d.logger(d.config))
	if err == nil {
		err = st.Close()
	}
	var unmade *store.UnmadeError
	switch {
	case errors.As(err, &unmade):
		c.Why = "it is made or brought up to date by the next scan"
	case err != nil:
		c.State, c.Lost, c.Why = failed, "everything", err.Error()
	}
	return c
}

// archive finds out whether the archive is there and can be read.
func (d *doctor) archive(ctx context.Context, x configs.Archive) check {
	const lost = "what the archive holds"
	c := check{Check: "archive " + x.Kind + ":" + x.Name, State: access.Works}
	switch err := builtin.Try(ctx, builtin.Archive{Kind: x.Kind, Path: x.URL, Name: x.Name}); {
	case err == nil:
	case errors.Is(err, fs.ErrPermission):
		c.State, c.Lost, c.Why = access.Denied, lost, err.Error()
	default:
		c.State, c.Lost, c.Why = access.Unclear, lost, err.Error()
	}
	return c
}

// tell prints the checks, says the verdict as the last line and turns it into
// the exit code.
func (d *doctor) tell(format string, holes bool) error {
	var rows []check
	for _, c := range d.checks {
		if !holes || c.State != access.Works && c.State != access.Unused {
			rows = append(rows, c)
		}
	}
	columns := []string{"state", "account", "region", "check", "without it", "why"}
	err := writeList(d.std.Out, format, columns, func(c check) []string {
		return []string{string(c.State), c.Account, c.Region, c.Check, joinNonEmpty(": ", c.Capability, c.Lost), c.Why}
	}, rows)
	if err != nil {
		return err
	}
	code, why, hint := d.verdict()
	fmt.Fprintf(d.std.Err, "estray: exit code %d: %s\n", code, why)
	if code == report.ExitClean {
		return nil
	}
	return &exitError{code: code, hint: hint}
}

// verdict is the exit code, why, and what to do.
func (d *doctor) verdict() (code int, why, hint string) {
	list := func(s access.State) string {
		var names []string
		for _, c := range d.checks {
			if c.State == s && !slices.Contains(names, c.Check) {
				names = append(names, c.Check)
			}
		}
		return strings.Join(names, ", ")
	}
	counts := map[access.State]int{}
	var grants []string
	for _, c := range d.checks {
		counts[c.State]++
		if grant := "estray policy " + c.Provider; c.State == access.Denied && c.Provider != "" && !slices.Contains(grants, grant) {
			grants = append(grants, grant)
		}
	}
	all := len(d.checks)
	switch {
	case counts[failed] > 0:
		return report.ExitFailed, "a scan could not do its work: " + list(failed), ""
	case counts[access.Denied] > 0:
		if len(grants) > 0 {
			hint = strings.Join(grants, " and ") + " prints the grant"
		}
		return report.ExitIncomplete, fmt.Sprintf("coverage would be incomplete: %d of %d checks denied: %s", counts[access.Denied], all, list(access.Denied)), hint
	case counts[access.Unclear] > 0:
		return report.ExitIncomplete, fmt.Sprintf("coverage could be incomplete: %d of %d checks unclear: %s", counts[access.Unclear], all, list(access.Unclear)), ""
	}
	return report.ExitClean, fmt.Sprintf("nothing stands in the way of a scan: %d checks", all), ""
}
