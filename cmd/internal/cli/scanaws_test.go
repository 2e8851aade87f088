package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/cmd/internal/cli"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
)

const estateConfig = "providers: {aws: {accounts: organization, role: EstrayAudit, external_id: " + awsfake.ExternalID + ", rate: 0}}\n"

// estate is a company of 300 functions behind a server, and the arguments that
// scan it at its own instant.
func estate(t *testing.T) (*awsfake.Built, *awsfake.Server, room, []string) {
	t.Helper()
	b := awsfake.Estate(awsfake.EstateOptions{})
	s := awsfake.New(b.World)
	pointAWS(t, s)
	return b, s, newRoom(t, estateConfig), []string{"--now", b.World.Now.Format(time.RFC3339)}
}

// holes lists the cells that are not whole: "SCOPE CAPABILITY STATE".
func holes(d *report.Document) []string {
	var out []string
	for _, c := range d.Coverage {
		if c.State != "complete" && c.State != "disabled" {
			out = append(out, fmt.Sprintf("%s/%s/%s %s %s", c.Provider, c.Account, c.Region, c.Capability, c.State))
		}
	}
	slices.Sort(out)
	return out
}

// TestAWSIsReadAsItIs: every function of an organization, every URL under its
// qualifier and the right reach for each; every hole has its word.
func TestAWSIsReadAsItIs(t *testing.T) {
	b, s, r, args := estate(t)
	code, d := r.scan(args...)
	if code != report.ExitFindings {
		t.Errorf("exit code %d, want %d: %s", code, report.ExitFindings, d.ExitWhy)
	}
	assets := map[string]report.Asset{}
	for _, a := range d.Assets {
		assets[a.ID] = a
	}
	for _, f := range b.Functions {
		a, ok := assets[f.ARN]
		if !ok {
			t.Errorf("%s (%s) is not known", f.ARN, f.Kind)
			continue
		}
		urls, reach := map[string]string{}, map[string]string{}
		for _, e := range a.Exposures {
			if e.Kind == "function-url" {
				urls[e.Qualifier] = e.Hostname
			}
			if e.Kind == "function-url" || e.Kind == "policy" {
				reach[e.Qualifier] = wider(t, reach[e.Qualifier], e.Reach)
			}
		}
		want := map[string]string{}
		for q, r := range f.Reach {
			if r != "private" {
				want[q] = r
			}
		}
		for q, r := range reach {
			if r == "private" {
				delete(reach, q)
			}
		}
		if diff := cmp.Diff(f.URLs, urls); diff != "" && len(f.URLs)+len(urls) > 0 {
			t.Errorf("%s (%s): URLs (-want +got):\n%s", f.ARN, f.Kind, diff)
		}
		if diff := cmp.Diff(want, reach); diff != "" {
			t.Errorf("%s (%s): reach (-want +got):\n%s", f.ARN, f.Kind, diff)
		}
	}
	for _, f := range d.Findings { // the configuration does not tell the organization; AWS did
		if strings.Contains(f.Message, b.World.Organization.ID) {
			t.Errorf("our own organization is taken for a foreign one: %s %s", f.Rule, f.Message)
		}
	}
	want := []string{
		"aws/" + awsfake.Management + "/ microvms unavailable", "aws/" + awsfake.Shop + "/ microvms unavailable", "aws/" + awsfake.Data + "/ microvms unavailable",
		"aws/" + awsfake.Old + "/ scopes unavailable",
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, holes(d)); diff != "" {
		t.Errorf("holes (-want +got):\n%s", diff)
	}
	roles := 0
	for _, c := range s.Calls() {
		if c.Operation == "AssumeRole" {
			roles++
		}
	}
	if roles != 3 {
		t.Errorf("%d calls of AssumeRole, want one for each account that is not suspended", roles)
	}
}

func wider(t *testing.T, a, b string) string {
	t.Helper()
	var x, y inventory.Reach
	if a == "" {
		return b
	}
	if err := x.UnmarshalText([]byte(a)); err != nil {
		t.Fatal(err)
	}
	if err := y.UnmarshalText([]byte(b)); err != nil {
		t.Fatal(err)
	}
	return inventory.Widest(x, y).String()
}

// TestNoValueOfAnEnvironmentIsKept: neither in the store, nor in a report, nor
// in what is written beside them.
func TestNoValueOfAnEnvironmentIsKept(t *testing.T) {
	_, _, r, args := estate(t)
	args = append([]string{"scan", "--log-level", "debug", "--output", "text=-"}, args...)
	for _, format := range []string{"json=r.json", "html=r.html", "csv=csv"} {
		args = append(args, "--output", format)
	}
	_, out, errs := r.estray(args...)
	held := map[string][]byte{"standard output": []byte(out), "standard error": []byte(errs)}
	err := filepath.WalkDir(r.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "estray.yaml" {
			return err
		}
		held[e.Name()], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(held) < 5 {
		t.Errorf("only %d places were looked at", len(held))
	}
	for name, content := range held {
		for _, secret := range []string{awsfake.Canary, awsfake.ExternalID, "token-of-", "secret-of-"} {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s holds %s", name, secret)
			}
		}
	}
}

// TestOtherProvidersCallNoAWS: to plan costs calls.
func TestOtherProvidersCallNoAWS(t *testing.T) {
	_, s, r, args := estate(t)
	if code, _, errs := r.estray(append([]string{"scan", "--provider", "cloudflare"}, args...)...); code == report.ExitUsage {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	if n := len(s.Calls()); n != 0 {
		t.Errorf("%d calls of AWS", n)
	}
}

func TestNothingToReadNamesBothWays(t *testing.T) {
	r := newRoom(t, "state: sqlite:e.db\n")
	code, _, errs := r.estray("scan")
	if code != report.ExitUsage || !strings.Contains(errs, "providers.aws") || !strings.Contains(errs, "providers.archives") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

// TestShardsOfAWS together read what one scan reads, and no shard takes a role
// in the accounts of another.
func TestShardsOfAWS(t *testing.T) {
	_, s, r, args := estate(t)
	_, whole := r.scan(append(args, "--state", r.sqlite("whole.db"))...)
	s.Reset()
	var last *report.Document
	for _, shard := range []string{"1/3", "2/3", "3/3"} {
		_, last = r.scan(append(args, "--state", r.sqlite("shards.db"), "--shard", shard)...)
	}
	taken := map[string]int{}
	for _, c := range s.Calls() {
		if c.Operation == "AssumeRole" {
			taken[c.Resource]++
		}
	}
	for role, n := range taken {
		if n != 1 {
			t.Errorf("%s was taken %d times", role, n)
		}
	}
	if diff := cmp.Diff(holes(whole), holes(last)); diff != "" {
		t.Errorf("holes (-whole +shards):\n%s", diff)
	}
	if diff := cmp.Diff(whole.Assets, last.Assets); diff != "" {
		t.Errorf("assets (-whole +shards):\n%s", diff)
	}
}

// TestAScanOfAWSThatIsStopped at any call keeps what it read and says what it
// did not; the next one goes on, and its report is that of an undisturbed scan.
func TestAScanOfAWSThatIsStopped(t *testing.T) {
	w := manyAccounts(100)
	now := w.Now.Format(time.RFC3339)
	for i, a := range w.Accounts {
		if i%10 == 0 {
			a.Places["eu-west-1"].Functions = []*awsfake.Function{{Name: fmt.Sprint("f", i)}}
		}
	}
	fake := awsfake.New(w)
	var calls, stopAt atomic.Int64
	var cancel context.CancelFunc
	pointAWS(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == stopAt.Load() {
			cancel()
		}
		fake.ServeHTTP(w, r)
	}))
	r := newRoom(t, "providers: {aws: {accounts: organization, role: EstrayAudit, rate: 0}}\n")
	_, want := r.scan("--now", now, "--state", r.sqlite("undisturbed.db"))
	undisturbed := calls.Load()
	for _, share := range []int64{1, 10, 60} { // of a hundred calls; planning makes the first
		var ctx context.Context
		ctx, cancel = context.WithCancel(t.Context())
		calls.Store(0)
		stopAt.Store(max(undisturbed*share/100, 1))
		state := r.sqlite(fmt.Sprint("stopped-", share, ".db"))
		var out, errs bytes.Buffer
		begun := time.Now()
		code := cli.Run(ctx, []string{"scan", "--now", now, "--state", state}, cli.Streams{Out: &out, Err: &errs, OutWidth: 80, Dir: r.dir, Clock: time.Now, Holder: "test"})
		if took := time.Since(begun); took > 20*time.Second {
			t.Errorf("after %d %%: it went on for %s", share, took)
		}
		if code != report.ExitFailed || !strings.Contains(errs.String(), "the scan was stopped") {
			t.Errorf("after %d %%: exit code %d\n%s", share, code, errs.String()[max(0, errs.Len()-500):])
		}
		cancel()
		stopAt.Store(0)
		_, got := r.scan("--now", now, "--state", state)
		if diff := cmp.Diff(undated(want), undated(got)); diff != "" {
			t.Errorf("after %d %%: the next scan's report (-undisturbed +got):\n%s", share, diff)
		}
	}
}

// undated is the report without its run, without the notes on how a whole cell
// was read, and without what a stopped scan may leave of findings: see afterStop.
func undated(d *report.Document) report.Document {
	out := *d
	out.Run, out.Summary.Findings, out.ExitWhy = report.Run{}, report.FindingSummary{}, ""
	out.Assets = slices.Clone(d.Assets)
	for i := range out.Assets {
		out.Assets[i].Findings = nil
	}
	out.Coverage = slices.Clone(d.Coverage)
	for i, c := range out.Coverage {
		if c.State == "complete" {
			out.Coverage[i].Message = ""
		}
	}
	out.Findings = slices.DeleteFunc(slices.Clone(d.Findings), func(f report.Finding) bool { return f.State == "resolved" })
	return out
}

// TestConfigurationReachesAWS: what the file says is what is asked.
func TestConfigurationReachesAWS(t *testing.T) {
	asked := func(s *awsfake.Server, of func(awsfake.Call) string) []string {
		var out []string
		for _, c := range s.Calls() {
			if v := of(c); v != "" && !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
		slices.Sort(out)
		return out
	}
	functionsIn := func(c awsfake.Call) string {
		if c.Operation == "GetAccountSettings" {
			return c.Account + " " + c.Region
		}
		return ""
	}
	operation := func(names ...string) func(awsfake.Call) string {
		return func(c awsfake.Call) string {
			if slices.Contains(names, c.Operation) {
				return c.Operation
			}
			return ""
		}
	}
	for name, test := range map[string]struct {
		block string
		of    func(awsfake.Call) string
		want  []string
	}{
		"accounts and regions": {"accounts: [\"" + awsfake.Shop + "\"], regions: [us-east-1]", functionsIn, []string{awsfake.Shop + " us-east-1"}},
		"the own account":      {"regions: [eu-west-1]", functionsIn, []string{awsfake.Management + " eu-west-1"}},
		"no event history":     {"accounts: organization, events: {lookup: false}", operation("LookupEvents", "GetFunction"), nil},
		"the event history":    {"accounts: organization", operation("LookupEvents", "GetFunction"), []string{"LookupEvents"}},
		"the code of images":   {"accounts: organization, events: {lookup: false}, get_function: true", operation("LookupEvents", "GetFunction"), []string{"GetFunction"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, s, r, args := estate(t)
			role := ", role: EstrayAudit, external_id: " + awsfake.ExternalID + ", rate: 0}}\n"
			r.write("estray.yaml", []byte("providers: {aws: {"+test.block+role))
			r.scan(args...)
			if diff := cmp.Diff(test.want, asked(s, test.of)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestSessionsAreNamedAfterTheRun, so that the customer finds them in the log.
// Findings do not hold the name: the same denial reads the same in each run.
func TestSessionsAreNamedAfterTheRun(t *testing.T) {
	_, s, r, args := estate(t)
	s.SetFaults(awsfake.Fault{Operation: "ListRegions", Account: awsfake.Shop, Effect: awsfake.DenyMissing()})
	_, d := r.scan(args...)
	named := 0
	for _, c := range s.Calls() {
		if c.Session == "estray-"+d.Run.ID {
			named++
		} else if c.Session != "" {
			t.Errorf("%s by the session %s", c.Operation, c.Session)
		}
	}
	if named == 0 {
		t.Error("no call was made by a session of the run")
	}
	for _, c := range d.Coverage {
		if c.Account == awsfake.Shop && c.Capability == "regions" {
			if !strings.Contains(c.Message, "assumed-role/EstrayAudit is not") || strings.Contains(c.Message, d.Run.ID) {
				t.Errorf("the denial reads %q", c.Message)
			}
			return
		}
	}
	t.Error("no word on the regions")
}

// TestRateIsKept by the server's own clock, for each account, region and group
// of operations that AWS counts together.
func TestRateIsKept(t *testing.T) {
	// A call may be held up on its way, and the next one not. Twice the rate would
	// show all the same, in three calls.
	const rate, tolerated = 5.0, 150 * time.Millisecond
	w := awsfake.Large(2, 6)
	s := awsfake.New(w)
	s.Clock = time.Now
	pointAWS(t, s)
	r := newRoom(t, fmt.Sprintf("providers: {aws: {accounts: organization, role: EstrayAudit, rate: %g}}\n", rate))
	r.scan("--now", w.Now.Format(time.RFC3339))
	groups := map[string][]time.Time{}
	for _, c := range s.Calls() {
		group := strings.TrimSuffix(c.Service, "-web")
		if c.Operation == "GetPolicy" || c.Operation == "LookupEvents" {
			group += ":" + c.Operation
		}
		key := c.Account + " " + c.Region + " " + group
		groups[key] = append(groups[key], c.At)
	}
	most := 0
	for key, at := range groups {
		for i := range at {
			for j := i + 1; j < len(at); j++ {
				if least := time.Duration(float64(j-i) / rate * float64(time.Second)); at[j].Sub(at[i]) < least-tolerated {
					t.Fatalf("%s: %d calls within %s, want at least %s", key, j-i+1, at[j].Sub(at[i]), least)
				}
			}
		}
		most = max(most, len(at))
	}
	if most < 10 {
		t.Errorf("no group was called more than %d times: the test shows too little", most)
	}
}
