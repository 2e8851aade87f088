package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/estray/estray/internal/inflate"
)

// objectsBelow lists what lies in an archive.
func objectsBelow(dir string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".json.gz") {
			out = append(out, path)
		}
		return err
	})
	return out, err
}

// inflateAll unpacks all objects and does nothing else: what no reader of them
// can go below. It uses the library that estray reads with, and all cores.
func inflateAll(_ context.Context, j job) (found, error) {
	objects, err := objectsBelow(j.Dir)
	if err != nil {
		return found{}, err
	}
	next := make(chan string, len(objects))
	for _, o := range objects {
		next <- o
	}
	close(next)
	errs := make([]error, min(j.Cores, len(objects)))
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			z, room := inflate.NewReader(), make([]byte, 256<<10)
			for path := range next {
				if err := inflateOne(z, path, room); err != nil {
					errs[i] = errors.Join(errs[i], fmt.Errorf("inflate %s: %w", path, err))
				}
			}
		})
	}
	all.Wait()
	return found{}, errors.Join(errs...)
}

func inflateOne(z *inflate.Reader, path string, room []byte) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // nothing was written
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := z.Reset(file, info.Size()); err != nil {
		return err
	}
	if _, whole := z.Bytes(); whole {
		return nil
	}
	for {
		if _, err := z.Read(room); err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
	}
}

// pipe lets gzip and jq read the objects and counts the lines: two processes,
// whatever the cores.
func pipe(ctx context.Context, j job) (found, error) {
	unpack := exec.CommandContext(ctx, "sh", "-c", `find "$1" -name '*.json.gz' -exec gzip -dc {} +`, "sh", filepath.Join(j.Dir, "AWSLogs"))
	pick := exec.CommandContext(ctx, "jq", "-c", `.Records[] | select(.eventSource=="`+lambda+`")`)
	var err error
	if pick.Stdin, err = unpack.StdoutPipe(); err != nil {
		return found{}, err
	}
	var lines lineCounter
	var said bytes.Buffer
	pick.Stdout, pick.Stderr = &lines, &said
	if err := unpack.Start(); err != nil {
		return found{}, err
	}
	if err := errors.Join(pick.Run(), unpack.Wait()); err != nil {
		return found{}, fmt.Errorf("%w: %s", err, said.String())
	}
	f := found{lambda: (*int)(&lines)}
	for _, cmd := range []*exec.Cmd{unpack, pick} {
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			f.peak = max(f.peak, usage.Maxrss<<10)
		}
	}
	return f, nil
}

type lineCounter int

// Write counts the ends of lines.
func (l *lineCounter) Write(p []byte) (int, error) {
	*l += lineCounter(bytes.Count(p, []byte("\n")))
	return len(p), nil
}
