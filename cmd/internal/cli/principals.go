package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/estray/estray/inventory"
)

// principalFilter says which principals a list shows; empty parts: all.
type principalFilter struct {
	deploy            bool
	provider, account string
}

// inventoryPrincipals is inventory principals.
func inventoryPrincipals(a *app) *cobra.Command {
	var format, at string
	var f principalFilter
	cmd := &cobra.Command{
		Use: "principals", Short: "list who may deploy: members and tokens with what they may do", Args: noArgs,
		Long: `Lists members and API tokens with what they may do, as the provider told it.
A principal that may give rights to others may give itself that to deploy. Where
a grant is not known to estray, what it lets do is unknown. Tokens that people
made for themselves are told by no list: they may do at most what their owner
may. What was not read whole is said on standard error.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := given("--provider", f.provider, providerWords()); err != nil {
				return err
			}
			return a.viewed(cmd, at, func(_ context.Context, v *inventory.View) error {
				if err := knownAccount(v, f.account); err != nil {
					return err
				}
				for _, n := range f.notes(v) {
					if err := printf(a.std.Err, "note: %s\n", oneLine(n)); err != nil {
						return err
					}
				}
				return writeList(a.std.Out, format, principalColumns(), principalRow.cells, f.rows(v))
			})
		},
	}
	formatFlag(cmd, &format)
	atFlag(cmd, &at)
	cmd.Flags().BoolVar(&f.deploy, "deploy", false, "only those that may deploy, or give others the right to, or of which that is unknown")
	cmd.Flags().StringVar(&f.provider, "provider", "", "only principals of this `provider`: "+strings.Join(providerWords(), ", "))
	cmd.Flags().StringVar(&f.account, "account", "", "only principals of this `account`")
	mustComplete(cmd, "provider", providerWords()...)
	return cmd
}

// knownAccount refuses an account that no scan has heard of: a slip would print
// an empty list.
func knownAccount(v *inventory.View, account string) error {
	if account == "" {
		return nil
	}
	var known []string
	for _, s := range accountsOf(v) {
		known = append(known, s.Account)
	}
	if len(known) == 0 {
		return usage(errors.New("read --account: no account was read yet"), "estray scan reads them")
	}
	slices.Sort(known)
	return oneOf("--account", account, slices.Compact(known))
}

// accountsOf lists the accounts that the view tells of, by provider.
func accountsOf(v *inventory.View) []inventory.Scope {
	var out []inventory.Scope
	add := func(s inventory.Scope) {
		if s.Account != "" {
			out = append(out, inventory.Scope{Provider: s.Provider, Account: s.Account})
		}
	}
	for _, c := range v.Coverage {
		add(c.Cell.Scope)
	}
	for _, p := range v.Permits {
		add(p.Cell.Scope)
	}
	slices.SortFunc(out, inventory.Scope.Compare)
	return slices.Compact(out)
}

// wants reports whether the list is about the scope.
func (f principalFilter) wants(s inventory.Scope) bool {
	return (f.provider == "" || f.provider == string(s.Provider)) && (f.account == "" || f.account == s.Account)
}

// notes tell where the list may lack somebody.
func (f principalFilter) notes(v *inventory.View) []string {
	var out []string
	unread := map[inventory.Provider]bool{}
	for _, s := range accountsOf(v) {
		switch {
		case !f.wants(s):
		case s.Provider != inventory.Cloudflare:
			unread[s.Provider] = true
		default:
			for _, g := range v.Gaps(s, inventory.CapMembers, inventory.CapTokens) {
				out = append(out, unreadPermits(g))
			}
		}
	}
	for _, p := range inventory.Providers() {
		if unread[p] {
			out = append(out, fmt.Sprintf("who may deploy at %s is not read, so that none of its principals is listed", p))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func unreadPermits(g inventory.Coverage) string {
	what := fmt.Sprintf("%s of %s", g.Cell.Capability, g.Cell.Scope)
	if g.NotAsked() {
		return what + " were not asked for, so that none of them is listed"
	}
	return fmt.Sprintf("%s were not read whole, so that some may be missing or old: %s", what, joinNonEmpty(": ", g.State.String(), g.Why.String()))
}

// rows are the principals that the filter selects, in their order.
func (f principalFilter) rows(v *inventory.View) []principalRow {
	var out []principalRow
	for _, p := range v.Permits {
		if !f.wants(p.Cell.Scope) || f.deploy && !p.Deploys && !p.Admin && len(p.Unjudged) == 0 {
			continue
		}
		out = append(out, principalRow{Provider: p.Cell.Scope.Provider, Account: p.Cell.Scope.Account, Source: p.Cell.Source, Seen: p.At.UTC(),
			Kind: p.Kind, ID: p.ID, Name: p.Name, Status: p.Status, Deploys: able(p.Deploys, p), Admin: able(p.Admin, p),
			Grants: p.Grants, Resources: p.Resources, Unjudged: p.Unjudged, Bounded: p.Bounded, SecondFactor: p.SecondFactor,
			Issued: p.Issued, Modified: p.Modified, LastUsed: p.LastUsed, NotBefore: p.NotBefore, Expires: p.Expires})
	}
	return out
}

// able tells whether a right is there: a grant that is not known may be it.
func able(is bool, p inventory.Permit) string {
	switch {
	case is:
		return "yes"
	case len(p.Unjudged) > 0:
		return "unknown"
	}
	return "no"
}

// principalRow is one principal in a list.
type principalRow struct {
	Kind     inventory.PermitKind `json:"kind"`
	ID       string               `json:"id"`
	Name     string               `json:"name,omitempty"`
	Provider inventory.Provider   `json:"provider"`
	Account  string               `json:"account,omitempty"`
	// Deploys and Admin are "yes", "no" or "unknown".
	Deploys      string    `json:"deploys"`
	Admin        string    `json:"admin"`
	Status       string    `json:"status,omitempty"`
	Grants       []string  `json:"grants,omitempty"`
	Unjudged     []string  `json:"unjudged,omitempty"`
	Resources    []string  `json:"resources,omitempty"`
	Bounded      bool      `json:"bounded,omitempty"`
	SecondFactor *bool     `json:"second_factor,omitempty"`
	Issued       time.Time `json:"issued,omitzero"`
	Modified     time.Time `json:"modified,omitzero"`
	LastUsed     time.Time `json:"last_used,omitzero"`
	NotBefore    time.Time `json:"not_before,omitzero"`
	Expires      time.Time `json:"expires,omitzero"`
	Source       string    `json:"source"`
	Seen         time.Time `json:"seen"`
}

func principalColumns() []string {
	return []string{"kind", "id", "name", "account", "deploys", "admin", "status", "grants", "resources", "issued", "last used", "expires"}
}

func (r principalRow) cells() []string {
	return []string{string(r.Kind), r.ID, r.Name, r.Account, r.Deploys, r.Admin, r.Status,
		strings.Join(r.Grants, ", "), strings.Join(r.Resources, ", "), date(r.Issued), date(r.LastUsed), date(r.Expires)}
}

// date is a day; empty for the zero time.
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return day(t)
}
