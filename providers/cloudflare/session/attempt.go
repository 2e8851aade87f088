package session

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
)

const (
	// mostTime bounds one attempt with its whole answer.
	mostTime = 60 * time.Second
	// mostBody bounds an answer, unpacked, in bytes.
	mostBody = 64 << 20
	// stand is sent in place of the token over plain HTTP: those who listen there
	// want to see that a token would come.
	stand = "token-withheld-from-plain-http"
)

var (
	errForeign  = errors.New("the request goes elsewhere than to the endpoint")
	errWrites   = errors.New("the request is no GET, and only reads are made")
	errAgain    = errors.New("the call makes more than one request")
	errRedirect = errors.New("redirects are not followed")
	errLost     = errors.New("no answer came")
)

// attempt is one request and what came of it. It is the transport of a client that
// lives for this request alone, so that it sees status, headers and body itself:
// the errors of the vendor's client hold the URL and the body, and its decoders
// panic.
type attempt struct {
	client *Client

	sent     bool
	panicked bool
	// unsent is why nothing was sent; lost why no answer came; broken why its body
	// did not come whole.
	unsent, lost, broken error

	status int
	header http.Header
	body   []byte
}

// try makes one attempt of a call.
func (c *Client) try(ctx context.Context, call Call) (a *attempt) {
	ctx, cancel := context.WithTimeout(ctx, mostTime)
	defer cancel()
	a = &attempt{client: c}
	defer func() {
		if recover() != nil {
			a.panicked = true
		}
	}()
	var skipped []byte // that it is given keeps the typed decoders from running
	err := call(ctx,
		option.WithBaseURL(c.base.String()),
		option.WithHTTPClient(&http.Client{Transport: a, CheckRedirect: func(*http.Request, []*http.Request) error { return errRedirect }}),
		option.WithMaxRetries(0),
		option.WithResponseBodyInto(&skipped))
	if !a.sent && a.unsent == nil {
		a.unsent = err
	}
	return a
}

// RoundTrip implements [http.RoundTripper]. It reads the answer whole and hands an
// empty one on, in which there is nothing to decode and no redirect to follow.
func (a *attempt) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := a.allow(r); err != nil {
		a.unsent = err
		return nil, err
	}
	a.sent = true
	res, err := a.client.wire.RoundTrip(a.client.dress(r))
	if err != nil {
		a.lost = err
		return nil, errLost
	}
	defer res.Body.Close() //nolint:errcheck // it was read, and nothing is kept of it
	a.status, a.header = res.StatusCode, res.Header
	a.body, a.broken = io.ReadAll(io.LimitReader(res.Body, mostBody+1))
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

func (a *attempt) allow(r *http.Request) error {
	base := a.client.base
	switch {
	case a.sent:
		return errAgain
	case r.URL.Scheme != base.Scheme, r.URL.Host != base.Host, !strings.HasPrefix(r.URL.EscapedPath(), base.EscapedPath()):
		return errForeign
	case r.Method != http.MethodGet:
		return errWrites
	}
	return nil
}

// dress puts on the token, here and nowhere else, and the agent; it takes off what
// the vendor's client tells of this machine.
func (c *Client) dress(r *http.Request) *http.Request {
	r = r.Clone(r.Context())
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Stainless-") {
			r.Header.Del(name)
		}
	}
	token := c.opt.Token
	if c.plain {
		token = stand
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("User-Agent", c.opt.Agent)
	return r
}
