package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/internal/testparts"
)

// hanging is a scan of one function, of which one call is never answered.
type hanging struct {
	exports
	operation string
	cmd       *exec.Cmd
	errs      bytes.Buffer
}

func hangs(t *testing.T, operation string) *hanging {
	t.Helper()
	one := 1
	w := &awsfake.World{Now: time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC), Home: "111122223333", Accounts: []*awsfake.Account{
		{ID: "111122223333", Places: map[string]*awsfake.Region{"us-east-1": {Functions: []*awsfake.Function{{Name: "f"}}, CountedFunctions: &one}}}}}
	fake := awsfake.New(w)
	fake.SetFaults(awsfake.Fault{Operation: operation, Effect: awsfake.Hang()})
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	h := &hanging{exports: noExports(t), operation: operation}
	h.write(t, "estray.yaml", []byte("providers: {aws: {regions: [us-east-1], rate: 0}}\n"))
	h.cmd = h.command(t.Context(), "sqlite:estray.db", "--now", w.Now.Format(time.RFC3339))
	h.cmd.Stderr = &h.errs
	h.cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+server.URL, "AWS_ACCESS_KEY_ID=AKIAANYBODYSKEY00000", "AWS_SECRET_ACCESS_KEY=x", "AWS_SESSION_TOKEN=",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_PROFILE=", "AWS_MAX_ATTEMPTS=1")
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return h
}

// TestACallThatHangsForEver is given up: the scan ends, says which call it was,
// and keeps all that could be read. The scans wait side by side.
func TestACallThatHangsForEver(t *testing.T) {
	testparts.Heavy(t, "half a minute of waiting")
	began := time.Now()
	var all []*hanging
	for _, operation := range []string{"GetCallerIdentity", "GetAccountSettings", "ListFunctions", "ListAliases", "GetPolicy",
		"GetAccountAuthorizationDetails", "LookupEvents", "DescribeTrails", "GetResources", "GetApis", "ListBuckets", "GetWebAccountSettings"} {
		all = append(all, hangs(t, operation))
	}
	for _, h := range all {
		t.Run(h.operation, h.isGivenUp)
	}
	if took := time.Since(began); took > 2*time.Minute {
		t.Errorf("it took %s", took)
	}
}

func (h *hanging) isGivenUp(t *testing.T) {
	_ = h.cmd.Wait() // the exit code tells
	code := h.cmd.ProcessState.ExitCode()
	if code != report.ExitIncomplete && code != report.ExitFindings {
		t.Fatalf("exit code %d\n%s", code, h.errs.String())
	}
	d := readDocument(t, h.report)
	if !slices.ContainsFunc(d.Coverage, func(c report.Coverage) bool {
		return c.State != "complete" && c.Operation == h.operation && c.Message != ""
	}) {
		t.Errorf("no cell names the call: %+v", d.Coverage)
	}
	listed := h.operation != "GetCallerIdentity" && h.operation != "ListFunctions"
	if listed && len(d.Assets) != 1 {
		t.Errorf("%d assets, want the function", len(d.Assets))
	}
}
