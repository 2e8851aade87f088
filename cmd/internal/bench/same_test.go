package main

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/internal/trailgen"
	"github.com/estray/estray/inventory"
)

// seeds are how many archives the counts are compared on.
const seeds = 10

// seeded writes a small archive, another one for each seed.
func seeded(t *testing.T, seed uint64, lines bool) (string, *trailgen.Written) {
	t.Helper()
	cfg := trailgen.Default(9, 40_000)
	cfg.Seed, cfg.LambdaShare, cfg.Lines = seed, 0.01+float64(seed%5)/100, lines
	dir := t.TempDir()
	w, err := trailgen.Write(dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return dir, w
}

// TestCountsEqualThoseOfANaiveReading: what estray picks and counts is what
// encoding/json finds in the same objects, with Records and one record a line.
func TestCountsEqualThoseOfANaiveReading(t *testing.T) {
	for seed := range uint64(seeds) {
		for _, lines := range []bool{false, true} {
			dir, _ := seeded(t, seed, lines)
			lambda, want := naive(t, dir, lines)
			j, read := job{Dir: dir, Cores: runtime.GOMAXPROCS(0)}, readObjects
			if lines {
				read = readLines
			}
			got, err := read(t.Context(), j, inventory.CountRoles)
			if err != nil {
				t.Fatal(err)
			}
			if *got.lambda != lambda || lambda == 0 {
				t.Errorf("seed %d, lines %t: %d records of Lambda, want %d", seed, lines, *got.lambda, lambda)
			}
			rows, err := got.usage()
			if err != nil {
				t.Fatal(err)
			}
			if diff := difference(rows, want); diff != "" || len(want) < 20 {
				t.Errorf("seed %d, lines %t: of %d rows of usage: %s", seed, lines, len(want), diff)
			}
		}
	}
}

// TestCountsEqualThoseOfDuckDB for the same seeds.
func TestCountsEqualThoseOfDuckDB(t *testing.T) {
	p := peers{python: testparts.DuckDB(t)}
	for seed := range uint64(seeds) {
		dir, w := seeded(t, seed, false)
		lambda, want := naive(t, dir, false)
		rows := filepath.Join(t.TempDir(), "rows.tsv")
		for _, who := range []string{"duck-filter", "duck-usage"} {
			o, err := p.run(t.Context(), job{Who: who, Dir: dir, Cores: 1, Largest: w.Largest, Rows: rows})
			if err != nil {
				t.Fatal(err)
			}
			if o.Lambda != nil && *o.Lambda != lambda {
				t.Errorf("seed %d: %d records of Lambda, want %d", seed, *o.Lambda, lambda)
			}
		}
		got, err := readRows(rows)
		if err != nil {
			t.Fatal(err)
		}
		if diff := difference(got, want); diff != "" {
			t.Errorf("seed %d: of %d rows of usage: %s", seed, len(want), diff)
		}
	}
}

// plain is a record as encoding/json reads it.
type plain struct {
	EventTime                         time.Time
	EventSource, EventName, ErrorCode string
	VPCEndpointID                     string
	UserIdentity                      struct {
		Type, InvokedBy string
		SessionContext  struct{ SessionIssuer struct{ ARN string } }
		InScopeOf       struct{ CredentialsIssuedTo string }
	}
}

// naive reads all objects as plainly as it can be done.
func naive(t *testing.T, dir string, lines bool) (int, []row) {
	t.Helper()
	objects, err := objectsBelow(dir)
	if err != nil {
		t.Fatal(err)
	}
	lambda, rows := 0, map[string]row{}
	version := regexp.MustCompile(`(20\d{2}_?\d{2}_?\d{2})(v\d+)?$`)
	for _, path := range objects {
		for _, r := range parsed(t, path, lines) {
			if r.EventSource == "lambda.amazonaws.com" {
				lambda++
			}
			u := r.UserIdentity
			if u.Type != "AssumedRole" {
				continue
			}
			n := row{role: u.SessionContext.SessionIssuer.ARN, function: u.InScopeOf.CredentialsIssuedTo, service: r.EventSource,
				name: version.ReplaceAllString(r.EventName, ""), outcome: "succeeded", first: r.EventTime, last: r.EventTime}
			if r.ErrorCode != "" {
				n.outcome = "failed"
			}
			if old, ok := rows[n.key()]; ok {
				n.count, n.outside = old.count, old.outside
				if old.first.Before(n.first) {
					n.first = old.first
				}
				if old.last.After(n.last) {
					n.last = old.last
				}
			}
			n.count++
			if u.InvokedBy == "" && r.VPCEndpointID == "" {
				n.outside++
			}
			rows[n.key()] = n
		}
	}
	var out []row
	for _, r := range rows {
		out = append(out, r)
	}
	slices.SortFunc(out, compareRows)
	return lambda, out
}

// parsed reads the records of one object.
func parsed(t *testing.T, path string, lines bool) []plain {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(z)
	var out []plain
	for {
		var all struct {
			Records []plain
			plain
		}
		err := d.Decode(&all)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(fmt.Errorf("%s: %w", path, err))
		}
		out = append(out, all.Records...)
		if lines {
			out = append(out, all.plain)
		}
	}
}
