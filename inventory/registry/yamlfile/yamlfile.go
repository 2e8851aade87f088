// Package yamlfile reads the registry from YAML files, its native form.
//
// In go paths or bytes, out come a [registry.Content], the warnings, and an
// error of type [registry.Mistakes] that holds every mistake of every file with
// file, line and column. Several files make one registry. A file with a mistake
// gives no content at all: half a registry would accuse assets that somebody
// answers for, or excuse some that nobody does.
//
// # Dates
//
// A day such as 2026-02-01 means its start in UTC where something begins (on),
// and its end where something ends (expires). RFC 3339 instants are taken as
// they are.
//
// # Foreign bytes
//
// A file is at most [MaxSize] long, UTF-8, and holds one document. Aliases are
// followed; how much they may add is bounded.
package yamlfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory/registry"
)

// MaxSize is the longest file that is read, in bytes.
const MaxSize = 4 << 20

// Options are what the loader has to know besides the files.
type Options struct {
	// Rules are the ids that an exception may name. Empty: they are not checked.
	Rules []string
	// Now is the instant by which approvals are past their end. Zero: none is.
	Now time.Time
}

// File is one file's name, for messages, and content.
type File struct {
	Name string
	Data []byte
}

// Load reads the files at the paths, which may be patterns (see Expand), as
// one registry. The error is registry.Mistakes or that of Expand.
func Load(paths []string, opt Options) (registry.Content, registry.Mistakes, error) {
	names, err := Expand(paths)
	if err != nil {
		return registry.Content{}, nil, err
	}
	var files []File
	var unread registry.Mistakes
	for _, name := range names {
		data, err := readFile(name)
		if err != nil {
			unread = append(unread, registry.Mistake{At: registry.Position{File: name}, Message: err.Error()})
			continue
		}
		files = append(files, File{Name: name, Data: data})
	}
	return read(files, unread, opt)
}

// Read makes one registry of files that are already in memory. The error is
// registry.Mistakes.
func Read(files []File, opt Options) (registry.Content, registry.Mistakes, error) {
	return read(files, nil, opt)
}

func read(files []File, unread registry.Mistakes, opt Options) (registry.Content, registry.Mistakes, error) {
	r := newReading(opt)
	r.unread = len(unread) > 0
	for _, f := range files {
		r.readFile(f)
	}
	found := slices.Concat(unread, r.found, r.settle(r.content.Mistakes()))
	if len(found) > 0 {
		return registry.Content{}, nil, found.Sorted()
	}
	return r.content, r.settle(r.content.Warnings(opt.Now)).Sorted(), nil
}

// Expand replaces patterns (*, ?, [a-z]) by the files that they match, sorted,
// each once. A pattern that matches nothing is an error: a registry that is
// missing by a slip must not look like an empty one. So is an empty list.
func Expand(patterns []string) ([]string, error) {
	if len(patterns) == 0 {
		return nil, errors.New("read registry: no file is named; give one, or write one with: estray registry init")
	}
	var out []string
	for _, p := range patterns {
		if _, err := os.Lstat(p); err == nil || !strings.ContainsAny(p, `*?[`) {
			out = append(out, p)
			continue
		}
		matches, err := filepath.Glob(p)
		if err != nil {
			return nil, fmt.Errorf("expand registry pattern %q: %w", p, err)
		}
		if len(matches) == 0 {
			return nil, fmt.Errorf("expand registry pattern %q: it matches no file", p)
		}
		out = append(out, matches...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, plain(err)
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, plain(err)
	}
	return data, nil
}

// plain leaves out the path, which the mistake names already.
func plain(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("read registry: %w", err)
}
