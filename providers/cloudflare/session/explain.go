package session

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"slices"

	"github.com/estray/estray/inventory"
)

// Error is a call that gave no usable answer.
type Error struct {
	// State is what it means for the cell that was being read.
	State inventory.State
	// Operation is Op.Name.
	Operation string
	// Status is that of HTTP; 0: no answer came, or nothing was asked.
	Status int
	// Code is the vendor's ("10000"), or "http-403" for a refusal without one; empty
	// where nothing was refused.
	Code string
	// Message is the vendor's or ours, cut and redacted.
	Message string
}

// Error says what was called and what went wrong.
func (e *Error) Error() string { return e.reason().String() }

func (e *Error) reason() inventory.Reason {
	return inventory.Reason{Operation: e.Operation, Code: e.Code, Message: e.Message}
}

// Explain says what an error of a call means for the cell that was being read.
func Explain(err error) (inventory.State, inventory.Reason) {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.State, e.reason()
	case errors.Is(err, context.Canceled):
		return inventory.Cancelled, inventory.Reason{Message: "the run was ended"}
	case errors.Is(err, context.DeadlineExceeded):
		return inventory.Unavailable, inventory.Reason{Message: "no answer came in time"}
	}
	return inventory.Unavailable, inventory.Reason{Message: err.Error()}
}

// Gone reports whether the vendor says that the Worker or project of a call does
// not exist (any more). Asked for the workers.dev subdomain of an account, it says
// that there is none.
func Gone(err error) bool { return coded(err, "10007", "8000007") }

// None reports whether the vendor says that there is nothing of what was asked for:
// no preview (10025, 10222), no legacy environment (10090).
func None(err error) bool { return coded(err, "10025", "10222", "10090") }

// NotOffered reports whether the vendor does not know the path of a call, or not
// for this account: a beta, or a call that is not documented.
func NotOffered(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Status == http.StatusNotFound || e.Status == http.StatusMethodNotAllowed) && !Gone(err) && !None(err)
}

// Denied reports whether the vendor refused for want of a permission.
func Denied(err error) bool { return in(err, inventory.Denied) }

// Throttled reports whether the vendor's quota ended the call.
func Throttled(err error) bool { return in(err, inventory.Throttled) }

func in(err error, state inventory.State) bool {
	var e *Error
	return errors.As(err, &e) && e.State == state
}

func coded(err error, codes ...string) bool {
	var e *Error
	return errors.As(err, &e) && slices.Contains(codes, e.Code)
}

func certificate(err error) bool {
	var wrong *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	return errors.As(err, &wrong) || errors.As(err, &unknown) || errors.As(err, &name)
}
