package session_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/workers"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/estray/estray/providers/cloudflare/session"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// canary is a token as the vendor makes them, in form.
const canary = "cfat_Kanarien0vogelKanarien0vogelKanarien0vo"

// world is a server and a client in a bubble: the clock goes on when all wait.
type world struct {
	*testing.T
	client *session.Client
	start  time.Time

	mu    sync.Mutex
	asked []request
	told  []time.Duration
}

type request struct {
	at   time.Duration
	path string // as it was sent, with its query
	head http.Header
}

// in runs a test against a server that answers with h. Options are filled: the
// endpoint is on this machine, unless they say otherwise.
func in(t *testing.T, o session.Options, h http.HandlerFunc, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, start: time.Now()}
		if o.Endpoint == "" {
			o.Endpoint = "http://127.0.0.1/client/v4"
		}
		if o.Token == "" {
			o.Token = canary
		}
		o.Waiting = func(d time.Duration) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.told = append(w.told, d)
		}
		var err error
		if w.client, err = session.New(o); err != nil {
			t.Fatal(err)
		}
		w.client.Jitter(func() float64 { return 0.5 })
		line := pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		w.client.Through(line.dial)
		server := &http.Server{Handler: w.watch(h)}
		go server.Serve(line)
		defer server.Close()
		defer w.client.Close()
		test(w)
	})
}

func (w *world) watch(h http.HandlerFunc) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.asked = append(w.asked, request{time.Since(w.start), strings.TrimPrefix(r.RequestURI, "/client/v4"), r.Header.Clone()})
		w.mu.Unlock()
		h(rw, r)
	}
}

// requests is how many came.
func (w *world) requests() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.asked)
}

// ask makes a call of a path.
func (w *world) ask(path string) (session.Answer, error) {
	return w.client.Do(w.Context(), session.Op{Name: "GET /" + path, Account: account(path)}, w.client.Untyped(path))
}

func account(path string) string {
	parts := strings.Split(path+"//", "/")
	if parts[0] == "accounts" {
		return parts[1]
	}
	return ""
}

// pages reads a listing and gives what each was given.
func (w *world) pages(size int, member string) ([]string, error) {
	var got []string
	err := w.client.Pages(w.Context(), session.Op{Name: "GET /list"}, size, member, w.client.Untyped("list"), keep(&got))
	return got, err
}

func (w *world) is(want, got any) {
	w.Helper()
	if d := cmp.Diff(want, got); d != "" {
		w.Errorf("-want +got\n%s", d)
	}
}

// failed is an error whose every word is checked.
func failed(t *testing.T, err error) session.Error {
	t.Helper()
	var e *session.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, want a *session.Error", err)
	}
	return *e
}

type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error   { close(p.closed); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// says answers with a body of JSON.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

const fine = `{"success":true,"errors":[],"messages":[],"result":{"id":"x"}}`

func wrong(code int, message string) string {
	return fmt.Sprintf(`{"success":false,"errors":[{"code":%d,"message":%q}],"messages":[],"result":null}`, code, message)
}

// inTurn answers with each in turn, and with the last one from then on.
func inTurn(all ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	n := 0
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		h := all[min(n, len(all)-1)]
		n++
		mu.Unlock()
		h(w, r)
	}
}

// with sets headers before an answer: name, value, name, value.
func with(h http.HandlerFunc, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		h(w, r)
	}
}

func listWorkers(account string) session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p workers.BetaWorkerListParams
		p.AccountID.Value, p.AccountID.Present = account, true
		_, err := workers.NewBetaWorkerService().List(ctx, p, opts...)
		return err
	}
}

// keep remembers the members of a list.
func keep(to *[]string) func(json.RawMessage) error {
	return func(item json.RawMessage) error {
		*to = append(*to, string(item))
		return nil
	}
}
