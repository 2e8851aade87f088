package session_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

const active = `{"success":true,"result":{"id":"t1","status":"active","not_before":"2026-01-02T03:04:05+01:00","expires_on":"2027-01-01T00:00:00Z"}}`

// byPath answers a path with its handler, and all others as an invalid token.
func byPath(paths map[string]http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if h, ok := paths[strings.TrimPrefix(r.URL.Path, "/client/v4")]; ok {
			h(w, r)
			return
		}
		says(401, wrong(1000, "Invalid API Token"))(w, r)
	}
}

func (w *world) paths() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for _, r := range w.asked {
		all = append(all, r.path)
	}
	return all
}

func TestVerifyFindsOutWhoseTokenItIs(t *testing.T) {
	want := session.Token{ID: "t1", Status: "active", NotBefore: time.Date(2026, 1, 2, 2, 4, 5, 0, time.UTC), Expires: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
	owned := want
	owned.Account = "b"
	for _, test := range []struct {
		name  string
		paths map[string]http.HandlerFunc
		want  session.Token
		asked []string
	}{
		{"a user's", map[string]http.HandlerFunc{"/user/tokens/verify": says(200, active)}, want, []string{"/user/tokens/verify"}},
		{"an account's", map[string]http.HandlerFunc{"/accounts/b/tokens/verify": says(200, active)}, owned, []string{"/user/tokens/verify", "/accounts/a/tokens/verify", "/accounts/b/tokens/verify"}},
		{"an account's, which may not ask below /user", map[string]http.HandlerFunc{"/user/tokens/verify": says(400, wrong(12345, "no")), "/accounts/a/tokens/verify": says(404, wrong(7003, "no route")), "/accounts/b/tokens/verify": says(200, active)},
			owned, []string{"/user/tokens/verify", "/accounts/a/tokens/verify", "/accounts/b/tokens/verify"}},
		{"one without bounds", map[string]http.HandlerFunc{"/user/tokens/verify": says(200, `{"success":true,"result":{"id":"t1","status":"active","expires_on":null}}`)}, session.Token{ID: "t1", Status: "active"}, []string{"/user/tokens/verify"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			in(t, session.Options{}, byPath(test.paths), func(w *world) {
				got, err := w.client.Verify(w.Context(), []string{"a", "b", "c"})
				w.is(nil, err)
				w.is(test.want, got)
				w.is(test.asked, w.paths())
				// The refusals say nothing of other calls.
				if _, err := w.ask("x"); !session.Denied(err) || w.requests() != len(test.asked)+1 {
					t.Errorf("after Verify a call is not made: %v", err)
				}
			})
		})
	}
}

func TestATokenThatNobodyKnowsIsDenied(t *testing.T) {
	in(t, session.Options{}, byPath(nil), func(w *world) {
		_, err := w.client.Verify(w.Context(), []string{"a"})
		w.is(session.Error{State: inventory.Denied, Operation: "GET /accounts/:a/tokens/verify", Status: 401, Code: "1000",
			Message: "Invalid API Token; neither a user nor an account that was asked knows the token: check that it is whole, and name its account"}, failed(t, err))
	})
}

func TestVerifyDoesNotTakeAFailureForARefusal(t *testing.T) {
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		state  inventory.State
	}{
		"a server error":    {says(503, ""), inventory.Unavailable},
		"throttling":        {says(429, ""), inventory.Throttled},
		"no token":          {says(200, `{"success":true,"result":{}}`), inventory.Malformed},
		"a time that is no": {says(200, `{"success":true,"result":{"id":"t","status":"active","expires_on":"tomorrow"}}`), inventory.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, session.Options{}, byPath(map[string]http.HandlerFunc{"/user/tokens/verify": test.answer}), func(w *world) {
				_, err := w.client.Verify(w.Context(), []string{"a"})
				w.is(test.state, failed(t, err).State)
				for _, path := range w.paths() {
					w.is("/user/tokens/verify", path)
				}
			})
		})
	}
}

func TestATokenThatIsNotActiveIsNotUsed(t *testing.T) {
	for _, status := range []string{"expired", "disabled"} {
		answer := says(200, strings.Replace(active, "active", status, 1))
		in(t, session.Options{}, byPath(map[string]http.HandlerFunc{"/user/tokens/verify": answer, "/x": says(200, fine)}), func(w *world) {
			if _, err := w.ask("x"); err != nil {
				t.Fatal(err)
			}
			for range 2 { // that it is known is no reason not to look again
				got, err := w.client.Verify(w.Context(), nil)
				w.is(nil, err)
				w.is(status, got.Status)
			}
			_, err := w.ask("x")
			w.is(session.Error{State: inventory.Denied, Operation: "GET /x", Code: "token-" + status, Message: "the token is not active" + ended}, failed(t, err))
			w.is(3, w.requests())
		})
	}
}
