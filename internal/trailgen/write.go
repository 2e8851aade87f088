package trailgen

import (
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
)

// Written is what Write wrote.
type Written struct {
	Content
	Objects int
	// Packed is the size of the objects as they lie on the disk.
	Packed int64
	// Largest is the size of the largest object, not packed.
	Largest int64
}

// Write writes the trail below dir, over all processors. What lies there and
// has another name is left alone.
func Write(dir string, cfg Config) (*Written, error) {
	a, err := New(cfg)
	if err != nil {
		return nil, err
	}
	writers := make([]writer, min(runtime.GOMAXPROCS(0), cfg.Objects))
	var next atomic.Int64
	var all sync.WaitGroup
	for i := range writers {
		w := &writers[i]
		w.archive, w.dir, w.done.usage = a, dir, map[useKey]*Use{}
		all.Go(func() { w.err = w.run(&next) })
	}
	all.Wait()
	out := &Written{Objects: cfg.Objects}
	out.usage = map[useKey]*Use{}
	for i := range writers {
		err = errors.Join(err, writers[i].err)
		out.merge(&writers[i].done.Content)
		out.Packed += writers[i].done.Packed
		out.Largest = max(out.Largest, writers[i].done.Largest)
	}
	if err != nil {
		return nil, fmt.Errorf("write a trail: %w", err)
	}
	return out, nil
}

// writer writes one object after the other.
type writer struct {
	archive *Archive
	dir     string
	done    Written
	pack    *gzip.Writer
	err     error
}

func (w *writer) run(next *atomic.Int64) error {
	w.pack = gzip.NewWriter(nil)
	for {
		i := int(next.Add(1)) - 1
		if i >= w.archive.cfg.Objects {
			return nil
		}
		if err := w.object(i); err != nil {
			return err
		}
	}
}

func (w *writer) object(i int) error {
	path := filepath.Join(w.dir, filepath.FromSlash(w.archive.Key(i)))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w.pack.Reset(file)
	c, err := w.archive.Object(i, w.pack)
	if err := errors.Join(err, w.pack.Close()); err != nil {
		return errors.Join(err, file.Close())
	}
	info, err := file.Stat()
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	w.done.Packed += info.Size()
	w.done.Largest = max(w.done.Largest, c.Bytes)
	w.done.merge(c)
	return nil
}
