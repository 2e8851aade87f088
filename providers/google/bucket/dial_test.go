package bucket_test

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/estray/estray/providers/google/bucket"
)

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestDialObeysTheEnvironment: the vendor's variable leads to the emulator, in
// both of its forms, and nobody is sent credentials (the fake refuses them).
func TestDialObeysTheEnvironment(t *testing.T) {
	f := newFake(t, map[string][]byte{"p/a": []byte("x")})
	credentials(t, "http://127.0.0.1:1/token")
	for _, host := range []string{f.url, f.url + "/", strings.TrimPrefix(f.url, "http://"), strings.Replace(f.url, "127.0.0.1", "localhost", 1)} {
		t.Setenv("STORAGE_EMULATOR_HOST", host)
		if content, err := read(t, bucket.New(name, "p", bucket.Dial), "a"); err != nil || string(content) != "x" {
			t.Errorf("%s: %q %v", host, content, err)
		}
	}
	for host, says := range map[string]string{
		"http://192.0.2.1:9000": "use https",
		"192.0.2.1:9000":        "use https",
		"localhost.example:80":  "use https",
		"ftp://127.0.0.1":       "holds no address",
		"http://":               "holds no address",
		"http://%zz":            "holds no address",
	} {
		t.Setenv("STORAGE_EMULATOR_HOST", host)
		if _, err := bucket.New(name, "p", bucket.Dial).Open(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: error %v, want %q", host, err, says)
		}
	}
}

// credentials makes application default credentials, of a service account whose
// tokens come from an address.
func credentials(t *testing.T, tokens string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]string{"type": "service_account", "client_email": canary + "@example.com", "private_key_id": canary,
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

// TestCredentialsThatAreNone say so, and hold nothing of them.
func TestCredentialsThatAreNone(t *testing.T) {
	t.Setenv("STORAGE_EMULATOR_HOST", "")
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(bad, []byte(`{"type":"service_account","private_key":"`+canary+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"a file that is not there": filepath.Join(t.TempDir(), "none.json"), "a key that is none": bad} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", path)
			_, err := list(t, bucket.New("b", "", bucket.Dial))
			check(t, err, nil, "storage.objects.list: no token is given for the credentials: ", "")
		})
	}
}

// TestTokensThatAreRefused: the refusal tells its code, is no refusal of the
// bucket, and is not asked for again.
func TestTokensThatAreRefused(t *testing.T) {
	t.Setenv("STORAGE_EMULATOR_HOST", "")
	for name, test := range map[string]struct{ body, says, code string }{
		"with a code": {`{"error":"invalid_grant","error_description":"Invalid JWT Signature."}`, "invalid_grant: no token is given for the credentials: Invalid JWT Signature.", "invalid_grant"},
		"without":     {`no`, "no token is given for the credentials: ", ""},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				calls++
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(w, test.body)
			}))
			defer srv.Close()
			credentials(t, srv.URL+"/token")
			_, err := list(t, bucket.New("b", "", bucket.Dial))
			check(t, err, nil, "list gs://b/: storage.objects.list: "+test.says, test.code)
			if calls != 1 {
				t.Errorf("%d calls, want 1", calls)
			}
		})
	}
}
