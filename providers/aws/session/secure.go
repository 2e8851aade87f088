package session

import (
	"context"
	"errors"
	"net/netip"
	"net/url"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// errPlain says that requests would leave the machine in plain text.
var errPlain = errors.New("the address of AWS is plain http to another machine (AWS_ENDPOINT_URL, or its sibling for the service); use https")

// secure refuses plain http to other machines, since requests carry the tokens
// of sessions. It stands where the address is known whichever setting gave it:
// AWS_ENDPOINT_URL, that of one service, or a profile.
func secure(s *stack) error {
	return s.Deserialize.Add(middleware.DeserializeMiddlewareFunc("EstraySecure",
		func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			if r, ok := in.Request.(*smithyhttp.Request); ok && !safe(r.URL) {
				return middleware.DeserializeOutput{}, middleware.Metadata{}, errPlain
			}
			return next.HandleDeserialize(ctx, in)
		}), middleware.After)
}

// safe takes besides https what does not leave the machine: loopback, and the
// addresses from which machines and containers of AWS get their credentials
// (169.254.0.0/16, fd00:ec2::/32).
func safe(u *url.URL) bool {
	if u.Scheme == "https" || u.Hostname() == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && (ip.IsLoopback() || ip.IsLinkLocalUnicast() || netip.MustParsePrefix("fd00:ec2::/32").Contains(ip))
}
