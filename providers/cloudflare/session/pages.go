package session

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/cloudflare/cloudflare-go/v7/option"

	"github.com/estray/estray/inventory"
)

// mostPages bounds a listing that does not end.
const mostPages = 10_000

// Pages calls page by page and hands each member of the result to each, until the
// vendor's own count is reached, or where it gives none, of members or of pages,
// until a page is not full;
// size is how many a page is asked to hold. Where result is an object, member names
// the list in it. A list that ends before its count, or whose count fell while it
// was read, is an *Error with the state partial, after all members were handed on;
// one that gives a page twice is malformed. A list that grows while it is read may
// give a member twice. An error of each is returned unchanged.
//
//nolint:revive // six arguments, each of which every call has: a struct would hide that one is missing
func (c *Client) Pages(ctx context.Context, op Op, size int, member string, call Call, each func(json.RawMessage) error) error {
	l := listing{op: op, per: size, first: map[[sha256.Size]byte]bool{}}
	for l.page = 1; ; l.page++ {
		a, err := c.Do(ctx, op, func(ctx context.Context, opts ...option.RequestOption) error {
			return call(ctx, append(opts, option.WithQuery("page", strconv.Itoa(l.page)), option.WithQuery("per_page", strconv.Itoa(size)))...)
		})
		if err != nil {
			return err
		}
		list, err := Items(op, a.Result, member)
		if err == nil {
			err = l.check(list)
		}
		if err != nil {
			return err
		}
		for _, item := range list {
			if err := each(item); err != nil {
				return err
			}
		}
		if l.ends(a.Info, len(list)) {
			return l.whole()
		}
	}
}

// List makes a call that answers whole in one page, and hands each member of the
// result to each. An answer that tells of more than it holds is an *Error with the
// state partial, after all members were handed on. An error of each is returned
// unchanged.
func (c *Client) List(ctx context.Context, op Op, member string, call Call, each func(json.RawMessage) error) error {
	a, err := c.Do(ctx, op, call)
	if err != nil {
		return err
	}
	list, err := Items(op, a.Result, member)
	if err != nil {
		return err
	}
	for _, item := range list {
		if err := each(item); err != nil {
			return err
		}
	}
	switch {
	case a.Info.TotalCount > len(list):
		return partial(op, "%d of %d were listed", len(list), a.Info.TotalCount)
	case a.Info.TotalPages > 1, a.Info.Cursor != "":
		return partial(op, "%d were listed on the first page, and there are more pages", len(list))
	}
	return nil
}

// listing is what was seen of a list that is read page by page.
type listing struct {
	op              Op
	page, per, seen int
	total, most     int
	pages           int // how many there are, as the last page tells; 0: it does not
	counted, goesOn bool
	first           map[[sha256.Size]byte]bool
}

// check refuses a page that repeats: the server would give it for ever.
func (l *listing) check(list []json.RawMessage) error {
	if l.page > mostPages {
		return &Error{State: inventory.Malformed, Operation: l.op.Name, Message: "the listing does not end"}
	}
	if len(list) == 0 {
		return nil
	}
	key := sha256.Sum256(list[0])
	if l.first[key] {
		return &Error{State: inventory.Malformed, Operation: l.op.Name, Message: fmt.Sprintf("the listing repeats: page %d begins as an earlier one", l.page)}
	}
	l.first[key] = true
	return nil
}

// ends believes the size of the pages that the vendor tells, and its count as far
// as it is not contradicted by what was seen.
func (l *listing) ends(info Info, n int) bool {
	if info.PerPage > 0 {
		l.per = info.PerPage
	}
	l.seen, l.pages, l.goesOn = l.seen+n, info.TotalPages, info.Cursor != ""
	if info.Counted {
		l.counted, l.total, l.most = true, info.TotalCount, max(l.most, info.TotalCount)
	}
	switch {
	case n == 0:
		return true
	case !l.counted && l.page < l.pages:
		return false
	case l.counted && l.seen <= l.total:
		return l.page*l.per >= l.total
	case !info.Told && n > l.per: // a server that knows no pages
		return true
	}
	return n < l.per
}

// whole holds what was seen against the vendor's count. If that fell, members moved
// up, and some may have moved to a page that was read already.
func (l *listing) whole() error {
	switch {
	case l.seen < l.total:
		return partial(l.op, "%d of %d were listed", l.seen, l.total)
	case l.most > l.total:
		return partial(l.op, "%d of %d were listed, and the list grew shorter meanwhile", l.seen, l.most)
	case !l.counted && l.page < l.pages:
		return partial(l.op, "%d were listed on %d of %d pages", l.seen, l.page, l.pages)
	case !l.counted && l.goesOn:
		return partial(l.op, "%d were listed, and the last page tells of more", l.seen)
	}
	return nil
}

func partial(op Op, format string, numbers ...any) error {
	return &Error{State: inventory.Partial, Operation: op.Name, Message: fmt.Sprintf(format, numbers...)}
}

// Items are the members of a result that is a list or, where member is given, of
// the list in it. That there is no such list is an *Error with the state malformed.
func Items(op Op, result json.RawMessage, member string) ([]json.RawMessage, error) {
	if member != "" {
		var in map[string]json.RawMessage
		if err := json.Unmarshal(result, &in); err != nil {
			return nil, &Error{State: inventory.Malformed, Operation: op.Name, Message: "the result is no object"}
		}
		result = in[member]
	}
	var list []json.RawMessage
	if err := json.Unmarshal(result, &list); err != nil || list == nil {
		return nil, &Error{State: inventory.Malformed, Operation: op.Name, Message: "the result is no list"}
	}
	return list, nil
}
