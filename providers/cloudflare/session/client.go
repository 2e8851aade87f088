package session

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
)

// Options say how Cloudflare is called.
type Options struct {
	// Token is an API token. It is never shown, and a fixed text of ours stands for
	// it where the endpoint is plain HTTP.
	Token string
	// Endpoint is the base URL; empty: that of the vendor.
	Endpoint string
	// Rate is the most requests a second, over all accounts; 0: no limit of ours.
	// Beyond this machine no more than 1,100 requests in 5 minutes are made,
	// whatever it says.
	Rate float64
	// Agent is the user agent, by which the vendor's logs tell our reads; empty:
	// "estray".
	Agent string
	// Waiting is told how long all calls wait, because the vendor asked for it: when
	// the wait begins, and what is left of it every few seconds; nil: nobody is. It
	// may be called from several goroutines.
	Waiting func(time.Duration)
	// Proxy gives the proxy of a request, as [http.ProxyFromEnvironment] does; nil:
	// none. This machine is always reached directly.
	Proxy func(*http.Request) (*url.URL, error)
}

// Client calls Cloudflare. It only reads. It may be used by several goroutines.
type Client struct {
	opt   Options
	base  *url.URL // ends with a slash
	plain bool     // http, which does not leave the machine
	wire  *http.Transport
	pace  *pace
	token *standing
	told  told
	// jitter is at least 0 and less than 1.
	jitter func() float64
}

// Op names a call, for coverage and errors: "GET /accounts/:a/workers/scripts".
type Op struct {
	Name string
	// Account is whose calls end if the vendor asks to wait beyond the bound.
	Account string
}

// Call makes one call through a service of the vendor's client; it hands opts on
// as they are, and drops what the service returns beside the error. It makes one
// request; names in its path are escaped: see [PathName].
type Call func(ctx context.Context, opts ...option.RequestOption) error

// Answer is a whole answer whose envelope was checked.
type Answer struct {
	// Result is never null.
	Result json.RawMessage
	Info   Info
}

// Info is what an envelope tells of pages (result_info). What it does not tell is
// zero; Told is false if it is not there at all.
type Info struct {
	Told bool
	// Counted is whether TotalCount is told, which may be 0.
	Counted                bool
	Page, PerPage, Count   int
	TotalCount, TotalPages int
	// Cursor is where the next page begins (cursor, or cursors.after); empty: there
	// is none.
	Cursor string
}

// Close drops the connections that nobody uses. The client can still be used.
func (c *Client) Close() { c.wire.CloseIdleConnections() }
