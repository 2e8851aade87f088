package cli_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/cloudflarefake"
)

const (
	cfAccount = "023e105f4ecef8ad9ca31a8372d0c353"
	cfOther   = "9a7806061c88ada191ed06f989cc3dac"
	cfToken   = "c0ffee00000000000000000000000000"
	cfCanary  = "canary-0123456789-token"
)

// cloudflareWorld is two accounts with a zone each, and a token of the first.
func cloudflareWorld() *cloudflarefake.World {
	w := &cloudflarefake.World{Now: time.Now(), Token: cloudflarefake.Token{Kind: cloudflarefake.AccountToken, Account: cfAccount, ID: cfToken, Status: "active"}}
	for i, id := range []string{cfAccount, cfOther} {
		w.Accounts = append(w.Accounts, &cloudflarefake.Account{ID: id, Subdomain: fmt.Sprint("team", i), Zones: []*cloudflarefake.Zone{{ID: strings.Repeat(fmt.Sprint(i+1), 32), Name: fmt.Sprintf("example%d.com", i)}}})
	}
	return w
}

// cloudflareRoom is a room whose configuration reads a fake of Cloudflare; more are
// the keys of the block.
func cloudflareRoom(t *testing.T, w *cloudflarefake.World, more string) (room, *cloudflarefake.Server) {
	t.Helper()
	fake := cloudflarefake.New(w)
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	r := newRoom(t, fmt.Sprintf("providers: {cloudflare: {endpoint: %q, rate: 0%s}}\n", server.URL, more))
	r.env = []string{"CLOUDFLARE_API_TOKEN=" + cfCanary}
	return r, fake
}

// TestDoctorOfCloudflareWhereAllWorks: every permission is tried in each account, in
// a zone of it where it is about zones, and nothing is left behind.
func TestDoctorOfCloudflareWhereAllWorks(t *testing.T) {
	r, fake := cloudflareRoom(t, cloudflareWorld(), "")
	code, rows, errs := r.doctor("--provider", "cloudflare")
	if code != report.ExitClean {
		t.Errorf("exit code %d\n%+v\n%s", code, rows, errs)
	}
	for _, id := range []string{cfAccount, cfOther} {
		for _, permission := range []string{"Workers Metadata Read-Only or Workers Scripts Read", "Workers Routes Read", "Account Settings Read", "Account API Tokens Read", "Logs Write"} {
			if !strings.Contains(fmt.Sprint(rows), fmt.Sprintf("{%s", id)) || !has(rows, id, permission, "works") {
				t.Errorf("%s was not found to work in %s: %+v", permission, id, rows)
			}
		}
	}
	if got := named(rows, "token"); got.State != "works" || got.Account != cfAccount || !strings.Contains(got.Why, "the account's token "+cfToken+"; it does not expire") {
		t.Errorf("token %+v", got)
	}
	if got := named(rows, "products of the audit log"); got.State != "works" || got.Why != "account, developer_platform" {
		t.Errorf("products %+v", got)
	}
	if got := named(rows, "Workers Routes Read"); got.Region == "" {
		t.Errorf("in no zone: %+v", got)
	}
	for _, call := range fake.Calls() {
		if call.UserAgent != "estray-doctor" || call.Method != "GET" || call.Forbidden {
			t.Errorf("call %+v", call)
		}
	}
	_, first, _ := r.estray("doctor")
	if _, again, _ := r.estray("doctor"); again != first {
		t.Errorf("the same checks are told in two ways:\n%s\n%s", first, again)
	}
}

func has(rows []checked, account, name, state string) bool {
	for _, c := range rows {
		if c.Account == account && c.Check == name && c.State == state {
			return true
		}
	}
	return false
}

// TestDoctorOfCloudflareNamesWhatIsMissing: the one account that lacks one
// permission, what is lost, and what prints the grant.
func TestDoctorOfCloudflareNamesWhatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		path string
		want checked
	}{
		"routes of a zone": {"/zones/:z/workers/routes", checked{cfOther, strings.Repeat("2", 32), "Workers Routes Read", "denied", "routes", "which routes lead to Workers", ""}},
		"settings":         {"/accounts/:a/workers/scripts/:s/settings", checked{cfOther, "", "Workers Metadata Read-Only or Workers Scripts Read", "denied", "settings", "bindings, and so what Workers reach", ""}},
		"the audit log":    {"/accounts/:a/logs/audit", checked{cfOther, "", "Account Settings Read", "denied", "events", "who changed what", ""}},
		"tokens":           {"/accounts/:a/tokens", checked{cfOther, "", "Account API Tokens Read", "denied", "tokens", "which tokens may deploy", ""}},
		"jobs of Logpush":  {"/accounts/:a/logpush/jobs", checked{cfOther, "", "Logs Write", "denied", "logpush", "which jobs deliver logs elsewhere", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			r, fake := cloudflareRoom(t, cloudflareWorld(), "")
			fake.SetFaults(cloudflarefake.Fault{Account: cfOther, Path: c.path, Effect: cloudflarefake.Deny(10000)})
			code, rows, errs := r.doctor("--holes")
			if len(rows) == 1 {
				if !strings.HasPrefix(rows[0].Why, "GET "+c.path+": 10000: ") || strings.Contains(rows[0].Why, "accept the blind spot") != (c.want.Check == "Logs Write") {
					t.Errorf("why %q", rows[0].Why)
				}
				rows[0].Why = ""
			}
			if d := cmp.Diff([]checked{c.want}, rows); d != "" || code != report.ExitIncomplete || !strings.Contains(errs, "hint: estray policy cloudflare prints the grant") {
				t.Errorf("exit code %d, -want +got\n%s\n%s", code, d, errs)
			}
		})
	}
}

// TestDoctorOfCloudflareLooksAtTheToken: what a scan cannot be made with is failed,
// and what may go wrong is warned of.
func TestDoctorOfCloudflareLooksAtTheToken(t *testing.T) {
	for name, c := range map[string]struct {
		change    func(*cloudflarefake.World)
		more      string
		fault     cloudflarefake.Fault
		state     string
		code      int
		why, warn string
	}{
		"of a person": {func(w *cloudflarefake.World) { w.Token.Kind = cloudflarefake.UserToken }, "", cloudflarefake.Fault{Path: "none"}, "works", report.ExitClean,
			"of a person; it does not expire", "can lock the person out"},
		"that ends soon": {func(w *cloudflarefake.World) { w.Token.ExpiresOn = time.Now().Add(50 * time.Hour) }, "", cloudflarefake.Fault{Path: "none"}, "works", report.ExitClean,
			"it expires at", "expires soon"},
		"that ends in a year": {func(w *cloudflarefake.World) { w.Token.ExpiresOn = time.Now().AddDate(1, 0, 0) }, "", cloudflarefake.Fault{Path: "none"}, "works", report.ExitClean,
			"it expires at", ""},
		"that is disabled":      {func(w *cloudflarefake.World) { w.Token.Status = "disabled" }, "", cloudflarefake.Fault{Path: "none"}, "failed", report.ExitFailed, "", ""},
		"that is nobody's":      {func(*cloudflarefake.World) {}, "", cloudflarefake.Fault{Effect: cloudflarefake.Deny(1000)}, "failed", report.ExitFailed, "1000", ""},
		"that cannot be told":   {func(*cloudflarefake.World) {}, "", cloudflarefake.Fault{Path: "/accounts/:a/tokens/verify", Effect: cloudflarefake.Deny(10000)}, "unclear", report.ExitIncomplete, "10000", ""},
		"that is not valid yet": {func(w *cloudflarefake.World) { w.Token.NotBefore = time.Now().Add(time.Hour) }, "", cloudflarefake.Fault{Path: "none"}, "failed", report.ExitFailed, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := cloudflareWorld()
			c.change(w)
			r, fake := cloudflareRoom(t, w, c.more)
			fake.SetFaults(c.fault)
			code, rows, errs := r.doctor()
			got := named(rows, "token")
			if got.State != c.state || code != c.code || !strings.Contains(got.Why, c.why) {
				t.Errorf("exit code %d, %+v, want %d and %s because of %q\n%s", code, got, c.code, c.state, c.why, errs)
			}
			if !strings.Contains(errs, c.warn) || c.warn == "" && strings.Contains(errs, "level=WARN") {
				t.Errorf("warnings:\n%s", errs)
			}
		})
	}
}

// TestDoctorOfCloudflareLooksForTheAccounts that the configuration names.
func TestDoctorOfCloudflareLooksForTheAccounts(t *testing.T) {
	r, _ := cloudflareRoom(t, cloudflareWorld(), fmt.Sprintf(", accounts: [%q, %q]", cfAccount, strings.Repeat("a", 32)))
	code, rows, _ := r.doctor("--holes")
	if len(rows) != 1 || rows[0].Account != strings.Repeat("a", 32) || rows[0].State != "denied" || rows[0].Lost != "everything in the account" || code != report.ExitIncomplete {
		t.Errorf("exit code %d, %+v", code, rows)
	}
	empty := cloudflareWorld()
	empty.Accounts = nil
	empty.Token.Kind = cloudflarefake.UserToken
	r, _ = cloudflareRoom(t, empty, "")
	code, rows, _ = r.doctor()
	if got := named(rows, "accounts"); got.State != "failed" || code != report.ExitFailed || !strings.Contains(got.Why, "the token sees no account") {
		t.Errorf("exit code %d, %+v", code, got)
	}
}

// TestDoctorOfCloudflareTellsThatAPermissionWorks though one of the calls that need
// it is not offered to the account.
func TestDoctorOfCloudflareTellsThatAPermissionWorks(t *testing.T) {
	w := cloudflareWorld()
	w.Accounts[0].NoPreviews, w.Accounts[0].NoDispatch = true, true
	r, _ := cloudflareRoom(t, w, "")
	_, rows, _ := r.doctor()
	for _, c := range rows {
		if strings.Contains(c.Check, "Workers Scripts Read") && c.State != "works" {
			t.Errorf("%+v, want that it works", c)
		}
	}
}

// TestDoctorOfCloudflareAsksForWhatIsConfigured and no more.
func TestDoctorOfCloudflareAsksForWhatIsConfigured(t *testing.T) {
	const log = "/accounts/:a/logs/audit"
	for more, want := range map[string]map[string]bool{
		"":                           {log: true},
		", events: {audit: false}":   {log: false},
		", zones: [example1.com]":    {log: true},
		", zones: [nothing.example]": {log: true, "/zones/:z/workers/routes": false},
	} {
		r, fake := cloudflareRoom(t, cloudflareWorld(), more)
		_, rows, _ := r.doctor()
		called := map[string]bool{}
		for _, c := range fake.Calls() {
			called[c.Path] = true
			if strings.Contains(more, "example1.com") && c.Zone != "" && c.Zone != strings.Repeat("2", 32) {
				t.Errorf("%s: zone %s was asked", more, c.Zone)
			}
		}
		for path, is := range want {
			if called[path] != is {
				t.Errorf("%q: %s was called: %v", more, path, called[path])
			}
		}
		if got := named(rows, "Workers Routes Read"); strings.Contains(more, "nothing") && (got.State != "unused" || !strings.Contains(got.Why, "no zone")) {
			t.Errorf("%+v", got)
		}
	}
}

// TestDoctorKeepsTheTokenOfCloudflareToItself, whatever goes wrong.
func TestDoctorKeepsTheTokenOfCloudflareToItself(t *testing.T) {
	for _, fault := range []cloudflarefake.Fault{{Path: "none"}, {Effect: cloudflarefake.Deny(1000)}, {Effect: cloudflarefake.HTML(502), After: 2, Times: 3},
		{Effect: cloudflarefake.Answer(403, "application/json", `{"success":false,"errors":[{"code":9109,"message":"no `+cfCanary+`"}]}`)}} {
		r, fake := cloudflareRoom(t, cloudflareWorld(), "")
		fake.SetFaults(fault)
		for _, args := range [][]string{{"doctor"}, {"doctor", "--format", "json", "--log-level", "debug"}, {"policy", "cloudflare"}, {"config", "show"}} {
			if _, out, errs := r.estray(args...); strings.Contains(out+errs, cfCanary) {
				t.Errorf("%v shows the token:\n%s%s", args, out, errs)
			}
		}
	}
}
