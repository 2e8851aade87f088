package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/testparts"
)

const (
	killInstants = 30
	killNow      = "2026-03-02T00:00:00Z"
)

// TestAKilledScanLosesAtMostTheOpenBatch kills a scan at random instants. The
// store must open again, the next scan must complete, and its report must equal
// that of an undisturbed scan but for run id and times.
func TestAKilledScanLosesAtMostTheOpenBatch(t *testing.T) {
	testparts.Heavy(t, "kill -9")
	program := installed(t)
	dir := t.TempDir()
	writeExports(t, dir)
	t.Run("sqlite", func(t *testing.T) {
		n := 0
		killed(t, program, dir, func() string {
			n++
			return fmt.Sprintf("sqlite:%s", filepath.Join(dir, fmt.Sprintf("killed-%d.db", n)))
		})
	})
	t.Run("postgres", func(t *testing.T) {
		server := testparts.StartPostgres(t)
		killed(t, program, dir, func() string { return server.Database(t) })
	})
}

// killed runs the instants on stores of one kind.
func killed(t *testing.T, program, dir string, fresh func() string) {
	began := time.Now()
	want := scanned(t, program, dir, fresh())
	whole := time.Since(began)
	rng := rand.New(rand.NewPCG(1, 2))
	interrupted := 0
	for i := range killInstants {
		state := fresh()
		cmd := scanCommand(context.Background(), program, dir, state)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rng.Int64N(int64(whole))))
		_ = cmd.Process.Kill() // it may have ended by itself
		var exit *exec.ExitError
		if err := cmd.Wait(); errors.As(err, &exit) && exit.ExitCode() < 0 {
			interrupted++
		}
		if d := cmp.Diff(want, scanned(t, program, dir, state)); d != "" {
			t.Fatalf("instant %d: the report after a kill differs:\n%s", i, d)
		}
	}
	if interrupted < killInstants/3 {
		t.Errorf("only %d of %d scans were killed before their end: the test shows too little", interrupted, killInstants)
	}
}

func scanCommand(ctx context.Context, program, dir, state string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, "scan", "--state", state, "--now", killNow, "--since", "3650d",
		"--output", "json="+filepath.Join(dir, "killed.json"))
	cmd.Dir = dir
	return cmd
}

// scanned completes a scan and returns its report without run id and times.
func scanned(t *testing.T, program, dir, state string) string {
	t.Helper()
	cmd := scanCommand(t.Context(), program, dir, state)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != report.ExitFindings {
		t.Fatalf("scan: %v\n%s", err, errs.String())
	}
	b, err := os.ReadFile(filepath.Join(dir, "killed.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d report.Document
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	d.Run = report.Run{}
	out, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// installed puts this test binary in place under the name by which TestMain
// runs the program.
func installed(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "estray")
	if err := os.Symlink(self, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// writeExports makes logs and a snapshot large enough that a scan takes a
// while.
func writeExports(t *testing.T, dir string) {
	t.Helper()
	const account, region, functions, objects, perObject = "111122223333", "eu-west-1", 300, 40, 120
	arn := func(i int) string {
		return fmt.Sprintf("arn:aws:lambda:%s:%s:function:f-%03d", region, account, i%functions)
	}
	var snap bytes.Buffer
	fmt.Fprintln(&snap, `{"schema":"estray.snapshot/v1","taken":"2026-03-01T23:00:00Z"}`)
	fmt.Fprintf(&snap, `{"source":"aws-lambda","provider":"aws","account":%q,"region":%q,"capability":"functions","state":"complete","seen":%d}`+"\n", account, region, functions)
	for i := range functions {
		fmt.Fprintf(&snap, `{"id":%q,"provider":"aws","kind":"lambda-function","account":%q,"region":%q,"name":"f-%03d","exposures":[],"seen_by":["aws-lambda"]}`+"\n", arn(i), account, region, i)
	}
	config := "providers: {archives: [{kind: cloudtrail, url: logs}, {kind: snapshot, url: assets.jsonl}]}\n"
	err := errors.Join(os.WriteFile(filepath.Join(dir, "assets.jsonl"), snap.Bytes(), 0o644), os.WriteFile(filepath.Join(dir, "estray.yaml"), []byte(config), 0o644))
	if err != nil {
		t.Fatal(err)
	}
	for o := range objects {
		at := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(o) * 16 * time.Hour)
		var records []map[string]any
		for i := range perObject {
			n := o*perObject + i
			records = append(records, map[string]any{
				"eventVersion": "1.08", "eventTime": at.Add(time.Duration(i) * time.Second).Format(time.RFC3339), "eventSource": "lambda.amazonaws.com",
				"eventName": "UpdateFunctionCode20150331v2", "awsRegion": region, "eventID": fmt.Sprintf("e-%06d", n), "recipientAccountId": account,
				"eventCategory": "Management", "managementEvent": true, "eventType": "AwsApiCall", "readOnly": false,
				"userIdentity":      map[string]any{"type": "IAMUser", "arn": "arn:aws:iam::" + account + ":user/dev", "principalId": "AIDADEV", "accountId": account, "accessKeyId": "AKIADEV"},
				"requestParameters": map[string]any{"functionName": arn(n), "dryRun": false, "publish": false},
				"responseElements":  map[string]any{"functionArn": arn(n), "codeSha256": fmt.Sprintf("digest-%d", n), "version": "$LATEST"},
			})
		}
		array, err := json.Marshal(records)
		if err != nil {
			t.Fatal(err)
		}
		body, err := trailObject(array)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "logs", trailKey(account, region, at.Add(10*time.Minute).Format("20060102T1504"), fmt.Sprintf("%016d", o)))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, body, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}
