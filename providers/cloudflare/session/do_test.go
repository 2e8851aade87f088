package session_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/workers"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

func TestTheAnswerThatPanicsInTheVendorsClientPasses(t *testing.T) {
	settings := func(opts ...option.RequestOption) session.Call {
		return func(ctx context.Context, own ...option.RequestOption) error {
			var p workers.ScriptScriptAndVersionSettingGetParams
			p.AccountID.Value, p.AccountID.Present = "a", true
			got, err := workers.NewScriptScriptAndVersionSettingService(opts...).Get(ctx, session.PathName("api"), p, own...)
			if err != nil || got.JSON.RawJSON() != "" {
				t.Errorf("the vendor's client decoded: %v, %v", got, err)
			}
			return err
		}
	}
	body := `{"success":true,"errors":[],"messages":[],"result":{"placement":{"mode":"smart"},"bindings":[]}}`
	in(t, session.Options{}, says(200, body), func(w *world) {
		got, err := w.client.Do(w.Context(), session.Op{Name: "settings"}, settings())
		if err != nil {
			t.Fatal(err)
		}
		w.is(`{"placement":{"mode":"smart"},"bindings":[]}`, string(got.Result))
		w.is("/accounts/a/workers/scripts/api/settings", w.asked[0].path)
	})
	server := httptest.NewServer(says(200, body))
	defer server.Close()
	defer http.DefaultClient.CloseIdleConnections()
	defer func() {
		if recover() == nil {
			t.Error("the vendor's own decoder no longer panics: this test proves nothing, find another answer")
		}
	}()
	_ = settings(option.WithBaseURL(server.URL))(t.Context())
}

func TestAPanicInACallIsAMalformedAnswer(t *testing.T) {
	in(t, session.Options{}, says(200, fine), func(w *world) {
		_, err := w.client.Do(w.Context(), session.Op{Name: "GET /x"}, func(context.Context, ...option.RequestOption) error { panic(canary) })
		w.is(session.Error{State: inventory.Malformed, Operation: "GET /x", Message: "the vendor's client panicked over the call"}, failed(t, err))
	})
}

func TestAnAnswerIsOnlyTakenWithASoundEnvelope(t *testing.T) {
	const listed = `{"success":true,"result":[]`
	for _, test := range []struct {
		name, body string
		state      inventory.State // zero: it is taken
		message    string
		requests   int
	}{
		{"whole", fine, 0, "", 1},
		{"an empty list", listed + `}`, 0, "", 1},
		{"a failure with status 200", wrong(12345, "no such thing"), inventory.Unavailable, "no such thing", 1},
		{"a failure without a reason", `{"success":false,"errors":[],"result":[]}`, inventory.Malformed, "the answer says that the call failed, and not why", 1},
		{"an error beside success", `{"success":true,"errors":[{"code":12345,"message":"half of it"}],"result":[]}`, inventory.Unavailable, "half of it", 1},
		{"no success at all", `{}`, inventory.Malformed, "the answer says that the call failed, and not why", 1},
		{"success that is a text", `{"success":"true","result":[]}`, inventory.Malformed, "the answer says that the call failed, and not why", 1},
		{"success in capitals", `{"Success":true,"result":[]}`, inventory.Malformed, "the answer says that the call failed, and not why", 1},
		{"no result", `{"success":true}`, inventory.Malformed, "the answer has no result", 1},
		{"a null result", `{"success":true,"result":null}`, inventory.Malformed, "the answer has no result", 1},
		{"null", `null`, inventory.Malformed, "the answer is no envelope of JSON", 3},
		{"a list", `[]`, inventory.Malformed, "the answer is no envelope of JSON", 3},
		{"nothing", ``, inventory.Malformed, "the answer is no envelope of JSON", 3},
		{"half of it", listed, inventory.Malformed, "the answer is no envelope of JSON", 3},
		{"more than one", fine + fine, inventory.Malformed, "the answer is no envelope of JSON", 3},
		{"errors that are no list", `{"success":true,"result":[],"errors":"x"}`, inventory.Malformed, "the answer is no envelope of JSON", 3},
		{"pages that are no object", listed + `,"result_info":"x"}`, inventory.Malformed, "the answer is no envelope of JSON", 3},
		{"a count that is no number", listed + `,"result_info":{"total_count":"many"}}`, inventory.Malformed, "the answer is no envelope of JSON", 3},
		{"a count below nothing", listed + `,"result_info":{"total_count":-1}}`, inventory.Malformed, "the answer is no envelope of JSON", 3},
		{"a cursor that is no text", listed + `,"result_info":{"cursor":7}}`, inventory.Malformed, "the answer is no envelope of JSON", 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			in(t, session.Options{}, says(200, test.body), func(w *world) {
				_, err := w.ask("x")
				w.is(test.requests, w.requests())
				if test.state == 0 {
					w.is(nil, err)
					return
				}
				e := failed(t, err)
				w.is([]any{test.state, test.message}, []any{e.State, e.Message})
			})
		})
	}
}

func TestInfoIsReadInAllItsForms(t *testing.T) {
	for text, want := range map[string]session.Info{
		`null`: {},
		`{}`:   {Told: true},
		`{"page":2,"per_page":50,"count":3,"total_count":103,"total_pages":3}`: {Told: true, Counted: true, Page: 2, PerPage: 50, Count: 3, TotalCount: 103, TotalPages: 3},
		`{"total_count":0}`:                    {Told: true, Counted: true},
		`{"count":"1","cursor":"C2"}`:          {Told: true, Count: 1, Cursor: "C2"},
		`{"cursors":{"after":"C3"},"count":4}`: {Told: true, Count: 4, Cursor: "C3"},
		`{"cursors":{"after":null}}`:           {Told: true},
		`{"cursor":"","cursors":null}`:         {Told: true},
	} {
		in(t, session.Options{}, says(200, `{"success":true,"result":[],"result_info":`+text+`}`), func(w *world) {
			got, err := w.ask("x")
			if err != nil {
				t.Fatal(text, err)
			}
			w.is(want, got.Info)
		})
	}
}

// TestWhatIsNoAnswerIsAskedThreeTimes has half a second and a second between.
func TestWhatIsNoAnswerIsAskedThreeTimes(t *testing.T) {
	html := with(says(200, "<html>"+canary), "Content-Type", "text/html")
	page := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			io.WriteString(w, body)
		}
	}
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		want   session.Error
	}{
		{"a page of HTML", page(200, "text/html", "<html>"), session.Error{State: inventory.Malformed, Status: 200, Message: "the answer is no JSON"}},
		{"an envelope that is called text", page(200, "text/plain", fine), session.Error{State: inventory.Malformed, Status: 200, Message: "the answer is no JSON"}},
		{"an answer that breaks off", with(says(200, fine), "Content-Length", "1000"), session.Error{State: inventory.Malformed, Status: 200, Message: "the answer broke off"}},
		{"a server error of HTML", page(503, "text/html", "<html>"), session.Error{State: inventory.Unavailable, Status: 503, Code: "http-503", Message: "service unavailable"}},
		{"an error of the edge", page(520, "text/plain", "error code: 520"), session.Error{State: inventory.Unavailable, Status: 520, Code: "http-520", Message: "no reason is given"}},
		{"a server error with a code", says(500, wrong(10013, "an unknown error")), session.Error{State: inventory.Unavailable, Status: 500, Code: "10013", Message: "an unknown error"}},
		{"an error of the server with status 200", says(200, wrong(10001, "internal")), session.Error{State: inventory.Unavailable, Status: 200, Code: "10001", Message: "internal"}},
		{"a connection that ends", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, session.Error{State: inventory.Unavailable, Message: "the connection failed"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.want.Operation = "GET /x"
			in(t, session.Options{}, test.answer, func(w *world) {
				_, err := w.ask("x")
				w.is(test.want, failed(t, err))
				var at []time.Duration
				for _, r := range w.asked {
					at = append(at, r.at)
				}
				w.is([]time.Duration{0, 500 * time.Millisecond, 1500 * time.Millisecond}, at)
			})
			in(t, session.Options{}, inTurn(test.answer, html, says(200, fine)), func(w *world) {
				if _, err := w.ask("x"); err != nil {
					t.Errorf("the third answer is whole, and the error is %v", err)
				}
			})
		})
	}
}

func TestAnAnswerThatDoesNotEndIsUnavailable(t *testing.T) {
	stuck := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"success":`)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	in(t, session.Options{}, stuck, func(w *world) {
		_, err := w.ask("x")
		w.is(session.Error{State: inventory.Unavailable, Operation: "GET /x", Status: 200, Message: "no whole answer came in time"}, failed(t, err))
		w.is(3*time.Minute+1500*time.Millisecond, time.Since(w.start))
	})
}

// TestAnEndpointThatIsSilentIsNotAskedForEver: a scan makes thousands of calls.
func TestAnEndpointThatIsSilentIsNotAskedForEver(t *testing.T) {
	silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	in(t, session.Options{}, silent, func(w *world) {
		for i := range 7 {
			_, err := w.ask("x")
			want := "no whole answer came in time"
			if i >= 5 {
				want = "not asked: the 5 calls before got no answer in time"
			}
			w.is(session.Error{State: inventory.Unavailable, Operation: "GET /x", Message: want}, failed(t, err))
		}
		w.is(15, w.requests())
	})
	drip := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	in(t, session.Options{}, drip, func(w *world) {
		for range 7 {
			_, _ = w.ask("x")
		}
		w.is(15, w.requests())
	})
	answers := []http.HandlerFunc{}
	for range 12 { // four calls
		answers = append(answers, silent)
	}
	answers = append(answers, says(403, wrong(10000, "Authentication error")))
	in(t, session.Options{}, inTurn(append(answers, answers...)...), func(w *world) {
		for range 10 {
			_, _ = w.ask("x")
		}
		w.is(26, w.requests()) // an answer, whatever it says, forgives those before
	})
}

func TestAnAnswerWithoutBoundIsMalformed(t *testing.T) {
	endless := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		chunk := []byte(strings.Repeat(" ", 1<<20))
		for {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	in(t, session.Options{}, endless, func(w *world) {
		_, err := w.ask("x")
		w.is(session.Error{State: inventory.Malformed, Operation: "GET /x", Status: 200, Message: "the answer is larger than 64 MB"}, failed(t, err))
		w.is(1, w.requests())
	})
}

func TestARedirectIsNotFollowed(t *testing.T) {
	for _, to := range []string{"https://elsewhere.example/", "/client/v4/y"} {
		in(t, session.Options{}, with(says(302, ""), "Location", to), func(w *world) {
			_, err := w.ask("x")
			w.is(session.Error{State: inventory.Unavailable, Operation: "GET /x", Status: 302, Code: "http-302",
				Message: "the answer is a redirect, which is not followed; check the endpoint"}, failed(t, err))
			w.is(1, w.requests())
		})
	}
}

func TestARefusalIsNotAskedAgain(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 405, 408, 409, 422} {
		in(t, session.Options{}, with(says(status, wrong(10013, "x")), "x-should-retry", "true"), func(w *world) {
			_, err := w.ask("x")
			w.is(status, failed(t, err).Status)
			w.is(1, w.requests())
		})
	}
}

func TestOnlyOneReadOfTheEndpointIsMade(t *testing.T) {
	var edit workers.ScriptSubdomainNewParams
	edit.AccountID.Value, edit.AccountID.Present = "a", true
	for _, test := range []struct {
		name     string
		call     func(c *session.Client) session.Call
		message  string
		requests int
	}{
		{"a write", func(*session.Client) session.Call {
			return func(ctx context.Context, opts ...option.RequestOption) error {
				_, err := workers.NewScriptSubdomainService().New(ctx, "api", edit, opts...)
				return err
			}
		}, "no request was made: the request is no GET, and only reads are made", 0},
		{"another host", func(c *session.Client) session.Call { return c.Untyped("https://elsewhere.example/client/v4/x") }, "no request was made: the request goes elsewhere than to the endpoint", 0},
		{"above the base", func(c *session.Client) session.Call { return c.Untyped("../../x") }, "no request was made: the request goes elsewhere than to the endpoint", 0},
		{"a path that is none", func(c *session.Client) session.Call { return c.Untyped("%zz" + canary) }, "no request was made: the request goes elsewhere than to the endpoint", 0},
		{"two reads", func(c *session.Client) session.Call {
			return func(ctx context.Context, opts ...option.RequestOption) error {
				return errors.Join(c.Untyped("x")(ctx, opts...), c.Untyped("y")(ctx, opts...))
			}
		}, "the call makes more than one request", 1},
		{"a parameter that is missing", func(*session.Client) session.Call { return listWorkers("") }, "no request was made: missing required account_id parameter", 0},
		{"nothing", func(*session.Client) session.Call {
			return func(context.Context, ...option.RequestOption) error { return errors.New(canary) }
		}, "no request was made: the call could not be built", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			in(t, session.Options{}, says(200, fine), func(w *world) {
				_, err := w.client.Do(w.Context(), session.Op{Name: "x"}, test.call(w.client))
				w.is(test.message, failed(t, err).Message)
				w.is(test.requests, w.requests())
			})
		})
	}
}

func TestTheTokenGoesOnlyOverTLS(t *testing.T) {
	for endpoint, want := range map[string]string{
		"":                            "Bearer token-withheld-from-plain-http",
		"http://localhost:80":         "Bearer token-withheld-from-plain-http",
		"http://[::1]/client/v4":      "Bearer token-withheld-from-plain-http",
		"https://127.0.0.1/":          "Bearer " + canary,
		"https://api.example/base/v4": "Bearer " + canary,
	} {
		in(t, session.Options{Endpoint: endpoint, Agent: "estray/1.2"}, says(200, `{"success":true,"result":[]}`), func(w *world) {
			if _, err := w.client.Do(w.Context(), session.Op{}, listWorkers("a")); err != nil {
				t.Fatal(err)
			}
			head := w.asked[0].head
			w.is(want, head.Get("Authorization"))
			w.is("estray/1.2", head.Get("User-Agent"))
			for name := range head {
				if strings.HasPrefix(name, "X-Stainless") {
					t.Errorf("%s tells of this machine", name)
				}
			}
		})
	}
}

func TestTheEndOfTheContextEndsACallAtOnce(t *testing.T) {
	slow := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for name, answer := range map[string]http.HandlerFunc{
		"while the answer is awaited":    slow,
		"while the vendor asks to wait":  with(says(429, ""), "Retry-After", "300"),
		"while another try is waited on": says(503, ""),
	} {
		t.Run(name, func(t *testing.T) {
			for _, test := range []struct {
				end  func(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc)
				want error
				is   inventory.State
			}{
				{context.WithTimeout, context.DeadlineExceeded, inventory.Unavailable},
				{func(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
					ctx, cancel := context.WithCancel(ctx)
					time.AfterFunc(d, cancel)
					return ctx, cancel
				}, context.Canceled, inventory.Cancelled},
			} {
				in(t, session.Options{}, answer, func(w *world) {
					ctx, cancel := test.end(w.Context(), 100*time.Millisecond)
					defer cancel()
					_, err := w.client.Do(ctx, session.Op{Name: "x"}, w.client.Untyped("x"))
					state, _ := session.Explain(err)
					if !errors.Is(err, test.want) || state != test.is {
						t.Errorf("error %v, state %v; want %v, %v", err, state, test.want, test.is)
					}
					w.is(100*time.Millisecond, time.Since(w.start))
				})
			}
		})
	}
}

func TestTheEndOfTheContextIsToldInTheLastTryToo(t *testing.T) {
	silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	in(t, session.Options{}, silent, func(w *world) {
		ctx, cancel := context.WithTimeout(w.Context(), 150*time.Second)
		defer cancel()
		_, err := w.client.Do(ctx, session.Op{}, w.client.Untyped("x"))
		w.is([]any{true, 3}, []any{errors.Is(err, context.DeadlineExceeded), w.requests()})
	})
}

func TestNothingOfTheEnvironmentIsRead(t *testing.T) {
	for _, name := range []string{"CLOUDFLARE_BASE_URL", "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY", "CLOUDFLARE_EMAIL", "CLOUDFLARE_API_USER_SERVICE_KEY", "HTTP_PROXY", "HTTPS_PROXY"} {
		t.Setenv(name, "http://elsewhere.example")
	}
	t.Setenv("CLOUDFLARE_CUSTOM_HEADERS", "X-Elsewhere: 1")
	in(t, session.Options{}, says(200, `{"success":true,"result":[]}`), func(w *world) {
		if _, err := w.client.Do(w.Context(), session.Op{}, listWorkers("a")); err != nil {
			t.Fatal(err)
		}
		if text := fmt.Sprint(w.asked[0].head); strings.Contains(strings.ToLower(text), "elsewhere") {
			t.Error(text)
		}
	})
}
