// Package bucket: what is sent to Google itself can only be seen below the
// client, from inside.
package bucket

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sent keeps the last request and answers nothing.
type sent struct{ last *http.Request }

var errSent = errors.New("sent")

func (s *sent) RoundTrip(r *http.Request) (*http.Response, error) { s.last = r; return nil, errSent }

// TestTheTokenGoesWithEachRequest, is asked for reading alone, and lasts: the
// context of the call that found the credentials may be over.
func TestTheTokenGoesWithEachRequest(t *testing.T) {
	claims, calls := "", 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		parts := strings.Split(r.FormValue("assertion"), ".")
		if len(parts) == 3 {
			text, err := base64.RawURLEncoding.DecodeString(parts[1])
			if err != nil {
				t.Error(err)
			}
			claims = string(text)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token":"T1","token_type":"Bearer","expires_in":3600}`)
	}))
	defer srv.Close()
	serviceAccount(t, srv.URL)
	t.Setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "payer")
	ctx, cancel := context.WithCancel(t.Context())
	s := &sent{}
	transport, err := authorized(ctx, asStored{s}, time.Minute)
	cancel()
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{"https://storage.googleapis.com/storage/v1/b/x/o", "https://storage.googleapis.com/storage/v1/b/x/o/y?alt=media"} {
		r, err := http.NewRequest(http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := transport.RoundTrip(r); !errors.Is(err, errSent) {
			t.Fatal(err)
		}
		if got := s.last.Header.Get("Authorization"); got != "Bearer T1" {
			t.Errorf("%s: sent with %q", url, got)
		}
		if got := s.last.Header.Get("X-Goog-User-Project"); got != "payer" {
			t.Errorf("%s: %q pays", url, got)
		}
		if got := s.last.Header.Get("Accept-Encoding"); (got == "gzip") != strings.Contains(url, "media") {
			t.Errorf("%s: asks for %q", url, got)
		}
	}
	if !strings.Contains(claims, "devstorage.read_only") || strings.Contains(claims, "full_control") || calls != 1 {
		t.Errorf("%d tokens, asked for with %s", calls, claims)
	}
}

func serviceAccount(t *testing.T, tokens string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]string{"type": "service_account", "client_email": "a@example.com",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "token_uri": tokens})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "adc.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", path)
}
