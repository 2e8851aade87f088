package cli

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "write golden files and docs/cli.md anew")

const docsPath = "../../../docs/cli.md"

// TestDocsTellTheCommandsOfToday keeps docs/cli.md fresh. It is an internal
// test, since the tree of commands is not exported.
func TestDocsTellTheCommandsOfToday(t *testing.T) {
	want := cliPage(newRoot(&app{}))
	if *update {
		if err := os.WriteFile(docsPath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docsPath)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Fatalf("docs/cli.md is stale, run make docs\n%s", d)
	}
}

func cliPage(root *cobra.Command) string {
	var b strings.Builder
	b.WriteString("# Command line\n\nMade from the commands by `make docs`; do not edit.\n\n")
	b.WriteString(root.Long + "\n\n## Flags of every command\n\n")
	flagTable(&b, root.PersistentFlags())
	for _, cmd := range root.Commands() {
		commandPage(&b, cmd)
	}
	return b.String()
}

func commandPage(b *strings.Builder, cmd *cobra.Command) {
	if cmd.Hidden || cmd.Name() == "help" {
		return
	}
	fmt.Fprintf(b, "## %s\n\n", cmd.CommandPath())
	text := cmd.Long
	if text == "" {
		text = strings.ToUpper(cmd.Short[:1]) + cmd.Short[1:] + "."
	}
	fmt.Fprintf(b, "%s\n\n", text)
	if !cmd.HasSubCommands() {
		fmt.Fprintf(b, "    %s\n\n", cmd.UseLine())
		flagTable(b, cmd.LocalNonPersistentFlags())
	}
	for _, sub := range cmd.Commands() {
		commandPage(b, sub)
	}
}

func flagTable(b *strings.Builder, flags *pflag.FlagSet) {
	if !flags.HasFlags() {
		return
	}
	b.WriteString("| flag | meaning |\n|---|---|\n")
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" {
			return
		}
		word, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if word != "" {
			name += " " + strings.ToUpper(word)
		}
		if d := f.DefValue; d != "" && d != "false" && d != "[]" {
			usage += " (default " + d + ")"
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", name, strings.ReplaceAll(usage, "|", "\\|"))
	})
	b.WriteString("\n")
}
