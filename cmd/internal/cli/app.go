package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/estray/estray/cmd/internal/output"
	"github.com/estray/estray/configs"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/findings/rules"
	"github.com/estray/estray/inventory/store/sqlstore"
)

// app is what every command shares: the surroundings and the global flags.
type app struct {
	std     Streams
	config  string
	state   string
	level   string
	format  string
	noColor bool
	quiet   bool
	now     string
}

func (a *app) globalFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&a.config, "config", "", "configuration `file` (default estray.yaml, then the user's configuration folder)")
	f.StringVar(&a.state, "state", "", "the `store` that keeps the facts: sqlite:FILE or postgres://... (default sqlite:estray.db)")
	f.StringVar(&a.level, "log-level", "", "least `level` to log: debug, info, warn or error (default info)")
	f.StringVar(&a.format, "log-format", "", "`form` of log lines: text or json (default text)")
	f.BoolVar(&a.noColor, "no-color", false, "print no colour, as NO_COLOR does")
	f.BoolVar(&a.quiet, "quiet", false, "show no progress and log errors only")
	f.StringVar(&a.now, "now", "", "judge as of this `time` (RFC 3339), for reproducible reports")
}

// checkGlobals refuses wrong values of global flags, also before commands that
// read neither the configuration nor the clock.
func (a *app) checkGlobals(cmd *cobra.Command) error {
	if _, err := a.clock(); err != nil {
		return err
	}
	if err := configs.CheckFlags(a.inputs(cmd, nil)); err != nil {
		return usage(err, cmd.CommandPath()+" --help lists the flags")
	}
	return nil
}

// load reads the configuration. More flags, by configuration key, come from
// the command.
func (a *app) load(cmd *cobra.Command, more map[string]any) (*configs.Config, error) {
	return configs.Load(a.inputs(cmd, more))
}

func (a *app) inputs(cmd *cobra.Command, more map[string]any) configs.Inputs {
	flags := map[string]any{}
	for name, key := range map[string]string{"state": "state", "log-level": "log.level", "log-format": "log.format"} {
		// A flag that was not given must not stand in the way of the file's value.
		if f := cmd.Flag(name); f != nil && f.Changed {
			flags[key] = f.Value.String()
		}
	}
	for k, v := range more {
		flags[k] = v
	}
	return configs.Inputs{
		File: a.config, Dir: a.std.Dir, UserDir: a.std.UserDir, Environ: a.std.Environ, Flags: flags,
		Rules: ruleIDs(), Formats: formatNames(a.formats(false)),
	}
}

func ruleIDs() []string {
	var ids []string
	for _, r := range rules.All() {
		ids = append(ids, r.ID)
	}
	return ids
}

func formatNames(formats []report.Format) []string {
	var out []string
	for _, f := range formats {
		out = append(out, f.Name)
	}
	return out
}

// clock returns the instant to judge by, and the clock that stamps a run: with
// --now both stand still.
func (a *app) clock() (func() time.Time, error) {
	if a.now == "" {
		return func() time.Time { return a.std.Clock().UTC() }, nil
	}
	t, err := time.Parse(time.RFC3339, a.now)
	if err != nil {
		return nil, usagef("read --now %q: write a time like 2026-11-01T06:00:00Z", a.now)
	}
	return func() time.Time { return t.UTC() }, nil
}

// barWidth is how many columns a bar of progress may take; 0: there is to be
// none.
func (a *app) barWidth() int {
	if !a.std.ErrTerminal || a.quiet {
		return 0
	}
	return a.std.OutWidth
}

// logger writes to standard error, in the form and from the level asked for.
func (a *app) logger(c *configs.Config) *slog.Logger {
	level := slog.LevelInfo
	if err := level.UnmarshalText([]byte(c.Log.Level)); err != nil {
		level = slog.LevelInfo // configs has refused unknown words
	}
	if a.quiet {
		level = slog.LevelError
	}
	opt := &slog.HandlerOptions{Level: level}
	// A log line must not be glued to a bar that stands on the terminal.
	w := a.std.Err
	if a.std.ErrTerminal {
		w = output.OverBar(w)
	}
	if c.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, opt))
	}
	return slog.New(slog.NewTextHandler(w, opt))
}

// colour reports whether standard output may be coloured.
func (a *app) colour() bool {
	off := a.noColor || slices.ContainsFunc(a.std.Environ, func(kv string) bool {
		// Set and empty means nothing (https://no-color.org).
		name, value, _ := strings.Cut(kv, "=")
		return name == "NO_COLOR" && value != ""
	})
	return a.std.OutTerminal && !off
}

// open opens the store, for reading only where write is false.
func (a *app) open(ctx context.Context, c *configs.Config, write bool, log *slog.Logger) (*sqlstore.Store, error) {
	return sqlstore.Open(ctx, c.State, sqlstore.Options{ReadOnly: !write, Logger: log})
}

// openStored opens a store that a scan has made, for writing.
func (a *app) openStored(ctx context.Context, c *configs.Config) (*sqlstore.Store, error) {
	look, err := a.open(ctx, c, false, a.logger(c)) // says what is missing, and makes nothing
	if err != nil {
		return nil, err
	}
	if err := look.Close(); err != nil {
		return nil, err
	}
	return a.open(ctx, c, true, a.logger(c))
}

// version is the module's version as the build recorded it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

func versionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "print the version", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			return printf(a.std.Out, "estray %s\n", version())
		},
	}
}

// printf writes a result; a stream that takes no more is an error.
func printf(w io.Writer, format string, args ...any) error {
	if _, err := fmt.Fprintf(w, format, args...); err != nil {
		return fmt.Errorf("write to standard output: %w", err)
	}
	return nil
}
