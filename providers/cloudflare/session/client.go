package session

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
)

// Options say how Cloudflare is called.
type Options struct {
	// Token is an API token. It is never shown.
	Token string
	// Endpoint is the base URL; empty: that of the vendor.
	Endpoint string
	// Rate is the most requests a second, over all accounts; 0: no limit of ours.
	Rate float64
	// Agent is the user agent, by which the vendor's logs tell our reads; empty:
	// "estray".
	Agent string
	// Waiting is told how long all calls wait, because the vendor asked for it;
	// nil: nobody is. It may be called from several goroutines.
	Waiting func(time.Duration)
}

// Client calls Cloudflare. It may be used by several goroutines.
type Client struct {
	opt  Options
	http *http.Client
}

// Op names a call, for coverage and errors: "GET /accounts/:a/workers/scripts".
type Op struct {
	Name string
	// Account is whose calls end if the vendor asks to wait beyond the bound.
	Account string
}

// Call makes one call through a service of the vendor's client; it hands opts on
// as they are, and drops what the service returns beside the error.
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
	Told                   bool
	Page, PerPage, Count   int
	TotalCount, TotalPages int
	Cursor                 string
}
