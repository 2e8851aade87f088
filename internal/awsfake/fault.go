package awsfake

import "time"

// Fault says which calls go wrong, and how. An empty field concerns any value.
type Fault struct {
	Service, Operation, Account, Region string
	Resource, Qualifier                 string
	// Page is the how-manyeth page of a listing, from 1; 0: every page.
	Page int
	// After lets so many of the calls pass first; Times ends the fault after
	// so many (0: never).
	After, Times int
	Effect       Effect
}

// concerns reports whether a call is one that the fault means.
func (f Fault) concerns(c *Call) bool {
	return same(f.Service, c.Service) && same(f.Operation, c.Operation) && same(f.Account, c.Account) &&
		same(f.Region, c.Region) && same(f.Resource, c.Resource) && same(f.Qualifier, c.Qualifier) &&
		(f.Page == 0 || f.Page == c.Page)
}

func same(want, got string) bool { return want == "" || want == got }

// Effect is what a fault does to a call. The zero value does nothing.
type Effect struct {
	kind   effectKind
	status int
	body   string
	reason denial
	pause  time.Duration
}

type effectKind int

const (
	none effectKind = iota
	deny
	throttle
	serverError
	serverHTML
	cutBody
	cutJSON
	hang
	drip
	reset
	expire
	repeatToken
	missing
	raw
)

// denial is why a call is not allowed.
type denial int

const (
	noPolicy denial = iota
	controlPolicy
	boundary
)

// DenyMissing refuses a call because no policy of the caller allows it.
func DenyMissing() Effect { return Effect{kind: deny, reason: noPolicy} }

// DenyControlPolicy refuses a call by a service control policy of the organization.
func DenyControlPolicy() Effect { return Effect{kind: deny, reason: controlPolicy} }

// DenyBoundary refuses a call because the caller's permissions boundary does
// not allow it.
func DenyBoundary() Effect { return Effect{kind: deny, reason: boundary} }

// Throttle refuses a call as one too many. after is told in the header
// Retry-After, in whole seconds, where the service does so; 0: not told.
func Throttle(after time.Duration) Effect { return Effect{kind: throttle, pause: after} }

// ServerError answers 500 in the service's own shape.
func ServerError() Effect { return Effect{kind: serverError} }

// ServerErrorHTML answers 503 with a page of HTML, as something in between may.
func ServerErrorHTML() Effect { return Effect{kind: serverHTML} }

// CutBody tells the true length, sends half of the body and drops the connection.
func CutBody() Effect { return Effect{kind: cutBody} }

// CutJSON sends half of the body with a length that fits the half.
func CutJSON() Effect { return Effect{kind: cutJSON} }

// Hang answers nothing until the caller gives up.
func Hang() Effect { return Effect{kind: hang} }

// Drip sends the body byte by byte with a pause after each.
func Drip(pause time.Duration) Effect { return Effect{kind: drip, pause: pause} }

// ResetConnection resets the connection.
func ResetConnection() Effect { return Effect{kind: reset} }

// Expire refuses a call because its credentials have expired.
func Expire() Effect { return Effect{kind: expire} }

// RepeatToken answers a page with the token that it was asked with. On a first
// page, which has none, there is then always a second.
func RepeatToken() Effect { return Effect{kind: repeatToken} }

// Missing answers that what the call names does not exist (any more).
func Missing() Effect { return Effect{kind: missing} }

// Answer answers a status and a body as they are, in the service's content type.
func Answer(status int, body string) Effect { return Effect{kind: raw, status: status, body: body} }
