package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/estray/estray/findings/report"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"estray": main})
}

// TestScripts runs the binary as a user does: one script per promise and per
// fixed bug.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":          exits,
			"trail":          trail,
			"large":          large,
			"shortid":        shortID,
			"fakeaws":        fakeAWS,
			"fakecloudflare": fakeCloudflare,
			"signed":         signed,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, ".config"))
			env.Setenv("NO_COLOR", "1")
			return nil
		},
	})
}

// exits CODE PROGRAM ARGS... runs a program that must end with the code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("run %s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// trail FILE DIR ACCOUNT REGION TIME wraps the JSON array of records in FILE as
// a CloudTrail object below DIR, delivered at TIME (YYYYMMDDTHHmm).
func trail(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 5 {
		ts.Fatalf("usage: trail FILE DIR ACCOUNT REGION TIME")
	}
	body, err := trailObject([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	path := ts.MkAbs(filepath.Join(args[1], trailKey(args[2], args[3], args[4], "0123456789abcdef")))
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
	ts.Check(os.WriteFile(path, body, 0o644))
}

// large FILE writes a configuration of 32 MB: far more than anybody writes.
func large(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: large FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), bytes.Repeat([]byte("# not a small file\n"), 32<<20/19), 0o644))
}

// shortID REPORT RULE VARIABLE sets a variable to the first half of the id of
// the first finding of a rule.
func shortID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: shortid REPORT RULE VARIABLE")
	}
	var d report.Document
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &d))
	for _, f := range d.Findings {
		if f.Rule == args[1] {
			ts.Setenv(args[2], f.ID[:10])
			return
		}
	}
	ts.Fatalf("no finding of %s", args[1])
}

// trailKey is the key under which S3 would hold the object.
func trailKey(account, region, at, unique string) string {
	return filepath.Join("AWSLogs", account, "CloudTrail", region, at[:4], at[4:6], at[6:8],
		account+"_CloudTrail_"+region+"_"+at+"Z_"+unique+".json.gz")
}

func trailObject(array []byte) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	err := errors.Join(json.NewEncoder(z).Encode(map[string]json.RawMessage{"Records": array}), z.Close())
	return b.Bytes(), err
}
