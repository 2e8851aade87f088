package awsfake

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"strings"
)

// place is where a token says to go on.
type place struct {
	page   int // the how-manyeth page is asked
	offset int // the first entry of it
	bound  uint32
	wrong  bool // the token is none of the fake's
}

// decodePlace reads a token. Without one, the listing begins. A token of
// somebody else (behind a proxy) is taken for that of a second page.
func decodePlace(token string) place {
	if token == "" {
		return place{page: 1}
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return place{page: 2, wrong: true}
	}
	var p place
	if _, err := fmt.Sscanf(string(text), "fake %d %d %d", &p.page, &p.offset, &p.bound); err != nil || p.page < 2 || p.offset < 0 {
		return place{page: 2, wrong: true}
	}
	return p
}

func (p place) encode() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "fake %d %d %d", p.page, p.offset, p.bound))
}

// binding is a digest of what a token belongs to: the listing and, where the
// service insists, its parameters.
func (c *call) binding(parameters ...string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(strings.Join(append([]string{c.Service, c.Operation, c.Account, c.Region, c.Resource}, parameters...), "\x00")))
	return h.Sum32()
}

// page says which part of a list of n entries to answer, and the token for
// what follows; empty at the end. ok is false if the token belongs to another
// listing.
func (c *call) page(n int, parameters ...string) (from, to int, next string, ok bool) {
	bound := c.binding(parameters...)
	if c.token != "" && (c.at.wrong || c.at.bound != bound || c.at.offset > n) {
		return 0, 0, "", false
	}
	from = c.at.offset
	to = min(from+c.size(), n)
	if c.world.EmptyPages[c.Operation] == c.Page {
		return from, from, place{page: c.Page + 1, offset: from, bound: bound}.encode(), true
	}
	switch {
	case c.repeat && c.token != "":
		return from, to, c.token, true
	case to < n || c.repeat:
		next = place{page: c.Page + 1, offset: to, bound: bound}.encode()
	}
	return from, to, next, true
}

// size is the number of entries on a page: what is asked for, never above the
// bound of the world or, without one, the vendor's.
func (c *call) size() int {
	most := c.op.size
	if n := c.world.PageSize[c.Operation]; n > 0 {
		most = n
	}
	if asked := c.number(pagingOf(c.Service).limit); asked > 0 && (asked < most || most == 0) {
		return asked
	}
	if most == 0 {
		return 1 << 30
	}
	return most
}

// badToken refuses a token, by the code of the service.
func (c *call) badToken() answer {
	switch c.Service {
	case "cloudtrail":
		return c.fail(400, "InvalidNextTokenException", "Invalid token")
	case "resourcegroupstaggingapi":
		return c.fail(400, "PaginationTokenExpiredException", "The pagination token is invalid or expired.")
	case "organizations":
		return c.fail(400, "InvalidInputException", "You specified an invalid value for NextToken.")
	case "account", "scheduler", "eventbridge", "lambda-web":
		return c.fail(400, "ValidationException", "Invalid token")
	case "logs":
		return c.fail(400, "InvalidParameterException", "The specified nextToken is invalid.")
	case "sns":
		return c.fail(400, "InvalidParameter", "Invalid parameter: NextToken")
	case "s3":
		return c.fail(400, "InvalidArgument", "The continuation token provided is incorrect")
	case "lambda":
		return c.fail(400, "InvalidParameterValueException", "Invalid pagination token")
	case "apigateway", "apigatewayv2":
		return c.fail(400, "BadRequestException", "Invalid position parameter specified")
	}
	return c.fail(400, "ValidationError", "Invalid pagination token")
}

// list answers one page of a JSON list: member is its name, entry writes the
// i-th of n. Parameters are what the token is bound to, beside the listing.
func (c *call) list(member string, n int, entry func(w *jsonWriter, i int), parameters ...string) answer {
	from, to, next, ok := c.page(n, parameters...)
	if !ok {
		return c.badToken()
	}
	w := &jsonWriter{b: make([]byte, 0, 512*(1+to-from))}
	w.open('{').key(member).open('[')
	for i := from; i < to; i++ {
		entry(w, i)
	}
	return c.ok(w.close(']').str(pagingOf(c.Service).next, next).close('}').b)
}
