package wrangler_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory/registry"
	"github.com/estray/estray/inventory/registry/wrangler"
)

// FuzzRead holds for any bytes, in either format: no panic; a draft, or mistakes
// with a place; the same again; and a draft makes a registry that selects each
// Worker by its name.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "[]", "null", "name = \"a\"", `{"name":"a"}`, `{"name":"a","env":{"x":{"vars":{"name":"v"}}}}`, "name = \"a\"\n[env.x]\nroutes = [{pattern = \"b\"}]\n",
		"[[a]]\n[a.b]\n[[a]]\n[a.b]\n", "a = {b = {c = [[[1]]]}}\na.b.d = 1\n", "{/*", "//", `{"name":"a\u2028"}`, "name = '''\na'''\n", "[env.\"x\\ny\"]\nname = \"a\"\n",
		`{"routes":[1,{"pattern":"\n- id: x"}],"name":"a"}`, "\ufeff{}", "a.b = 1\n[a]\n", "[a]\n[a]\n", `{"a":[[[[[[]]]]]],}`, "x = 1979-05-27T07:32:00Z\ny = inf\nz = 0xff\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"wrangler.toml", "wrangler.jsonc"} {
			c := wrangler.Checkout{Files: []wrangler.File{{Name: name, Data: data}}}
			d, err := wrangler.Read(c)
			again, err2 := wrangler.Read(c)
			if diff := cmp.Diff(d, again); diff != "" || (err == nil) != (err2 == nil) || err != nil && err.Error() != err2.Error() {
				t.Fatalf("the second reading differs: %v, %v, %s", err, err2, diff)
			}
			var ms registry.Mistakes
			if err != nil && (!errors.As(err, &ms) || len(ms) == 0) {
				t.Fatalf("error %v is no Mistakes", err)
			}
			for _, m := range ms {
				if m.At.File != name || m.At.Line < 1 && len(data) <= wrangler.MaxSize || m.At.Line > 0 && m.At.Column < 1 || m.Message == "" || bytes.ContainsAny([]byte(m.Message), "\n\r") {
					t.Fatalf("mistake without place: %+v", m)
				}
			}
			if err != nil {
				continue
			}
			content, _ := loaded(t, d)
			names := map[string]bool{}
			for _, w := range d.Workers {
				names[string(w.Kind)+w.Name+w.Account] = true
			}
			got := map[string]bool{}
			for _, claim := range content.Claims {
				account := ""
				if len(claim.Select.Accounts) > 0 {
					account = claim.Select.Accounts[0]
				}
				got[string(claim.Select.Kind)+claim.Select.Name+account] = true
			}
			if diff := cmp.Diff(names, got); diff != "" || len(content.Claims) != len(names) || len(content.Owners) != 1 || len(content.Exceptions)+len(content.BlindSpots) > 0 {
				t.Fatalf("the draft says something else: %s", diff)
			}
		}
	})
}
