// Licences checks that every module that the program or its tests are built
// from has a licence that the project accepts. It reads the licence files in
// the module cache and knows them by their text, so it needs no network and
// believes no label. Run it at the root of the module:
//
//	go run ./.ci/licences
//
// A module without a licence file, or with one that no row of its table
// knows, fails the check: a person reads the text and adds a row, or takes
// another module.
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

// A module is one dependency, with the folders of the packages in use.
type module struct {
	path, version, dir string
	packages           []string
}

// notCode lists files that look like licences and belong to no part of a
// build, as "module file", each with the reason.
func notCode() map[string]string {
	return map[string]string{
		"modernc.org/memory LICENSE-LOGO": "source of the picture in its README",
	}
}

func run(out io.Writer) error {
	modules, err := list()
	if err != nil {
		return err
	}
	var bad []string
	for _, m := range modules {
		names, faults := check(m)
		fmt.Fprintf(out, "%-45s %-40s %s\n", m.path, m.version, strings.Join(names, ", "))
		bad = append(bad, faults...)
	}
	if len(bad) > 0 {
		return fmt.Errorf("%d of %d modules not accepted:\n  %s", len(bad), len(modules), strings.Join(bad, "\n  "))
	}
	_, err = fmt.Fprintf(out, "licences of %d modules read, all accepted\n", len(modules))
	return err
}

// list asks the go command for the modules behind all packages and tests of
// this module, sorted by path.
func list() ([]module, error) {
	const format = `{{with .Module}}{{if not .Main}}{{.Path}}{{"\t"}}{{.Version}}{{"\t"}}{{.Dir}}{{"\t"}}{{$.Dir}}{{end}}{{end}}`
	cmd := exec.Command("go", "list", "-deps", "-test", "-f", format, "./...")
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list dependencies: %w", err)
	}
	return parse(string(text))
}

// parse reads the lines of go list. Every line must have its four fields; a
// build from a vendor folder or a replaced module without a version is no
// build that this check can answer for.
func parse(text string) ([]module, error) {
	byPath := map[string]*module{}
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) != 4 || f[1] == "" || f[2] == "" {
			return nil, fmt.Errorf("list dependencies: no module cache folder in %q: run go mod download", line)
		}
		m := byPath[f[0]]
		if m == nil {
			m = &module{path: f[0], version: f[1], dir: f[2]}
			byPath[f[0]] = m
		}
		m.packages = append(m.packages, f[3])
	}
	modules := make([]module, 0, len(byPath))
	for _, m := range byPath {
		modules = append(modules, *m)
	}
	sort.Slice(modules, func(i, j int) bool { return modules[i].path < modules[j].path })
	return modules, nil
}

// check reads the licence files of a module: those in its root, and those
// nearer to a package in use, which copied code brings along.
func check(m module) (names, faults []string) {
	files, err := files(m)
	if err != nil {
		return nil, []string{fmt.Sprintf("%s: %v", m.path, err)}
	}
	if len(files) == 0 {
		return nil, []string{m.path + ": no licence file"}
	}
	for _, file := range files {
		if _, ok := notCode()[m.path+" "+filepath.Base(file)]; ok {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			faults = append(faults, fmt.Sprintf("%s: %v", m.path, err))
			continue
		}
		found, ok := classify(string(text))
		if !ok {
			faults = append(faults, fmt.Sprintf("%s: %s: unknown or refused text %v", m.path, file, found))
			continue
		}
		names = append(names, found...)
	}
	if len(names) == 0 && len(faults) == 0 {
		faults = append(faults, m.path+": no licence file for code")
	}
	return unique(names), faults
}

// files returns the licence files from each package folder up to the root of
// the module, sorted.
func files(m module) ([]string, error) {
	seen := map[string]bool{}
	var found []string
	for _, dir := range append([]string{m.dir}, m.packages...) {
		for ; !seen[dir] && strings.HasPrefix(dir, m.dir); dir = filepath.Dir(dir) {
			seen[dir] = true
			entries, err := os.ReadDir(dir)
			if err != nil {
				return nil, err
			}
			for _, e := range entries {
				if !e.IsDir() && named(e.Name()) {
					found = append(found, filepath.Join(dir, e.Name()))
				}
			}
		}
	}
	sort.Strings(found)
	return found, nil
}

// named reports whether a file is a licence by its name.
func named(file string) bool {
	if strings.HasSuffix(file, ".go") {
		return false
	}
	upper := strings.ToUpper(file)
	for _, start := range []string{"LICENSE", "LICENCE", "COPYING", "UNLICENSE"} {
		if strings.HasPrefix(upper, start) {
			return true
		}
	}
	return false
}

// unique sorts and drops repeats.
func unique(names []string) []string {
	sort.Strings(names)
	var out []string
	for _, n := range names {
		if len(out) == 0 || out[len(out)-1] != n {
			out = append(out, n)
		}
	}
	return out
}
