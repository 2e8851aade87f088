package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/estray/estray/cmd/internal/output"
	"github.com/estray/estray/configs"
	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules"
)

func configCommand(a *app) *cobra.Command {
	return group("config", "what the user wants: files, variables, flags", configShow(a), configCheck(a), configInit(a))
}

// configShow is config show: the whole answer to "where does this come from".
func configShow(a *app) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "show", Short: "print each value with where it came from, secrets masked", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.load(cmd, nil)
			if err != nil {
				return err
			}
			rows := mapSlice(c.Values(), func(v configs.Value) setting { return setting{v.Key, v.Value, v.Source} })
			return writeList(a.std.Out, format, []string{"key", "value", "source"},
				func(s setting) []string { return []string{s.Key, s.Value, s.Source} }, rows)
		},
	}
	formatFlag(cmd, &format)
	return cmd
}

// setting is one row of config show; its JSON is a contract.
type setting struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Source string `json:"source"`
}

// configCheck is config check. It goes on where configs.Load ends: rules and
// outputs are names that configs does not know the meaning of.
func configCheck(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "say every mistake of the configuration, with its place", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.load(cmd, nil)
			if err != nil {
				return err
			}
			if _, err := findings.Configure(rules.All(), c.Rules.Disable, c.Rules.Severity); err != nil {
				return usage(err, "")
			}
			if _, err := output.Parse(c.Report.Outputs, a.formats(false), a.std.Dir); err != nil {
				return err
			}
			where := c.Path
			if where == "" {
				where = "no file, defaults and variables only"
			}
			return printf(a.std.Out, "configuration: no mistake (%s)\n", where)
		},
	}
}

// configInit is config init.
func configInit(a *app) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use: "init [FILE]", Short: "write an example configuration to start from (default estray.yaml)",
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := oneFile(cmd, args, "estray.yaml")
			if err != nil {
				return err
			}
			return a.writeExample(path, configs.Example(), force)
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "write over a file that is there")
	return cmd
}

// oneFile is the file that a command was given, or its default.
func oneFile(cmd *cobra.Command, args []string, unnamed string) (string, error) {
	switch len(args) {
	case 0:
		return unnamed, nil
	case 1:
		return args[0], nil
	}
	return "", usagef("%s wants at most one FILE, got %d", cmd.CommandPath(), len(args))
}

// writeExample writes a file that is not there yet.
func (a *app) writeExample(path string, content []byte, force bool) error {
	full := path
	if !filepath.IsAbs(full) {
		full = filepath.Join(a.std.Dir, path)
	}
	if _, err := os.Stat(full); err == nil && !force {
		return usage(fmt.Errorf("write %s: the file is there already", path), "--force writes over it")
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := output.File(full, content); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return printf(a.std.Out, "wrote %s\n", path)
}
