// Package company makes the sample exports of a fictional company: snapshots
// of three AWS accounts and two of Cloudflare, thirty days of their logs, a registry
// and a configuration. The same seed gives the same bytes. Everything in it is made
// up. The demo writes the exports to a folder; tests scan them.
package company

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Exports are the files of the company, with counts of what they hold.
type Exports struct {
	Files []File
	// Functions and Records count what the snapshot and the logs of AWS tell of,
	// Workers and Sites what Cloudflare's snapshot does.
	Functions, Records int
	Workers, Sites     int
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
	edge, err := edgeSnapshot()
	if err != nil {
		return Exports{}, fmt.Errorf("make snapshot: %w", err)
	}
	pushed, err := logpush()
	if err != nil {
		return Exports{}, fmt.Errorf("make logs: %w", err)
	}
	files := slices.Concat(trail, pushed, []File{{"assets.jsonl", snap}, {"cloudflare.jsonl", edge},
		{"registry/cloudflare.yaml", []byte(registryEdgeYAML())}, {"edge/estray.yaml", []byte(liveEdgeYAML)},
		{"registry/registry.yaml", []byte(registryYAML)}, {"estray.yaml", []byte(configYAML)},
		{"aws/estray.yaml", []byte(liveConfigYAML)}, {"aws/blindspots.yaml", []byte(blindSpotsYAML)}})
	return Exports{Files: files, Functions: len(c.functions), Records: c.records,
		Workers: len(webWorkers()) + len(labsWorkers()), Sites: len(webSites()) + len(labsSites())}, nil
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
