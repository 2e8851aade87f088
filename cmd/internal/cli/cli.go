package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Run runs one command line and returns the exit code. It touches nothing of
// the process but what std holds and the files that the command names.
func Run(ctx context.Context, args []string, std Streams) int {
	root := newRoot(&app{std: std})
	root.SetArgs(args)
	root.SetOut(std.Out)
	root.SetErr(std.Err)
	return say(std.Err, root.ExecuteContext(ctx))
}

// newRoot is the tree of commands.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "estray",
		Short: "find serverless deployments that nobody answers for",
		Long: `estray reads inventories and audit logs of serverless deployments, holds them
against a registry of owners and approvals, and reports what is unmanaged, what
left the limits of its approval, and what could not be read.

Exit codes: 0 everything was read and nothing at or above --fail-on was found;
1 the job could not be done; 2 usage, configuration or registry error;
3 findings at or above --fail-on; 4 no such finding, but coverage is incomplete.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noArgs,
		// No command has a hook of its own, which would take the place of this
		// one (cobra runs the nearest only).
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return a.checkGlobals(cmd)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.SuggestionsMinimumDistance = typoDistance
	// Ours refuses a shell that it does not know with exit code 2.
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(err, cmd.CommandPath()+" --help lists the flags")
	})
	a.globalFlags(root)
	root.AddCommand(
		scanCommand(a), inventoryCommand(a), eventsCommand(a), findingsCommand(a), coverageCommand(a),
		reportCommand(a), registryCommand(a), rulesCommand(a), configCommand(a), verifyCommand(a), policyCommand(a), doctorCommand(a), versionCommand(a), completionCommand(a),
	)
	return root
}

// noArgs refuses arguments and names the nearest command where one was meant.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := cmd.CommandPath() + " --help lists what there is"
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ")
	}
	return usage(fmt.Errorf("there is no command %q", strings.TrimPrefix(cmd.CommandPath()+" "+args[0], "estray ")), hint)
}

// wantArgs asks for exactly the named arguments.
func wantArgs(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		return usage(fmt.Errorf("%s wants %s, got %d arguments", cmd.CommandPath(), strings.Join(names, " "), len(args)), cmd.CommandPath()+" --help shows the form")
	}
}

// typoDistance is how many letters a mistyped command may differ by.
const typoDistance = 2

// group is a command that only holds others.
func group(use, short string, sub ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.SuggestionsMinimumDistance = typoDistance
	cmd.AddCommand(sub...)
	return cmd
}
