package session_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

const workersPath = "/accounts/:a/workers/workers"

// cloudflare is a world of two accounts with 250 Workers each.
func cloudflare() *cloudflarefake.World {
	w := &cloudflarefake.World{Now: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	for _, id := range []string{"a", "b"} {
		account := &cloudflarefake.Account{ID: id, Name: id}
		for i := range 250 {
			account.Workers = append(account.Workers, &cloudflarefake.Worker{Tag: fmt.Sprintf("%s%031d", id, i), Name: fmt.Sprintf("w-%d", i)})
		}
		w.Accounts = append(w.Accounts, account)
	}
	return w
}

func (w *world) workers(account string) (int, error) {
	n := 0
	err := w.client.Pages(w.Context(), session.Op{Name: "GET " + workersPath, Account: account}, 100, "", listWorkers(account), func(json.RawMessage) error {
		n++
		return nil
	})
	return n, err
}

// TestNoFaultPassesForAWholeListing spoils the second page of the first account,
// for good; the second account is whole all the same.
func TestNoFaultPassesForAWholeListing(t *testing.T) {
	for _, test := range []struct {
		effect cloudflarefake.Effect
		state  inventory.State
		code   string
		seen   int
	}{
		{cloudflarefake.Deny(10000), inventory.Denied, "10000", 100},
		{cloudflarefake.Deny(10023), inventory.Denied, "10023", 100},
		{cloudflarefake.Deny(9109), inventory.Denied, "9109", 100},
		{cloudflarefake.HTML(403), inventory.Denied, "http-403", 100},
		{cloudflarefake.Missing(), inventory.Unavailable, "10007", 100},
		{cloudflarefake.Unsuccessful(10000), inventory.Denied, "10000", 100},
		{cloudflarefake.ServerError(), inventory.Unavailable, "10013", 100},
		{cloudflarefake.HTML(502), inventory.Unavailable, "http-502", 100},
		{cloudflarefake.HTML(200), inventory.Malformed, "", 100},
		{cloudflarefake.ErrorCode(520), inventory.Unavailable, "http-520", 100},
		{cloudflarefake.Throttle("3600"), inventory.Throttled, "", 100},
		{cloudflarefake.CutBody(), inventory.Malformed, "", 100},
		{cloudflarefake.CutJSON(), inventory.Malformed, "", 100},
		{cloudflarefake.Hang(), inventory.Unavailable, "", 100},
		{cloudflarefake.Redirect("https://elsewhere.example/"), inventory.Unavailable, "http-302", 100},
		{cloudflarefake.NullBody(), inventory.Malformed, "", 100},
		{cloudflarefake.EmptyBody(), inventory.Malformed, "", 100},
		{cloudflarefake.NullResult(), inventory.Malformed, "", 100},
		{cloudflarefake.NoResult(), inventory.Malformed, "", 100},
		{cloudflarefake.TextResult(), inventory.Malformed, "", 100},
		{cloudflarefake.ObjectResult(), inventory.Malformed, "", 100},
		{cloudflarefake.RepeatPage(), inventory.Malformed, "", 100},
		{cloudflarefake.IgnorePage(), inventory.Malformed, "", 100},
		{cloudflarefake.ShortPage(7), inventory.Partial, "", 243},
	} {
		t.Run(test.effect.String(), func(t *testing.T) {
			fake := cloudflarefake.New(cloudflare())
			fake.SetFaults(cloudflarefake.Fault{Path: workersPath, Account: "a", Page: 2, Effect: test.effect})
			in(t, session.Options{}, fake.ServeHTTP, func(w *world) {
				n, err := w.workers("a")
				e := failed(t, err)
				got := []any{e.State, e.Code, n}
				if e.State == inventory.Throttled {
					got[1] = ""
				}
				w.is([]any{test.state, test.code, test.seen}, got)
				n, err = w.workers("b")
				w.is([]any{250, nil}, []any{n, err})
			})
		})
	}
}

func TestAFaultThatPassesIsNotSeen(t *testing.T) {
	for _, effect := range []cloudflarefake.Effect{
		cloudflarefake.ServerError(), cloudflarefake.HTML(502), cloudflarefake.HTML(200), cloudflarefake.ErrorCode(522), cloudflarefake.CutBody(), cloudflarefake.CutJSON(),
		cloudflarefake.Hang(), cloudflarefake.Throttle("30"), cloudflarefake.ThrottleHTML(""),
	} {
		t.Run(effect.String(), func(t *testing.T) {
			fake := cloudflarefake.New(cloudflare())
			fake.SetFaults(cloudflarefake.Fault{Path: workersPath, Page: 2, Times: 1, Effect: effect})
			in(t, session.Options{}, fake.ServeHTTP, func(w *world) {
				n, err := w.workers("a")
				w.is([]any{250, nil, 4}, []any{n, err, w.requests()})
			})
		})
	}
}

// TestTheQuotaOfTheVendorIsKept reads more than it allows in 5 minutes, and is
// never refused.
func TestTheQuotaOfTheVendorIsKept(t *testing.T) {
	of := cloudflare()
	of.Accounts[0].Workers = of.Accounts[0].Workers[:1]
	of.Quota = &cloudflarefake.Quota{Requests: 1200, Window: 5 * time.Minute, Block: 5 * time.Minute}
	fake := cloudflarefake.New(of)
	fake.Clock = time.Now // that of the bubble
	in(t, session.Options{Endpoint: "https://api.example/client/v4"}, fake.ServeHTTP, func(w *world) {
		for range 1400 {
			if n, err := w.workers("a"); n != 1 || err != nil {
				t.Fatal(n, err)
			}
		}
		for _, c := range fake.Calls() {
			w.is(http.StatusOK, c.Status)
		}
	})
}

// TestABlockOfTheVendorIsWaitedFor: somebody else with the token used it up.
func TestABlockOfTheVendorIsWaitedFor(t *testing.T) {
	of := cloudflare()
	of.Quota = &cloudflarefake.Quota{Requests: 4, Window: 5 * time.Minute, Block: 5 * time.Minute}
	fake := cloudflarefake.New(of)
	fake.Clock = time.Now
	in(t, session.Options{}, fake.ServeHTTP, func(w *world) {
		for range 3 {
			if n, err := w.workers("a"); n != 250 || err != nil {
				t.Fatal(n, err)
			}
		}
		if len(w.told) == 0 {
			t.Error("nobody was told of the wait")
		}
	})
}

func TestATokenOfAnAccountIsFound(t *testing.T) {
	of := cloudflare()
	of.Token = cloudflarefake.Token{Kind: cloudflarefake.AccountToken, Account: "b", ID: "t1", Name: "estray", ExpiresOn: of.Now.Add(time.Hour)}
	in(t, session.Options{}, cloudflarefake.New(of).ServeHTTP, func(w *world) {
		got, err := w.client.Verify(w.Context(), []string{"a", "b"})
		w.is(nil, err)
		w.is(session.Token{ID: "t1", Account: "b", Status: "active", Expires: of.Now.Add(time.Hour)}, got)
	})
}

// TestATokenThatExpiresInTheMiddleLosesNothing: what was read is handed on.
func TestATokenThatExpiresInTheMiddleLosesNothing(t *testing.T) {
	fake := cloudflarefake.New(cloudflare())
	fake.SetFaults(cloudflarefake.Fault{After: 2, Effect: cloudflarefake.Expire(1000)})
	in(t, session.Options{}, fake.ServeHTTP, func(w *world) {
		n, err := w.workers("a")
		w.is(200, n)
		if !strings.HasSuffix(failed(t, err).Message, ended) {
			t.Error(err)
		}
		n, err = w.workers("b")
		w.is([]any{0, inventory.Denied, 3}, []any{n, failed(t, err).State, w.requests()})
	})
}
