package access_test

import (
	"testing"

	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/providers/cloudflare/access"
	"github.com/estray/estray/providers/cloudflare/session"
)

// TestProbesKeepToTheDocument of the vendor: Prism refuses with 422 what breaks it,
// and with 404 what it does not have.
func TestProbesKeepToTheDocument(t *testing.T) {
	client, err := session.New(session.Options{Token: "canary-token", Endpoint: testparts.Prism(t)})
	if err != nil {
		t.Fatal(err)
	}
	answered := 0
	for _, op := range access.Operations() {
		switch got := access.Probe(t.Context(), client, place(), op); {
		case got.Code == "http-422":
			t.Errorf("%s: %s", op.Name, got.Message)
		case got.State == access.Works:
			answered++
		}
	}
	if answered < 12 {
		t.Errorf("%d calls were answered", answered)
	}
}
