package cloudflarefake

// Fault says which calls go wrong, and how. An empty field concerns any value.
type Fault struct {
	// Path is one of [Paths].
	Path          string
	Account, Zone string
	// Name is the last name in the path: Call.Name.
	Name string
	// Page is the how-manyeth page of a listing, from 1; 0: every page.
	Page int
	// After lets so many of the calls pass first; Times ends the fault after so
	// many (0: never).
	After, Times int
	Effect       Effect
}

// concerns reports whether a call is one that the fault means.
func (f Fault) concerns(c *Call) bool {
	return same(f.Path, c.Path) && same(f.Account, c.Account) && same(f.Zone, c.Zone) && same(f.Name, c.Name) &&
		(f.Page == 0 || f.Page == c.Page)
}

func same(want, got string) bool { return want == "" || want == got }

// Effect is what a fault does to a call. The zero value does nothing.
type Effect struct {
	kind    effectKind
	status  int
	code    int
	count   int
	text    string // of a header, a URL or a body
	content string // content type
}

type effectKind int

const (
	none effectKind = iota
	refuse
	unsuccessful
	throttle
	raw
	cutBody
	cutJSON
	hang
	reset
	redirect
	nullResult
	textResult
	objectResult
	repeatPage
	ignorePage
	totalCount
	shortPage
	noInfo
	header
)

// Deny refuses a call with 403 and a code: 10000 and 10023 for a permission that
// is missing, 9109 for a thing or an address that is not allowed, 1000 for a
// token that is none any more.
func Deny(code int) Effect { return Refuse(403, code) }

// Refuse refuses a call with a status and a code.
func Refuse(status, code int) Effect { return Effect{kind: refuse, status: status, code: code} }

// Missing answers that the Worker does not exist (any more).
func Missing() Effect { return Refuse(404, 10007) }

// Unsuccessful answers 200, with success false and a code.
func Unsuccessful(code int) Effect { return Effect{kind: unsuccessful, code: code} }

// ServerError answers 500 and an error of the vendor's own.
func ServerError() Effect { return Refuse(500, 10013) }

// HTML answers a status with a page of HTML, as something in between may: 403, 502.
func HTML(status int) Effect {
	return Answer(status, "text/html; charset=UTF-8", "<!DOCTYPE html><html><body><h1>Sorry, this did not work</h1></body></html>")
}

// ErrorCode answers as the edge does when nothing behind it answers: 520 to 527.
func ErrorCode(status int) Effect { return Effect{kind: raw, status: status, content: "text/plain"} }

// Throttle refuses a call as one too many. after is the header Retry-After,
// whatever it says; empty: there is none.
func Throttle(after string) Effect { return Effect{kind: throttle, text: after} }

// ThrottleHTML is Throttle with a page of HTML.
func ThrottleHTML(after string) Effect {
	return Effect{kind: throttle, text: after, content: "text/html; charset=UTF-8"}
}

// CutBody tells the true length, sends half of the body and drops the connection.
func CutBody() Effect { return Effect{kind: cutBody} }

// CutJSON sends half of the body with a length that fits the half.
func CutJSON() Effect { return Effect{kind: cutJSON} }

// Hang answers nothing until the caller gives up.
func Hang() Effect { return Effect{kind: hang} }

// ResetConnection resets the connection.
func ResetConnection() Effect { return Effect{kind: reset} }

// Expire refuses a call as one with a token that has expired, after which a fault
// without Times refuses all others too. The code is 1000 or 9109.
func Expire(code int) Effect { return Deny(code) }

// Redirect sends the caller elsewhere.
func Redirect(url string) Effect { return Effect{kind: redirect, text: url} }

// NullBody answers 200 and null.
func NullBody() Effect { return Answer(200, "application/json", "null") }

// EmptyBody answers 200 and nothing.
func EmptyBody() Effect { return Answer(200, "application/json", "") }

// NullResult answers as the world does, with null as the result.
func NullResult() Effect { return Effect{kind: nullResult} }

// NoResult answers an envelope without a result: {"success":true}.
func NoResult() Effect { return Answer(200, "application/json", `{"success":true}`) }

// TextResult answers as the world does, with a text as the result.
func TextResult() Effect { return Effect{kind: textResult} }

// ObjectResult answers as the world does, with an empty object as the result.
func ObjectResult() Effect { return Effect{kind: objectResult} }

// RepeatPage answers the first page for ever and calls it the one that was asked
// for; of an audit log it answers the cursor, too, that it was asked with.
func RepeatPage() Effect { return Effect{kind: repeatPage} }

// IgnorePage answers the first page for ever and calls it the first.
func IgnorePage() Effect { return Effect{kind: ignorePage} }

// TotalCount answers as the world does, with another total_count.
func TotalCount(n int) Effect { return Effect{kind: totalCount, count: n} }

// ShortPage leaves out the last n items of a page, and tells the counts of all.
func ShortPage(n int) Effect { return Effect{kind: shortPage, count: n} }

// NoInfo answers as the world does, without result_info.
func NoInfo() Effect { return Effect{kind: noInfo} }

// Header answers as the world does, with a header more.
func Header(name, value string) Effect { return Effect{kind: header, content: name, text: value} }

// Answer answers a status, a content type and a body as they are.
func Answer(status int, content, body string) Effect {
	return Effect{kind: raw, status: status, content: content, text: body}
}
