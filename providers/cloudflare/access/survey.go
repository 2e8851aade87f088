package access

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

// Zone is a zone of an account.
type Zone struct{ ID, Name string }

// pageSize is the most accounts or zones that a page holds (OpenAPI document of the
// vendor).
const pageSize = 50

// ListAccounts lists the ids of the accounts that the token sees, sorted. The error is
// that of the client; what came before it is given too.
func ListAccounts(ctx context.Context, c *session.Client) ([]string, error) {
	var out []string
	err := each(ctx, c, session.Op{Name: "GET /accounts"}, "accounts", func(id, _ string) { out = append(out, id) })
	slices.Sort(out)
	return slices.Compact(out), err
}

// ListZones lists the zones of an account that the token sees, by id, as
// [ListAccounts] does.
func ListZones(ctx context.Context, c *session.Client, account string) ([]Zone, error) {
	var out []Zone
	err := each(ctx, c, session.Op{Name: "GET /zones", Account: account}, "zones?account.id="+session.PathName(account), func(id, name string) { out = append(out, Zone{id, name}) })
	slices.SortFunc(out, func(a, b Zone) int { return cmp.Compare(a.ID, b.ID) })
	return out, err
}

func each(ctx context.Context, c *session.Client, op session.Op, path string, take func(id, name string)) error {
	return c.Pages(ctx, op, pageSize, "", c.Untyped(path), func(raw json.RawMessage) error {
		var in struct{ ID, Name string }
		if json.Unmarshal(raw, &in) != nil || in.ID == "" {
			return &session.Error{State: inventory.Malformed, Operation: op.Name, Message: "something in the list has no id"}
		}
		take(in.ID, in.Name)
		return nil
	})
}

// Products lists the categories of products that the newer audit log of an account
// knows, sorted: what it can be asked for, and so what it records.
func Products(ctx context.Context, c *session.Client, account string) ([]string, error) {
	op := session.Op{Name: "GET /accounts/:a/logs/audit/product_categories", Account: account}
	var out []string
	err := c.List(ctx, op, "", c.Untyped("accounts/"+session.PathName(account)+"/logs/audit/product_categories"), func(raw json.RawMessage) error {
		var in struct{ Value string }
		if json.Unmarshal(raw, &in) == nil && plain(in.Value) {
			out = append(out, in.Value)
		}
		return nil
	})
	slices.Sort(out)
	return slices.Compact(out), err
}

// plain reports whether a word is one that may be printed.
func plain(word string) bool {
	return word != "" && len(word) <= 64 && !strings.ContainsFunc(word, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' && c != ' ' && c != '.'
	})
}
