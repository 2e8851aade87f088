package live_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/aws/live"
	"github.com/estray/estray/providers/aws/session"
)

// TestOrganizationIsPlannedWhole: over an empty page that carries a token, by
// State and not Status, and with a word on each account that cannot be read.
func TestOrganizationIsPlannedWhole(t *testing.T) {
	in := func(id, state, status string) *awsfake.Account {
		a := member(id)
		a.State, a.Status = state, status
		return a
	}
	w := company(
		in("200000000009", "ACTIVE", "SUSPENDED"), in("200000000001", "SUSPENDED", "ACTIVE"), in("200000000002", "", "SUSPENDED"),
		in("200000000003", "PENDING_CLOSURE", "ACTIVE"), in("200000000004", "CLOSED", ""), in("200000000005", "", "ACTIVE"), in("200000000006", "PENDING_ACTIVATION", ""))
	w.PageSize, w.EmptyPages = map[string]int{"ListAccounts": 2}, map[string]int{"ListAccounts": 2}
	s := serve(t, w)
	p := plan(t, config(organization))
	want := []string{
		"aws organization complete 8", "aws scopes complete 8",
		"aws/111122223333 regions complete 1", "aws/200000000003 regions complete 1", "aws/200000000005 regions complete 1", "aws/200000000009 regions complete 1",
		"! aws/200000000001 scopes unavailable ListAccounts SUSPENDED", "! aws/200000000002 scopes unavailable ListAccounts SUSPENDED",
		"! aws/200000000004 scopes unavailable ListAccounts CLOSED", "! aws/200000000006 scopes unavailable ListAccounts PENDING_ACTIVATION",
	}
	if diff := cmp.Diff(want, p.words(t)); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
	wantRead := []string{home + " " + place, "200000000003 " + place, "200000000005 " + place, "200000000009 " + place}
	if diff := cmp.Diff(wantRead, p.read()); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	if first := p.sources[0].Cells()[0]; first.Source != live.SourcePlan || first.Scope != of("") {
		t.Errorf("the plan begins with %s, want its own cell", first)
	}
	if n := count(s, "AssumeRole"); n != 4 {
		t.Errorf("%d calls of AssumeRole, want one for each account that is read", n)
	}
	again := plan(t, config(organization))
	if diff := cmp.Diff(p.words(t), again.words(t)); diff != "" {
		t.Errorf("another plan (-first +second):\n%s", diff)
	}
}

// TestAllAccountsAreOurs also those that are suspended: a grant to one reaches
// no further than the organization.
func TestAllAccountsAreOurs(t *testing.T) {
	suspended := member("200000000001")
	suspended.State = "SUSPENDED"
	w := company(suspended)
	grant := func(account string) func(*awsfake.Function) {
		return policy("", statement{Sid: "s", Principal: map[string]any{"AWS": "arn:aws:iam::" + account + ":root"}, Action: "lambda:InvokeFunction"})
	}
	orgGrant := policy("", statement{Sid: "s", Principal: "*", Action: "lambda:InvokeFunction", Condition: condition{"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg1"}}})
	w.Accounts[0].Places[place] = &awsfake.Region{Functions: []*awsfake.Function{
		fn("member", grant("200000000001")), fn("listed", grant("300000000001")), fn("foreign", grant("999999999999")), fn("org", orgGrant)}}
	serve(t, w)
	cfg := config(organization)
	cfg.Own.Account = func(id string) bool { return id == "300000000001" }
	v := (&memory{}).run(t, cfg, at())
	got := map[string]inventory.Reach{}
	for _, a := range v.Assets {
		exposure, ok := a.Exposure.Get()
		if !ok || len(exposure.Ways) == 0 {
			t.Errorf("%s has no known way in", a.ID)
			continue
		}
		got[string(a.ID[strings.LastIndex(string(a.ID), ":")+1:])] = exposure.Ways[0].Reach
	}
	want := map[string]inventory.Reach{"member": inventory.ReachOrganization, "listed": inventory.ReachOrganization, "foreign": inventory.ReachPartner, "org": inventory.ReachOrganization}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reach (-want +got):\n%s", diff)
	}
}

// TestOrganizationIsKnownByItsAccounts where its own id may not be asked for: a
// grant to the organization must not look like one to somebody else's.
func TestOrganizationIsKnownByItsAccounts(t *testing.T) {
	w := company()
	w.Accounts[0].Places[place] = &awsfake.Region{Functions: []*awsfake.Function{fn("org", policy("", statement{Sid: "s", Principal: "*", Action: "lambda:InvokeFunction",
		Condition: condition{"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg1"}}}))}}
	serve(t, w).SetFaults(awsfake.Fault{Operation: "DescribeOrganization", Effect: awsfake.DenyMissing()})
	v := (&memory{}).run(t, config(organization), at())
	for _, a := range v.Assets {
		if exposure, _ := a.Exposure.Get(); len(exposure.Ways) != 1 || exposure.Ways[0].Reach != inventory.ReachOrganization {
			t.Errorf("%s: %+v, want the reach %s", a.ID, exposure.Ways, inventory.ReachOrganization)
		}
	}
	if len(v.Assets) != 1 {
		t.Errorf("%d functions, want 1", len(v.Assets))
	}
}

// TestWhatTheOrganizationDoesNotTell is a hole of its own, and spoils nothing
// that can be read all the same.
func TestWhatTheOrganizationDoesNotTell(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*awsfake.World)
		fault  awsfake.Fault
		words  []string
		says   string
		read   int
	}{
		"no organization": {change: func(w *awsfake.World) { w.Organization = nil },
			words: []string{"aws organization unavailable DescribeOrganization AWSOrganizationsNotInUseException", "aws/111122223333 regions complete 1",
				"! aws scopes unavailable ListAccounts AWSOrganizationsNotInUseException"}, says: "providers.aws.accounts", read: 1},
		"only members may not list": {change: func(w *awsfake.World) { w.Organization.Management = "200000000001" },
			words: []string{"aws organization complete", "aws/111122223333 regions complete 1", "! aws scopes denied ListAccounts AccessDeniedException"},
			says:  "delegated administrators", read: 1},
		"the first page is denied": {fault: awsfake.Fault{Operation: "ListAccounts", Effect: awsfake.DenyControlPolicy()},
			words: []string{"aws organization complete", "aws/111122223333 regions complete 1", "! aws scopes denied ListAccounts AccessDeniedException"},
			says:  "service control policy", read: 1},
		"the second page is denied": {fault: awsfake.Fault{Operation: "ListAccounts", Page: 2, Effect: awsfake.DenyMissing()},
			words: []string{"aws organization complete 2", "aws/111122223333 regions complete 1", "aws/200000000001 regions complete 1",
				"! aws scopes partial ListAccounts AccessDeniedException"}, says: "2 accounts were listed before", read: 2},
		"a token comes twice": {fault: awsfake.Fault{Operation: "ListAccounts", Page: 2, Effect: awsfake.RepeatToken()},
			words: []string{"aws organization complete 4", "aws/111122223333 regions complete 1", "aws/200000000001 regions complete 1",
				"aws/200000000002 regions complete 1", "aws/200000000003 regions complete 1", "! aws scopes partial ListAccounts"}, says: "twice", read: 4},
		"no account at all": {fault: awsfake.Fault{Operation: "ListAccounts", Effect: awsfake.Answer(200, `{"Accounts":[]}`)},
			words: []string{"aws organization complete", "aws/111122223333 regions complete 1", "! aws scopes malformed ListAccounts"},
			says:  "does not hold the account that asks", read: 1},
		"its own id is denied": {fault: awsfake.Fault{Operation: "DescribeOrganization", Effect: awsfake.DenyMissing()},
			words: []string{"aws organization partial 5 DescribeOrganization AccessDeniedException", "aws scopes complete 5", "aws/111122223333 regions complete 1",
				"aws/200000000001 regions complete 1", "aws/200000000002 regions complete 1", "aws/200000000003 regions complete 1", "aws/200000000004 regions complete 1"}, read: 5},
		"its own id is not told": {fault: awsfake.Fault{Operation: "DescribeOrganization", Effect: awsfake.Answer(200, `{}`)},
			words: []string{"aws organization partial 5 DescribeOrganization", "aws scopes complete 5", "aws/111122223333 regions complete 1",
				"aws/200000000001 regions complete 1", "aws/200000000002 regions complete 1", "aws/200000000003 regions complete 1", "aws/200000000004 regions complete 1"}, read: 5},
	} {
		t.Run(name, func(t *testing.T) {
			w := company(members(4)...)
			w.PageSize = map[string]int{"ListAccounts": 2}
			if test.change != nil {
				test.change(w)
			}
			s := serve(t, w)
			if test.fault.Operation != "" {
				s.SetFaults(test.fault)
			}
			p := plan(t, config(organization))
			if diff := cmp.Diff(test.words, p.words(t)); diff != "" {
				t.Errorf("words (-want +got):\n%s", diff)
			}
			if got := p.read(); len(got) != test.read {
				t.Errorf("read = %v, want %d", got, test.read)
			}
			if why := p.says(t, of(""), inventory.CapScopes); !strings.Contains(why, test.says) {
				t.Errorf("scopes: %s, want it to say %q", why, test.says)
			}
		})
	}
}

// TestOneOfFiftyDenied leaves forty-nine.
func TestOneOfFiftyDenied(t *testing.T) {
	s := serve(t, company(members(50)...))
	refused := "arn:aws:iam::200000000025:role/" + audit
	s.SetFaults(awsfake.Fault{Operation: "AssumeRole", Resource: refused, Effect: awsfake.DenyMissing()})
	p := plan(t, config(organization))
	if got := p.read(); len(got) != 50 || slices.ContainsFunc(got, func(r string) bool { return strings.HasPrefix(r, "200000000025") }) {
		t.Errorf("%d regions are read: %v", len(got), got)
	}
	if len(p.problems) != 1 {
		t.Fatalf("problems = %v", p.problems)
	}
	c := p.problems[0].Coverage()
	if got := line(c); got != "aws/200000000025 scopes denied AssumeRole AccessDenied" || !strings.Contains(c.Why.Message, refused) {
		t.Errorf("problem = %s: %s, want it to name the role", got, c.Why.Message)
	}
	if n := count(s, "AssumeRole"); n != 51 {
		t.Errorf("%d calls of AssumeRole, want 51", n)
	}
}

// TestAccountsByName: a list is read as it is, each account once, and nobody
// asks for an organization.
func TestAccountsByName(t *testing.T) {
	s := serve(t, company(members(3)...))
	p := plan(t, config(role(audit, ""), anyRegion, func(c *live.Config) { c.Accounts = []string{"200000000003", "200000000001", "200000000003"} }))
	want := []string{"aws scopes complete 2", "aws/200000000001 regions complete 1", "aws/200000000003 regions complete 1"}
	if diff := cmp.Diff(want, p.words(t)); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
	if count(s, "ListAccounts")+count(s, "DescribeOrganization") != 0 {
		t.Error("the organization was asked")
	}
}

// TestOwnAccount is read with the credentials as they are where its role cannot
// be taken, and says so; no other account is.
func TestOwnAccount(t *testing.T) {
	without := company()
	without.Accounts[0].Role = ""
	wantsID := company()
	wantsID.Accounts[0].ExternalID = "x-1"
	for name, test := range map[string]struct {
		world *awsfake.World
		cfg   live.Config
		calls int
		says  []string
	}{
		"no role is asked for":     {company(), config(anyRegion), 0, nil},
		"the role is taken":        {company(), config(anyRegion, role(audit, "")), 1, nil},
		"the role is not there":    {without, config(anyRegion, role(audit, "")), 1, []string{"arn:aws:iam::" + home + ":role/" + audit, "AssumeRole: AccessDenied", "credentials as they are"}},
		"the external id is wrong": {wantsID, config(anyRegion, role(audit, "x-2")), 1, []string{"credentials as they are"}},
		"the external id is right": {wantsID, config(anyRegion, role(audit, "x-1")), 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, test.world)
			p := plan(t, test.cfg)
			if diff := cmp.Diff([]string{"aws scopes complete 1", "aws/" + home + " regions complete 1"}, p.words(t)); diff != "" {
				t.Errorf("words (-want +got):\n%s", diff)
			}
			if why := p.says(t, of(home), inventory.CapRegions); !holds(why, test.says...) || (why == "") != (test.says == nil) {
				t.Errorf("regions: %q, want it to say %q", why, test.says)
			}
			if n := count(s, "AssumeRole"); n != test.calls {
				t.Errorf("%d calls of AssumeRole, want %d", n, test.calls)
			}
		})
	}
}

// TestCredentialsOfTheRole: whoever runs as the role already does not take it
// again, which its trust policy seldom allows.
func TestCredentialsOfTheRole(t *testing.T) {
	s := serve(t, company())
	cfg, err := session.Load(t.Context(), session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + home + ":role/" + audit), RoleSessionName: aws.String("runner")})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", *got.Credentials.AccessKeyId)
	t.Setenv("AWS_SECRET_ACCESS_KEY", *got.Credentials.SecretAccessKey)
	t.Setenv("AWS_SESSION_TOKEN", *got.Credentials.SessionToken)
	s.Reset()
	p := plan(t, config(anyRegion, role("ops/"+audit, "")))
	if why := p.says(t, of(home), inventory.CapRegions); why != "" || count(s, "AssumeRole") != 0 {
		t.Errorf("the role was taken %d times; regions: %s", count(s, "AssumeRole"), why)
	}
}

func TestNoRoleForOthers(t *testing.T) {
	s := serve(t, company(members(1)...))
	p := plan(t, config(anyRegion, func(c *live.Config) { c.Accounts = []string{home, "200000000001"} }))
	want := []string{"aws scopes complete 2", "aws/" + home + " regions complete 1", "! aws/200000000001 scopes unavailable AssumeRole"}
	if diff := cmp.Diff(want, p.words(t)); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
	if n := count(s, "AssumeRole"); n != 0 {
		t.Errorf("%d calls of AssumeRole", n)
	}
}

// TestNothingCanBePlanned: without usable credentials there is one hole, over
// everything.
func TestNothingCanBePlanned(t *testing.T) {
	for name, test := range map[string]struct {
		change func(t *testing.T, s *awsfake.Server)
		word   string
		says   []string
	}{
		"no credentials": {func(t *testing.T, _ *awsfake.Server) {
			t.Setenv("AWS_ACCESS_KEY_ID", "")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "")
		}, "! aws scopes unavailable find credentials", []string{"AWS_PROFILE", "AWS_ACCESS_KEY_ID"}},
		"refused credentials": {func(_ *testing.T, s *awsfake.Server) {
			s.SetFaults(awsfake.Fault{Operation: "GetCallerIdentity", Effect: awsfake.DenyControlPolicy()})
		}, "! aws scopes denied GetCallerIdentity AccessDenied", nil},
		"credentials that nobody knows": {func(_ *testing.T, s *awsfake.Server) {
			s.SetFaults(awsfake.Fault{Operation: "GetCallerIdentity", Effect: awsfake.Answer(403,
				`<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>invalid</Message></Error></ErrorResponse>`)})
		}, "! aws scopes denied GetCallerIdentity InvalidClientTokenId", []string{"does not accept the credentials", "AWS_REGION"}},
		"expired credentials": {func(_ *testing.T, s *awsfake.Server) {
			s.SetFaults(awsfake.Fault{Operation: "GetCallerIdentity", Effect: awsfake.Expire()})
		}, "! aws scopes unavailable GetCallerIdentity ExpiredToken", []string{"scan again"}},
		"a plain address of another machine": {func(t *testing.T, _ *awsfake.Server) {
			t.Setenv("AWS_ENDPOINT_URL", "http://192.0.2.1")
		}, "! aws scopes unavailable GetCallerIdentity", []string{"plain http to another machine", "use https"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, company())
			test.change(t, s)
			p := plan(t, config(organization))
			if diff := cmp.Diff([]string{test.word}, p.words(t)); diff != "" {
				t.Fatalf("words (-want +got):\n%s", diff)
			}
			if why := p.says(t, of(""), inventory.CapScopes); !holds(why, test.says...) {
				t.Errorf("scopes: %s", why)
			}
		})
	}
}

// TestHungSTSEndsThePlan: each account waits its time, but not all of them.
func TestHungSTSEndsThePlan(t *testing.T) {
	s := serve(t, company(members(20)...))
	s.SetFaults(awsfake.Fault{Operation: "AssumeRole", After: 2, Effect: awsfake.Hang()})
	cfg := config(organization)
	cfg.Calls.Timeout, cfg.Calls.Attempts = 100*time.Millisecond, 1
	begun := time.Now()
	p := plan(t, cfg)
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("it took %s", took)
	}
	if got := p.read(); len(got) != 2 || len(p.problems) != 19 {
		t.Errorf("%d accounts are read, %d are holes; want 2 and 19", len(got), len(p.problems))
	}
	for _, x := range p.problems {
		if line(x.Coverage()) != fmt.Sprintf("aws/%s scopes unavailable AssumeRole", x.Cell.Scope.Account) {
			t.Errorf("problem = %v", x)
		}
	}
	if why := p.says(t, of("200000000020"), inventory.CapScopes); !holds(why, "not asked", "3 accounts before it") {
		t.Errorf("the last account: %s", why)
	}
	if n := count(s, "AssumeRole"); n != 5 {
		t.Errorf("%d calls of AssumeRole, want 5", n)
	}
}

// TestHungListRegionsIsAskedNoMore: each account waits its time, but not all of
// them; of the others every region is tried.
func TestHungListRegionsIsAskedNoMore(t *testing.T) {
	s := serve(t, company(members(9)...))
	s.SetFaults(awsfake.Fault{Operation: "ListRegions", After: 1, Times: 3, Effect: awsfake.Hang()})
	cfg := config(organization)
	cfg.Calls.Timeout, cfg.Calls.Attempts = 100*time.Millisecond, 1
	p := plan(t, cfg)
	if n := count(s, "ListRegions"); n != 4 {
		t.Errorf("%d calls of ListRegions, want 4: one that was answered, and three that were not", n)
	}
	if got := len(p.read()); got < 9*30 {
		t.Errorf("%d regions are read, want all of 9 accounts", got)
	}
	for account, want := range map[string]string{"200000000003": "no whole answer came in time", "200000000004": "not asked, since the 3 accounts before it"} {
		if why := p.says(t, of(account), inventory.CapRegions); !holds(why, "ListRegions", want, "every region of the partition is tried") {
			t.Errorf("%s: %s", account, why)
		}
	}
}

// TestBaseCredentialsEndAmid: the accounts that come later are not asked for.
func TestBaseCredentialsEndAmid(t *testing.T) {
	s := serve(t, company(members(5)...))
	s.SetFaults(awsfake.Fault{Operation: "AssumeRole", After: 2, Effect: awsfake.Expire()})
	p := plan(t, config(organization))
	if got := p.read(); len(got) != 2 || len(p.problems) != 4 {
		t.Errorf("%d accounts are read, %d are holes; want 2 and 4", len(got), len(p.problems))
	}
	for _, x := range p.problems {
		if c := x.Coverage(); c.State != inventory.Unavailable || c.Why.Code != "ExpiredToken" {
			t.Errorf("problem = %s", line(c))
		}
	}
	if n := count(s, "AssumeRole"); n != 3 {
		t.Errorf("%d calls of AssumeRole, want 3", n)
	}
}

// TestStoppedPlanKeepsWhatItHas, at once, and says what it did not come to.
func TestStoppedPlanKeepsWhatItHas(t *testing.T) {
	s := serve(t, company(members(6)...))
	cfg := config(organization)
	ctx, cancel := context.WithCancel(t.Context())
	cfg.Planned = func(done, of int) {
		if of != 7 {
			t.Errorf("of %d accounts, want 7", of)
		}
		if done == 3 {
			s.SetFaults(awsfake.Fault{Operation: "AssumeRole", Effect: awsfake.Hang()})
			time.AfterFunc(50*time.Millisecond, cancel)
		}
	}
	begun := time.Now()
	sources, err := live.New(cfg).Plan(ctx)
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("it went on for %s", took)
	}
	problems, rest := providers.Problems(err)
	p := planned{sources: sources}
	if got := p.read(); len(got) != 3 || len(problems) != 4 || rest != nil {
		t.Errorf("%d accounts are planned, %d are holes, %v; want 3 and 4", len(got), len(problems), rest)
	}
	for _, x := range problems {
		if c := x.Coverage(); c.State != inventory.Cancelled || c.Cell.Capability != inventory.CapScopes || c.Cell.Scope.Account == "" {
			t.Errorf("problem = %s", line(c))
		}
	}
}

// TestStoppedBeforeThePlan: neither an answer nor a refusal.
func TestStoppedBeforeThePlan(t *testing.T) {
	s := serve(t, company(members(2)...))
	for _, operation := range []string{"GetCallerIdentity", "ListAccounts"} {
		s.SetFaults(awsfake.Fault{Operation: operation, Effect: awsfake.Hang()})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		_, err := live.New(config(organization)).Plan(ctx)
		problems, _ := providers.Problems(err)
		if len(problems) == 0 || problems[0].Cell.Capability != inventory.CapScopes || problems[0].Cell.Scope != of("") || problems[0].State != inventory.Cancelled {
			t.Errorf("%s hangs: %v", operation, problems)
		}
	}
}

// TestOtherShardsAreNotAsked: no role is taken for them, and nothing is said of
// them, but they are ours.
func TestOtherShardsAreNotAsked(t *testing.T) {
	suspended := member("200000000007")
	suspended.State = "SUSPENDED"
	s := serve(t, company(append(members(4), suspended)...))
	cfg := config(organization)
	cfg.Within = func(s inventory.Scope) bool { return s.Account == "200000000002" }
	p := plan(t, cfg)
	want := []string{"aws organization complete 6", "aws scopes complete 6", "aws/200000000002 regions complete 1"}
	if diff := cmp.Diff(want, p.words(t)); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
	if n := count(s, "AssumeRole"); n != 1 {
		t.Errorf("%d calls of AssumeRole, want 1", n)
	}
}

// TestCertificateBundle of the environment is obeyed by all that a scan calls.
func TestCertificateBundle(t *testing.T) {
	fake := awsfake.New(company())
	s := httptest.NewUnstartedServer(http.HandlerFunc(fake.ServeHTTP))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of the calls that are refused
	s.StartTLS()
	t.Cleanup(s.Close)
	serve(t, company()) // for the rest of the settings
	t.Setenv("AWS_ENDPOINT_URL", s.URL)
	p := plan(t, config(organization))
	if len(p.sources) != 0 || !strings.Contains(p.says(t, of(""), inventory.CapScopes), "certificate") {
		t.Errorf("without the bundle: %v", p.problems)
	}
	t.Setenv("AWS_CA_BUNDLE", bundle(t, s.Certificate().Raw))
	p = plan(t, config(organization))
	if got := p.read(); len(got) != 1 || len(p.problems) != 0 {
		t.Errorf("with the bundle: %v, %v", got, p.problems)
	}
}
