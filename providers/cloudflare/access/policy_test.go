package access_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/providers/cloudflare/access"
)

var update = flag.Bool("update", false, "write the golden files anew")

const account = "023e105f4ecef8ad9ca31a8372d0c353"

// TestToken: what is asked for, in both models.
func TestToken(t *testing.T) {
	common := []string{"Access: Apps and Policies Read", "Account API Tokens Read", "Account Settings Read"}
	zone := []string{"Email Routing Rules Read", "Workers Routes Read", "Zone Read"}
	for name, c := range map[string]struct {
		options access.Options
		account []string
	}{
		"roles":             {access.Options{Account: account}, append(common[:3:3], "Pages Metadata Read", "Queues Read", "Workers Metadata Read-Only")},
		"groups of before":  {access.Options{Account: account, Older: true}, append(common[:3:3], "Pages Read", "Queues Read", "Workers Scripts Read")},
		"jobs of Logpush":   {access.Options{Account: account, Logpush: true}, append(common[:3:3], "Logs Write", "Pages Metadata Read", "Queues Read", "Workers Metadata Read-Only")},
		"no account at all": {access.Options{}, append(common[:3:3], "Pages Metadata Read", "Queues Read", "Workers Metadata Read-Only")},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := access.Token(c.options).JSON()
			if err != nil {
				t.Fatal(err)
			}
			var got access.Document
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatal(err)
			}
			id := "com.cloudflare.api.account." + c.options.Account
			if c.options.Account == "" {
				id += "ACCOUNT_ID"
			}
			want := access.Document{Name: "estray", Policies: []access.Policy{
				{Effect: "allow", Resources: map[string]any{id: "*"}, Groups: groups(c.account)},
				{Effect: "allow", Resources: map[string]any{id: map[string]any{"com.cloudflare.api.account.zone.*": "*"}}, Groups: groups(zone)},
			}}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("token (-want +got):\n%s", d)
			}
		})
	}
}

func groups(names []string) (out []access.Group) {
	for _, n := range names {
		out = append(out, access.Group{Name: n})
	}
	return out
}

// TestRows: each row tells the name in the other model, and what is optional.
func TestRows(t *testing.T) {
	need := func(rows []access.Row) map[string]string {
		out := map[string]string{}
		for _, r := range rows {
			out[r.Group+"|"+r.Or] = r.Need
			if len(r.For) == 0 || r.Without == "" {
				t.Errorf("the row is not whole: %+v", r)
			}
		}
		return out
	}
	roles, older := need(access.Options{}.Rows()), need(access.Options{Older: true, Logpush: true}.Rows())
	for _, c := range []struct {
		rows           map[string]string
		group, is, not string
	}{
		{roles, "Workers Metadata Read-Only|Workers Scripts Read", "needed", ""},
		{older, "Workers Scripts Read|Workers Metadata Read-Only", "needed", ""},
		{roles, "Access: Apps and Policies Read|", "optional", ""},
		{roles, "Logs Write|", "on request", ""},
		{older, "Logs Write|", "optional", ""},
	} {
		if got := c.rows[c.group]; got != c.is {
			t.Errorf("%s is %q, want %q", c.group, got, c.is)
		}
	}
}

// TestTerraform is held against a golden text, and grants what the token grants.
func TestTerraform(t *testing.T) {
	for name, o := range map[string]access.Options{"roles": {}, "older": {Account: account, Older: true, Logpush: true}} {
		got, file := access.Terraform(o), filepath.Join("testdata", name+".tf")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		for _, p := range access.Token(o).Policies {
			for _, g := range p.Groups {
				if !strings.Contains(got, `"`+g.Name+`",`) {
					t.Errorf("%s does not grant %s", name, g.Name)
				}
			}
		}
		if strings.Count(got, "{") != strings.Count(got, "}") || strings.Count(got, "[") != strings.Count(got, "]") {
			t.Errorf("%s: brackets do not match", name)
		}
	}
}
