package cloudflarefake_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/internal/cloudflarefake"
)

const (
	home  = "00000000000000000000000000000a01" // an account
	zone  = "00000000000000000000000000000c01"
	tag   = "00000000000000000000000000000e01" // of Worker api
	first = "0a000000-0000-4000-8000-000000000001"
)

// now is the instant of the tests' worlds.
func now() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }

// ago is an instant some hours before now.
func ago(hours int) time.Time { return now().Add(-time.Duration(hours) * time.Hour) }

// serve starts a server of a world and returns its URL.
func serve(t *testing.T, w *cloudflarefake.World) (*cloudflarefake.Server, string) {
	t.Helper()
	s := cloudflarefake.New(w)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return s, h.URL
}

// reply is an answer as a caller sees it.
type reply struct {
	status  int
	header  http.Header
	body    string
	Success bool
	Errors  []struct{ Code int }
	Result  json.RawMessage
	Info    map[string]any `json:"result_info"`
}

// code is that of the first error; 0: there is none.
func (r reply) code() int {
	if len(r.Errors) == 0 {
		return 0
	}
	return r.Errors[0].Code
}

// list is the result as a list of objects.
func (r reply) list(t *testing.T) []map[string]any {
	t.Helper()
	var out []map[string]any
	if err := json.Unmarshal(r.Result, &out); err != nil {
		t.Fatalf("result is no list: %v: %s", err, r.body)
	}
	return out
}

// object is the result as an object.
func (r reply) object(t *testing.T) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal(r.Result, &out); err != nil {
		t.Fatalf("result is no object: %v: %s", err, r.body)
	}
	return out
}

// names is one field of every member of a list, in one line.
func (r reply) names(t *testing.T, field string) string {
	t.Helper()
	var out []string
	for _, item := range r.list(t) {
		text, _ := item[field].(string)
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

// try calls a path with some token.
func try(t *testing.T, base, path string) (reply, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer text")
	r.Header.Set("User-Agent", "estray-test")
	return send(r)
}

func send(r *http.Request) (reply, error) {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	out := reply{status: a.StatusCode, header: a.Header, body: string(body)}
	if err != nil {
		return out, err
	}
	if strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
		if json.Unmarshal(body, &out) != nil {
			return reply{status: out.status, header: out.header, body: out.body}, nil // what is broken is told as it came
		}
	}
	return out, nil
}

// get calls a path that is answered.
func get(t *testing.T, base, path string) reply {
	t.Helper()
	r, err := try(t, base, path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// request is a call that needs no server to listen.
func request(path, query string) (*http.Request, error) {
	r, err := http.NewRequest(http.MethodGet, "http://fake.example"+path, nil)
	if err != nil {
		return nil, err
	}
	r.URL.RawQuery = query
	r.Header.Set("Authorization", "Bearer text")
	return r, nil
}

// record is what a server answers.
func record(s *cloudflarefake.Server, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}
