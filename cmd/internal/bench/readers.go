package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// job is what a reader is asked for.
type job struct {
	Who, Dir string
	Cores    int
	// Largest is the size of the largest object, not packed.
	Largest int64
	// Rows is the file that rows of usage go to.
	Rows string
}

// outcome is what it took, and what was found.
type outcome struct {
	Wall, CPU time.Duration
	Peak      int64 // bytes
	// Lambda are the records of Lambda that were picked; of readers that count
	// use alone it is missing.
	Lambda *int
	// Counted: rows of usage were written.
	Counted bool
}

// peers are what is there to be compared with; an empty path: it is not there.
type peers struct{ python, jq string }

// duck asks DuckDB from Python, which brings it along.
//
//go:embed duck.py
var duck string

// missing says why a reader cannot run; empty: it can.
func (p peers) missing(who string) string {
	switch {
	case strings.HasPrefix(who, "duck-") && p.python == "":
		return "DuckDB is not installed; run .ci/parts.sh bench"
	case who == "jq" && p.jq == "":
		return "jq is not installed; run .ci/parts.sh bench"
	}
	return ""
}

// command runs a reader in a process of its own. Those of estray are this
// program again.
func (p peers) command(ctx context.Context, j job) (*exec.Cmd, error) {
	if query, ok := strings.CutPrefix(j.Who, "duck-"); ok {
		return exec.CommandContext(ctx, p.python, "-c", duck, query, j.Dir, strconv.Itoa(j.Cores), strconv.FormatInt(j.Largest+1024, 10), j.Rows), nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-job", string(text))
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(j.Cores))
	return cmd, nil
}

// run lets one reader read.
func (p peers) run(ctx context.Context, j job) (outcome, error) {
	var out outcome
	cmd, err := p.command(ctx, j)
	if err != nil {
		return out, err
	}
	var said strings.Builder
	cmd.Stderr = &said
	text, err := cmd.Output()
	if err != nil {
		return out, fmt.Errorf("%w: %.2000s", err, said.String())
	}
	if err := json.Unmarshal(text, &out); err != nil {
		return out, fmt.Errorf("read what it said: %w: %.200s", err, text)
	}
	return out, nil
}
