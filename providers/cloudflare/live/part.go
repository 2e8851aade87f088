package live

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

// part is a known part of a facet; a partly known one where there is a reason and
// something was read, and an unknown one where nothing was.
func part[T any](v T, some bool, why *inventory.Reason, now time.Time) inventory.Facet[T] {
	switch {
	case why == nil:
		return inventory.Known(v, now)
	case some:
		return inventory.Partly(v, *why, now)
	}
	return inventory.Unknown[T](*why, now)
}

// decode reads one record. What it held is no part of the error: it may be a
// secret.
func decode[T any](operation string, raw json.RawMessage) (T, error) {
	var out T
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, unreadable(operation, "a record could not be understood")
	}
	return out, nil
}

func unreadable(operation, message string) error {
	return &session.Error{State: inventory.Malformed, Operation: operation, Message: message}
}

// codeOf is the vendor's code of a call that failed.
func codeOf(err error) string {
	_, why := session.Explain(err)
	return why.Code
}

// coded reports whether a call failed with one of the codes.
func coded(err error, codes ...string) bool {
	var e *session.Error
	return errors.As(err, &e) && slices.Contains(codes, e.Code)
}

// text is a string where the vendor sends one, or a number as it stands. Anything
// else is empty: what has another form than is known may be a value.
type text string

// UnmarshalJSON takes strings and numbers.
func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = text(s)
		return nil
	}
	var n json.Number
	if json.Unmarshal(b, &n) == nil {
		*t = text(n.String())
	}
	return nil
}

// hostOf is the host of a URL, or of a host with a path; empty if it has none.
func hostOf(s string) string {
	if u, err := url.Parse(s); err == nil && u.Host != "" {
		return strings.ToLower(u.Hostname())
	}
	host, _, _ := strings.Cut(s, "/")
	return strings.ToLower(host)
}

// cut keeps the first 200 characters of what somebody wrote.
func cut(s string) string {
	const most = 200
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// sorted gives the strings once each, in order; nil if there are none.
func sorted(in []string) []string {
	out := slices.Clone(in)
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) == 0 {
		return nil
	}
	return out
}
