package configs_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/estray/estray/configs"
)

var update = flag.Bool("update", false, "write the schema's copy in docs anew")

func TestExampleLoadsWithoutMistakeAndHasEveryKey(t *testing.T) {
	dir := folder(t, string(configs.Example()))
	c := load(t, configs.Inputs{Dir: dir})
	for _, v := range c.Values() {
		// What has no default that a user could write stands in a comment. So does
		// the block that would make AWS be read.
		if v.Source == "default" && v.Key != "rules.organization" {
			t.Errorf("the example lacks %s", v.Key)
		}
	}
	if !bytes.Contains(configs.Example(), []byte("# organization: o-")) {
		t.Error("the example lacks rules.organization")
	}
	for key, want := range defaults(t) {
		got := source(t, c, key).Value
		switch key {
		case "registry.files", "registry.tags.owner", "providers.archives":
		case "state":
			if got != "sqlite:"+filepath.Join(dir, "estray.db") {
				t.Errorf("state is %q", got)
			}
		default:
			if got != want {
				t.Errorf("the example sets %s to %q, the default is %q", key, got, want)
			}
		}
	}
}

// uncommented takes the comment signs off a provider's block of the example.
func uncommented(t *testing.T, provider string) string {
	t.Helper()
	before, rest, found := strings.Cut(string(configs.Example()), "  # "+provider+":\n")
	if !found {
		t.Fatalf("the example lacks the block of %s", provider)
	}
	block := "  " + provider + ":\n"
	for strings.HasPrefix(rest, "  #   ") {
		line, after, _ := strings.Cut(rest, "\n")
		block, rest = block+"  "+strings.TrimPrefix(line, "  # ")+"\n", after
	}
	return before + block + rest
}

func TestExampleOfEachProviderLoads(t *testing.T) {
	asIs := load(t, configs.Inputs{Dir: folder(t, string(configs.Example()))}).Providers
	if asIs.AWS != nil || asIs.Cloudflare != nil {
		t.Error("the example makes a provider be read as it stands")
	}
	for _, tt := range []struct {
		provider string
		asked    func(configs.Providers) bool
		named    []string // what has no default that the example could give
		comment  string   // stands in a comment, since it has no default
	}{
		{"aws", func(p configs.Providers) bool { return p.AWS != nil }, []string{"accounts", "role", "external_id"}, ""},
		{"cloudflare", func(p configs.Providers) bool { return p.Cloudflare != nil }, []string{"token"}, "token_file endpoint"},
	} {
		t.Run(tt.provider, func(t *testing.T) {
			file := uncommented(t, tt.provider)
			c := load(t, configs.Inputs{Dir: folder(t, file), Environ: []string{"ESTRAY_EXTERNAL_ID=x-1", "CLOUDFLARE_API_TOKEN=x"}})
			if !tt.asked(c.Providers) {
				t.Error("the block does not make it be read")
			}
			for key, want := range defaults(t) {
				leaf, in := strings.CutPrefix(key, "providers."+tt.provider+".")
				if !in {
					continue
				}
				got := source(t, c, key)
				if commented := strings.Contains(tt.comment, leaf) && strings.Contains(file, "# "+leaf+": "); got.Source == "default" && !commented {
					t.Errorf("the example lacks %s", key)
				}
				if got.Value != want && !slices.Contains(tt.named, leaf) {
					t.Errorf("the example sets %s to %q, the default is %q", key, got.Value, want)
				}
			}
			if err := compiled(t).Validate(instance(t, file)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestExampleBelongsToTheCaller(t *testing.T) {
	configs.Example()[0], configs.Schema()[0] = 'x', 'x'
	if configs.Example()[0] != '#' || configs.Schema()[0] != '{' {
		t.Error("a caller can change the text of the next")
	}
}

// defaults gives the defaults as the page has them.
func defaults(t *testing.T) map[string]string {
	t.Helper()
	t.Chdir(t.TempDir())
	out := map[string]string{}
	for _, v := range load(t, configs.Inputs{}).Values() {
		out[v.Key] = v.Value
	}
	return out
}

func page(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestPageSaysDefaultVariableAndFlagOfEveryKey(t *testing.T) {
	text := page(t, "configuration.md")
	values := defaults(t)
	rows := map[string][]string{}
	for line := range strings.Lines(text) {
		if cells := strings.Split(line, " | "); strings.HasPrefix(line, "| `") && len(cells) == 4 {
			rows[strings.Trim(cells[0], "| `")] = cells[1:]
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(values)), slices.Sorted(maps.Keys(rows))); diff != "" {
		t.Errorf("keys (-known +page):\n%s", diff)
	}
	for key, cells := range rows {
		want := "none"
		if values[key] != "" {
			want = "`" + values[key] + "`"
		}
		if cells[1] != want {
			t.Errorf("%s: the page has the default %s, it is %s", key, cells[1], want)
		}
		want = "`" + configs.Variable(key) + "`"
		if f := flagOf(t, key); f != "" {
			want += ", `" + f + "`"
		}
		if got := strings.TrimSuffix(cells[2], " |\n"); got != want {
			t.Errorf("%s: the page has %s, it is %s", key, got, want)
		}
	}
}

// flagOf finds a key's flag by giving it a value that no flag can have.
func flagOf(t *testing.T, key string) string {
	t.Helper()
	got := mistakes(t, configs.Inputs{Flags: map[string]any{key: struct{}{}}})
	name, _, _ := strings.Cut(got[0], ": ")
	if name == "flag" {
		return ""
	}
	return strings.TrimPrefix(name, "flag ")
}

func TestPagesShowOnlyWhatLoads(t *testing.T) {
	for _, name := range []string{"configuration.md", "archives.md", "cloudflare.md"} {
		blocks := strings.Split(page(t, name), "```yaml\n")[1:]
		if len(blocks) == 0 {
			t.Errorf("%s: no example on the page", name)
		}
		for _, b := range blocks {
			b, _, _ = strings.Cut(b, "```")
			token := filepath.Join(t.TempDir(), "token")
			if err := os.WriteFile(token, []byte("x\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			b = strings.ReplaceAll(b, "/etc/estray/cloudflare-token", token)
			environ := []string{"DB_PASSWORD=x", "CLOUDFLARE_API_TOKEN=x"}
			if strings.Contains(b, "ESTRAY_EXTERNAL_ID") { // one that nothing refers to would be a mistake
				environ = append(environ, "ESTRAY_EXTERNAL_ID=x-1")
			}
			if got := mistakes(t, configs.Inputs{Dir: folder(t, b), Environ: environ}); got != nil {
				t.Errorf("%s: %s\n%q", name, b, got)
			}
			if err := compiled(t).Validate(instance(t, b)); err != nil {
				t.Errorf("%s: %s\n%v", name, b, err)
			}
		}
	}
}

func TestDocsHoldTheSchema(t *testing.T) {
	const name = "estray.schema-config.json"
	if *update {
		if err := os.WriteFile(filepath.Join("..", "docs", name), configs.Schema(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(configs.Schema()), page(t, name)); diff != "" {
		t.Errorf("run the test with -update:\n%s", diff)
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(configs.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// instance turns YAML into what the validator takes.
func instance(t *testing.T, file string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(file), &v); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSchemaTakesWhatLoads(t *testing.T) {
	for name, file := range map[string]string{"example": string(configs.Example()), "full": full, "empty": "", "empty sections": "rules:\nlog:\n"} {
		t.Run(name, func(t *testing.T) {
			if err := compiled(t).Validate(instance(t, file)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSchemaAndLoadRefuseTheSame(t *testing.T) {
	for _, file := range []string{
		"stat: x", "registry: {file: []}", "registry: {tags: {own: x}}", "providers: {google: {}}", "providers: {lakes: []}",
		"providers: {cloudflare: {account: all}}", "providers: {cloudflare: {accounts: organization}}", "providers: {cloudflare: {accounts: []}}",
		"providers: {cloudflare: {accounts: [\"111122223333\"]}}", "providers: {cloudflare: {accounts: [0123456789ABCDEF0123456789abcdef]}}",
		"providers: {cloudflare: {token: s3cret}}", "providers: {cloudflare: {token: \"x${TOKEN}\"}}", "providers: {cloudflare: {token: \"${TOKEN}\", token_file: a}}",
		"providers: {cloudflare: {token_file: \"https://a/b\"}}", "providers: {cloudflare: {zones: example.com}}", "providers: {cloudflare: {zones: [example]}}",
		"providers: {cloudflare: {zones: []}}", "providers: {cloudflare: {rate: -1}}", "providers: {cloudflare: {rate: fast}}", "providers: {cloudflare: {endpoint: \"http://example.com\"}}",
		"providers: {cloudflare: {endpoint: \"https://u@example.com\"}}", "providers: {cloudflare: {endpoint: \"https://example.com?x\"}}", "providers: {cloudflare: {events: {lookup: true}}}",
		"providers: {cloudflare: {dispatch_scripts: 1}}", "providers: {cloudflare: []}",
		"providers: {archives: [{kind: cloudflare-audit-v2, url: a, usage: roles}]}", "providers: {archives: [{kind: cloudflare-audit-v1, url: a, verify: true}]}",
		"providers: {archives: [{kind: cloudflare-audit-v2, url: a, public_keys: b}]}", "providers: {archives: [{kind: cloudflare-audit-v2, url: a, account: \"1\"}]}",
		"providers: {archives: [{kind: cloudtrail, url: a, account: 0123456789abcdef0123456789abcdef}]}",
		"providers: {archives: [{kind: snapshot, url: a, account: 0123456789abcdef0123456789abcdef}]}",
		"rules: {mail_domains: [example]}", "rules: {mail_domains: ['ana@example.com']}", "rules: {deployers: ['ana@example.com']}", "rules: {deployers: ['cloudflare:user:ana@example.com']}",
		"providers: {aws: {account: organization}}", "providers: {aws: {accounts: all}}", "providers: {aws: {accounts: [organization]}}",
		"providers: {aws: {accounts: [\"1111\"]}}", "providers: {aws: {accounts: [\"111122223333\", \"111122223333\"], role: a}}", "providers: {aws: []}",
		"providers: {aws: {role: \"a b\"}}", "providers: {aws: {role: \"arn:aws:iam::111122223333:role/x\"}}", "providers: {aws: {role: /a}}", "providers: {aws: {external_id: x, role: a}}",
		"providers: {aws: {external_id: \"a b\", role: a}}", "providers: {aws: {regions: eu-west-1}}", "providers: {aws: {regions: []}}",
		"providers: {aws: {regions: [all]}}", "providers: {aws: {regions: [europe]}}", "providers: {aws: {rate: -1}}", "providers: {aws: {rate: fast}}",
		"providers: {aws: {events: {look: true}}}", "providers: {aws: {events: true}}", "providers: {aws: {get_function: yes}}",
		"providers: {aws: {parallel: 0}}", "providers: {aws: {parallel: 257}}", "providers: {aws: {parallel: 1.5}}", "providers: {archives: [{kind: snapshot}]}",
		"providers: {archives: [{kind: snapshot, url: a, path: b}]}", "providers: {archives: [{kind: google-reports, url: a}]}",
		"providers: {archives: [{kind: cloudtrail, url: a, usage: all}]}", "providers: {archives: [{kind: cloudtrail, url: a, public_keys: b}]}", "providers: {archives: [{kind: snapshot, url: a, verify: true}]}", "providers: {archives: [{kind: cloudtrail, url: a, verify: 1}]}",
		"providers: {archives: [{kind: snapshot, url: a, usage: roles}]}",
		"rules: {sigma: [x]}", "rules: {accounts: [123456789012]}", "rules: {accounts: ['12']}", "rules: {severity: {AWS-01: lo}}",
		"rules: {severity: {AWS: low}}", "rules: {deployers: ['user-agent:x']}", "rules: {iam_administrators: ['arn:aws:sts::1:assumed-role/a/b']}",
		"rules: {vendor_layers: [x]}", "rules: {log_retention_days: 0}", "rules: {four_eyes: 1}", "rules: {organization: x}", "rules: {short_lived: 1}",
		"registry: {csv: [x]}", "report: {outputs: ['=']}", "report: {fail_on: none}", "log: {level: loud}", "log: {format: xml}", "log: 3",
		"state: mysql://x", "state: 'sqlite:'", "state: 'sqlite://x'", "[]",
	} {
		t.Run(file, func(t *testing.T) {
			if err := compiled(t).Validate(instance(t, file)); err == nil {
				t.Error("the schema takes it")
			}
			if mistakes(t, configs.Inputs{Dir: folder(t, file)}) == nil {
				t.Error("Load takes it")
			}
		})
	}
}

func TestSchemaHasEveryKey(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(configs.Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	want := slices.Sorted(slices.Values(configs.Keys()))
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(leaves("", doc)))); diff != "" {
		t.Error(diff)
	}
}

// leaves lists the dotted names in a schema, but for those that must be empty.
func leaves(name string, schema map[string]any) []string {
	properties, ok := schema["properties"].(map[string]any)
	if !ok {
		if _, unread := schema["maxItems"]; unread {
			return nil
		}
		return []string{name}
	}
	var out []string
	for leaf, sub := range properties {
		out = append(out, leaves(strings.TrimPrefix(name+"."+leaf, "."), sub.(map[string]any))...)
	}
	return out
}
