package wrangler

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The test is inside of the package, since nothing outside can see what a reading
// keeps.

// texts lists the texts that a tree holds.
func texts(n *node) []string {
	var out []string
	if n.text != "" {
		out = append(out, n.text)
	}
	for _, i := range n.items {
		out = append(out, texts(i)...)
	}
	for _, m := range n.members {
		out = append(out, texts(m.value)...)
	}
	return out
}

// TestOnlyNamesOfThingsAreKept: values of variables, whatever they are called,
// connection strings, ids and commands are gone once a file was read.
func TestOnlyNamesOfThingsAreKept(t *testing.T) {
	for name, text := range map[string]string{
		"a.json": `{"name": "api", "vars": {"name": "CANARY", "routes": ["CANARY"], "env": {"x": {"name": "CANARY"}}, "A": [{"binding": "CANARY"}]}, "define": {"name": "CANARY"},
			"build": {"command": "CANARY"}, "hyperdrive": [{"binding": "H", "localConnectionString": "CANARY"}], "kv_namespaces": [{"binding": "K", "id": "CANARY"}],
			"unsafe": {"bindings": [{"name": "CANARY", "type": "CANARY"}]}, "previews": {"vars": {"queue": "CANARY"}},
			"env": {"x": {"name": "stage", "vars": {"pattern": "CANARY"}}, "vars": {"name": "odd", "vars": {"service": "CANARY"}}}}`,
		"a.toml": "name = \"api\"\nvars.name = \"CANARY\"\nbuild.command = \"CANARY\"\nhyperdrive = [{binding = \"H\", localConnectionString = \"CANARY\"}]\n" +
			"previews = {vars = {queue = \"CANARY\"}}\n[define]\nname = \"CANARY\"\n[[kv_namespaces]]\nbinding = \"K\"\nid = \"CANARY\"\n[[unsafe.bindings]]\nname = \"CANARY\"\n" +
			"[env.x]\nname = \"stage\"\nvars = {pattern = \"CANARY\"}\n[env.x.vars.env.y]\nname = [\"CANARY\"]\n[env.vars]\nname = \"odd\"\n[env.vars.vars]\nservice = \"CANARY\"\n",
	} {
		r := reading{file: name}
		root := r.parse(usedFile{File: File{Name: name, Data: []byte(text)}})
		if root == nil {
			t.Fatal(r.found)
		}
		got := texts(root)
		slices.Sort(got)
		if diff := cmp.Diff([]string{"H", "K", "api", "odd", "stage"}, got); diff != "" || strings.Contains(strings.Join(got, " "), "CANARY") {
			t.Errorf("%s keeps %s", name, diff)
		}
	}
}
