package collect_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/collect"
)

// TestOneRefusalIsOneWarning: the log names every capability that was not
// read, once, and nothing that was.
func TestOneRefusalIsOneWarning(t *testing.T) {
	refused := inventory.Reason{Operation: "ListFunctions", Code: "AccessDeniedException"}
	part := func(capability inventory.Capability, s inventory.State, why inventory.Reason) inventory.Coverage {
		c := cell("lambda")
		c.Capability = capability
		return inventory.Coverage{Cell: c, State: s, Why: why}
	}
	s := says(nil,
		part(inventory.CapVersions, inventory.Denied, refused),
		part(inventory.CapRoles, inventory.Complete, inventory.Reason{}),
		part(inventory.CapAliases, inventory.Denied, refused),
		part(inventory.CapURLs, inventory.Throttled, inventory.Reason{Operation: "GetFunctionUrlConfig"}),
	)
	for _, c := range []inventory.Capability{inventory.CapVersions, inventory.CapRoles, inventory.CapAliases, inventory.CapURLs} {
		x := cell("lambda")
		x.Capability = c
		s.cells = append(s.cells, x)
	}
	var log bytes.Buffer
	opt := options()
	opt.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	var m memory
	if _, err := collect.Run(context.Background(), plan(s), &m, &m, opt); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`level=WARN msg="coverage is not complete" source=lambda scope=aws/1 state=denied capabilities="[aliases versions]" reason="ListFunctions: AccessDeniedException"`,
		`level=WARN msg="coverage is not complete" source=lambda scope=aws/1 state=throttled capabilities=[urls] reason=GetFunctionUrlConfig`,
	}
	if diff := cmp.Diff(want, strings.Split(strings.TrimSpace(log.String()), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
