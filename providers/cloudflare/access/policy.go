package access

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Options say what the grant is for.
type Options struct {
	// Account is the id of the account; empty: a text that stands for it.
	Account string
	// Older asks for the permission groups of before the roles of Workers and Pages.
	Older bool
	// Logpush asks for the permission to read jobs of Logpush, too: the vendor lets
	// nobody read them who may not write them.
	Logpush bool
}

// AccountToBeNamed stands for the id of an account that is not named.
const AccountToBeNamed = "ACCOUNT_ID"

func (o Options) account() string {
	if o.Account == "" {
		return AccountToBeNamed
	}
	return o.Account
}

// asks reports whether the permission is part of the grant.
func (o Options) asks(p Permission) bool { return p.Option != OptionLogpush || o.Logpush }

// group is the name of the group to ask for.
func (o Options) group(p Permission) string {
	if o.Older && p.Older != "" {
		return p.Older
	}
	return p.Role
}

// Row is one permission of the grant, for a reader.
type Row struct {
	// Scope is "account" or "zone"; a zone's holds for all zones of the account.
	Scope string `json:"scope"`
	// Group is the permission group to ask for, and Or the one that does the same
	// in the other model; empty: there is none.
	Group string `json:"group"`
	Or    string `json:"or,omitempty"`
	// Need is "needed", "optional", or "on request".
	Need string `json:"need"`
	// For are the capabilities that need it, sorted, and Without says what is not
	// known without it.
	For     []string `json:"for"`
	Without string   `json:"without"`
}

// Rows lists the grant, the most needed first. What is granted on request alone is
// listed, too, and told as such.
func (o Options) Rows() []Row {
	var out []Row
	for _, p := range Permissions() {
		r := Row{Scope: p.Scope.Word(), Group: o.group(p), Need: "needed", For: capabilities(p.Key), Without: p.Without}
		for _, name := range p.Names() {
			if name != r.Group {
				r.Or = name
			}
		}
		switch {
		case !o.asks(p):
			r.Need = "on request"
		case p.Optional:
			r.Need = "optional"
		}
		out = append(out, r)
	}
	return out
}

// capabilities are those that need the permission, sorted.
func capabilities(k Key) []string {
	var out []string
	for _, op := range Operations() {
		if op.Permission == k {
			out = append(out, string(op.Capability))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Document is a token as it is asked for with POST /accounts/{account_id}/tokens,
// but that permission groups are told by name: the vendor takes ids, which GET
// /accounts/{account_id}/tokens/permission_groups tells.
type Document struct {
	Name     string   `json:"name"`
	Policies []Policy `json:"policies"`
}

// Policy is one policy of a token.
type Policy struct {
	Effect string `json:"effect"`
	// Resources are the vendor's names of resources with "*", or with what of them
	// in the same form.
	Resources map[string]any `json:"resources"`
	Groups    []Group        `json:"permission_groups"`
}

// Group names a permission group.
type Group struct {
	Name string `json:"name"`
}

// TokenName is what the token is called.
const TokenName = "estray"

// Token is the token of one account.
func Token(o Options) Document {
	account := string(AccountScope) + "." + o.account()
	d := Document{Name: TokenName}
	for _, scope := range scopes() {
		// Single zones would be read without a word of those that are missing.
		resources := map[string]any{account: "*"}
		if scope == ZoneScope {
			resources[account] = map[string]any{string(ZoneScope) + ".*": "*"}
		}
		var groups []Group
		for _, name := range o.groups(scope) {
			groups = append(groups, Group{name})
		}
		d.Policies = append(d.Policies, Policy{Effect: "allow", Resources: resources, Groups: groups})
	}
	return d
}

func scopes() []Scope { return []Scope{AccountScope, ZoneScope} }

// groups are the names of the permission groups of the scope, sorted.
func (o Options) groups(s Scope) []string {
	var out []string
	for _, p := range Permissions() {
		if p.Scope == s && o.asks(p) {
			out = append(out, o.group(p))
		}
	}
	slices.Sort(out)
	return out
}

// JSON is the document, indented, with a newline at its end.
func (d Document) JSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		return nil, fmt.Errorf("write the token: %w", err)
	}
	return b.Bytes(), nil
}

// Note tells what the reader of the grant must know, line by line.
func Note(o Options) []string {
	out := []string{
		"Make a token that the account owns, not one of a person: a scan under a person's",
		"token takes from that person's 1,200 requests in 5 minutes, and can lock the",
		"person out. Let it hold for the whole account and for all its zones: of what it",
		"does not hold for, lists say nothing.",
	}
	if o.Logpush {
		out = append(out,
			"Logs Write lets the jobs of Logpush be changed and deleted: the vendor lets",
			"nobody read them without it.")
	}
	out = append(out, "Never needed:")
	for _, n := range Never() {
		out = append(out, "- "+n)
	}
	return out
}

// comment writes lines as a comment.
func comment(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(strings.TrimRight("# "+l, " ") + "\n")
	}
	return b.String()
}
