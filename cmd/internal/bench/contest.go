package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// contest measures one set.
type contest struct {
	set    set
	peers  peers
	rounds int
	dir    string
	out    io.Writer

	inputs []input
	truth  []([]row) // of each input
	took   [][]outcome
}

// run writes the inputs, lets all read them in turn, and tells what each took.
func (c *contest) run(ctx context.Context) error {
	if err := c.prepare(ctx); err != nil {
		return err
	}
	c.took = make([][]outcome, len(c.set.rows))
	for range c.rounds {
		for i, e := range c.set.rows {
			if c.peers.missing(e.who) != "" {
				continue
			}
			o, err := c.one(ctx, e)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", c.set.name, e.label, err)
			}
			c.took[i] = append(c.took[i], o)
		}
	}
	return c.tell()
}

// prepare writes the inputs.
func (c *contest) prepare(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for i, cfg := range c.set.inputs {
		o := order{Dir: c.folder(i), Config: cfg, Rows: filepath.Join(c.dir, "truth.tsv")}
		text, err := json.Marshal(o)
		if err != nil {
			return err
		}
		cmd := exec.CommandContext(ctx, self, "-write", string(text))
		cmd.Stderr = os.Stderr
		said, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("write input: %w", err)
		}
		var in input
		if err := json.Unmarshal(said, &in); err != nil {
			return fmt.Errorf("write input: %w", err)
		}
		rows, err := readRows(o.Rows)
		if err != nil {
			return err
		}
		c.inputs, c.truth = append(c.inputs, in), append(c.truth, rows)
		shape := "objects with Records"
		if cfg.Lines {
			shape = "objects of lines"
		}
		fmt.Fprintf(c.out, "%s: %d %s, %d records, %d of them of Lambda, %d rows of usage; %.1f MB, %.1f MB inflated\n",
			c.set.name, in.Objects, shape, in.Records, in.Lambda, len(rows), mb(in.Packed), mb(in.Inflated))
	}
	return nil
}

func (c *contest) folder(i int) string {
	return filepath.Join(c.dir, fmt.Sprintf("%s-%d", c.set.name, i))
}

// one lets one read, and holds what it found against what was written.
func (c *contest) one(ctx context.Context, e entry) (outcome, error) {
	j := job{Who: e.who, Dir: c.folder(e.input), Cores: e.cores, Largest: c.inputs[e.input].Largest, Rows: filepath.Join(c.dir, "rows.tsv")}
	if j.Cores == 0 {
		j.Cores = runtime.GOMAXPROCS(0)
	}
	o, err := c.peers.run(ctx, j)
	if err != nil {
		return o, err
	}
	if want := c.inputs[e.input].Lambda; o.Lambda != nil && *o.Lambda != want {
		return o, fmt.Errorf("%d records of Lambda were picked, want %d", *o.Lambda, want)
	}
	if o.Counted {
		rows, err := readRows(j.Rows)
		if err != nil {
			return o, err
		}
		if diff := difference(rows, c.truth[e.input]); diff != "" {
			return o, fmt.Errorf("usage differs from what was written: %s", diff)
		}
	}
	return o, nil
}

// tell prints the medians. The last column says how long a reader took for a
// byte, by the time of the first one of the set.
func (c *contest) tell() error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "reader\twall\tCPU\tinflated a second\tpeak memory\ttime of a byte, by %q\n", c.set.rows[0].label)
	for i, e := range c.set.rows {
		if why := c.peers.missing(e.who); why != "" {
			fmt.Fprintf(w, "%s\tskipped: %s\n", e.label, why)
			continue
		}
		o := middle(c.took[i])
		size := c.inputs[e.input].Inflated
		ratio := "-"
		if len(c.took[0]) > 0 {
			first := middle(c.took[0]).Wall.Seconds() / float64(c.inputs[c.set.rows[0].input].Inflated)
			ratio = fmt.Sprintf("%.2f", o.Wall.Seconds()/float64(size)/first)
		}
		fmt.Fprintf(w, "%s\t%.2f s\t%.2f s\t%.0f MB\t%.0f MB\t%s\n", e.label, o.Wall.Seconds(), o.CPU.Seconds(), mb(size)/o.Wall.Seconds(), mb(o.Peak), ratio)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	c.compare()
	fmt.Fprintln(c.out)
	return nil
}

// compare prints how much faster ours are than the peers that do the same work.
func (c *contest) compare() {
	for i, e := range c.set.rows {
		if !strings.HasPrefix(e.label, "estray") || len(c.took[i]) == 0 {
			continue
		}
		for k, peer := range c.set.rows {
			other := strings.HasPrefix(peer.who, "duck") || peer.who == "jq"
			if !other || len(c.took[k]) == 0 || counts(peer.who) != counts(e.who) {
				continue
			}
			fmt.Fprintf(c.out, "%s: %.1f times as fast as %s\n", e.label, middle(c.took[k]).Wall.Seconds()/middle(c.took[i]).Wall.Seconds(), peer.label)
		}
	}
}

func counts(who string) bool { return strings.HasSuffix(who, "usage") }

// middle gives the medians, each by itself.
func middle(all []outcome) outcome {
	var wall, cpu, peak []time.Duration
	for _, o := range all {
		wall, cpu, peak = append(wall, o.Wall), append(cpu, o.CPU), append(peak, time.Duration(o.Peak))
	}
	return outcome{Wall: median(wall), CPU: median(cpu), Peak: int64(median(peak))}
}
