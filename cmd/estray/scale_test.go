package main

import (
	"bytes"
	"fmt"
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
	const assets = 20_000
	few := measure(t, assets, 20_000)
	many := measure(t, assets, 200_000)
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

func measure(t *testing.T, assets, events int) cost {
	t.Helper()
	e := noExports(t)
	e.writeScale(t, assets, events)
	cmd := e.command(t.Context(), "sqlite:"+filepath.Join(e.dir, "estray.db"))
	s := e.run(t, cmd)
	if s.code != report.ExitFindings {
		t.Fatalf("scan: exit code %d\n%s", s.code, s.stderr)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Fatal("this system does not tell the memory of a process")
	}
	return cost{wall: s.took, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), peakKB: usage.Maxrss}
}

// writeScale makes a snapshot of many functions that a claim selects, and logs
// in which their pipeline deploys them: an ordinary month of a large company.
func (e exports) writeScale(t *testing.T, assets, events int) {
	t.Helper()
	const accounts, perObject = 20, 500
	const region = "eu-west-1"
	account := func(i int) string { return fmt.Sprintf("1111222233%02d", i%accounts) }
	arn := func(i int) string {
		return fmt.Sprintf("arn:aws:lambda:%s:%s:function:svc-%05d", region, account(i), i)
	}
	var snap bytes.Buffer
	fmt.Fprintln(&snap, `{"schema":"estray.snapshot/v1","taken":"2026-03-01T23:00:00Z"}`)
	for i := range accounts {
		fmt.Fprintf(&snap, `{"source":"aws-lambda","provider":"aws","account":%q,"region":%q,"capability":"functions","state":"complete"}`+"\n", account(i), region)
	}
	for i := range assets {
		fmt.Fprintf(&snap, `{"id":%q,"provider":"aws","kind":"lambda-function","account":%q,"region":%q,"name":"svc-%05d","runtime":"python3.13","identity":"arn:aws:iam::%s:role/svc","exposures":[],"seen_by":["aws-lambda"]}`+"\n", arn(i), account(i), region, i, account(i))
	}
	e.write(t, "assets.jsonl", snap.Bytes())
	e.write(t, "registry.yaml", []byte(scaleRegistry))
	config := scaleConfig
	for i := range accounts {
		config += fmt.Sprintf("    - arn:aws:iam::%s:role/ci\n", account(i))
	}
	e.write(t, "estray.yaml", []byte(config))
	for at, n := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), 0; n < events; n, at = n+perObject, at.Add(time.Hour) {
		calls := make([]logged, perObject)
		for i := range calls {
			call := n + i
			calls[i] = scaleCall(call, account(n/perObject), arn((call*accounts+n/perObject)%assets))
			calls[i].at, calls[i].region = at.Add(time.Duration(i)*time.Second), region
		}
		e.writeLog(t, n, calls)
	}
}

const scaleConfig = `registry: {files: [registry.yaml]}
providers: {archives: [{kind: cloudtrail, url: logs}, {kind: snapshot, url: assets.jsonl}]}
rules:
  deployers:
`

const scaleRegistry = `version: 1
owners: [{id: svc, name: Services, contacts: [svc@example.com]}]
claims:
  - id: svc
    owner: svc
    select: {provider: aws, name: "svc-0*"}
    approval: {ticket: T-1, by: ana@example.com, on: 2026-01-01, expires: 2027-01-01}
`

// scaleCall is the n-th call of the pipeline. Seven of eight only read, as in
// any log.
func scaleCall(n int, account, arn string) logged {
	names := []string{"GetFunction20150331v2", "GetFunctionConfiguration20150331v2", "ListTags20170331", "GetPolicy20150331v2", "ListVersionsByFunction20150331", "GetFunction20150331v2", "ListFunctions20150331", "UpdateFunctionCode20150331v2"}
	l := logged{
		account: account, name: names[n%len(names)], id: fmt.Sprintf("e-%07d", n), who: pipeline(account),
		request: map[string]any{"functionName": arn},
	}
	if n%len(names) == len(names)-1 {
		l.answer = map[string]any{"functionArn": arn, "codeSha256": fmt.Sprintf("digest-%d", n), "version": "$LATEST", "role": "arn:aws:iam::" + account + ":role/svc", "runtime": "python3.13"}
	}
	return l
}
