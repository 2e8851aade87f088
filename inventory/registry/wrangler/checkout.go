package wrangler

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// MaxSize is the longest file that is read, in bytes. It bounds how deep a file
// can nest.
const MaxSize = 256 << 10

// File is one file's name, for messages, and content.
type File struct {
	Name string
	Data []byte
}

// mostBytes bounds what is read of all files together.
const mostBytes = 64 << 20

// Checkout is what was found of Wrangler in one or more folders.
type Checkout struct {
	// Files are sorted by name, each once.
	Files []File
	// Redirects are the names of files by which a build tells Wrangler to read
	// another configuration (.wrangler/deploy/config.json), sorted.
	Redirects []string
	// Irregular are the names of what has the name of a file of Wrangler and is none:
	// links above all. Sorted.
	Irregular []string
}

const redirect = ".wrangler/deploy/config.json"

// fileNames are those that Wrangler looks for, the first one first.
func fileNames() []string { return []string{"wrangler.json", "wrangler.jsonc", "wrangler.toml"} }

// Find reads the files of Wrangler at the paths: files as they are named, folders
// with all below them. Folders of packages and of tools (node_modules, .git,
// .wrangler) are passed over, and symbolic links are not followed. Relative paths
// are relative to dir, "" for the process's own folder. That nothing was found
// under a path is an error: it must not look like a checkout without Workers.
func Find(dir string, paths []string) (Checkout, error) {
	s := search{dir: dir, seen: map[string]bool{}}
	for _, p := range paths {
		before := len(s.seen)
		if err := s.path(filepath.Clean(p)); err != nil {
			return Checkout{}, err
		}
		if len(s.seen) == before && !s.again {
			return Checkout{}, fmt.Errorf("find files of Wrangler under %q: there is none; it is named %s", p, strings.Join(fileNames(), ", "))
		}
	}
	slices.SortFunc(s.out.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(s.out.Redirects)
	slices.Sort(s.out.Irregular)
	s.out.Irregular = slices.Compact(s.out.Irregular)
	return s.out, nil
}

// search is one Find under way.
type search struct {
	dir  string
	seen map[string]bool
	// again: the path last looked at led to a file that was found before.
	again bool
	size  int // of all files together
	out   Checkout
}

func (s *search) path(p string) error {
	s.again = false
	info, err := os.Stat(s.full(p))
	switch {
	case err != nil:
		return fmt.Errorf("find files of Wrangler: %q: %w", p, plain(err))
	case !info.IsDir():
		if format(p) == "" {
			return fmt.Errorf("find files of Wrangler: %q: give a folder, or a file that ends in .json, .jsonc or .toml", p)
		}
		return s.file(p)
	}
	return filepath.WalkDir(s.full(p), func(at string, e fs.DirEntry, err error) error {
		name := filepath.Join(p, strings.TrimPrefix(at, s.full(p)))
		if err != nil {
			return fmt.Errorf("find files of Wrangler: %q: %w", name, plain(err))
		}
		return s.entry(name, e)
	})
}

// entry looks at one entry of a folder.
func (s *search) entry(name string, e fs.DirEntry) error {
	switch {
	case !e.IsDir():
		switch {
		case !slices.Contains(fileNames(), e.Name()):
			return nil
		case e.Type().IsRegular():
			return s.file(name)
		}
		s.out.Irregular = append(s.out.Irregular, name)
		return nil
	case slices.Contains([]string{"node_modules", ".git", ".wrangler"}, e.Name()):
		return fs.SkipDir
	}
	to := filepath.Join(name, filepath.FromSlash(redirect))
	if _, err := os.Stat(s.full(to)); err == nil && !slices.Contains(s.out.Redirects, to) {
		s.out.Redirects = append(s.out.Redirects, to)
	}
	return nil
}

// file reads one file, once.
func (s *search) file(name string) error {
	if s.seen[name] {
		s.again = true
		return nil
	}
	s.seen[name] = true
	data, err := read(s.full(name))
	if err != nil {
		return fmt.Errorf("read %q: %w", name, plain(err))
	}
	if s.size += len(data); s.size > mostBytes {
		return fmt.Errorf("read %q: the files of Wrangler have more than %d MB together; name fewer folders", name, mostBytes>>20)
	}
	s.out.Files = append(s.out.Files, File{Name: name, Data: data})
	return nil
}

func (s *search) full(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(s.dir, p)
}

// read gives one byte more than is allowed, so that a longer file is told from
// one that fits.
func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	return data, errors.Join(err, f.Close())
}

// plain leaves out the path, which the message names already.
func plain(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// format is the form of a file by its name, "" for none that is read.
func format(name string) string {
	switch filepath.Ext(name) {
	case ".toml":
		return "TOML"
	case ".json", ".jsonc":
		return "JSON"
	}
	return ""
}

// usedFile is a file with what is in doubt about its being used.
type usedFile struct {
	File
	notes []string
}

// inUse leaves out the files that Wrangler does not read for another one beside
// them, and tells where one further up comes first.
func inUse(files []File) (used []usedFile, notes []string) {
	byName := map[string]bool{}
	for _, f := range files {
		byName[f.Name] = true
	}
	for _, f := range files {
		folder, base := filepath.Split(f.Name)
		rank := slices.Index(fileNames(), base)
		first := ""
		for _, other := range fileNames()[:max(rank, 0)] {
			if up, ok := upward(filepath.Clean(folder), other, byName); ok {
				first = up
				break
			}
		}
		switch {
		case first == "":
			used = append(used, usedFile{File: f})
		case filepath.Dir(first) == filepath.Dir(f.Name):
			notes = append(notes, f.Name+" was not read: "+first+" beside it comes first")
		default:
			used = append(used, usedFile{f, []string{"without --config, Wrangler in this folder reads " + first + " in its place"}})
		}
	}
	return used, notes
}

// upward finds the nearest file of that name from a folder upward.
func upward(folder, base string, files map[string]bool) (string, bool) {
	for {
		if name := filepath.Join(folder, base); files[name] {
			return name, true
		}
		up := filepath.Dir(folder)
		if up == folder || folder == "." || filepath.Base(folder) == ".." {
			return "", false
		}
		folder = up
	}
}
