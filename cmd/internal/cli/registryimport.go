package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/estray/estray/cmd/internal/output"
	"github.com/estray/estray/inventory/registry"
	"github.com/estray/estray/inventory/registry/wrangler"
)

func registryImport(a *app) *cobra.Command {
	return group("import", "draft claims from what deploys", importWrangler(a))
}

// importWrangler is registry import wrangler.
func importWrangler(a *app) *cobra.Command {
	var owner, file string
	cmd := &cobra.Command{
		Use: "wrangler PATH...", Short: "draft claims from wrangler.toml, wrangler.json and wrangler.jsonc files",
		Long: `Drafts a claim for each Worker and Pages project that the files deploy, and for
each environment, which Wrangler deploys as a Worker of its own. A PATH is a file
or a folder; of a folder all below it is read, but for node_modules, .git and
.wrangler. What a file expects stands in comments: hosts, bindings by name,
crons. Values of variables are never read. Drafts are no approvals.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(errors.New("import from Wrangler: no PATH is given"), cmd.CommandPath()+" . reads the working folder")
			}
			return a.importWrangler(args, owner, file)
		},
	}
	cmd.Flags().StringVar(&owner, "owner", "", "`id` of the owner that the claims name (default: a placeholder that registry check refuses)")
	cmd.Flags().StringVar(&file, "output", "", "write the drafts to a `file` that is not there yet (default: standard output)")
	return cmd
}

func (a *app) importWrangler(paths []string, owner, file string) error {
	found, err := wrangler.Find(a.std.Dir, paths)
	if err != nil {
		return usage(err, "")
	}
	draft, err := wrangler.Read(found)
	if err != nil {
		return importMistakes(err)
	}
	for _, n := range draft.Notes {
		fmt.Fprintf(a.std.Err, "note: %s\n", n)
	}
	for _, c := range draft.Conflicts() {
		fmt.Fprintf(a.std.Err, "conflict: %s\n", c)
	}
	content := draft.YAML(strings.TrimSpace(owner))
	if file == "" {
		_, err := a.std.Out.Write(content)
		return err
	}
	if err := a.writeNew(file, content); err != nil {
		return err
	}
	return printf(a.std.Out, "wrote %s\n", file)
}

// importMistakes ends with the mistakes of all files.
func importMistakes(err error) error {
	var ms registry.Mistakes
	if !errors.As(err, &ms) {
		return err
	}
	return usage(err, "nothing was drafted; mend the files, or name those to read")
}

// writeNew writes a file that is not there yet: drafts that somebody completed
// are not lost.
func (a *app) writeNew(path string, content []byte) error {
	full := path
	if !filepath.IsAbs(full) {
		full = filepath.Join(a.std.Dir, path)
	}
	switch _, err := os.Lstat(full); {
	case err == nil:
		return usage(fmt.Errorf("write %s: the file is there already", path), "name another file, or remove it")
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := output.File(full, content); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
