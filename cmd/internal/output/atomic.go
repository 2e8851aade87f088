package output

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// atomicFile is a file that is written beside its place.
type atomicFile struct {
	path, temp string
}

// newAtomic writes the content beside path and syncs it. The file is returned
// even on error, so that the caller can discard what was begun.
func newAtomic(path string, write func(io.Writer) error) (*atomicFile, error) {
	f := &atomicFile{path: path}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return f, err
	}
	// In the same folder, since a rename is atomic only within one file system.
	// The dot hides it from patterns that gather reports.
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return f, err
	}
	f.temp = file.Name()
	buffered := bufio.NewWriterSize(file, 1<<16)
	err = errors.Join(write(buffered), buffered.Flush())
	if err == nil {
		// A temporary file is its owner's alone; a report is for others.
		// Synced, since a rename may reach the disk before the content does.
		err = errors.Join(file.Chmod(0o644), file.Sync())
	}
	return f, errors.Join(err, file.Close())
}

// commit puts the file in its place.
func (f *atomicFile) commit() error {
	if err := os.Rename(f.temp, f.path); err != nil {
		return err
	}
	f.temp = ""
	return nil
}

// discard removes what was not committed.
func (f *atomicFile) discard() {
	if f.temp != "" {
		_ = os.Remove(f.temp) // a leftover beside the target does no harm, and the first error matters more
	}
}
