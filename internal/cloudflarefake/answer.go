package cloudflarefake

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// answer is one answer before it is written: an envelope, or a body as it is.
type answer struct {
	status   int
	kind     string // content type; empty: JSON
	header   http.Header
	envelope *envelope
	body     []byte
}

// envelope is what is around every answer in JSON.
type envelope struct {
	Success  bool      `json:"success"`
	Errors   []problem `json:"errors"`
	Messages []problem `json:"messages"`
	Result   any       `json:"result"`
	Info     any       `json:"result_info,omitempty"`
}

// problem is one error.
type problem struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// pageInfo is the result_info of pages.
type pageInfo struct {
	Page       int `json:"page"`
	PerPage    int `json:"per_page"`
	Count      int `json:"count"`
	TotalCount int `json:"total_count"`
	TotalPages int `json:"total_pages"`
}

// cursorInfo is the result_info of the audit log, version 2. The vendor tells the
// count as a string.
type cursorInfo struct {
	Count  string `json:"count"`
	Cursor string `json:"cursor,omitempty"`
}

// result is a good answer.
func result(v any) answer { return withInfo(v, nil) }

func withInfo(v, info any) answer {
	return answer{status: http.StatusOK, envelope: &envelope{Success: true, Errors: []problem{}, Messages: []problem{}, Result: v, Info: info}}
}

// refusal is a bad one.
func refusal(status, code int, message string) answer {
	return answer{status: status, envelope: &envelope{Errors: []problem{{code, message}}, Messages: []problem{}}}
}

// notFound says that a Worker is not there.
func notFound() answer {
	return refusal(http.StatusNotFound, 10007, "This Worker does not exist on your account.")
}

// noRoute says that a path is wrong, or that what it names is.
func noRoute(path string) answer {
	return refusal(http.StatusNotFound, 7003, "Could not route to "+path+", perhaps your object identifier is invalid?")
}

// throttled refuses a call as one too many; after is the header Retry-After.
func throttled(after string) answer {
	a := refusal(http.StatusTooManyRequests, 971, "Please wait and consider throttling your request speed")
	if after != "" {
		a.header = http.Header{"Retry-After": {after}}
	}
	return a
}

// encode fills in the body. The world must not be changed meanwhile.
func (a answer) encode() answer {
	if a.envelope == nil {
		return a
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(a.envelope); err != nil {
		panic(err) // a world that holds raw JSON which is none
	}
	a.body = b.Bytes()
	return a
}

// prepare writes the headers of an answer.
func (a answer) prepare(w http.ResponseWriter) {
	h := w.Header()
	for k, v := range a.header {
		h[k] = v
	}
	h.Set("Content-Type", or(a.kind, "application/json"))
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
}
