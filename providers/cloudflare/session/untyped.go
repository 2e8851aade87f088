package session

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/user"
)

// PathName is a name as it is put into a path, or handed to a method of the
// vendor's client that does so: that client escapes nothing, and a name with
// slashes and dots would lead elsewhere.
func PathName(name string) string {
	if name == "." || name == ".." {
		return strings.ReplaceAll(name, ".", "%2E") // else a step within the path
	}
	return url.PathEscape(name)
}

// Untyped is a call of a path below the base for which the client has no method,
// such as "accounts/A/workers/workers/W/previews?order=asc". Names in it are
// escaped already: see [PathName]. Options that set a query are obeyed.
//
// The vendor's own untyped call lives in its root package, which is too large to
// link. So another GET is led to the path, and with it all that governs a call.
func (c *Client) Untyped(path string) Call {
	to, err := c.base.Parse(strings.TrimLeft(path, "/"))
	return func(ctx context.Context, opts ...option.RequestOption) error {
		if err != nil {
			return errForeign
		}
		lead := func(r *http.Request, next option.MiddlewareNext) (*http.Response, error) {
			query := to.Query()
			for name, values := range r.URL.Query() {
				query[name] = values
			}
			target := *to
			target.RawQuery = query.Encode()
			r.URL = &target
			return next(r)
		}
		_, err := user.NewTokenService().Verify(ctx, append(opts, option.WithMiddleware(lead))...)
		return err
	}
}
