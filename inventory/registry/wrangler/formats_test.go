package wrangler_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/estray/estray/inventory/registry"
	"github.com/estray/estray/inventory/registry/wrangler"
)

// settings draws what stands at the top level of a file, or in an environment.
func settings(t *rapid.T, label string) map[string]any {
	out := map[string]any{}
	draw := func(key string, value func() any) {
		if rapid.Bool().Draw(t, label+key) {
			out[key] = value()
		}
	}
	name := rapid.StringMatching(`[a-z]{1,3}`)
	draw("account_id", func() any { return rapid.SampledFrom([]string{accountA, accountB}).Draw(t, label+"account") })
	draw("workers_dev", func() any { return rapid.Bool().Draw(t, label+"dev") })
	draw("preview_urls", func() any { return rapid.Bool().Draw(t, label+"urls") })
	draw("route", func() any { return name.Draw(t, label+"host") + ".example/*" })
	draw("routes", func() any {
		return []any{name.Draw(t, label+"first") + ".example/*", map[string]any{"pattern": name.Draw(t, label+"second") + ".example", "custom_domain": rapid.Bool().Draw(t, label+"custom")}}
	})
	draw("triggers", func() any { return map[string]any{"crons": []any{"0 * * * *"}} })
	draw("vars", func() any { return map[string]any{name.Draw(t, label+"var"): "CANARY"} })
	draw("services", func() any { return []any{map[string]any{"binding": "S", "service": name.Draw(t, label+"service")}} })
	return out
}

// inTOML writes a value on one line.
func inTOML(value any) string {
	switch v := value.(type) {
	case string:
		return strconv.Quote(v)
	case bool:
		return strconv.FormatBool(v)
	case []any:
		items := make([]string, len(v))
		for i := range v {
			items[i] = inTOML(v[i])
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	m := value.(map[string]any)
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, k+" = "+inTOML(m[k]))
	}
	return "{" + strings.Join(pairs, ", ") + "}"
}

// tables writes a file of TOML with a header for each environment, as people do.
func tables(file map[string]any) string {
	var b strings.Builder
	section := func(m map[string]any) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if k != "env" {
				b.WriteString(k + " = " + inTOML(m[k]) + "\n")
			}
		}
	}
	section(file)
	envs := file["env"].(map[string]any)
	for _, e := range slices.Sorted(maps.Keys(envs)) {
		b.WriteString("[env." + e + "]\n")
		section(envs[e].(map[string]any))
	}
	return b.String()
}

// TestTheFormatsSayTheSame: one configuration gives one draft, whether it is
// written in JSON, in TOML on one line, or in tables of TOML.
func TestTheFormatsSayTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file := settings(t, "")
		file["name"] = "api"
		envs := map[string]any{}
		for _, e := range rapid.SliceOfDistinct(rapid.StringMatching(`[a-c]`), rapid.ID[string]).Draw(t, "envs") {
			envs[e] = settings(t, e)
		}
		file["env"] = envs
		raw, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		var first wrangler.Draft
		for i, c := range []wrangler.Checkout{checkout("wrangler.json", string(raw)), checkout("wrangler.toml", tables(file)), checkout("wrangler.toml", inLines(file))} {
			d, err := wrangler.Read(c)
			if err != nil {
				t.Fatalf("%v\n%s", err, c.Files[0].Data)
			}
			if len(d.Workers) != 1+len(envs) || strings.Contains(string(d.YAML("")), "CANARY") {
				t.Fatalf("%d Workers of %d\n%s", len(d.Workers), 1+len(envs), d.YAML(""))
			}
			if i == 0 {
				first = d
			}
			if diff := cmp.Diff(first, d, cmpopts.IgnoreTypes(registry.Position{})); diff != "" {
				t.Fatalf("%s\n%s", c.Files[0].Data, diff)
			}
		}
	})
}

// inLines writes a file of TOML with one line for each key of the top level.
func inLines(file map[string]any) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(file)) {
		b.WriteString(k + " = " + inTOML(file[k]) + "\n")
	}
	return b.String()
}
