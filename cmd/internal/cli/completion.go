package cli

import (
	"github.com/spf13/cobra"
)

func completionCommand(a *app) *cobra.Command {
	write := map[string]func(*cobra.Command) error{
		"bash":       func(root *cobra.Command) error { return root.GenBashCompletionV2(a.std.Out, true) },
		"zsh":        func(root *cobra.Command) error { return root.GenZshCompletion(a.std.Out) },
		"fish":       func(root *cobra.Command) error { return root.GenFishCompletion(a.std.Out, true) },
		"powershell": func(root *cobra.Command) error { return root.GenPowerShellCompletionWithDesc(a.std.Out) },
	}
	return &cobra.Command{
		Use:       "completion SHELL",
		Short:     "print the completion script of a shell: bash, zsh, fish or powershell",
		Long:      "Prints a completion script. For bash: source <(estray completion bash). Ids of\nassets and findings are completed from the store.",
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args:      wantArgs("SHELL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			gen, ok := write[args[0]]
			if !ok {
				return usagef("print completion: there is no shell %q, use bash, zsh, fish or powershell", args[0])
			}
			return gen(cmd.Root())
		},
	}
}
