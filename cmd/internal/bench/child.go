package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/estray/estray/internal/trailgen"
	"github.com/estray/estray/inventory"
)

// found is what a reader of ours found.
type found struct {
	lambda *int
	// usage adds up the rows of each day, when the clock has stopped: a scan
	// hands them on as they are. Nil: nothing was counted.
	usage func() ([]row, error)
	// peak is set by readers that are other programs.
	peak int64
}

// readers are those that run in this program, by name.
func readers() map[string]func(context.Context, job) (found, error) {
	return map[string]func(context.Context, job) (found, error){
		"inflate":     inflateAll,
		"filter":      func(ctx context.Context, j job) (found, error) { return readObjects(ctx, j, inventory.CountNone) },
		"usage":       func(ctx context.Context, j job) (found, error) { return readObjects(ctx, j, inventory.CountRoles) },
		"lines":       func(ctx context.Context, j job) (found, error) { return readLines(ctx, j, inventory.CountNone) },
		"lines-usage": func(ctx context.Context, j job) (found, error) { return readLines(ctx, j, inventory.CountRoles) },
		"jq":          pipe,
	}
}

// child does a job in this process and prints what it took.
func child(ctx context.Context, text string, out io.Writer) error {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return fmt.Errorf("read -job: %w", err)
	}
	read := readers()[j.Who]
	if read == nil {
		return fmt.Errorf("read -job: nobody is called %q", j.Who)
	}
	before, began := spent(), time.Now()
	got, err := read(ctx, j)
	if err != nil {
		return err
	}
	o := outcome{Wall: time.Since(began), CPU: spent() - before, Peak: got.peak, Lambda: got.lambda, Counted: got.usage != nil}
	if o.Peak == 0 {
		if o.Peak, err = peak(); err != nil {
			return err
		}
	}
	if o.Counted {
		rows, err := got.usage()
		if err := errors.Join(err, writeRows(j.Rows, rows)); err != nil {
			return err
		}
	}
	return json.NewEncoder(out).Encode(o)
}

// spent is the processor time of this process and of those that it waited for.
func spent() time.Duration {
	var all time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err == nil {
			all += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return all
}

// peak is the most memory that this process held. What the system tells of a
// child's is not below that of its parent, which it begins as.
func peak() (int64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		var kilobytes int64
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kilobytes); n == 1 {
			return kilobytes << 10, nil
		}
	}
	return 0, errors.New("read the peak of memory: /proc/self/status has no VmHWM")
}

// order asks for an archive.
type order struct {
	Dir    string
	Config trailgen.Config
	Rows   string
}

// generate writes an archive in a process of its own, so that the one that
// starts the readers stays small.
func generate(text string, out io.Writer) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return fmt.Errorf("read -write: %w", err)
	}
	w, err := trailgen.Write(o.Dir, o.Config)
	if err != nil {
		return err
	}
	if err := writeRows(o.Rows, toldRows(w.Usage())); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(input{Objects: w.Objects, Records: w.Records, Lambda: w.Lambda, Packed: w.Packed, Inflated: w.Bytes, Largest: w.Largest})
}

// input is what was written.
type input struct {
	Objects, Records, Lambda  int
	Packed, Inflated, Largest int64
}
