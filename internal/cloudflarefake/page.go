package cloudflarefake

import (
	"fmt"
	"net/http"
	"strconv"
)

// bounds are those of a page: how many items it holds by default, at least and at
// most. What lies outside is refused where strict, else brought inside.
type bounds struct {
	usual, least, most int
	strict             bool
}

// whole answers a list that has no pages.
func whole[T any](all []T, show func(T) any) answer { return result(shown(all, show)) }

// itself shows what needs no other shape.
func itself[T any](v T) any { return v }

func shown[T any](all []T, show func(T) any) []any {
	out := make([]any, 0, len(all))
	for _, v := range all {
		out = append(out, show(v))
	}
	return out
}

// paged answers one page of a list.
func paged[T any](c *call, all []T, show func(T) any) answer {
	part, info, a, ok := cut(c, all)
	if !ok {
		return a
	}
	return withInfo(shown(part, show), info)
}

// cut finds the part of a list that a call asks for; ok is false if it asks for
// what cannot be, and the answer says so.
func cut[T any](c *call, all []T) (part []T, info *pageInfo, a answer, ok bool) {
	size, a, ok := c.size("per_page")
	if !ok {
		return nil, nil, a, false
	}
	if c.Page < 1 {
		return nil, nil, refusal(http.StatusBadRequest, 6003, "Invalid page"), false
	}
	at, told := c.Page, c.Page
	if c.first {
		at = 1
	}
	if c.deaf {
		told = 1
	}
	from := len(all)
	if at-1 <= len(all)/size { // no page is so far out that its number overflows
		from = min((at-1)*size, len(all))
	}
	to := min(from+size, len(all))
	return all[from:to], &pageInfo{Page: told, PerPage: size, Count: to - from, TotalCount: len(all),
		TotalPages: (len(all) + size - 1) / size}, answer{}, true
}

// size is how many items a page holds.
func (c *call) size(parameter string) (int, answer, bool) {
	b := c.op.bounds
	n := b.usual
	if text := c.Query.Get(parameter); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || b.strict && (n < b.least || n > b.most) {
			return 0, refusal(http.StatusBadRequest, 6003,
				fmt.Sprintf("%s must be between %d and %d", parameter, b.least, b.most)), false
		}
	}
	n = max(b.least, min(n, b.most))
	if own := c.world.PageSize[c.op.path]; own > 0 {
		n = min(n, own)
	}
	return n, answer{}, true
}
