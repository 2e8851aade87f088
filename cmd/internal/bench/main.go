// Command bench measures estray beside others, in one run on one machine, and
// prints what each takes.
//
// It writes archives of CloudTrail and lets estray and its peers read the same
// objects, in turn, each in a process of its own: decompression alone, DuckDB,
// gzip with jq. -sets chooses what is measured:
//
//	main    80 objects of 6 MB on average, 500 MB in all
//	lines   the same records, one a line
//	many    5,000 objects of 100 KB on average
//	one     one object of 500 MB
//	cores   main, with one core and with two
//	growth  a tenth of main, main, and ten times main: time and memory
//
// It then lets estray and a script with the vendor's SDK for Python read the same
// functions from a fake of AWS in a process of its own. With -accounts and
// -functions only that is done, for such an estate; with -sets it is left out.
//
// It asserts no time. It fails if two readers of the same objects do not find as
// many records of Lambda, or not the same usage.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"time"

	"github.com/estray/estray/internal/inflate"
)

// usualSets are those that are measured where nobody chooses.
const usualSets = "main,lines,many,one"

func main() {
	if err := bench(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// asked is what the command line asks for.
type asked struct {
	estate            estate
	sets, python      string
	rounds            int
	scale             float64
	serve, job, write string
}

func parse(args []string) (asked, error) {
	var a asked
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&a.sets, "sets", "", "measure these archives alone, of main, lines, many, one, cores, growth")
	flags.IntVar(&a.rounds, "rounds", 5, "how often each reader reads; medians are told")
	flags.Float64Var(&a.scale, "scale", 1, "write archives that are so many times as large")
	flags.StringVar(&a.python, "python", "python3", "a Python that has DuckDB")
	flags.IntVar(&a.estate.accounts, "accounts", 0, "read that many accounts of a fake of AWS, and nothing else")
	flags.IntVar(&a.estate.functions, "functions", 1000, "functions of each")
	flags.StringVar(&a.serve, "serve", "", "answer as AWS for `ACCOUNTS,FUNCTIONS`; for the benchmark's own use")
	flags.StringVar(&a.job, "job", "", "read one archive; for the benchmark's own use")
	flags.StringVar(&a.write, "write", "", "write one archive; for the benchmark's own use")
	err := flags.Parse(args)
	if err == nil && (a.rounds < 1 || a.scale <= 0) {
		err = errors.New("give -rounds and -scale above 0")
	}
	return a, err
}

func bench(ctx context.Context, args []string, out io.Writer) error {
	a, err := parse(args)
	switch {
	case err != nil:
		return err
	case a.job != "":
		return child(ctx, a.job, out)
	case a.write != "":
		return generate(a.write, out)
	case a.serve != "":
		if _, err := fmt.Sscanf(a.serve, "%d,%d", &a.estate.accounts, &a.estate.functions); err != nil {
			return fmt.Errorf("read -serve: %w", err)
		}
		return answer(a.estate, out)
	}
	dir, err := os.MkdirTemp("", "estray-bench-")
	if err != nil {
		return err
	}
	if a.estate.accounts == 0 {
		err = logs(ctx, dir, a, out)
	}
	if err == nil && a.sets == "" {
		a.estate.accounts = max(a.estate.accounts, 1)
		err = live(ctx, dir, a.estate, out)
	}
	return errors.Join(err, os.RemoveAll(dir))
}

// logs measures the reading of archives, one set after the other.
func logs(ctx context.Context, dir string, a asked, out io.Writer) error {
	names := a.sets
	if names == "" {
		names = usualSets
	}
	chosen, unknown := choose(sets(a.scale), names)
	if unknown != "" {
		return fmt.Errorf("read -sets: there is no %q", unknown)
	}
	fmt.Fprintf(out, "%d cores; estray inflates with %s\n", runtime.GOMAXPROCS(0), inflate.Library)
	there := find(ctx, a.python)
	for _, s := range chosen {
		c := contest{set: s, peers: there, rounds: a.rounds, dir: dir, out: out}
		if err := c.run(ctx); err != nil {
			return err
		}
		for i := range s.inputs {
			if err := os.RemoveAll(c.folder(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// find looks for the peers.
func find(ctx context.Context, python string) peers {
	var p peers
	if exec.CommandContext(ctx, python, "-c", "import duckdb").Run() == nil {
		p.python = python
	}
	if path, err := exec.LookPath("jq"); err == nil {
		p.jq = path
	}
	return p
}

func mb(bytes int64) float64 { return float64(bytes) / 1e6 }

// median gives the one in the middle.
func median(all []time.Duration) time.Duration {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}
