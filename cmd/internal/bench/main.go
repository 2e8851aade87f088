// Command bench compares how fast estray and jq pick the records of Lambda out
// of the same CloudTrail archive, in one run, and prints both and their ratio.
// Estray does more with each record that it picks: it decodes, redacts and
// normalises it. jq prints it as it is.
//
// It then lets estray and a script with the vendor's SDK for Python read the same
// functions from a fake of AWS in a process of its own, and prints what each
// costs. With -accounts and -functions only that is done, for such an estate.
//
// It asserts no time. It fails if the two do not pick as many records.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/builtin"
)

// rounds is how often each is measured; the median is told.
const rounds = 5

func main() {
	if err := bench(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(args []string) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	var n estate
	flags.IntVar(&n.accounts, "accounts", 0, "read that many accounts of a fake of AWS, and nothing else")
	flags.IntVar(&n.functions, "functions", 1000, "functions of each")
	serve := flags.String("serve", "", "answer as AWS for `ACCOUNTS,FUNCTIONS`; for the benchmark's own use")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *serve != "" {
		if _, err := fmt.Sscanf(*serve, "%d,%d", &n.accounts, &n.functions); err != nil {
			return fmt.Errorf("read -serve: %w", err)
		}
		return answer(n, os.Stdout)
	}
	dir, err := os.MkdirTemp("", "estray-bench-")
	if err != nil {
		return err
	}
	ctx := context.Background()
	if n.accounts == 0 {
		err = run(ctx, dir, size{objects: 200, records: 1000}, os.Stdout)
		n.accounts = 1
	}
	if err == nil {
		err = live(ctx, dir, n, os.Stdout)
	}
	return errors.Join(err, os.RemoveAll(dir))
}

// run writes an archive of that size into dir and lets both read it, in turn.
func run(ctx context.Context, dir string, n size, out io.Writer) error {
	in, err := write(dir, n)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "input: %d objects, %d records, %d of them of Lambda; %.1f MB, %.1f MB inflated\n", n.objects, n.objects*n.records, in.lambda, mb(in.packed), mb(in.inflated))
	jq, err := exec.LookPath("jq")
	if err != nil {
		fmt.Fprintln(out, "jq: skipped, it is not installed; apt-get install -y jq")
	}
	var ours, theirs []time.Duration
	for range rounds {
		took, err := timed(in.lambda, func() (int, error) { return readAll(ctx, dir) })
		if err != nil {
			return fmt.Errorf("read with estray: %w", err)
		}
		ours = append(ours, took)
		if jq == "" {
			continue
		}
		if took, err = timed(in.lambda, func() (int, error) { return pipe(ctx, jq, dir) }); err != nil {
			return fmt.Errorf("read with jq: %w", err)
		}
		theirs = append(theirs, took)
	}
	tell(out, in, ours, theirs)
	return nil
}

func tell(out io.Writer, in input, ours, theirs []time.Duration) {
	rate := func(d time.Duration) float64 { return mb(in.inflated) / d.Seconds() }
	fmt.Fprintf(out, "estray: %.1f MB/s inflated, one goroutine\n", rate(median(ours)))
	if len(theirs) == 0 {
		return
	}
	fmt.Fprintf(out, "gzip -dc | jq -c: %.1f MB/s inflated, two processes\n", rate(median(theirs)))
	fmt.Fprintf(out, "ratio: estray reads %.1f times as fast as jq\n", rate(median(ours))/rate(median(theirs)))
}

func mb(bytes int64) float64 { return float64(bytes) / 1e6 }

func median(all []time.Duration) time.Duration {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}

// timed measures one reading and holds its count against what was written.
func timed(want int, read func() (int, error)) (time.Duration, error) {
	began := time.Now()
	got, err := read()
	took := time.Since(began)
	if err == nil && got != want {
		err = fmt.Errorf("%d records of Lambda were picked, want %d", got, want)
	}
	return took, err
}

// readAll reads the archive as a scan does, one source after the other and
// without a store, and counts the events of Lambda.
func readAll(ctx context.Context, dir string) (int, error) {
	planners, err := builtin.Planners(builtin.Config{Archives: []builtin.Archive{{Kind: "cloudtrail", Path: dir, Name: "bench"}}})
	if err != nil {
		return 0, err
	}
	events := 0
	for _, p := range planners {
		sources, err := p.Plan(ctx)
		if err != nil {
			return 0, err
		}
		for _, s := range sources {
			err := s.Read(ctx, func(c inventory.Cell) inventory.Coverage { return inventory.Coverage{Cell: c} }, counter(&events))
			if err != nil {
				return 0, err
			}
		}
	}
	return events, nil
}

func counter(events *int) providers.Emit {
	return func(f inventory.Fact) error {
		if e, ok := f.(inventory.Event); ok && e.Service == lambda {
			*events++
		}
		return nil
	}
}

// pipe lets gzip and jq read the same objects and counts the lines.
func pipe(ctx context.Context, jq, dir string) (int, error) {
	objects, err := filepath.Glob(filepath.Join(dir, "AWSLogs", "*", "CloudTrail", "*", "*", "*", "*", "*.json.gz"))
	if err != nil {
		return 0, err
	}
	unpack := exec.CommandContext(ctx, "gzip", append([]string{"-dc"}, objects...)...)
	pick := exec.CommandContext(ctx, jq, "-c", `.Records[] | select(.eventSource=="`+lambda+`")`)
	if pick.Stdin, err = unpack.StdoutPipe(); err != nil {
		return 0, err
	}
	var lines lineCounter
	var said bytes.Buffer
	pick.Stdout, pick.Stderr = &lines, &said
	if err := unpack.Start(); err != nil {
		return 0, err
	}
	if err := errors.Join(pick.Run(), unpack.Wait()); err != nil {
		return 0, fmt.Errorf("%w: %s", err, said.String())
	}
	return int(lines), nil
}

type lineCounter int

// Write counts the ends of lines.
func (l *lineCounter) Write(p []byte) (int, error) {
	*l += lineCounter(bytes.Count(p, []byte("\n")))
	return len(p), nil
}
