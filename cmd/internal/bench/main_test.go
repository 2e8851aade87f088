package main

// These tests lie inside of the package: a command has no outside but its main.

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/internal/trailgen"
	"github.com/estray/estray/providers/aws"
)

// TestMain lets this binary be the benchmark again, as the benchmark starts
// itself for each reader.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && slices.Contains([]string{"-job", "-write", "-serve"}, os.Args[1]) {
		main()
		return
	}
	os.Exit(m.Run())
}

// jq is a part like others: without it the comparison lacks a reader.
func jq(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("jq")
	if err != nil {
		testparts.Missing(t, "jq", err, "run .ci/parts.sh")
	}
	return path
}

// TestAllReadersAgree runs all that is measured, small, once: a reader that
// counts otherwise than another is an error there.
func TestAllReadersAgree(t *testing.T) {
	a := asked{sets: "main,lines,many,one,cores,growth", rounds: 1, scale: 0.002, python: testparts.DuckDB(t)}
	jq(t)
	var out strings.Builder
	if err := logs(t.Context(), t.TempDir(), a, &out); err != nil {
		t.Fatal(err)
	}
	for _, s := range sets(a.scale) {
		if !strings.Contains(out.String(), s.name+": ") {
			t.Errorf("%s was not measured", s.name)
		}
		for _, e := range s.rows {
			if !strings.Contains(out.String(), e.label+"  ") {
				t.Errorf("%s is not in the table of %s", e.label, s.name)
			}
		}
	}
	for _, want := range []string{"estray, filter: ", " times as fast as gzip -dc | jq", " times as fast as DuckDB, filter, typed columns", "of usage; "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "skipped") {
		t.Errorf("a reader was left out:\n%s", out.String())
	}
}

// TestMissingPeersAreNamed, and the rest is measured.
func TestMissingPeersAreNamed(t *testing.T) {
	c := contest{set: small(t, "main"), rounds: 1, dir: t.TempDir()}
	var out strings.Builder
	c.out = &out
	if err := c.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"skipped: DuckDB is not installed; run .ci/parts.sh bench", "skipped: jq is not installed", "estray, filter  "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

func small(t *testing.T, name string) set {
	t.Helper()
	chosen, unknown := choose(sets(0.0005), name)
	if unknown != "" {
		t.Fatalf("no set %q", unknown)
	}
	return chosen[0]
}

// TestAMiscountIsAnError that names what differs.
func TestAMiscountIsAnError(t *testing.T) {
	for _, tc := range []struct {
		name, who, want string
		spoil           func(*contest)
	}{
		{"records of Lambda", "filter", "records of Lambda were picked, want ", func(c *contest) { c.inputs[0].Lambda++ }},
		{"a count of usage", "usage", "usage differs from what was written: it has arn:aws:iam::", func(c *contest) { c.truth[0][3].count++ }},
		{"a call from outside", "usage", "usage differs from what was written: it has arn:aws:iam::", func(c *contest) { c.truth[0][3].outside++ }},
		{"a row of usage", "usage", "usage differs from what was written: it has and should not arn:aws:iam::", func(c *contest) { c.truth[0] = c.truth[0][1:] }},
		{"a reader that fails", "nobody", "nobody is called \"nobody\"", func(*contest) {}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out strings.Builder
			c := contest{set: small(t, "main"), rounds: 1, dir: t.TempDir(), out: &out}
			if err := c.prepare(t.Context()); err != nil {
				t.Fatal(err)
			}
			tc.spoil(&c)
			if _, err := c.one(t.Context(), entry{label: "it", who: tc.who}); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want one with %q", err, tc.want)
			}
		})
	}
}

func TestMistakesOfTheCommandLine(t *testing.T) {
	for want, args := range map[string][]string{
		`there is no "huge"`:              {"-sets", "main,huge"},
		"give -rounds and -scale above 0": {"-rounds", "0"},
		"read -serve: ":                   {"-serve", "x"},
		"read -job: ":                     {"-job", "{"},
		"read -write: ":                   {"-write", "{"},
	} {
		var out strings.Builder
		if err := bench(t.Context(), args, &out); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want one with %q", args, err, want)
		}
	}
}

// TestTheSetsAreOfTheSizesThatAreTold: figures of other sizes would be others.
func TestTheSetsAreOfTheSizesThatAreTold(t *testing.T) {
	for name, want := range map[string][2]int{"main": {80, 500e6}, "lines": {80, 500e6}, "many": {5000, 500e6}, "one": {1, 500e6}} {
		chosen, _ := choose(sets(1), name)
		if c := chosen[0].inputs[0]; c.Objects != want[0] || c.Objects*c.ObjectBytes != want[1] || c.Lines != (name == "lines") {
			t.Errorf("%s has %d objects of %d bytes", name, c.Objects, c.ObjectBytes)
		}
	}
	growth, _ := choose(sets(1), "growth")
	for i, want := range []int{50e6, 500e6, 5000e6} {
		if c := growth[0].inputs[i]; c.Objects*c.ObjectBytes != want {
			t.Errorf("growth reads %d bytes, want %d", c.Objects*c.ObjectBytes, want)
		}
	}
}

// TestGeneratedObjectsAreRecognised: what is measured is what a scan reads.
func TestGeneratedObjectsAreRecognised(t *testing.T) {
	a, err := trailgen.New(trailgen.Default(100, 1000))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		key, ok := aws.ObjectKey(a.Key(i))
		if !ok || key.Kind != aws.KindLog || key.Organization == "" || key.Delivered.Year() != 2026 {
			t.Errorf("%s is %+v, %v", a.Key(i), key, ok)
		}
	}
}
