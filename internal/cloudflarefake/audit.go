package cloudflarefake

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// cursor is where a page of the audit log begins. Callers see it as a text that
// means nothing.
type cursor struct {
	page, from int
}

func (c cursor) text() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(c.page) + "," + strconv.Itoa(c.from)))
}

func readCursor(text string) (c cursor, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return c, false
	}
	page, from, ok := cutText(string(raw))
	if !ok {
		return c, false
	}
	return cursor{page, from}, page > 0 && from >= 0
}

func cutText(text string) (page, from int, ok bool) {
	var pair [2]int
	if err := json.Unmarshal([]byte("["+text+"]"), &pair); err != nil || text == "" {
		return 0, 0, false
	}
	return pair[0], pair[1], true
}

// window is the time that a call asks for; ok is false if it is no time.
func (c *call) window() (since, before time.Time, ok bool) {
	since, ok = instant(c.Query.Get("since"))
	before, fine := instant(c.Query.Get("before"))
	return since, before, ok && fine
}

// instant reads RFC 3339, or a date; nothing is the zero time.
func instant(text string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// entries picks those of a window and puts them into the order that is asked for.
func entries[T any](c *call, all []T, since, before time.Time, when func(T) time.Time) []T {
	out := pick(all, func(e T) bool {
		t := when(e)
		return !t.Before(since) && (before.IsZero() || t.Before(before))
	})
	slices.SortStableFunc(out, func(a, b T) int { return when(a).Compare(when(b)) })
	if c.Query.Get("direction") != "asc" {
		slices.Reverse(out)
	}
	return out
}

// audit is the audit log, version 2.
func (c *call) audit() answer {
	since, before, ok := c.window()
	if !ok || since.IsZero() || before.IsZero() {
		return refusal(http.StatusUnprocessableEntity, 10001, "since and before are required")
	}
	size, bad, ok := c.size("limit")
	if !ok {
		return bad
	}
	at := cursor{page: 1}
	if text := c.Query.Get("cursor"); text != "" {
		if at, ok = readCursor(text); !ok {
			return refusal(http.StatusBadRequest, 10002, "invalid cursor")
		}
	}
	all := entries(c, c.account.Audit, since, before, func(e AuditEntry) time.Time { return e.Action.Time })
	from := min(at.from, len(all))
	to := min(from+size, len(all))
	next := cursor{at.page + 1, to}
	if c.first {
		from, to = 0, min(size, len(all))
		next = cursor{2, to}
		if at.page > 1 {
			next = at
		}
	}
	info := &cursorInfo{Count: strconv.Itoa(to - from)}
	if c.first || to < len(all) || c.world.CursorPastEnd && at.from < len(all) {
		info.Cursor = next.text()
	}
	return withInfo(shown(all[from:to], c.showEntry), info)
}

func (c *call) showEntry(e AuditEntry) any {
	if e.Account == (AuditAccount{}) {
		e.Account = AuditAccount{c.account.ID, c.account.Name}
	}
	e.Action.Result = cmp.Or(e.Action.Result, "success")
	return e
}

func (c *call) productCategories() answer {
	all := c.account.ProductCategories
	if all == nil {
		all = []ProductCategory{
			{Label: "Developer Platform", Value: "developer_platform", Products: []Product{{"Workers", "workers"}, {"Pages", "pages"}}},
			{Label: "Account", Value: "account", Products: []Product{{"Members", "members"}, {"API Tokens", "api_tokens"}}},
		}
	}
	return whole(all, func(p ProductCategory) any { p.Products = list(p.Products); return p })
}

// auditV1 is the audit log, version 1.
func (c *call) auditV1() answer {
	since, before, ok := c.window()
	if !ok {
		return refusal(http.StatusBadRequest, 10001, "since or before is no time")
	}
	all := entries(c, c.account.AuditV1, since, before, func(e AuditEntryV1) time.Time { return e.When })
	return paged(c, all, func(e AuditEntryV1) any {
		e.Owner.ID = or(e.Owner.ID, c.account.ID)
		return e
	})
}
