package output

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/estray/estray/findings/report"
)

// Target is one place where one format goes.
type Target struct {
	Format report.Format
	// Path is a file, a folder for a format of several files, or "-".
	Path string
}

// UsageError is a wrong output on the command line or in the configuration.
type UsageError struct{ Text string }

// Error gives the text.
func (e *UsageError) Error() string { return e.Text }

// Parse reads outputs written as FORMAT or FORMAT=PATH. A format without a
// path goes to standard output; only one may. Relative paths are joined to dir.
func Parse(specs []string, formats []report.Format, dir string) ([]Target, error) {
	var out []Target
	streams := 0
	for _, spec := range specs {
		name, path, found := strings.Cut(spec, "=")
		if !found {
			path = "-"
		}
		i := slices.IndexFunc(formats, func(f report.Format) bool { return f.Name == name })
		if i < 0 {
			return nil, &UsageError{fmt.Sprintf("output %q: there is no format %q, use one of %s", spec, name, strings.Join(names(formats), ", "))}
		}
		switch {
		case path == "":
			return nil, &UsageError{fmt.Sprintf("output %q: the path is empty, write %s=FILE or %s=-", spec, name, name)}
		case path == "-" && formats[i].Write == nil:
			return nil, &UsageError{fmt.Sprintf("output %q: %s is several files, give a folder: %s=DIR", spec, name, name)}
		case path == "-":
			streams++
		case !filepath.IsAbs(path):
			path = filepath.Join(dir, path)
		}
		out = append(out, Target{Format: formats[i], Path: path})
	}
	// Two documents one after the other are neither.
	if streams > 1 {
		return nil, &UsageError{"only one output can go to standard output, give the others a file: FORMAT=FILE"}
	}
	return out, nil
}

func names(formats []report.Format) []string {
	var out []string
	for _, f := range formats {
		out = append(out, f.Name)
	}
	return out
}

// Check reports whether the targets can be written, before any work is done:
// each folder must exist or be creatable, and take a file.
func Check(targets []Target) error {
	var errs []error
	for _, t := range targets {
		if t.Path == "-" {
			continue
		}
		dir := filepath.Dir(t.Path)
		if t.Format.Write == nil {
			dir = t.Path
		}
		errs = append(errs, checkFolder(t, dir))
	}
	return errors.Join(errs...)
}

func checkFolder(t Target, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write %s report to %s: %w", t.Format.Name, t.Path, err)
	}
	if info, err := os.Stat(t.Path); err == nil && info.IsDir() && t.Format.Write != nil {
		return fmt.Errorf("write %s report to %s: that is a folder, give a file", t.Format.Name, t.Path)
	}
	// The mode of a folder does not tell whether it takes a file: the disk may
	// be mounted for reading, or full.
	f, err := os.CreateTemp(dir, ".estray-*")
	if err != nil {
		return fmt.Errorf("write %s report to %s: %w", t.Format.Name, t.Path, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// Write writes the document to every target. Files are whole or untouched: all
// are written beside their places first, and renamed only when every one
// succeeded. The stream, if any, comes last.
func Write(d *report.Document, targets []Target, stdout io.Writer) (err error) {
	var pending []*atomicFile
	defer func() {
		for _, p := range pending {
			p.discard()
		}
	}()
	for _, t := range targets {
		// What was begun comes back with an error too, and is discarded above.
		files, err := stage(d, t)
		pending = append(pending, files...)
		if err != nil {
			return fmt.Errorf("write %s report to %s: %w", t.Format.Name, t.Path, err)
		}
	}
	for _, p := range pending {
		if err := p.commit(); err != nil {
			return fmt.Errorf("write report %s: %w", p.path, err)
		}
	}
	for _, t := range targets {
		if t.Path != "-" {
			continue
		}
		if err := t.Format.Write(stdout, d); err != nil {
			return fmt.Errorf("write %s report to standard output: %w", t.Format.Name, err)
		}
	}
	return nil
}

func stage(d *report.Document, t Target) ([]*atomicFile, error) {
	if t.Path == "-" {
		return nil, nil
	}
	if t.Format.Write != nil {
		f, err := newAtomic(t.Path, func(w io.Writer) error { return t.Format.Write(w, d) })
		return []*atomicFile{f}, err
	}
	var out []*atomicFile
	for _, part := range t.Format.Files {
		f, err := newAtomic(filepath.Join(t.Path, part.Name), func(w io.Writer) error { return part.Write(w, d) })
		out = append(out, f)
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// File writes one file whole or not at all.
func File(path string, content []byte) error {
	f, err := newAtomic(path, func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(content))
		return err
	})
	defer f.discard()
	if err != nil {
		return err
	}
	return f.commit()
}
