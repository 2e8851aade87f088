package session_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

const (
	granted = "; estray policy cloudflare prints the permissions that are needed"
	ended   = "; the token ended while the account was read: scan again with one that lasts longer"
	never   = "; the token is not accepted: check that it is whole, not revoked and not expired"
	moved   = "; let the token be used from this address, or read from one that it allows"
)

// TestEachRefusalHasItsMeaning holds a row for each of the vendor's known answers.
func TestEachRefusalHasItsMeaning(t *testing.T) {
	html := with(says(403, "<html>"+canary+"</html>"), "X", "y")
	for _, test := range []struct {
		name    string
		status  int
		code    int
		message string // of the vendor
		state   inventory.State
		says    string // empty: the same
	}{
		{"a malformed header", 400, 6003, "Invalid request headers", inventory.Denied, "Invalid request headers" + never},
		{"a malformed header, in another code", 400, 6111, "Invalid format for Authorization header", inventory.Denied, "Invalid format for Authorization header" + never},
		{"a token of another kind, or revoked", 401, 1000, "Invalid API Token", inventory.Denied, "Invalid API Token" + never},
		{"the same, forbidden", 403, 1000, "Invalid API Token", inventory.Denied, "Invalid API Token" + never},
		{"1000 of another product", 400, 1000, "Bad thing", inventory.Unavailable, ""},
		{"a token that is not recognised", 403, 9106, "Missing X-Auth-Key", inventory.Denied, "Missing X-Auth-Key" + never},
		{"the same as a bad request", 400, 9106, "Missing X-Auth-Key", inventory.Denied, "Missing X-Auth-Key" + never},
		{"not for this resource", 403, 9109, "Unauthorized to access requested resource", inventory.Denied, "Unauthorized to access requested resource" + granted},
		{"from a forbidden address", 403, 9109, "Cannot use the access token from location: 203.0.113.7", inventory.Denied, "refused by address" + moved},
		{"from a forbidden address of version 6", 403, 9109, "Not allowed (2001:db8::7).", inventory.Denied, "refused by address" + moved},
		{"an access token that ended", 403, 9109, "Invalid access token", inventory.Denied, "Invalid access token" + never},
		{"a permission that is missing", 403, 10000, "Authentication error", inventory.Denied, "Authentication error" + granted},
		{"the same, unauthorized", 401, 10000, "Authentication error", inventory.Denied, "Authentication error" + granted},
		{"a permission of Workers", 403, 10023, "workers.api.error.unauthorized", inventory.Denied, "workers.api.error.unauthorized" + granted},
		{"a refusal that is not known", 403, 12345, "no", inventory.Denied, "no" + granted},
		{"a Worker that is gone", 404, 10007, "workers.api.error.script_not_found", inventory.Unavailable, ""},
		{"an environment that is not there", 404, 10090, "workers.api.error.environment_not_found", inventory.Unavailable, ""},
		{"a preview that is not there", 404, 10025, "not found", inventory.Unavailable, ""},
		{"a preview that is not there, too", 404, 10222, "not found", inventory.Unavailable, ""},
		{"a path that is not known", 404, 7003, "Could not route to /x", inventory.Unavailable, ""},
		{"a path that is not known, too", 404, 7000, "No route for that URI", inventory.Unavailable, ""},
		{"a project that is gone", 404, 8000007, "Project not found", inventory.Unavailable, ""},
		{"other products' absence", 404, 7404, "not found", inventory.Unavailable, ""},
		{"a server that fails with a refusal", 400, 10013, "unknown", inventory.Unavailable, ""},
		{"a product that is not in use", 403, 10121, "no Workers for Platforms", inventory.Disabled, ""},
		{"a permission, with status 200", 200, 10000, "Authentication error", inventory.Denied, "Authentication error" + granted},
		{"a Worker that is gone, with status 200", 200, 10007, "not found", inventory.Unavailable, ""},
		{"a server error keeps being one", 500, 10000, "Authentication error", inventory.Unavailable, ""},
		{"no message", 404, 10007, "", inventory.Unavailable, "not found"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in(t, session.Options{}, says(test.status, wrong(test.code, test.message)), func(w *world) {
				want := session.Error{State: test.state, Operation: "GET /x", Status: test.status, Code: fmt.Sprint(test.code), Message: test.says}
				if test.says == "" {
					want.Message = test.message
				}
				_, err := w.ask("x")
				w.is(want, failed(t, err))
			})
		})
	}
	in(t, session.Options{}, html, func(w *world) {
		_, err := w.ask("x")
		w.is(session.Error{State: inventory.Denied, Operation: "GET /x", Status: 403, Code: "http-403", Message: "refused at the vendor's edge, before the token was looked at" + moved}, failed(t, err))
	})
}

func TestTheComplaintThatIsKnownSpeaks(t *testing.T) {
	body := `{"success":false,"errors":[{"code":1,"message":"first"},{"code":"10000","message":"second"}],"result":null}`
	in(t, session.Options{}, says(403, body), func(w *world) {
		_, err := w.ask("x")
		w.is("GET /x: 10000: second"+granted, err.Error())
	})
	in(t, session.Options{}, says(404, `{"success":false,"errors":[{"code":"`+canary+` x","message":7}]}`), func(w *world) {
		_, err := w.ask("x")
		w.is("GET /x: http-404: not found", err.Error())
	})
}

func TestARefusalShowsNoToken(t *testing.T) {
	in(t, session.Options{}, says(404, wrong(10007, "not for "+canary+" from 203.0.113.7")), func(w *world) {
		_, err := w.ask("x")
		w.is("GET /x: 10007: not for [token] from [address]", err.Error())
	})
}

// TestATokenThatEndsEndsAllCalls: what was read stands, and nothing more is asked.
func TestATokenThatEndsEndsAllCalls(t *testing.T) {
	in(t, session.Options{}, inTurn(says(200, fine), says(401, wrong(1000, "Invalid API Token"))), func(w *world) {
		if _, err := w.ask("accounts/a/x"); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			_, err := w.ask("accounts/b/y")
			w.is(session.Error{State: inventory.Denied, Operation: "GET /accounts/b/y", Status: 401, Code: "1000", Message: "Invalid API Token" + ended}, failed(t, err))
		}
		w.is(2, w.requests())
	})
}

func TestARefusalOfOneAccountLeavesTheOthers(t *testing.T) {
	answer := func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/c/") {
			says(403, wrong(10000, "Authentication error"))(w, r)
			return
		}
		says(200, fine)(w, r)
	}
	in(t, session.Options{}, answer, func(w *world) {
		for _, account := range []string{"a", "b", "c", "d", "e"} {
			_, err := w.ask("accounts/" + account + "/x")
			if session.Denied(err) != (account == "c") {
				t.Errorf("account %s: %v", account, err)
			}
		}
	})
}

func TestWhatAnErrorMeans(t *testing.T) {
	of := func(status int, code string) error {
		return fmt.Errorf("read: %w", &session.Error{State: inventory.Unavailable, Operation: "GET /x", Status: status, Code: code, Message: "m"})
	}
	for _, test := range []struct {
		name                   string
		err                    error
		gone, none, notOffered bool
	}{
		{"Worker", of(404, "10007"), true, false, false},
		{"project", of(404, "8000007"), true, false, false},
		{"preview", of(404, "10025"), false, true, false},
		{"preview, too", of(404, "10222"), false, true, false},
		{"environment", of(404, "10090"), false, true, false},
		{"path", of(404, "7003"), false, false, true},
		{"path without code", of(404, "http-404"), false, false, true},
		{"method", of(405, "http-405"), false, false, true},
		{"server", of(500, "10013"), false, false, false},
		{"other", errors.New("10007"), false, false, false},
		{"none", nil, false, false, false},
	} {
		got := [3]bool{session.Gone(test.err), session.None(test.err), session.NotOffered(test.err)}
		if want := [3]bool{test.gone, test.none, test.notOffered}; got != want {
			t.Errorf("%s: gone, none, not offered: %v, want %v", test.name, got, want)
		}
	}
}

func TestExplainTellsStateAndReason(t *testing.T) {
	for _, test := range []struct {
		err   error
		state inventory.State
		why   inventory.Reason
	}{
		{fmt.Errorf("read: %w", &session.Error{State: inventory.Denied, Operation: "GET /x", Code: "10000", Message: "m"}), inventory.Denied, inventory.Reason{Operation: "GET /x", Code: "10000", Message: "m"}},
		{fmt.Errorf("read: %w", context.Canceled), inventory.Cancelled, inventory.Reason{Message: "the run was ended"}},
		{context.DeadlineExceeded, inventory.Unavailable, inventory.Reason{Message: "no answer came in time"}},
		{errors.New("disk full"), inventory.Unavailable, inventory.Reason{Message: "disk full"}},
	} {
		state, why := session.Explain(test.err)
		if state != test.state || why != test.why {
			t.Errorf("%v: %v %+v", test.err, state, why)
		}
	}
	if !session.Throttled(&session.Error{State: inventory.Throttled}) || session.Throttled(errors.New("x")) || session.Denied(nil) {
		t.Error("throttled or denied is told wrong")
	}
}
