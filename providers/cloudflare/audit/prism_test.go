package audit_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/audit"
	"github.com/estray/estray/providers/cloudflare/session"
)

// through reads by way of another endpoint.
func (p place) through(t *testing.T, endpoint string) place {
	t.Helper()
	var err error
	if p.client, err = session.New(session.Options{Token: "canary-token", Endpoint: endpoint}); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestCallsKeepToTheDocument: what breaks the vendor's document, call or answer, is
// refused on the way.
func TestCallsKeepToTheDocument(t *testing.T) {
	p := open(t, acts(1500, time.Hour, now()), nil)
	h := httptest.NewServer(p.server)
	t.Cleanup(h.Close)
	got := p.through(t, testparts.PrismProxy(t, h.URL)).read(t, audit.Config{Since: ago(70 * day)})
	if c := got.Coverage; c.State != inventory.Complete || c.Seen != 1500 {
		t.Errorf("word %+v", c)
	}
}

// TestCallsOfTheOlderLogKeepToTheDocument. Of what the log answers the document says
// what its own example breaks, which Prism tells with 500; a call that breaks it
// gets 422.
func TestCallsOfTheOlderLogKeepToTheDocument(t *testing.T) {
	got := open(t, nil, nil).through(t, testparts.Prism(t)).read(t, audit.Config{Since: ago(day)})
	if c := got.CoverageV1; c.State != inventory.Complete && c.Why.Code != "http-500" {
		t.Errorf("word %+v", c)
	}
}
