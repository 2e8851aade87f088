package yamlfile_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry/yamlfile"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(yamlfile.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("registry.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("registry.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// instance reads YAML the way an editor does: dates are texts.
func instance(t *testing.T, text []byte) any {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal(text, &n); err != nil {
		t.Fatal(err)
	}
	var plain func(*yaml.Node)
	plain = func(n *yaml.Node) {
		if n.Tag == "!!timestamp" {
			n.Tag = "!!str"
		}
		for _, c := range n.Content {
			plain(c)
		}
	}
	plain(&n)
	var v any
	if err := n.Decode(&v); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheExampleIsSound(t *testing.T) {
	_, warnings, err := yamlfile.Read([]yamlfile.File{{Name: "example", Data: yamlfile.Example()}}, options())
	if err != nil || len(warnings) > 0 {
		t.Errorf("mistakes %v, warnings %v", err, warnings)
	}
	if err := compiled(t).Validate(instance(t, yamlfile.Example())); err != nil {
		t.Errorf("validate the example: %v", err)
	}
	if first, _, _ := strings.Cut(string(yamlfile.Example()), "\n"); !strings.HasPrefix(first, "# yaml-language-server: $schema=https://") {
		t.Errorf("the first line does not tell editors the schema: %s", first)
	}
}

func TestTheSchemaRefusesWhatTheLoaderRefuses(t *testing.T) {
	s := compiled(t)
	for _, text := range []string{
		"owners: []", "version: 2", "version: 1\nowner: []",
		"version: 1\nowners: [{name: x}]",
		"version: 1\nclaims: [{id: x, owner: o}]",
		"version: 1\nclaims: [{id: x, owner: o, select: {}}]",
		"version: 1\nclaims: [{id: x, owner: o, select: {accounts: [111122223333]}}]",
		"version: 1\nclaims: [{id: x, owner: o, select: {zones: example.com}}]",
		"version: 1\nclaims: [{id: x, owner: o, select: {hostnames: [1]}}]",
		"version: 1\nclaims: [{id: x, owner: o, select: {name: n}, approval: {by: b, on: 2026-01-01}}]",
		"version: 1\nclaims: [{id: x, owner: o, select: {name: n}, approval: {by: b, on: 2026-01-01, expires: soon}}]",
		"version: 1\nclaims: [{id: x, owner: o, select: {name: n}, approval: {by: b, on: 2026-01-01, expires: 2027-01-01, limits: {reach: world}}}]",
		"version: 1\nexceptions: [{rule: REC-01, select: {name: n}, by: b, expires: 2027-01-01}]",
		"version: 1\nblind_spots: [{reason: r, by: b, expires: 2027-01-01}]",
	} {
		if err := s.Validate(instance(t, []byte(text))); err == nil {
			t.Errorf("the schema accepts %q", text)
		}
		if _, _, err := read(text); err == nil {
			t.Errorf("the loader accepts %q", text)
		}
	}
}

func TestTheSchemaHoldsTheKeysOfTheLoader(t *testing.T) {
	type object struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	var schema struct {
		object
		Defs map[string]object `json:"$defs"`
	}
	if err := json.Unmarshal(yamlfile.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	for def, what := range map[string]string{
		"": "the file", "owner": "an owner", "claim": "a claim", "select": "select", "approval": "approval", "limits": "limits",
		"exception": "an exception", "blind_spot": "a blind spot",
	} {
		o := schema.Defs[def]
		if def == "" {
			o = schema.object
		}
		want := slices.Sorted(slices.Values(yamlfile.KnownKeys(what)))
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(o.Properties))); diff != "" {
			t.Errorf("keys of %s (-loader +schema):\n%s", what, diff)
		}
	}
}

func TestTheSchemaHoldsTheReaches(t *testing.T) {
	var schema struct {
		Defs struct {
			Limits struct {
				Properties struct {
					Reach struct {
						Enum []string `json:"enum"`
					} `json:"reach"`
				} `json:"properties"`
			} `json:"limits"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(yamlfile.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(inventory.ReachWords(), schema.Defs.Limits.Properties.Reach.Enum); diff != "" {
		t.Errorf("reaches (-inventory +schema):\n%s", diff)
	}
}

func TestNoSelectorKeyIsBothKnownAndLater(t *testing.T) {
	for _, k := range yamlfile.LaterSelectorKeys() {
		if slices.Contains(yamlfile.KnownKeys("select"), k) {
			t.Errorf("%s is both", k)
		}
	}
}

func TestTheSchemaInTheDocumentsIsThisOne(t *testing.T) {
	docs, err := os.ReadFile("../../../docs/registry.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(docs, yamlfile.Schema()) {
		t.Error("docs/registry.schema.json differs: cp inventory/registry/yamlfile/registry.schema.json docs/")
	}
}
