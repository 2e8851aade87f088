package session

import (
	"context"
	"net"
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
