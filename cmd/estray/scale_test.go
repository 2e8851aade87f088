package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/testparts"
)

// TestMemoryDoesNotGrowWithTheNumberOfEvents scans 20,000 assets with few and
// with many events and compares the peak of resident memory. Wall time and CPU
// are logged and asserted nowhere.
func TestMemoryDoesNotGrowWithTheNumberOfEvents(t *testing.T) {
	testparts.Heavy(t, "an input of production size")
	program := installed(t)
	const assets = 20_000
	few := measure(t, program, assets, 20_000)
	many := measure(t, program, assets, 200_000)
	t.Logf("%d assets: %s with 20,000 events, %s with 200,000", assets, few, many)
	if many.peakKB > few.peakKB*3/2 {
		t.Errorf("peak memory grew from %d to %d kB with ten times the events", few.peakKB, many.peakKB)
	}
}

// cost is what one scan took.
type cost struct {
	wall, cpu time.Duration
	peakKB    int64
}

func (c cost) String() string {
	return fmt.Sprintf("%.1fs wall, %.1fs CPU, %d MB peak", c.wall.Seconds(), c.cpu.Seconds(), c.peakKB>>10)
}

func measure(t *testing.T, program string, assets, events int) cost {
	t.Helper()
	dir := t.TempDir()
	writeScale(t, dir, assets, events)
	cmd := exec.CommandContext(t.Context(), program, "scan", "--now", "2026-03-02T00:00:00Z", "--output", "json=report.json")
	cmd.Dir = dir
	var errs bytes.Buffer
	cmd.Stderr = &errs
	began := time.Now()
	err := cmd.Run()
	wall := time.Since(began)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != report.ExitFindings {
		t.Fatalf("scan: %v\n%s", err, errs.String())
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Fatal("this system does not tell the memory of a process")
	}
	return cost{wall: wall, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), peakKB: usage.Maxrss}
}

// writeScale makes a snapshot of many functions that a claim selects, and logs
// in which their pipeline deploys them: an ordinary month of a large company.
func writeScale(t *testing.T, dir string, assets, events int) {
	t.Helper()
	const accounts, perObject = 20, 500
	region := "eu-west-1"
	account := func(i int) string { return fmt.Sprintf("1111222233%02d", i%accounts) }
	arn := func(i int) string {
		return fmt.Sprintf("arn:aws:lambda:%s:%s:function:svc-%05d", region, account(i), i)
	}
	f, err := os.Create(filepath.Join(dir, "assets.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, `{"schema":"estray.snapshot/v1","taken":"2026-03-01T23:00:00Z"}`)
	for i := range accounts {
		fmt.Fprintf(w, `{"source":"aws-lambda","provider":"aws","account":%q,"region":%q,"capability":"functions","state":"complete"}`+"\n", account(i), region)
	}
	for i := range assets {
		fmt.Fprintf(w, `{"id":%q,"provider":"aws","kind":"lambda-function","account":%q,"region":%q,"name":"svc-%05d","runtime":"python3.13","identity":"arn:aws:iam::%s:role/svc","exposures":[],"seen_by":["aws-lambda"]}`+"\n", arn(i), account(i), region, i, account(i))
	}
	config := `registry: {files: [registry.yaml]}
providers: {archives: [{kind: cloudtrail, url: logs}, {kind: snapshot, url: assets.jsonl}]}
`
	registry := `version: 1
owners: [{id: svc, name: Services, contacts: [svc@example.com]}]
claims:
  - id: svc
    owner: svc
    select: {provider: aws, name: "svc-0*"}
    approval: {ticket: T-1, by: ana@example.com, on: 2026-01-01, expires: 2027-01-01}
`
	config += "rules:\n  deployers:\n"
	for i := range accounts {
		config += fmt.Sprintf("    - arn:aws:iam::%s:role/ci\n", account(i))
	}
	err = errors.Join(w.Flush(), f.Close(), os.WriteFile(filepath.Join(dir, "estray.yaml"), []byte(config), 0o644), os.WriteFile(filepath.Join(dir, "registry.yaml"), []byte(registry), 0o644))
	if err != nil {
		t.Fatal(err)
	}
	for at, n := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), 0; n < events; n, at = n+perObject, at.Add(time.Hour) {
		writeScaleObject(t, dir, account(n/perObject), region, at, n, perObject, func(i int) string { return arn((i*accounts + n/perObject) % assets) })
	}
}

func writeScaleObject(t *testing.T, dir, account, region string, at time.Time, first, count int, arn func(int) string) {
	t.Helper()
	// Seven of eight are reads of the pipeline, as in any log.
	names := []string{"GetFunction20150331v2", "GetFunctionConfiguration20150331v2", "ListTags20170331", "GetPolicy20150331v2", "ListVersionsByFunction20150331", "GetFunction20150331v2", "ListFunctions20150331", "UpdateFunctionCode20150331v2"}
	records := make([]map[string]any, count)
	for i := range records {
		n := first + i
		name := names[n%len(names)]
		records[i] = map[string]any{
			"eventVersion": "1.08", "eventTime": at.Add(time.Duration(i) * time.Second).Format(time.RFC3339), "eventSource": "lambda.amazonaws.com",
			"eventName": name, "awsRegion": region, "eventID": fmt.Sprintf("e-%07d", n), "recipientAccountId": account, "sourceIPAddress": "203.0.113.4", "userAgent": "ci",
			"eventCategory": "Management", "managementEvent": true, "eventType": "AwsApiCall", "readOnly": n%len(names) != len(names)-1,
			"userIdentity": map[string]any{"type": "AssumedRole", "arn": "arn:aws:sts::" + account + ":assumed-role/ci/run", "principalId": "AROACI:run", "accountId": account, "accessKeyId": "ASIACI",
				"sessionContext": map[string]any{"sessionIssuer": map[string]any{"type": "Role", "arn": "arn:aws:iam::" + account + ":role/ci", "principalId": "AROACI", "accountId": account, "userName": "ci"}}},
			"requestParameters": map[string]any{"functionName": arn(n)},
			"responseElements":  nil,
		}
		if n%len(names) == len(names)-1 {
			records[i]["responseElements"] = map[string]any{"functionArn": arn(n), "codeSha256": fmt.Sprintf("digest-%d", n), "version": "$LATEST", "role": "arn:aws:iam::" + account + ":role/svc", "runtime": "python3.13"}
		}
	}
	array, err := json.Marshal(records)
	if err != nil {
		t.Fatal(err)
	}
	body, err := trailObject(array)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "logs", trailKey(account, region, at.Add(10*time.Minute).Format("20060102T1504"), fmt.Sprintf("%016d", first)))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, body, 0o644)); err != nil {
		t.Fatal(err)
	}
}
