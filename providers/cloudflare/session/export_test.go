package session

import (
	"context"
	"net"
	"net/http"
	"time"
)

// Through makes the client reach its endpoint over connections of the test, which
// carry plain HTTP whatever the scheme: with them a test may stand in a bubble of
// testing/synctest, in which hours pass at once.
func (c *Client) Through(dial func(ctx context.Context, network, address string) (net.Conn, error)) {
	c.wire.DialContext, c.wire.DialTLSContext, c.wire.ForceAttemptHTTP2 = dial, dial, false
}

// Jitter sets what stands for chance; it is at least 0 and less than 1.
func (c *Client) Jitter(of func() float64) { c.jitter = of }

// Clean is how messages of the vendor are redacted.
func (c *Client) Clean(text string) string { return c.clean(text) }

// Judge is what comes of an answer with the body.
func Judge(body string) (Answer, bool) {
	c := &Client{token: &standing{}}
	a, bad := c.judge(&attempt{sent: true, status: http.StatusOK, header: http.Header{"Content-Type": {"application/json"}}, body: []byte(body)}, ask{})
	return a, bad == nil
}

// Asked reads headers, slows down as they ask, and gives how long to wait.
func Asked(after, left, reset, now, policy string) time.Duration {
	h := http.Header{"Retry-After": {after}, "X-Ratelimit-Limit": {"100"}, "X-Ratelimit-Remaining": {left}, "X-Ratelimit-Reset": {reset},
		"Ratelimit": {now}, "Ratelimit-Policy": {policy}, "Date": {"Sat, 01 Jan 2000 00:00:00 GMT"}}
	p := newPace(1, true, nil)
	p.heed(h)
	if limit := p.limiter.Limit(); !(limit > 0 && limit <= 1) {
		return -1
	}
	return asked(h)
}
