package jsonfmt_test

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/findings/report/reporttest"
	"github.com/estray/estray/inventory"
)

// node is what the tests read of a schema.
type node struct {
	Ref                  string          `json:"$ref"`
	Type                 string          `json:"type"`
	Properties           map[string]node `json:"properties"`
	Required             []string        `json:"required"`
	Items                *node           `json:"items"`
	AdditionalProperties any             `json:"additionalProperties"`
	PropertyNames        *node           `json:"propertyNames"`
	Enum                 []any           `json:"enum"`
	Defs                 map[string]node `json:"$defs"`
}

const schemaFile = "../../../docs/report.schema.json"

func schema(t *testing.T) (*jsonschema.Schema, node) {
	t.Helper()
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var n node
	if err := json.Unmarshal(text, &n); err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return s, n
}

func TestReportsFollowTheSchema(t *testing.T) {
	s, _ := schema(t)
	for name, d := range map[string]*report.Document{"rich": reporttest.Document(t), "empty": report.Build(reporttest.Empty())} {
		t.Run(name, func(t *testing.T) {
			if err := s.Validate(decode(t, marshal(t, d))); err != nil {
				t.Errorf("%#v", err)
			}
		})
	}
}

func TestSchemaRefuses(t *testing.T) {
	s, _ := schema(t)
	first := func(doc map[string]any, list string) map[string]any { return doc[list].([]any)[0].(map[string]any) }
	for _, tc := range []struct {
		name  string
		spoil func(doc map[string]any)
	}{
		{"another version", func(d map[string]any) { d["schema"] = "estray.report/v2" }},
		{"a missing part", func(d map[string]any) { delete(d, "coverage") }},
		{"a part that nobody knows", func(d map[string]any) { d["extra"] = 1 }},
		{"null", func(d map[string]any) { d["notes"] = nil }},
		{"an exit code that no report has", func(d map[string]any) { d["exit_code"] = 2 }},
		{"a standing that nobody knows", func(d map[string]any) { first(d, "assets")["standing"] = "fine" }},
		{"an asset without reasons", func(d map[string]any) { delete(first(d, "assets"), "reasons") }},
		{"a field of an asset that nobody knows", func(d map[string]any) { first(d, "assets")["environment"] = "SECRET=1" }},
		{"a reach that nobody knows", func(d map[string]any) { first(d, "assets")["reach"] = "internet" }},
		{"a severity that nobody knows", func(d map[string]any) { first(d, "findings")["severity"] = "fatal" }},
		{"a state that nobody knows", func(d map[string]any) { first(d, "findings")["state"] = "closed" }},
		{"a fingerprint that is none", func(d map[string]any) { first(d, "findings")["id"] = "1" }},
		{"a time with a zone", func(d map[string]any) { first(d, "findings")["first_seen"] = "2026-03-10T09:30:00+01:00" }},
		{"a time that is none", func(d map[string]any) { first(d, "findings")["first_seen"] = "yesterday Z" }},
		{"a coverage state that nobody knows", func(d map[string]any) { first(d, "coverage")["state"] = "ok" }},
		{"a cell that does not say whether it is accepted", func(d map[string]any) { delete(first(d, "coverage"), "accepted") }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			doc := decode(t, marshal(t, reporttest.Document(t))).(map[string]any)
			tc.spoil(doc)
			if s.Validate(doc) == nil {
				t.Error("no error")
			}
		})
	}
}

func TestSchemaHasExactlyTheFieldsOfTheDocument(t *testing.T) {
	_, root := schema(t)
	k := checker{t: t, root: root, seen: map[reflect.Type]bool{}}
	k.structure(reflect.TypeFor[report.Document](), root, "report")
	if len(k.seen) < 15 {
		t.Errorf("only %d structures were compared", len(k.seen))
	}
}

// checker holds the structures of the report against the schema.
type checker struct {
	t    *testing.T
	root node
	seen map[reflect.Type]bool
}

func (k checker) structure(typ reflect.Type, n node, path string) {
	k.seen[typ] = true
	var names, required []string
	for i := range typ.NumField() {
		name, options, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
		if options == "" {
			required = append(required, name)
		}
		k.field(typ.Field(i).Type, n.Properties[name], path+"."+name)
	}
	slices.Sort(names)
	slices.Sort(required)
	slices.Sort(n.Required)
	if diff := cmp.Diff(names, slices.Sorted(maps.Keys(n.Properties))); diff != "" {
		k.t.Errorf("%s, properties (-document +schema):\n%s", path, diff)
	}
	if diff := cmp.Diff(required, n.Required); diff != "" {
		k.t.Errorf("%s, required (-document +schema):\n%s", path, diff)
	}
	if n.AdditionalProperties != false {
		k.t.Errorf("%s takes properties that nobody knows", path)
	}
}

func (k checker) field(typ reflect.Type, n node, path string) {
	if name, ok := strings.CutPrefix(n.Ref, "#/$defs/"); ok {
		n = k.root.Defs[name]
	}
	switch {
	case typ == reflect.TypeFor[time.Time]():
		if n.Type != "string" {
			k.t.Errorf("%s is a time", path)
		}
	case typ.Kind() == reflect.Pointer:
		k.field(typ.Elem(), n, path)
	case typ.Kind() == reflect.Struct:
		k.structure(typ, n, path)
	case typ.Kind() == reflect.Slice:
		if n.Type != "array" || n.Items == nil {
			k.t.Errorf("%s is an array", path)
			return
		}
		k.field(typ.Elem(), *n.Items, path+"[]")
	}
}

func TestSchemaHasExactlyTheWordsOfTheProgram(t *testing.T) {
	_, root := schema(t)
	var standings, states, presences []string
	for _, s := range findings.Standings() {
		standings = append(standings, string(s))
	}
	for s := inventory.Pending; s <= inventory.Cancelled; s++ {
		states = append(states, s.String())
	}
	for p := inventory.PresenceUnknown; p <= inventory.Gone; p++ {
		presences = append(presences, p.String())
	}
	asset, rule, cov := root.Defs["asset"].Properties, root.Defs["rule"].Properties, root.Defs["coverage"].Properties
	for name, tc := range map[string]struct {
		n    node
		want []string
	}{
		"standing":       {root.Defs["standing"], standings},
		"severity":       {root.Defs["severity"], findings.SeverityWords()},
		"presence":       {root.Defs["presence"], presences},
		"coverage state": {root.Defs["coverage_state"], states},
		"reach":          {root.Defs["reach"], append([]string{inventory.ReachUnknown.String()}, inventory.ReachWords()...)},
		"facet":          {*asset["unknown_facets"].PropertyNames, inventory.FacetNames()},
		"finding state":  {root.Defs["state"], []string{string(findings.Open), string(findings.Acknowledged), string(findings.Accepted), string(findings.Resolved)}},
		"rule state":     {rule["state"], []string{string(findings.Active), string(findings.Disabled), string(findings.MissingCapability)}},
		"continuity":     {cov["continuity"], []string{inventory.Assumed.String(), inventory.Proved.String(), inventory.Broken.String()}},
		"usage":          {cov["usage"], []string{string(inventory.CountRoles), string(inventory.CountFunctions)}},
	} {
		var got []string
		for _, w := range tc.n.Enum {
			got = append(got, w.(string))
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-program +schema):\n%s", name, diff)
		}
	}
	slices.Sort(standings)
	if diff := cmp.Diff(standings, slices.Sorted(maps.Keys(root.Defs["by_standing"].Properties))); diff != "" {
		t.Errorf("by_standing (-program +schema):\n%s", diff)
	}
}
