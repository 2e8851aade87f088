package session

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"

	"github.com/estray/estray/inventory"
)

// fault is an attempt without a usable answer, and what may be done about it.
type fault struct {
	Error
	// again: another try may help.
	again bool
}

func (f *fault) because(why string) *Error {
	if why != "" {
		f.Message = why
	}
	return &f.Error
}

// judge goes by status first, then by content, then by envelope.
func (c *Client) judge(a *attempt, q ask) (Answer, *fault) {
	bad := func(state inventory.State, message string) *fault {
		return &fault{Error: Error{State: state, Operation: q.op.Name, Status: a.status, Message: message}}
	}
	again := func(state inventory.State, message string) *fault {
		f := bad(state, message)
		f.again = true
		return f
	}
	switch {
	case a.panicked:
		return Answer{}, bad(inventory.Malformed, "the vendor's client panicked over the call")
	case !a.sent:
		return Answer{}, bad(inventory.Unavailable, "no request was made: "+unsent(a.unsent))
	case a.unsent != nil:
		return Answer{}, bad(inventory.Malformed, a.unsent.Error())
	case a.lost != nil:
		return Answer{}, again(inventory.Unavailable, lost(a.lost))
	case a.status != http.StatusOK:
		return Answer{}, c.refusal(a, q)
	case a.broken != nil && late(a.broken):
		return Answer{}, again(inventory.Unavailable, lost(a.broken))
	case a.broken != nil:
		return Answer{}, again(inventory.Malformed, "the answer broke off")
	case len(a.body) > mostBody:
		return Answer{}, bad(inventory.Malformed, "the answer is larger than "+strconv.Itoa(mostBody>>20)+" MB")
	case !isJSON(a.header):
		return Answer{}, again(inventory.Malformed, "the answer is no JSON")
	}
	e, ok := unwrap(a.body)
	switch {
	case !ok:
		return Answer{}, again(inventory.Malformed, "the answer is no envelope of JSON")
	case !e.success, len(e.errors) > 0:
		return Answer{}, c.refusal(a, q)
	case e.result == nil:
		return Answer{}, bad(inventory.Malformed, "the answer has no result")
	}
	c.token.works()
	return Answer{Result: e.result, Info: e.info}, nil
}

// refusal is an answer that says no, whatever its status.
func (c *Client) refusal(a *attempt, q ask) *fault {
	e, _ := unwrap(a.body) // a page of HTML holds no code
	said, m := pick(a.status, e.errors)
	f := &fault{Error: Error{State: m.state, Operation: q.op.Name, Status: a.status, Code: said.code}, again: m.again}
	if f.Code == "" {
		f.Code = "http-" + strconv.Itoa(a.status)
	}
	f.Message = c.clean(said.message)
	if m.says != "" {
		f.Message = m.says
	}
	if f.Message == "" {
		f.Message = cmp.Or(strings.ToLower(http.StatusText(a.status)), "no reason is given")
	}
	advice := m.advice
	if m.token && !q.probe {
		advice = c.token.end(f.Error)
	}
	f.Message = join(f.Message, advice)
	return f
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return strings.TrimRight(a, ".;: ") + "; " + b
}

// unsent takes only texts without a URL.
func unsent(err error) string {
	switch {
	case errors.Is(err, errForeign), errors.Is(err, errWrites):
		return err.Error()
	case err != nil && strings.HasPrefix(err.Error(), "missing required "):
		return err.Error()
	}
	return "the call could not be built"
}

func late(err error) bool {
	var slow net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &slow) && slow.Timeout()
}

// lost says why no answer came, without addresses and URLs.
func lost(err error) string {
	var name *net.DNSError
	var number syscall.Errno
	switch {
	case late(err):
		return "no whole answer came in time"
	case errors.As(err, &name):
		return "the name of the endpoint could not be resolved"
	case certificate(err):
		return "the certificate of the endpoint was not accepted; name the authority that signed it in the system's store"
	case errors.As(err, &number):
		return "the connection failed: " + number.Error()
	}
	return "the connection failed"
}
