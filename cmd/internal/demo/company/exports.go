// Package company makes the sample exports of a fictional company: snapshots
// of three AWS accounts, thirty days of CloudTrail objects, a registry and a
// configuration. The same seed gives the same bytes. Everything in it is made
// up. The demo writes the exports to a folder; tests scan them.
package company

import (
	"fmt"
	"os"
	"path/filepath"
)

// Exports are the files of the company, with counts of what they hold.
type Exports struct {
	Files []File
	// Functions and Records count what the snapshot and the logs tell of.
	Functions, Records int
}

// File is one exported file, its name relative and with slashes.
type File struct {
	Name    string
	Content []byte
}

// New makes every export. All that is drawn comes from the seed.
func New(seed uint64) (Exports, error) {
	c := newCompany(seed)
	trail, err := c.trail()
	if err != nil {
		return Exports{}, fmt.Errorf("make logs: %w", err)
	}
	snap, err := c.snapshot()
	if err != nil {
		return Exports{}, fmt.Errorf("make snapshot: %w", err)
	}
	files := append(trail, File{"assets.jsonl", snap},
		File{"registry/registry.yaml", []byte(registryYAML)}, File{"estray.yaml", []byte(configYAML)},
		File{"aws/estray.yaml", []byte(liveConfigYAML)}, File{"aws/blindspots.yaml", []byte(blindSpotsYAML)})
	return Exports{Files: files, Functions: len(c.functions), Records: c.records}, nil
}

// Write writes the files below a folder, which is made if it is not there.
func (e Exports) Write(dir string) error {
	for _, f := range e.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("write %s: %w", f.Name, err)
		}
		if err := os.WriteFile(path, f.Content, 0o644); err != nil {
			return fmt.Errorf("write %s: %w", f.Name, err)
		}
	}
	return nil
}
