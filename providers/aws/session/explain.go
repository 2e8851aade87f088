package session

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"github.com/estray/estray/inventory"
)

// ErrRepeated says that a listing gave the same page token twice: it would never
// end, and what it leaves out cannot be told.
var ErrRepeated = errors.New("the listing gave the same page token twice")

// mostText bounds what is kept of a vendor's message: an encoded authorization
// failure is long and says nothing to a reader.
const mostText = 500

// Code is the vendor's error code of err; empty where an answer has none, or
// err is nil.
func Code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// Missing reports whether the vendor says that a thing is not there: of a policy
// that there is none, of a function that it went away between two calls.
func Missing(err error) bool {
	switch Code(err) {
	case "ResourceNotFoundException", "NoSuchEntity", "NoSuchEntityException", "NotFoundException", "NotFound", "TargetGroupNotFound", "LoadBalancerNotFound":
		return true
	}
	return false
}

// Denied reports whether the vendor refused for want of a permission.
func Denied(err error) bool {
	state, _ := Explain(err)
	return state == inventory.Denied
}

// Explain says what an error means for the cell that was being read. The reason
// names operation, code and message; the vendor's messages hold names of
// principals and assets and no secrets.
func Explain(err error) (inventory.State, inventory.Reason) {
	why := inventory.Reason{Code: Code(err), Message: message(err)}
	// The innermost operation is the one that failed: a call may need another
	// one first, for its credentials.
	var operation *smithy.OperationError
	for e := err; errors.As(e, &operation); e = operation.Err {
		why.Operation = operation.Operation()
	}
	switch {
	case errors.Is(err, context.Canceled):
		why.Code, why.Message = "", "the run was ended"
		return inventory.Cancelled, why
	case errors.Is(err, context.DeadlineExceeded), timedOut(err):
		why.Message = "no whole answer came in time"
		return inventory.Unavailable, why
	case errors.Is(err, ErrRepeated):
		return inventory.Malformed, why
	case why.Code != "" && why.Code != "UnknownError":
		return stateOfCode(why.Code, status(err)), explained(why)
	}
	return stateOfStatus(err), why
}

func timedOut(err error) bool {
	var slow interface{ Timeout() bool }
	return errors.As(err, &slow) && slow.Timeout()
}

// message is the vendor's text, else the innermost cause: the layers around it
// repeat operation, status and request id.
func message(err error) string {
	if err == nil {
		return ""
	}
	var api smithy.APIError
	text := ""
	if errors.As(err, &api) {
		text = api.ErrorMessage()
	}
	if text == "" {
		cause := err
		for next := errors.Unwrap(cause); next != nil; next = errors.Unwrap(cause) {
			cause = next
		}
		text = cause.Error()
	}
	text = withoutSession(strings.Join(strings.Fields(text), " "))
	if len(text) > mostText {
		text = strings.ToValidUTF8(text[:mostText], "") + "..."
	}
	return text
}

// withoutSession cuts the session's name out of the ARNs of assumed roles. Ours
// is another in each run, and the same denial must read the same.
func withoutSession(text string) string {
	const assumed = ":assumed-role/"
	before, rest, ok := strings.Cut(text, assumed)
	if !ok {
		return text
	}
	end := len(rest)
	if i := strings.IndexAny(rest, " ,;\"'"); i >= 0 {
		end = i
	}
	role, _, _ := strings.Cut(rest[:end], "/")
	return before + assumed + role + withoutSession(rest[end:])
}

func status(err error) int {
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}

// stateOfCode follows the codes of IAM's and the services' common errors.
func stateOfCode(code string, status int) inventory.State {
	switch {
	case slices.Contains([]string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "AuthorizationErrorException",
		"ForbiddenException", "Forbidden", "NotAuthorized", "UnauthorizedException"}, code):
		return inventory.Denied
	case throttles(code):
		return inventory.Throttled
	case slices.Contains(endsCredentials(), code), regionOff(code):
		return inventory.Unavailable
	case status == http.StatusForbidden && code != "SignatureDoesNotMatch":
		return inventory.Denied
	}
	return inventory.Unavailable
}

// throttles follows the codes that the vendor's own retries take for throttling.
func throttles(code string) bool {
	return strings.Contains(code, "Throttl") || slices.Contains([]string{"TooManyRequestsException", "RequestLimitExceeded", "SlowDown",
		"LimitExceededException", "BandwidthLimitExceeded", "PriorRequestNotComplete", "ProvisionedThroughputExceededException"}, code)
}

// regionOff lists what a region answers to credentials that hold elsewhere:
// mostly it is not enabled for the account.
func regionOff(code string) bool {
	return slices.Contains([]string{"UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "RegionDisabledException",
		"OptInRequired", "SubscriptionRequiredException"}, code)
}

// explained adds what to make of a code that does not explain itself.
func explained(why inventory.Reason) inventory.Reason {
	switch {
	case slices.Contains(endsCredentials(), why.Code):
		why.Message = join(why.Message, "the credentials ended while the account was read: scan again, with a session that lasts longer")
	case regionOff(why.Code):
		why.Message = join(why.Message, "credentials that hold in other regions were refused here: the region may be off for the account. List the regions to read in providers.aws.regions, or grant account:ListRegions")
	}
	return why
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return strings.TrimSuffix(a, ".") + "; " + b
}

// stateOfStatus judges an answer without a code, or none at all.
func stateOfStatus(err error) inventory.State {
	switch status(err) {
	case http.StatusForbidden, http.StatusUnauthorized:
		return inventory.Denied
	case http.StatusTooManyRequests:
		return inventory.Throttled
	case http.StatusOK:
		return inventory.Malformed
	}
	return inventory.Unavailable
}
