package session_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/workers"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

func keep(to *[]string) func(json.RawMessage) error {
	return func(item json.RawMessage) error { *to = append(*to, string(item)); return nil }
}

func TestTheAnswerThatPanicsInTheVendorsClientPasses(t *testing.T) {
	body := `{"success":true,"errors":[],"messages":[],"result":{"placement":{"mode":"smart"},"bindings":[]}}`
	in(t, session.Options{}, says(200, body), func(w *world) {
		got, err := w.client.Do(w.Context(), session.Op{Name: "settings"}, func(ctx context.Context, opts ...option.RequestOption) error {
			var p workers.ScriptScriptAndVersionSettingGetParams
			p.AccountID.Value, p.AccountID.Present = "a", true
			_, err := workers.NewScriptScriptAndVersionSettingService().Get(ctx, session.PathName("api"), p, opts...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.is(`{"placement":{"mode":"smart"},"bindings":[]}`, string(got.Result))
		w.is("/accounts/a/workers/scripts/api/settings", w.asked[0].path)
	})
}

var _ = io.EOF
var _ = http.MethodGet
var _ = strings.Cut
var _ time.Duration
var _ inventory.State
