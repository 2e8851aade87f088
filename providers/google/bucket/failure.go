package bucket

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"strings"

	"golang.org/x/oauth2"
	"google.golang.org/api/googleapi"
)

// The operations, which are the permissions that they take too.
const (
	listing = "storage.objects.list"
	reading = "storage.objects.get"
)

// mostText bounds what is kept of a vendor's message.
const mostText = 500

// failure is an error of Cloud Storage in our words.
type failure struct {
	text string
	code string
	kind error // fs.ErrPermission, fs.ErrNotExist or nil
	err  error // the client's
}

// Error gives the operation, the code, the message and what to grant.
func (f *failure) Error() string { return f.text }

// ErrorCode is the vendor's code, "" for none.
func (f *failure) ErrorCode() string { return f.code }

// Unwrap gives what the error is to package fs, and the client's error.
func (f *failure) Unwrap() []error {
	var all []error
	for _, err := range []error{f.kind, f.err} {
		if err != nil {
			all = append(all, err)
		}
	}
	return all
}

// failed turns an error of the client into one of a file system. The end of the
// run stays what it is.
func (b *Bucket) failed(op, operation, name string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	why := explain(err)
	f := &failure{code: why.code, err: err}
	hint := ""
	switch {
	case why.status == http.StatusNotFound:
		f.kind = fs.ErrNotExist
	case denied(why):
		f.kind, hint = fs.ErrPermission, takes(operation)
	}
	f.text = join(operation, why.code, why.message) + hint
	return &fs.PathError{Op: op, Path: b.url(name), Err: f}
}

// takes says what an operation needs.
func takes(operation string) string {
	if operation == listing {
		return " (takes storage.objects.list on the bucket: roles/storage.objectViewer)"
	}
	return " (takes storage.objects.get: roles/storage.objectViewer; without storage.objects.list Cloud Storage says so of a missing object too)"
}

// reason is what an answer says. Status 0: there was none.
type reason struct {
	status        int
	code, message string
}

// denied: a permission is missing, or the caller is nobody. A quota that is
// used up is told by the same status.
func denied(r reason) bool {
	return (r.status == http.StatusForbidden || r.status == http.StatusUnauthorized) && !throttles(r)
}

// throttles follows the reasons of "HTTP status and error codes for JSON".
func throttles(r reason) bool {
	return r.status == http.StatusTooManyRequests || r.code == "rateLimitExceeded" || r.code == "userRateLimitExceeded"
}

// passing: the same call may succeed in a moment. Source: "Retry strategy" of
// Cloud Storage.
func passing(err error) bool {
	if r := explain(err); r.status != 0 {
		return throttles(r) || r.status == http.StatusRequestTimeout || r.status >= 500
	}
	var token *tokenError
	if errors.As(err, &token) {
		return isNetwork(token.err)
	}
	return isNetwork(err) || errors.Is(err, io.ErrUnexpectedEOF)
}

func isNetwork(err error) bool {
	var n net.Error
	return errors.As(err, &n)
}

// explain reads an error of the vendor's client; nil says nothing.
func explain(err error) reason {
	if err == nil {
		return reason{}
	}
	var api *googleapi.Error
	var token *tokenError
	switch {
	case errors.As(err, &api):
		return answered(api)
	case errors.Is(err, context.DeadlineExceeded), timedOut(err):
		return reason{message: "no whole answer came in time"}
	case errors.As(err, &token):
		return tokenless(token.err)
	}
	return reason{message: short(cause(err))}
}

// tokenless says why there was no token. Answers to such calls have codes too
// (RFC 6749, section 5.2).
func tokenless(err error) reason {
	const none = "no token is given for the credentials"
	var answer *oauth2.RetrieveError
	var body struct {
		Code string `json:"error"`
		Text string `json:"error_description"`
	}
	if errors.As(err, &answer) && json.Unmarshal(answer.Body, &body) == nil && body.Code != "" {
		return reason{code: body.Code, message: join(none, short(body.Text))}
	}
	return reason{message: join(none, short(cause(err)))}
}

func timedOut(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// cause is the text of an error; where the network had part in it only that of
// the innermost, since the layers around it name addresses and ports.
func cause(err error) string {
	if !isNetwork(err) {
		return err.Error()
	}
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err.Error()
}

// answered takes an answer apart. Those about the content of an object are
// plain text, and their body is not parsed by the client.
func answered(api *googleapi.Error) reason {
	r := reason{status: api.Code, message: api.Message}
	items := api.Errors
	if api.Message == "" {
		var body struct {
			Error struct {
				Message string                `json:"message"`
				Errors  []googleapi.ErrorItem `json:"errors"`
			} `json:"error"`
		}
		if json.Unmarshal([]byte(api.Body), &body) == nil {
			r.message, items = body.Error.Message, body.Error.Errors
		} else if !strings.HasPrefix(strings.TrimSpace(api.Body), "<") { // a page of something in between
			r.message = api.Body
		}
	}
	if len(items) > 0 {
		r.code = items[0].Reason
	}
	if r.code == "" {
		r.code = codeOf(api.Code)
	}
	r.message = short(r.message)
	if r.message == "" {
		r.message = strings.ToLower(http.StatusText(api.Code))
	}
	return r
}

// codeOf is the reason that Cloud Storage gives with a status, for answers that
// give none.
func codeOf(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "authError"
	case http.StatusForbidden:
		return "forbidden"
	case http.StatusNotFound:
		return "notFound"
	case http.StatusPreconditionFailed:
		return "conditionNotMet"
	case http.StatusTooManyRequests:
		return "rateLimitExceeded"
	case http.StatusInternalServerError:
		return "internalError"
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return "backendError"
	}
	return http.StatusText(status)
}

// short is a text on one line, of bounded length.
func short(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > mostText {
		text = strings.ToValidUTF8(text[:mostText], "") + "..."
	}
	return text
}

// join puts what is not empty behind each other.
func join(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, ": ")
}
