package access

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

// State is what is known of a permission.
type State string

// The states. There is no zero state: an Answer always has one of these.
const (
	// Works: the permission is there.
	Works State = "works"
	// Denied: it is not.
	Denied State = "denied"
	// Unused: there is nothing in the account that it would be needed for.
	Unused State = "unused"
	// Unclear: the answer tells neither.
	Unclear State = "unclear"
)

// Answer is what a probe found out.
type Answer struct {
	Operation Operation
	State     State
	// Code and Message are the vendor's, where the call did not succeed and the
	// failure was not the one that proves the permission.
	Code, Message string
}

// Place is where a permission is tried.
type Place struct {
	// Account and Zone are ids; Zone may be empty where the call is not about one.
	Account, Zone string
	// Token is the id of our own token; empty: it is not known.
	Token string
	// Now is the instant of the run: of the audit logs the hour before it is asked
	// for.
	Now time.Time
}

// nobody is the name of what cannot exist but by intent. The name of a Worker may
// be no longer than it could be.
const nobody = "estray-doctor-asks-for-what-is-not-there"

// noVersion is the id of a version that cannot exist, in the form of one.
const noVersion = "00000000-0000-0000-0000-000000000000"

// Probe tries the permission of an operation by a harmless call. An operation that
// is not in the table is Unclear.
func Probe(ctx context.Context, c *session.Client, at Place, op Operation) Answer {
	all := rows()
	i := slices.IndexFunc(all, func(r row) bool { return r.Name == op.Name })
	if i < 0 {
		return Answer{Operation: op, State: Unclear, Message: fmt.Sprintf("there is no probe for %s", op.Name)}
	}
	_, err := c.Do(ctx, session.Op{Name: op.Name, Account: at.Account}, c.Untyped(all[i].path(at)))
	return all[i].judge(err)
}

// path is the path of the probe's call with its query.
func (r row) path(at Place) string {
	const hour = time.Hour
	stamp := func(t time.Time) string { return url.QueryEscape(t.UTC().Format(time.RFC3339)) }
	values := map[string]string{":a": at.Account, ":z": at.Zone, ":t": at.Token, ":v": noVersion, ":since": stamp(at.Now.Add(-hour)), ":before": stamp(at.Now)}
	fill := func(text, parts string) string {
		list := strings.Split(text, parts)
		for i, part := range list {
			name, placeholder := "", part
			if parts == "&" {
				name, placeholder, _ = strings.Cut(part, "=")
				name += "="
			}
			if !strings.HasPrefix(placeholder, ":") {
				continue
			}
			value, known := values[placeholder]
			if !known || value == "" {
				value = nobody
			}
			list[i] = name + value
		}
		return strings.Join(list, parts)
	}
	path := fill(strings.TrimPrefix(r.Name, "GET /"), "/")
	if r.query != "" {
		path += "?" + fill(r.query, "&")
	}
	return path
}

// judge says what the outcome of the call means for the permission.
func (r row) judge(err error) Answer {
	a := Answer{Operation: r.Operation, State: Works}
	if err == nil || session.Gone(err) || session.None(err) {
		return a
	}
	state, why := session.Explain(err)
	a.Code, a.Message = why.Code, why.Message
	switch {
	case state == inventory.Disabled, r.beta && session.NotOffered(err):
		a.State = Unused
	case state == inventory.Denied && !strings.HasPrefix(why.Code, "http-"): // else it is something in between that refuses
		a.State = Denied
	default:
		a.State = Unclear
	}
	return a
}
