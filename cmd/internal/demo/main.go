// Command demo makes the sample exports of a fictional company: snapshots of
// three AWS accounts, thirty days of CloudTrail objects, a registry and a
// configuration. The same seed gives the same bytes. Everything in it is made
// up.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run writes the exports below the folder given by -out.
func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	dir := flags.String("out", "", "folder to write to")
	seed := flags.Uint64("seed", 1, "seed of all that is drawn")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *dir == "" {
		return errors.New("give a folder: -out DIR")
	}
	c := newCompany(*seed)
	files, err := c.files()
	if err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(*dir, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
		if err := os.WriteFile(path, f.content, 0o644); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	_, err = fmt.Fprintf(out, "wrote %d files of sample exports: %d functions, %d CloudTrail records\n", len(files), len(c.functions), c.records)
	return err
}

// file is one exported file, its name with slashes.
type file struct {
	name    string
	content []byte
}

// files makes every export.
func (c *company) files() ([]file, error) {
	trail, err := c.trail()
	if err != nil {
		return nil, err
	}
	snap, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	out := append(trail, file{"assets.jsonl", snap})
	out = append(out, file{"registry/registry.yaml", []byte(registryYAML)}, file{"estray.yaml", []byte(configYAML)})
	return out, nil
}
