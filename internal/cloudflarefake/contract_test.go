package cloudflarefake_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/internal/testparts"
)

// document is the published description of the interface.
type document struct {
	paths    []string
	compiler *jsonschema.Compiler
}

// describe reads the document. Its schemas are those of OpenAPI 3.0, which are
// draft 4 of JSON Schema but for nullable.
func describe(t *testing.T) document {
	t.Helper()
	text, err := os.ReadFile(testparts.CloudflareDocument(t))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	allowNull(raw)
	amend(raw.(map[string]any)["components"].(map[string]any)["schemas"].(map[string]any))
	d := document{compiler: jsonschema.NewCompiler()}
	d.compiler.DefaultDraft(jsonschema.Draft4)
	d.compiler.AssertFormat()
	if err := d.compiler.AddResource("openapi.json", raw); err != nil {
		t.Fatal(err)
	}
	d.paths = slices.Sorted(maps.Keys(raw.(map[string]any)["paths"].(map[string]any)))
	return d
}

// allowNull puts what nullable means into words of JSON Schema.
func allowNull(v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			allowNull(inner)
		}
		if name, ok := v["type"].(string); ok && v["nullable"] == true {
			v["type"] = []any{name, "null"}
		}
	case []any:
		for _, inner := range v {
			allowNull(inner)
		}
	}
}

// amend mends what the document, which is older than the client, says otherwise.
func amend(schemas map[string]any) {
	// Both of its alternatives fit every good answer.
	log := schemas["aaa_audit_logs_response_collection"].(map[string]any)
	log["anyOf"] = log["oneOf"]
	delete(log, "oneOf")
	// The client has an object.
	schemas["iam_schemas-permissions"] = map[string]any{"type": "object"}
	// It knows 8 types of bindings of 36, and does not let others pass.
	binding := schemas["workers_binding"].(map[string]any)
	known := []any{"kv_namespace", "service", "durable_object_namespace", "r2_bucket", "queue", "d1", "dispatch_namespace", "mtls_certificate"}
	binding["oneOf"] = append(binding["oneOf"].([]any), map[string]any{"required": []any{"name", "type"},
		"properties": map[string]any{"type": map[string]any{"not": map[string]any{"enum": known}}}})
}

// schema is that of the good answer of a path.
func (d document) schema(t *testing.T, path string) *jsonschema.Schema {
	t.Helper()
	pointer := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(path)
	s, err := d.compiler.Compile("openapi.json#/paths/" + pointer + "/get/responses/200/content/application~1json/schema")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fill puts names into a path, and the parameters that it requires behind it.
func fill(path string) string {
	parts := strings.Split(path, "/")
	names := concrete()
	for i, p := range parts {
		if name, ok := names[p]; ok {
			parts[i] = name
		}
	}
	if i := slices.Index(parts, "dispatch"); i >= 0 && len(parts) > i+4 {
		parts[i+4] = "one"
	}
	path = strings.Join(parts, "/")
	if strings.HasSuffix(path, "/logs/audit") {
		path += "?since=2026-11-01T00:00:00Z&before=2026-11-30T00:00:00Z"
	}
	return path
}

func TestAnswersFitThePublishedDocument(t *testing.T) {
	d := describe(t)
	_, base := serve(t, company())
	for _, path := range d.paths {
		t.Run(path, func(t *testing.T) {
			base := base
			if path == "/user/tokens/verify" {
				w := company()
				w.Token = cloudflarefake.Token{ID: "00000000000000000000000000000f03", ExpiresOn: now().AddDate(1, 0, 0)}
				_, base = serve(t, w)
			}
			r := get(t, base, fill(path))
			var body any
			if err := json.Unmarshal([]byte(r.body), &body); err != nil || r.status != 200 {
				t.Fatalf("%d %v: %s", r.status, err, r.body)
			}
			if err := d.schema(t, path).Validate(body); err != nil {
				t.Errorf("%v\n%s", err, r.body)
			}
		})
	}
}

func TestDocumentWouldFindAnAnswerThatDoesNotFit(t *testing.T) {
	d := describe(t)
	var body any
	text := `{"success":true,"errors":[],"messages":[],"result":[{"id":"x","name":"y"}]}`
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		t.Fatal(err)
	}
	if err := d.schema(t, "/accounts/{account_id}/workers/workers").Validate(body); err == nil {
		t.Error("a Worker without references passes")
	}
}
