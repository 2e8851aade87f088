package permits_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

// TestCallsKeepToTheDocument of the vendor: Prism refuses with 422 what breaks it. Of
// members the document says what no answer of the vendor's client is like, which
// Prism tells with 500.
func TestCallsKeepToTheDocument(t *testing.T) {
	p := open(t, &cloudflarefake.Account{Tokens: []cloudflarefake.APIToken{{ID: strings.Repeat("a", 32), Name: "x", Policies: []cloudflarefake.Policy{allow(everything(), "Zone Read")}}}})
	h := httptest.NewServer(p.server)
	t.Cleanup(h.Close)
	var err error
	if p.client, err = session.New(session.Options{Token: "canary-token", Endpoint: testparts.PrismProxy(t, h.URL)}); err != nil {
		t.Fatal(err)
	}
	got := p.read(t)
	if c := got.Tokens; c.State != inventory.Complete || c.Seen != 1 {
		t.Errorf("word on tokens %+v", c)
	}
	if c := got.Members; c.State != inventory.Complete && c.Why.Code != "http-500" {
		t.Errorf("word on members %+v", c)
	}
}
