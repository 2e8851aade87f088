package session_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/estray/estray/providers/aws/session"
)

// closedBody is a request's body that answers as the vendor's does once it was
// closed, in the middle of the sending.
type closedBody struct {
	io.Reader
	t *testing.T
}

func (b closedBody) WriteTo(io.Writer) (int64, error) {
	b.t.Error("the body is asked to write itself")
	return 0, io.EOF
}

func (closedBody) Close() error { return nil }

func TestBodiesAreReadAndDoNotWriteThemselves(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))
	defer server.Close()
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	cfg, err := session.Load(t.Context(), session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, closedBody{strings.NewReader("question"), t})
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = int64(len("question"))
	answer, err := cfg.HTTPClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if got, err := io.ReadAll(answer.Body); err != nil || string(got) != "question" {
		t.Errorf("answer %q, %v", got, err)
	}
}
