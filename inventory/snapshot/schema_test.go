package snapshot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/snapshot"
)

const schemaFile = "../../docs/snapshot.schema.json"

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func decoded(t testing.TB, line []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEveryLineFollowsTheSchema(t *testing.T) {
	s := compileSchema(t)
	rapid.Check(t, func(r *rapid.T) {
		assets := rapid.SliceOfN(rapid.Custom(drawAsset), 1, 3).Draw(r, "assets")
		coverage := rapid.SliceOfN(rapid.Custom(drawCoverage), 1, 3).Draw(r, "coverage")
		permits := rapid.SliceOfN(rapid.Custom(drawPermit), 1, 3).Draw(r, "permits")
		for line := range bytes.Lines(write(r, assets, coverage, permits...)) {
			if err := s.Validate(decoded(t, line)); err != nil {
				r.Fatalf("%s\n%#v", line, err)
			}
		}
	})
}

func TestSchemaTakesLinesMadeByHandAndRefusesOthers(t *testing.T) {
	s := compileSchema(t)
	for _, tc := range []struct {
		name, line string
		good       bool
	}{
		{"shortest header", `{"schema":"estray.snapshot/v1","taken":"2026-01-02T03:04:05Z"}`, true},
		{"shortest asset", `{"id":"a","provider":"aws"}`, true},
		{"shortest cell", `{"source":"s","capability":"functions","state":"denied"}`, true},
		{"shortest permit", `{"permit":{"id":"cloudflare:token:1","kind":"token","cell":{"source":"s","scope":{"provider":"cloudflare"},"capability":"tokens"}}}`, true},
		{"permit without a cell", `{"permit":{"id":"cloudflare:token:1","kind":"token"}}`, false},
		{"field that nobody knows", `{"id":"a","provider":"aws","later":1}`, true},
		{"header of another version", `{"schema":"estray.snapshot/v2","taken":"2026-01-02T03:04:05Z"}`, false},
		{"header without a time", `{"schema":"estray.snapshot/v1"}`, false},
		{"asset without a provider", `{"id":"a"}`, false},
		{"cell without a state", `{"source":"s","capability":"functions"}`, false},
		{"cell of a state that nobody knows", `{"source":"s","capability":"functions","state":"fine"}`, false},
		{"reach that nobody knows", `{"id":"a","provider":"aws","exposures":[{"kind":"policy","reach":"world"}]}`, false},
		{"known facet without a value", `{"id":"a","provider":"aws","facets":{"code":{"state":"known"}}}`, false},
		{"absent facet with a value", `{"id":"a","provider":"aws","facets":{"code":{"state":"absent","value":{}}}}`, false},
		{"exposure in parts", `{"id":"a","provider":"aws","facets":{"exposure":{"urls":{"state":"known","value":{}},"policies":{"state":"unknown"}}}}`, true},
		{"exposure of the form before parts", `{"id":"a","provider":"aws","facets":{"exposure":{"state":"known","value":{"ways":[]}}}}`, true},
		{"configuration of the form before settings", `{"id":"a","provider":"aws","facets":{"configuration":{"state":"known","value":{"state":"Active","code_signing":"c","reserved_concurrency":0}}}}`, true},
		{"settings without a value", `{"id":"a","provider":"aws","facets":{"settings":{"state":"known"}}}`, false},
		{"known part without a value", `{"id":"a","provider":"aws","facets":{"exposure":{"urls":{"state":"known"}}}}`, false},
		{"neither", `{"name":"a"}`, false},
		{"no object", `[]`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := s.Validate(decoded(t, []byte(tc.line))); (err == nil) != tc.good {
				t.Errorf("good is %t, error %v", tc.good, err)
			}
		})
	}
}

// TestSchemaNamesExactlyTheFieldsThatAreWritten writes an asset and a cell in
// which everything is set and compares the paths of all keys.
func TestSchemaNamesExactlyTheFieldsThatAreWritten(t *testing.T) {
	var asset inventory.Asset
	fill(reflect.ValueOf(&asset).Elem())
	asset.Called = full[string]()
	asset.Deployment = full[inventory.Deployment]()
	asset.Configuration = full[inventory.Configuration]()
	asset.Settings = full[inventory.Settings]()
	asset.CodeSigning = full[inventory.CodeSigning]()
	asset.Code = full[inventory.Code]()
	asset.Versions = full[inventory.Versions]()
	asset.Identity = full[inventory.Identity]()
	asset.Rights = full[inventory.Rights]()
	asset.VersionAliases = full[[]inventory.Alias]()
	asset.Exposure = inventory.Parts[inventory.Exposures]{"k": full[inventory.Exposures]()}
	asset.Triggers = inventory.Parts[inventory.Triggers]{"k": full[inventory.Triggers]()}
	asset.Destinations = full[[]inventory.Destination]()
	asset.Bindings = full[[]inventory.Binding]()
	asset.Labels = full[inventory.Labels]()
	asset.Logging = full[inventory.Logging]()
	var cell inventory.Coverage
	fill(reflect.ValueOf(&cell).Elem())
	var permit inventory.Permit
	fill(reflect.ValueOf(&permit).Elem())
	var verdict snapshot.Verdict
	fill(reflect.ValueOf(&verdict).Elem())

	var b bytes.Buffer
	w, err := snapshot.NewWriter(&b, snapshot.Header{Taken: taken, Tool: "estray", Version: "1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteAsset(asset, verdict); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteCoverage(cell); err != nil {
		t.Fatal(err)
	}
	if err := w.WritePermit(permit); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	defs := root["$defs"].(map[string]any)
	lines := bytes.Split(bytes.TrimSpace(b.Bytes()), []byte("\n"))
	for i, name := range []string{"header", "asset", "coverage", "permit"} {
		want, got := map[string]bool{}, map[string]bool{}
		written(decoded(t, lines[i]), name, want)
		named(defs[name].(map[string]any), defs, name, got)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
			t.Errorf("%s (-written +schema):\n%s", name, diff)
		}
	}
}

func full[T any]() inventory.Facet[T] {
	var v T
	fill(reflect.ValueOf(&v).Elem())
	return inventory.Known(v, taken).Doubting(inventory.Reason{Operation: "o", Code: "c", Message: "m"}, taken)
}

// fill sets everything to something that is not its zero value. Facets and
// their parts are left alone: their value is not exported.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint8:
		v.SetUint(1)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		if strings.HasPrefix(v.Type().Name(), "Parts[") {
			return
		}
		elem := reflect.New(v.Type().Elem()).Elem()
		fill(elem)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("k"), elem)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(taken))
			return
		}
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() && !strings.HasPrefix(f.Type().Name(), "Facet[") {
				fill(f)
			}
		}
	default:
		panic(fmt.Sprintf("fill: %s", v.Type()))
	}
}

// written notes the paths of all keys; "k" is the key of a free map.
func written(v any, path string, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			into[path+"."+k] = true
			written(x, path+"."+k, into)
		}
	case []any:
		for _, x := range v {
			written(x, path, into)
		}
	}
}

// named notes the paths of all properties of a schema.
func named(n, defs map[string]any, path string, into map[string]bool) {
	if ref, ok := n["$ref"].(string); ok {
		named(defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any), defs, path, into)
	}
	for _, x := range anys(n["allOf"]) {
		named(x.(map[string]any), defs, path, into)
	}
	if parts, ok := n["else"].(map[string]any); ok { // the form that is written
		named(parts, defs, path, into)
	}
	if items, ok := n["items"].(map[string]any); ok {
		named(items, defs, path, into)
	}
	if free, ok := n["additionalProperties"].(map[string]any); ok {
		into[path+".k"] = true
		named(free, defs, path+".k", into)
	}
	properties, _ := n["properties"].(map[string]any)
	for k, x := range properties {
		into[path+"."+k] = true
		if sub, ok := x.(map[string]any); ok {
			named(sub, defs, path+"."+k, into)
		}
	}
}

func anys(v any) []any {
	out, _ := v.([]any)
	return out
}
