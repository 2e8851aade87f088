package bucket

import (
	"strings"
	"testing"

	"google.golang.org/api/googleapi"
)

// FuzzAnswers: whatever an answer that is an error holds, it is told on one line
// of bounded length, with a code. It is an internal test, since no server can
// send each status.
func FuzzAnswers(f *testing.F) {
	f.Add(403, `{"error":{"code":403,"message":"no","errors":[{"reason":"forbidden"}]}}`)
	f.Add(404, "No such object: b/k")
	f.Add(502, "<html>no</html>")
	f.Add(429, `{"error":"slow"}`)
	f.Add(403, `{"error":{"errors":[{}],"message":"\n\u0000"}}`)
	f.Add(299, "")
	f.Fuzz(func(t *testing.T, status int, body string) {
		r := explain(&googleapi.Error{Code: status, Body: body})
		if r.status != status || len(r.message) > mostText+len("...") || strings.ContainsAny(r.message, "\n\r\t") {
			t.Errorf("%d %q: %+v", status, body, r)
		}
		if status >= 400 && status < 405 && r.code == "" {
			t.Errorf("%d %q has no code", status, body)
		}
		if throttles(r) && denied(r) {
			t.Errorf("%d %q is throttling and denial", status, body)
		}
	})
}
