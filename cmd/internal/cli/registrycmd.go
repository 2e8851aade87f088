package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/estray/estray/configs"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
	"github.com/estray/estray/inventory/registry/yamlfile"
)

type capability = inventory.Capability

func registryCommand(a *app) *cobra.Command {
	return group("registry", "what should be: owners, claims, approvals", registryCheck(a), registryInit(a), registryImport(a))
}

// registryCheck is registry check. It opens no store, so that it can run where
// a pull request is checked.
func registryCheck(a *app) *cobra.Command {
	var strict bool
	cmd := &cobra.Command{
		Use: "check [FILE...]", Short: "say every mistake of the registry, with its place",
		Long: `Checks the registry files that the configuration names, or the files given.
Errors give exit code 2. Warnings give 0, or 2 with --strict. Fit for the gate of
a pull request.`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.registryCheck(cmd, args, strict) },
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "exit 2 on warnings too")
	return cmd
}

// registryCheck reads the named files as one registry. Warnings go to standard
// error also where they end in exit code 0: standard output is the summary.
func (a *app) registryCheck(cmd *cobra.Command, args []string, strict bool) error {
	clock, err := a.clock()
	if err != nil {
		return err
	}
	files := mapSlice(args, func(p string) string {
		if filepath.IsAbs(p) {
			return p
		}
		return filepath.Join(a.std.Dir, p)
	})
	if len(files) == 0 {
		c, err := a.load(cmd, nil)
		if err != nil {
			return err
		}
		files = c.Registry.Files
	}
	if len(files) == 0 {
		return usage(errors.New("check registry: the configuration names no registry file"), "add registry.files, or give the files: estray registry check FILE...")
	}
	content, warnings, err := loadRegistry(files, a.std.Dir, clock())
	for _, w := range warnings {
		fmt.Fprintf(a.std.Err, "warning: %s\n", w)
	}
	if err != nil {
		return usage(err, "docs/registry.md explains each form")
	}
	if err := printf(a.std.Out, "registry: %d owners, %d claims, %d exceptions, %d blind spots, %d warnings\n",
		len(content.Owners), len(content.Claims), len(content.Exceptions), len(content.BlindSpots), len(warnings)); err != nil {
		return err
	}
	if strict && len(warnings) > 0 {
		return usage(fmt.Errorf("check registry: %d warnings, and --strict is set", len(warnings)), "")
	}
	return nil
}

// registryInit is registry init.
func registryInit(a *app) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use: "init [FILE]", Short: "write an example registry to start from (default registry/registry.yaml)",
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := oneFile(cmd, args, "registry/registry.yaml") // where the example configuration looks
			if err != nil {
				return err
			}
			return a.writeExample(path, yamlfile.Example(), force)
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "write over a file that is there")
	return cmd
}

// wantRegistry is what the registry files gave.
type wantRegistry struct {
	content registry.Content
	given   bool
	notes   []string
}

// readRegistry loads the registry files that the configuration names. Without
// any, rules that need a registry answer unknown.
func readRegistry(c *configs.Config, now time.Time) (wantRegistry, error) {
	if len(c.Registry.Files) == 0 {
		return wantRegistry{notes: []string{"no registry was given: owners and approvals are unknown"}}, nil
	}
	content, warnings, err := loadRegistry(c.Registry.Files, filepath.Dir(c.Path), now)
	if err != nil {
		return wantRegistry{}, usage(err, "estray registry check says the mistakes alone")
	}
	w := wantRegistry{content: content, given: true}
	for _, x := range warnings {
		w.notes = append(w.notes, "registry: "+x.String())
	}
	return w, nil
}

// loadRegistry reads registry files and names them as seen from the folder, so
// that no report depends on where the files lie on a machine.
func loadRegistry(patterns []string, folder string, now time.Time) (registry.Content, registry.Mistakes, error) {
	paths, err := yamlfile.Expand(patterns)
	if err != nil {
		return registry.Content{}, nil, err
	}
	var files []yamlfile.File
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return registry.Content{}, nil, fmt.Errorf("read registry: %w", err)
		}
		if rel, err := filepath.Rel(folder, path); err == nil && filepath.IsLocal(rel) {
			path = rel
		}
		files = append(files, yamlfile.File{Name: path, Data: data})
	}
	return yamlfile.Read(files, yamlfile.Options{Rules: ruleIDs(), Now: now})
}

// with adds the claims that labels make to the reviewed ones.
func (w wantRegistry) with(v *inventory.View, c *configs.Config) (*registry.Registry, []string, error) {
	content := w.content
	var notes []string
	if key := c.Registry.Tags.Owner; key != "" {
		policy := registry.LabelPolicy{Owner: key, TrustApproval: c.Registry.Tags.TrustApproval, Owners: content.Owners}
		claims, said := registry.FromLabels(v, policy)
		content.Claims = append(append([]registry.Claim{}, content.Claims...), claims...)
		notes = said
	}
	reg, err := registry.New(content)
	if err != nil {
		return nil, nil, usage(err, "estray registry check says the mistakes alone")
	}
	return reg, notes, nil
}
