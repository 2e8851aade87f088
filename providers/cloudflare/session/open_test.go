package session_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

func TestAnEndpointIsSafeOrRefused(t *testing.T) {
	for endpoint, cure := range map[string]string{
		"":                                  "",
		"https://api.example":               "",
		"http://127.0.0.1:8080":             "",
		"http://localhost:8080/v4":          "",
		"http://[::1]:8080/":                "",
		"http://api.example/client/v4":      "use https",
		"http://192.0.2.7/":                 "use https",
		"http://127.0.0.1.example/":         "use https",
		"http://localhost.example/":         "use https",
		"ftp://127.0.0.1/":                  "give a base",
		"api.example/client/v4":             "give a base",
		"https:///client/v4":                "give a base",
		"https://%zz":                       "give a base",
		"https://u:" + canary + "@example/": "give scheme, host and path alone",
		"https://example/?x=" + canary:      "give scheme, host and path alone",
	} {
		c, err := session.New(session.Options{Token: canary, Endpoint: endpoint})
		switch {
		case cure == "" && (err != nil || c == nil):
			t.Errorf("%q: %v", endpoint, err)
		case cure != "" && (err == nil || !strings.Contains(err.Error(), cure) || strings.Contains(err.Error(), canary)):
			t.Errorf("%q: error %v does not say %q", endpoint, err, cure)
		}
	}
}

func TestATextThatCanBeNoTokenIsRefusedAndNotShown(t *testing.T) {
	for _, token := range []string{"", canary + "\n", "Bearer " + canary, canary + "ä"} {
		if _, err := session.New(session.Options{Token: token}); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%q: %v", token, err)
		}
		c, err := session.New(session.Options{Token: token, Endpoint: "http://127.0.0.1"})
		if err != nil {
			t.Errorf("over plain http no token is sent, and the error is %v", err)
			continue
		}
		c.Close()
	}
}

// TestRealConnections goes over loopback, as the other tests do not.
func TestRealConnections(t *testing.T) {
	server := httptest.NewServer(says(200, fine))
	defer server.Close()
	c, err := session.New(session.Options{Endpoint: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Do(t.Context(), session.Op{}, c.Untyped("x")); err != nil {
		t.Error(err)
	}
	server.Close()
	c.Jitter(func() float64 { return -1.5 }) // no rest between tries
	_, err = c.Do(t.Context(), session.Op{Name: "x"}, c.Untyped("x"))
	e := failed(t, err)
	if e.State != inventory.Unavailable || e.Message != "the connection failed: connection refused" {
		t.Errorf("%+v", e)
	}
}

func TestACertificateOfNobodyIsNotTaken(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it hears of each handshake that fails
	server.StartTLS()
	defer server.Close()
	c, err := session.New(session.Options{Endpoint: server.URL, Token: canary})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Jitter(func() float64 { return -1.5 })
	_, err = c.Do(t.Context(), session.Op{}, c.Untyped("x"))
	if e := failed(t, err); e.State != inventory.Unavailable || !strings.HasPrefix(e.Message, "the certificate of the endpoint was not accepted") || asked.Load() != 0 {
		t.Errorf("%+v, %d requests", e, asked.Load())
	}
}

func TestAProxyIsUsedBeyondThisMachineAlone(t *testing.T) {
	asked := ""
	proxy := func(r *http.Request) (*url.URL, error) {
		asked = r.URL.Host
		return nil, nil
	}
	for endpoint, want := range map[string]string{"https://api.example/": "api.example", "https://127.0.0.1/": ""} {
		asked = ""
		in(t, session.Options{Endpoint: endpoint, Proxy: proxy}, says(200, fine), func(w *world) {
			if _, err := w.ask("x"); err != nil {
				t.Fatal(err)
			}
			w.is(want, asked)
		})
	}
}

func TestANameStaysOneStepOfAPath(t *testing.T) {
	for name, want := range map[string]string{
		"api":                 "api",
		"../../../zones/x?y=": "..%2F..%2F..%2Fzones%2Fx%3Fy=",
		"a/b":                 "a%2Fb",
		"100%":                "100%25",
		"a b#c":               "a%20b%23c",
		"..":                  "%2E%2E",
		".":                   "%2E",
	} {
		w := session.PathName(name)
		if w != want {
			t.Errorf("PathName(%q) is %q, want %q", name, w, want)
		}
		in(t, session.Options{}, says(200, `{"success":true,"result":[]}`), func(w *world) {
			if _, err := w.client.Do(w.Context(), session.Op{}, listWorkers(session.PathName(name))); err != nil {
				t.Fatal(err)
			}
			if _, err := w.ask("accounts/" + session.PathName(name) + "/workers/workers"); err != nil {
				t.Fatal(err)
			}
			path := "/accounts/" + want + "/workers/workers"
			w.is([]string{path, path}, w.paths())
		})
	}
	// This is what the vendor's client makes of a name as it is.
	in(t, session.Options{}, says(200, `{"success":true,"result":[]}`), func(w *world) {
		if _, err := w.client.Do(w.Context(), session.Op{}, listWorkers("a/../../zones/x?y=")); err != nil {
			t.Fatal(err)
		}
		w.is([]string{"/zones/x?y=/workers/workers"}, w.paths())
	})
}

func TestAnUntypedPathKeepsItsQueryAndThatOfOptions(t *testing.T) {
	in(t, session.Options{}, page(`null`), func(w *world) {
		err := w.client.Pages(w.Context(), session.Op{}, 7, "", w.client.Untyped("/accounts/a/x?order=asc&page=9"), keep(new([]string)))
		w.is(nil, err)
		w.is([]string{"/accounts/a/x?order=asc&page=1&per_page=7"}, w.paths())
	})
}
