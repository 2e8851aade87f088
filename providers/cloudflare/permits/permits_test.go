package permits_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/permits"
	"github.com/estray/estray/providers/cloudflare/session"
)

const (
	account = "023e105f4ecef8ad9ca31a8372d0c353"
	source  = "cloudflare-access"
	all     = "com.cloudflare.api.account." + account
	zone    = "com.cloudflare.api.account.zone.6d5b1b9e8f7a4c3d2e1f0a9b8c7d6e5f"
)

func now() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }

func group(name string) cloudflarefake.PermissionGroup {
	return cloudflarefake.PermissionGroup{ID: "id-of-" + strings.ReplaceAll(name, " ", "-"), Name: name}
}

func allow(resources map[string]any, names ...string) cloudflarefake.Policy {
	p := cloudflarefake.Policy{ID: "policy", Effect: "allow", Access: "allow", Resources: resources}
	for _, n := range names {
		p.PermissionGroups = append(p.PermissionGroups, group(n))
	}
	return p
}

func everything() map[string]any { return map[string]any{all: "*"} }

// heard is what a reading gave.
type heard struct {
	permits.Words
	permits []inventory.Permit
}

// place is a fake of Cloudflare with one account.
type place struct {
	server *cloudflarefake.Server
	client *session.Client
}

func open(t *testing.T, a *cloudflarefake.Account) place {
	t.Helper()
	a.ID = account
	p := place{server: cloudflarefake.New(&cloudflarefake.World{Now: now(), Accounts: []*cloudflarefake.Account{a}})}
	h := httptest.NewServer(p.server)
	t.Cleanup(h.Close)
	var err error
	if p.client, err = session.New(session.Options{Token: "canary-token", Endpoint: h.URL}); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p place) read(t *testing.T) heard {
	t.Helper()
	var out heard
	words, err := permits.Read(t.Context(), p.client, permits.Config{Account: account, Source: source, Now: now()}, func(f inventory.Fact) error {
		out.permits = append(out.permits, f.(inventory.Permit))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	out.Words = words
	return out
}

func cell(c inventory.Capability) inventory.Cell {
	return inventory.Cell{Source: source, Scope: inventory.Scope{Provider: inventory.Cloudflare, Account: account}, Capability: c}
}

func yes() *bool { b := true; return &b }

func no() *bool { b := false; return &b }

// TestWhoMayDeploy is the question that the permits answer.
func TestWhoMayDeploy(t *testing.T) {
	issued := now().AddDate(0, -3, 0)
	p := open(t, &cloudflarefake.Account{
		Members: []cloudflarefake.Member{
			{ID: "m1", Email: "ada@example.com", Status: "accepted", User: cloudflarefake.User{ID: "u1", Email: "ada@example.com", TwoFactorAuthenticationEnabled: true},
				Roles: []cloudflarefake.Role{{ID: "r1", Name: "Super Administrator - All Privileges"}}},
			{ID: "m2", Email: "bob@example.com", Status: "accepted", User: cloudflarefake.User{ID: "u2", Email: "bob@example.com"}, Policies: []cloudflarefake.Policy{{
				ID: "p", Access: "allow", PermissionGroups: []cloudflarefake.PermissionGroup{group("Workers Admin"), group("A Role Of Tomorrow")},
				ResourceGroups: []cloudflarefake.ResourceGroup{{ID: "g", Scope: json.RawMessage(`{"key":"` + all + `","objects":[{"key":"` + zone + `"}]}`)}},
			}}},
			{ID: "m3", Email: "new@partner.example", Status: "pending", Roles: []cloudflarefake.Role{{ID: "r2", Name: "Administrator Read Only"}}},
		},
		Tokens: []cloudflarefake.APIToken{
			{ID: "t1", Name: "deploy", Status: "active", IssuedOn: issued, ModifiedOn: issued.Add(time.Hour), LastUsedOn: now().Add(-time.Hour), ExpiresOn: now().AddDate(1, 0, 0), NotBefore: issued,
				Condition: json.RawMessage(`{"request_ip":{"in":["192.0.2.7/32"],"not_in":["192.0.2.9/32"]}}`),
				Policies:  []cloudflarefake.Policy{allow(everything(), "Workers Scripts Write"), allow(map[string]any{all: map[string]any{zone: "*"}}, "Workers Routes Write")}},
			{ID: "t2", Name: "look", Status: "disabled", Policies: []cloudflarefake.Policy{allow(everything(), "Workers Scripts Read")}},
			{ID: "t3", Name: "not from there", Condition: json.RawMessage(`{"request_ip":{"not_in":["192.0.2.9/32"]}}`), Policies: []cloudflarefake.Policy{
				allow(everything(), "Account Settings Read"), {ID: "d", Effect: "deny", PermissionGroups: []cloudflarefake.PermissionGroup{group("Workers Scripts Write")}, Resources: everything()}}},
		},
	})
	got := p.read(t)
	member := func(id, name, status string, p inventory.Permit) inventory.Permit {
		p.ID, p.Kind, p.Name, p.Status, p.Cell, p.At = id, inventory.MemberPermit, name, status, cell(inventory.CapMembers), now()
		return p
	}
	token := func(id, name, status string, p inventory.Permit) inventory.Permit {
		p.ID, p.Kind, p.Name, p.Status, p.Cell, p.At = "cloudflare:token:"+id, inventory.TokenPermit, name, status, cell(inventory.CapTokens), now()
		return p
	}
	want := []inventory.Permit{
		member("cloudflare:user:u1", "ada@example.com", "accepted", inventory.Permit{Grants: []string{"Super Administrator - All Privileges"}, Resources: []string{all}, Deploys: true, Admin: true, SecondFactor: yes()}),
		member("cloudflare:user:u2", "bob@example.com", "accepted", inventory.Permit{Grants: []string{"A Role Of Tomorrow", "Workers Admin"}, Resources: []string{all, all + "/" + zone}, Deploys: true, Unjudged: []string{"A Role Of Tomorrow"}, SecondFactor: no()}),
		member("cloudflare:member:m3", "new@partner.example", "pending", inventory.Permit{Grants: []string{"Administrator Read Only"}, Resources: []string{all}, SecondFactor: no()}),
		token("t1", "deploy", "active", inventory.Permit{Grants: []string{"Workers Routes Write", "Workers Scripts Write"}, Resources: []string{all, all + "/" + zone}, Deploys: true, Bounded: true,
			Issued: issued, Modified: issued.Add(time.Hour), LastUsed: now().Add(-time.Hour), Expires: now().AddDate(1, 0, 0), NotBefore: issued}),
		token("t2", "look", "disabled", inventory.Permit{Grants: []string{"Workers Scripts Read"}, Resources: []string{all}}),
		token("t3", "not from there", "active", inventory.Permit{Grants: []string{"Account Settings Read"}, Resources: []string{all}}),
	}
	if d := cmp.Diff(want, got.permits); d != "" {
		t.Errorf("permits (-want +got):\n%s", d)
	}
	if d := cmp.Diff(inventory.Coverage{Cell: cell(inventory.CapMembers), State: inventory.Complete, Seen: 3}, got.Members); d != "" {
		t.Errorf("word on members (-want +got):\n%s", d)
	}
	if c := got.Tokens; c.State != inventory.Complete || c.Seen != 3 || !strings.Contains(c.Why.Message, "those of users can be listed by these users alone") {
		t.Errorf("word on tokens %+v", c)
	}
	text, err := json.Marshal(got.permits)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "192.0.2.") {
		t.Errorf("an address is kept: %s", text)
	}
}

// TestExpiredTokensAreAskedFor and every page of them.
func TestExpiredTokensAreAskedFor(t *testing.T) {
	a := &cloudflarefake.Account{}
	for i := range 120 {
		a.Tokens = append(a.Tokens, cloudflarefake.APIToken{ID: fmt.Sprint("t", i), Name: "x", Status: "expired"})
	}
	p := open(t, a)
	got := p.read(t)
	if len(got.permits) != 120 || got.Tokens.State != inventory.Complete {
		t.Errorf("%d tokens, word %+v", len(got.permits), got.Tokens)
	}
	pages := 0
	for _, c := range p.server.Calls() {
		if c.Path == "/accounts/:a/tokens" {
			pages++
			if c.Query.Get("include_expired") != "true" {
				t.Error("expired tokens are not asked for")
			}
		}
	}
	if pages != 3 {
		t.Errorf("%d pages, want 3", pages)
	}
}

// TestNamesOfPermissionGroups are asked for where the list has ids alone, once;
// where they are refused the ids stay, and nobody takes them for harmless.
func TestNamesOfPermissionGroups(t *testing.T) {
	nameless := cloudflarefake.PermissionGroup{ID: "id-1"}
	world := func() *cloudflarefake.Account {
		a := &cloudflarefake.Account{PermissionGroups: []cloudflarefake.PermissionGroup{{ID: "id-1", Name: "Workers Scripts Write"}}}
		for _, id := range []string{"a", "b"} {
			a.Tokens = append(a.Tokens, cloudflarefake.APIToken{ID: id, Policies: []cloudflarefake.Policy{{ID: "p", Effect: "allow", PermissionGroups: []cloudflarefake.PermissionGroup{nameless}}}})
		}
		return a
	}
	const path = "/accounts/:a/tokens/permission_groups"
	for name, c := range map[string]struct {
		fault   cloudflarefake.Fault
		grants  []string
		deploys bool
		unknown int
	}{
		"told":      {cloudflarefake.Fault{Path: "none"}, []string{"Workers Scripts Write"}, true, 0},
		"refused":   {cloudflarefake.Fault{Path: path, Effect: cloudflarefake.Deny(10000)}, []string{"id-1"}, false, 1},
		"malformed": {cloudflarefake.Fault{Path: path, Effect: cloudflarefake.ObjectResult()}, []string{"id-1"}, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, world())
			p.server.SetFaults(c.fault)
			got := p.read(t)
			for _, permit := range got.permits {
				if d := cmp.Diff(c.grants, permit.Grants); d != "" || permit.Deploys != c.deploys || len(permit.Unjudged) != c.unknown {
					t.Errorf("permit %+v", permit)
				}
			}
			if len(got.permits) != 2 || got.Tokens.State != inventory.Complete {
				t.Errorf("%d permits, word %+v", len(got.permits), got.Tokens)
			}
			asked := 0
			for _, call := range p.server.Calls() {
				if call.Path == path {
					asked++
				}
			}
			if asked != 1 {
				t.Errorf("names were asked for %d times", asked)
			}
		})
	}
}

// TestFailure: what a failure means for the cell; the other one stands.
func TestFailure(t *testing.T) {
	for name, c := range map[string]struct {
		effect cloudflarefake.Effect
		page   int
		state  inventory.State
		code   string
	}{
		"denied":                      {cloudflarefake.Deny(10000), 0, inventory.Denied, "10000"},
		"denied with a success":       {cloudflarefake.Unsuccessful(10000), 0, inventory.Denied, "10000"},
		"denied on the second page":   {cloudflarefake.Deny(10000), 2, inventory.Partial, "10000"},
		"no list":                     {cloudflarefake.ObjectResult(), 0, inventory.Malformed, ""},
		"null":                        {cloudflarefake.NullResult(), 0, inventory.Malformed, ""},
		"fewer than the vendor count": {cloudflarefake.ShortPage(1), 2, inventory.Partial, ""},
		"the first page for ever":     {cloudflarefake.RepeatPage(), 0, inventory.Partial, ""},
		"a page of HTML":              {cloudflarefake.HTML(403), 0, inventory.Denied, "http-403"},
	} {
		for _, path := range []string{"/accounts/:a/members", "/accounts/:a/tokens"} {
			t.Run(name+path, func(t *testing.T) {
				a := &cloudflarefake.Account{}
				for i := range 70 {
					id := fmt.Sprint(i)
					a.Members = append(a.Members, cloudflarefake.Member{ID: id, User: cloudflarefake.User{ID: id}})
					a.Tokens = append(a.Tokens, cloudflarefake.APIToken{ID: id})
				}
				p := open(t, a)
				p.server.SetFaults(cloudflarefake.Fault{Path: path, Page: c.page, Effect: c.effect})
				got := p.read(t)
				failed, other := got.Members, got.Tokens
				if strings.HasSuffix(path, "tokens") {
					failed, other = other, failed
				}
				if failed.State != c.state || failed.Why.Code != c.code || failed.Why.Operation != "GET "+path {
					t.Errorf("word %+v, want %s by code %q", failed, c.state, c.code)
				}
				if other.State != inventory.Complete || other.Seen != 70 {
					t.Errorf("the other word %+v", other)
				}
				if len(got.permits) != failed.Seen+other.Seen {
					t.Errorf("%d permits where %d and %d were seen", len(got.permits), failed.Seen, other.Seen)
				}
			})
		}
	}
}

// TestWhatIsNotUnderstood is told, and the rest is read.
func TestWhatIsNotUnderstood(t *testing.T) {
	p := open(t, &cloudflarefake.Account{})
	p.server.SetFaults(
		cloudflarefake.Fault{Path: "/accounts/:a/members", Effect: cloudflarefake.Answer(200, "application/json",
			`{"success":true,"result":[{"id":5},{"email":"nobody@example.com"},{"id":"m","user":{"id":"u"}}],"result_info":{"page":1,"per_page":50,"count":3,"total_count":3}}`)},
		cloudflarefake.Fault{Path: "/accounts/:a/tokens", Effect: cloudflarefake.Answer(200, "application/json",
			`{"success":true,"result":[{"id":"a","expires_on":"soon"},{"id":"b","expires_on":null,"issued_on":"","status":"active"}],"result_info":{"page":1,"per_page":50,"count":2,"total_count":2}}`)},
	)
	got := p.read(t)
	var ids []string
	for _, p := range got.permits {
		ids = append(ids, p.ID)
	}
	if d := cmp.Diff([]string{"cloudflare:user:u", "cloudflare:token:b"}, ids); d != "" {
		t.Errorf("permits (-want +got):\n%s", d)
	}
	for _, c := range []inventory.Coverage{got.Members, got.Tokens} {
		if c.State != inventory.Partial || c.Seen != 1 || !strings.Contains(c.Why.Message, "has no id, or members of other types") {
			t.Errorf("word %+v", c)
		}
	}
}

func TestErrorsOfTheCallerComeBackUnchanged(t *testing.T) {
	p := open(t, &cloudflarefake.Account{Members: []cloudflarefake.Member{{ID: "m"}}, Tokens: []cloudflarefake.APIToken{{ID: "t"}}})
	cfg := permits.Config{Account: account, Source: source, Now: now()}
	full := errors.New("the disk is full")
	got, err := permits.Read(t.Context(), p.client, cfg, func(inventory.Fact) error { return full })
	if err != full || got.Members.State != inventory.Cancelled || got.Tokens.State != inventory.Cancelled { //nolint:errorlint // unchanged is what is promised
		t.Errorf("error %v, words %+v", err, got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	got, err = permits.Read(ctx, p.client, cfg, func(inventory.Fact) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) || got.Tokens.State != inventory.Cancelled {
		t.Errorf("error %v, words %+v", err, got)
	}
}

// FuzzMembersAndTokens: whatever is answered, nothing panics, and a permit has an id.
func FuzzMembersAndTokens(f *testing.F) {
	f.Add(`{"id":"a","user":{"id":"b"},"policies":[{"resource_groups":[{"scope":[{"key":"k"}]}]}]}`)
	f.Add(`{"id":"a","condition":{"request_ip":{"in":["x"]}},"policies":[{"resources":{"k":{"l":"*"}}}]}`)
	f.Fuzz(func(t *testing.T, item string) {
		if !json.Valid([]byte(item)) {
			t.Skip()
		}
		p := open(t, &cloudflarefake.Account{})
		answer := cloudflarefake.Answer(200, "application/json", `{"success":true,"result":[`+item+`],"result_info":{"page":1,"per_page":50,"count":1,"total_count":1}}`)
		p.server.SetFaults(cloudflarefake.Fault{Path: "/accounts/:a/members", Effect: answer}, cloudflarefake.Fault{Path: "/accounts/:a/tokens", Effect: answer})
		for _, permit := range p.read(t).permits {
			if strings.HasSuffix(permit.ID, ":") {
				t.Errorf("permit %+v has no id", permit)
			}
		}
	})
}
