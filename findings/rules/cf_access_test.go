package rules_test

import (
	"testing"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// holding is a token of the account that may deploy, bounded in every way.
func holding(change ...func(*inventory.Permit)) inventory.Permit {
	p := inventory.Permit{ID: "cloudflare:token:t1", Kind: inventory.TokenPermit, Name: "pipeline", Status: "active", Deploys: true, Bounded: true,
		Grants: []string{"Workers Scripts Write"}, Resources: []string{"com.cloudflare.api.account." + rulestest.Workshop},
		Cell: rulestest.CloudReading(inventory.CapTokens, rulestest.Now()).Cell, At: rulestest.Now(), Expires: rulestest.Now().Add(30 * day)}
	for _, c := range change {
		c(&p)
	}
	return p
}

func TestDeployingToken(t *testing.T) {
	yes, no := true, false
	made := func(grants []string, expires, bounded *bool, resources ...string) inventory.Event {
		return did(inventory.ActionGrant, "POST /accounts/:a/tokens", aboutSubject("tokens", "cloudflare:token:t1"), with(func(c *inventory.Change) {
			c.Permissions, c.Expires, c.Bounded, c.Resources = grants, expires, bounded, resources
		}))
	}
	rolled := did(inventory.ActionGrant, "PUT /accounts/:a/tokens/:t/value", aboutSubject("tokens", "cloudflare:token:t1"))
	write, read := []string{"Workers Scripts Write"}, []string{"Workers Scripts Read"}
	forever := func(p *inventory.Permit) { p.Expires = time.Time{} }
	named := facts(holding(forever))
	named.Estate = findings.Estate{Deployers: []string{"cloudflare:token:t1"}}
	checkCF(t, "CF-08", []cfCase{
		{"one that may deploy", facts(made(write, &yes, &yes)), []string{"high t1 POST:tokens"}},
		{"without an end", facts(made(write, &no, &yes)), []string{"critical t1 POST:tokens"}},
		{"from every address", facts(made(write, &yes, &no)), []string{"critical t1 POST:tokens"}},
		{"for all accounts", facts(made(write, &yes, &yes, "com.cloudflare.api.account.*")), []string{"critical t1 POST:tokens"}},
		{"that may give rights to others", facts(made([]string{"Account API Tokens Write"}, &yes, &yes)), []string{"critical t1 POST:tokens"}},
		{"that may only read", facts(made(read, &no, &no)), nil},
		{"of which the record tells nothing, and a reading does", facts(holding(), made(nil, nil, nil)), []string{"high t1 POST:tokens"}},
		{"of which nothing is known", facts(made(nil, nil, nil)), []string{"medium t1 POST:tokens"}},
		{"of which the record tells nothing, and which was narrowed since", facts(holding(func(p *inventory.Permit) { p.Deploys, p.Modified = false, rulestest.Ago(time.Hour) }), made(nil, nil, nil)), []string{"medium t1 POST:tokens"}},
		{"of which the record tells nothing, and which reads alone since it was made", facts(holding(func(p *inventory.Permit) { p.Deploys, p.Modified = false, rulestest.Ago(day) }), made(nil, nil, nil)), nil},
		{"of a group of an id of another form", facts(made([]string{"Zone Read", "unknown"}, &yes, &yes)), []string{"medium t1 POST:tokens"}},
		{"of a group of the id of another form still", facts(made([]string{"Zone Read", "0a000000-0000-4000-8000-000000000002"}, &yes, &yes)), []string{"medium t1 POST:tokens"}},
		{"that leads hosts elsewhere", facts(made([]string{"DNS Write"}, &yes, &yes)), []string{"high t1 POST:tokens"}},
		{"rolled", facts(holding(), rolled), []string{"high t1 PUT:value"}},
		{"rolled, of which nothing is known", facts(rolled), []string{"high t1 PUT:value"}},
		{"rolled, and it may not deploy", facts(holding(func(p *inventory.Permit) { p.Deploys = false }), rolled), nil},
		{"revoked", facts(did(inventory.ActionRevoke, "DELETE /accounts/:a/tokens/:t", aboutSubject("tokens", "cloudflare:token:t1"))), nil},
		{"one that stands with every bound", facts(holding()), nil},
		{"one that stands without an end", facts(holding(forever)), []string{"high t1 unbounded"}},
		{"one that an approval names", named, []string{"medium t1 unbounded"}},
		{"one that holds from every address until its end", facts(holding(func(p *inventory.Permit) { p.Bounded = false })), []string{"medium t1 unbounded"}},
		{"one that has ended", facts(holding(func(p *inventory.Permit) { p.Bounded, p.Expires = false, rulestest.Ago(day) })), nil},
		{"one that is disabled", facts(holding(forever, func(p *inventory.Permit) { p.Status = "disabled" })), nil},
		{"one that may not deploy", facts(holding(forever, func(p *inventory.Permit) { p.Deploys = false })), nil},
	})
}

func TestMemberChanged(t *testing.T) {
	invited := func(domain string, roles ...string) inventory.Event {
		return did(inventory.ActionGrant, "POST /accounts/:a/members", aboutSubject("members", "cloudflare:"+rulestest.Workshop+"/member/m1"), with(func(c *inventory.Change) {
			c.Permissions, c.MailDomain, c.User = roles, domain, "cloudflare:user:u1"
		}))
	}
	member := inventory.Permit{ID: "cloudflare:user:u1", Kind: inventory.MemberPermit, Name: "ana@evil.example", Status: "accepted", Deploys: true, Grants: []string{"Administrator"},
		Cell: rulestest.CloudReading(inventory.CapMembers, rulestest.Now()).Cell, At: rulestest.Now()}
	ours := func(w rulestest.World) rulestest.World {
		return estate(w, findings.Estate{MailDomains: []string{"Example.com"}})
	}
	moved := did(inventory.ActionUpdateConfig, "PUT /accounts/:a/workers/subdomain", aboutSubject("workers", "cloudflare:"+rulestest.Workshop+"/subdomain"))
	checkCF(t, "CF-13", []cfCase{
		{"an administrator", facts(invited("example.com", "Administrator")), []string{"medium m1 POST:members"}},
		{"one for Workers", facts(invited("example.com", "Cloudflare Workers Admin")), []string{"medium m1 POST:members"}},
		{"one who may read alone", facts(invited("example.com", "Administrator Read Only")), nil},
		{"one whose role is told by its id alone", facts(invited("", "87f2591eef805f15ebbec0f6f0a1b2c3")), []string{"medium m1 POST:members"}},
		{"one whose role is not told", facts(invited("")), []string{"medium m1 POST:members"}},
		{"of another mail domain", ours(facts(invited("evil.example", "Billing"))), []string{"high m1 POST:members"}},
		{"of our mail domain", ours(facts(invited("example.com", "Billing"))), nil},
		{"of another mail domain, where none is told to be ours", facts(invited("evil.example", "Billing")), nil},
		{"a member of another mail domain who may deploy", ours(facts(member)), []string{"high u1 domain"}},
		{"a member, where no domain is told to be ours", facts(member), nil},
		{"the subdomain of the account", facts(moved), []string{"medium subdomain PUT:subdomain"}},
		{"the subdomain of one Worker is CF-03's", facts(did(inventory.ActionExpose, "POST "+script+"/subdomain")), nil},
		{"one who was removed", facts(did(inventory.ActionRevoke, "DELETE /accounts/:a/members/:m", aboutSubject("members", "m"))), nil},
	})
}

// TestPrincipalsAreAccepted: a finding about a token is accepted by the token's id.
func TestPrincipalsAreAccepted(t *testing.T) {
	w := rulestest.World{Facts: append(rulestest.WholeCloud(), holding(func(p *inventory.Permit) { p.Bounded = false }))}
	w.Registry.Exceptions = []registry.Exception{{Rule: "CF-08", Select: registry.Selector{ID: "cloudflare:token:t1"}, Reason: "moves", By: "ana@example.com", Expires: rulestest.Now().Add(day)}}
	found := rulestest.Of(w.Evaluate(t, cfRule(t, "CF-08")), "CF-08")
	if len(found) != 1 || found[0].State != findings.Accepted {
		t.Errorf("got %+v", found)
	}
}
