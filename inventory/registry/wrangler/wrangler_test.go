package wrangler_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/inventory/registry"
	"github.com/estray/estray/inventory/registry/wrangler"
	"github.com/estray/estray/inventory/registry/yamlfile"
)

const (
	accountA = "0123456789abcdef0123456789abcdef"
	accountB = "fedcba98765432100123456789abcdef"
)

// checkout is a checkout of files, by name and content in turn.
func checkout(pairs ...string) wrangler.Checkout {
	var c wrangler.Checkout
	for i := 0; i+1 < len(pairs); i += 2 {
		c.Files = append(c.Files, wrangler.File{Name: pairs[i], Data: []byte(pairs[i+1])})
	}
	return c
}

func draft(t *testing.T, c wrangler.Checkout) wrangler.Draft {
	t.Helper()
	d, err := wrangler.Read(c)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return d
}

// told lists the Workers of a draft as KIND/NAME@ACCOUNT at LINE:COLUMN, each with
// what is expected of it.
func told(d wrangler.Draft) []string {
	var out []string
	for _, w := range d.Workers {
		out = append(out, strings.Join(append([]string{string(w.Kind) + "/" + w.Name + "@" + w.Account}, w.Expected...), "; "))
	}
	return out
}

// loaded reads a draft as a registry that knows its owner.
func loaded(t testing.TB, d wrangler.Draft) (registry.Content, registry.Mistakes) {
	t.Helper()
	content, warnings, err := yamlfile.Read([]yamlfile.File{
		{Name: "owners.yaml", Data: []byte("version: 1\nowners: [{id: web}]\n")}, {Name: "draft.yaml", Data: d.YAML("web")}}, yamlfile.Options{})
	if err != nil {
		t.Fatalf("the draft is refused: %v\n%s", err, d.YAML("web"))
	}
	return content, warnings
}

func TestReadTellsWhatAFileDeploys(t *testing.T) {
	tests := []struct {
		name, file, text string
		want             []string
	}{
		{"a name alone", "wrangler.toml", "name = \"api\"\n", []string{"worker/api@; workers.dev: on, preview URLs: on"}},
		{"the same in JSON", "wrangler.json", `{"name": "api"}`, []string{"worker/api@; workers.dev: on, preview URLs: on"}},
		{"comments and trailing commas", "wrangler.jsonc", "{ // c\n /* d */ \"name\": \"api\", }", []string{"worker/api@; workers.dev: on, preview URLs: on"}},
		{"a byte order mark", "wrangler.toml", "\ufeffname = \"api\"\n", []string{"worker/api@; workers.dev: on, preview URLs: on"}},
		{"an account", "wrangler.toml", "name = \"api\"\naccount_id = \"" + strings.ToUpper(accountA) + "\"\n", []string{"worker/api@" + accountA + "; workers.dev: on, preview URLs: on"}},
		{"an account that is empty", "wrangler.toml", "name = \"api\"\naccount_id = \"\"\n", []string{"worker/api@; workers.dev: on, preview URLs: on"}},
		{"with routes workers.dev is off, and so are previews", "wrangler.toml", "name = \"api\"\nroute = \"a.example/*\"\n", []string{"worker/api@; hosts: a.example/*; workers.dev: off, preview URLs: off"}},
		{"preview URLs follow workers.dev", "wrangler.toml", "name = \"api\"\nroute = \"a.example/*\"\nworkers_dev = true\n", []string{"worker/api@; hosts: a.example/*; workers.dev: on, preview URLs: on"}},
		{"preview URLs by themselves", "wrangler.toml", "name = \"api\"\nworkers_dev = false\npreview_urls = true\n", []string{"worker/api@; workers.dev: off, preview URLs: on"}},
		{"routes of each form", "wrangler.json", `{"name":"api","routes":["a.example/*",{"pattern":"b.example/*","zone_name":"b.example"},{"pattern":"c.example","custom_domain":true}]}`,
			[]string{"worker/api@; hosts: a.example/*, b.example/*, c.example (custom domain); workers.dev: off, preview URLs: off"}},
		{"environments are Workers", "wrangler.toml", "name = \"api\"\n[env.production]\n[env.staging]\nname = \"stage\"\n",
			[]string{"worker/api@; workers.dev: on, preview URLs: on", "worker/api-production@; workers.dev: on, preview URLs: on", "worker/stage@; workers.dev: on, preview URLs: on"}},
		{"environments inherit", "wrangler.json", `{"name":"api","account_id":"` + accountA + `","routes":["a.example/*"],"triggers":{"crons":["0 * * * *"]},"logpush":true,"env":{"x":{}}}`,
			[]string{"worker/api@" + accountA + "; hosts: a.example/*; workers.dev: off, preview URLs: off; crons: 0 * * * *; logs: logpush on",
				"worker/api-x@" + accountA + "; hosts: a.example/*; workers.dev: off, preview URLs: off; crons: 0 * * * *; logs: logpush on"}},
		{"environments say otherwise", "wrangler.json", `{"name":"api","account_id":"` + accountA + `","routes":["a.example/*"],"triggers":{"crons":["0 * * * *"]},"env":{"x":{"account_id":"` + accountB + `","route":"b.example/*","triggers":{"crons":[]},"workers_dev":true}}}`,
			[]string{"worker/api@" + accountA + "; hosts: a.example/*; workers.dev: off, preview URLs: off; crons: 0 * * * *",
				"worker/api-x@" + accountB + "; hosts: b.example/*; workers.dev: on, preview URLs: on"}},
		{"bindings are not inherited", "wrangler.toml", "name = \"api\"\nkv_namespaces = [{binding = \"A\", id = \"1\"}]\ntail_consumers = [{service = \"tail\"}]\n[vars]\nV = 1\n[env.x]\nkv_namespaces = [{binding = \"B\"}]\n",
			[]string{"worker/api@; workers.dev: on, preview URLs: on; bindings: kv A, variable V; logs: tail", "worker/api-x@; workers.dev: on, preview URLs: on; bindings: kv B"}},
		{"an environment may be named as a key", "wrangler.toml", "name = \"api\"\n[env.vars]\naccount_id = \"" + accountA + "\"\n[env.vars.vars]\nname = \"x\"\n",
			[]string{"worker/api@; workers.dev: on, preview URLs: on", "worker/api-vars@" + accountA + "; workers.dev: on, preview URLs: on; bindings: variable name"}},
		{"bindings of many kinds", "wrangler.json", `{"name":"api","r2_buckets":[{"binding":"R","bucket_name":"b"}],"d1_databases":[{"binding":"D","database_name":"d"}],
			"durable_objects":{"bindings":[{"name":"O","class_name":"Room"}]},"services":[{"binding":"S","service":"auth"}],"queues":{"producers":[{"binding":"Q","queue":"jobs"}],"consumers":[{"queue":"mail"}]},
			"hyperdrive":[{"binding":"H","localConnectionString":"postgres://u:CANARY@h/d"}],"ai":{"binding":"AI"},"send_email":[{"name":"M","destination_address":"CANARY"}],"secrets":{"required":["KEY"]},"future_things":[{"binding":"F"}]}`,
			[]string{"worker/api@; workers.dev: on, preview URLs: on; consumes queues: mail; bindings: r2 R to b, d1 D to d, durable object O to Room, service S to auth, queue Q to jobs, hyperdrive H, mail M, ai AI, secret KEY"}},
		{"static files alone", "wrangler.json", `{"name":"docs","assets":{"directory":"dist"},"observability":{"enabled":true},"previews":{}}`,
			[]string{"worker/docs@; workers.dev: on, preview URLs: on; previews: expected, code of their own below hosts of their own; logs: observability on; code: none, static files alone"}},
		{"a Pages project", "wrangler.toml", "name = \"site\"\npages_build_output_dir = \"dist\"\n[vars]\nV = \"CANARY\"\n[env.preview]\n[env.production]\n",
			[]string{"pages-project/site@; hosts: a host of its own below pages.dev, with one for each deployment and branch; bindings: variable V"}},
		{"null is as if not there", "wrangler.json", `{"name":"api","account_id":null,"routes":null,"env":null}`, []string{"worker/api@; workers.dev: on, preview URLs: on"}},
		{"keys with dots", "wrangler.toml", "name = \"api\"\ntriggers.crons = [\"1 1 * * *\"]\nenv.x.workers_dev = false\n",
			[]string{"worker/api@; workers.dev: on, preview URLs: on; crons: 1 1 * * *", "worker/api-x@; workers.dev: off, preview URLs: off; crons: 1 1 * * *"}},
		{"lists of tables", "wrangler.toml", "name = \"api\"\n[[routes]]\npattern = \"a.example\"\ncustom_domain = true\n[[routes]]\npattern = \"b.example/*\"\n[[env.x.services]]\nbinding = \"S\"\nservice = \"auth\"\n",
			[]string{"worker/api@; hosts: a.example (custom domain), b.example/*; workers.dev: off, preview URLs: off", "worker/api-x@; hosts: a.example (custom domain), b.example/*; workers.dev: off, preview URLs: off; bindings: service S to auth"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := draft(t, checkout(tt.file, tt.text))
			if diff := cmp.Diff(tt.want, told(d)); diff != "" {
				t.Error(diff)
			}
			if len(d.Notes) > 0 {
				t.Errorf("notes: %q", d.Notes)
			}
			if strings.Contains(string(d.YAML("")), "CANARY") {
				t.Error("the draft shows what nobody may see")
			}
			if _, warnings := loaded(t, d); len(warnings) > 0 {
				t.Errorf("warnings: %v", warnings)
			}
		})
	}
}

func TestEveryMistakeHasItsPlace(t *testing.T) {
	tests := []struct {
		name, file, text string
		want             []string
	}{
		{"no TOML", "wrangler.toml", "name = \"api\"\nmain = \n", []string{"wrangler.toml:2:8: the file is not TOML: incomplete number"}},
		{"a TOML text without end", "wrangler.toml", "name = \"api\nmain = 1\n", []string{"wrangler.toml:1:12: the file is not TOML: basic strings cannot have new lines"}},
		{"no JSON", "wrangler.json", "{\n  \"name\": api\n}", []string{"wrangler.json:2:11: the file is not JSON: invalid character 'a' looking for beginning of value"}},
		{"JSON after comments", "wrangler.jsonc", "/* a\n b */ { // c\n  \"name\" \"api\" }", []string{"wrangler.jsonc:3:10: the file is not JSON: invalid character '\"' after object key"}},
		{"JSON that ends early", "wrangler.json", "{\"name\": \"a\"", []string{"wrangler.json:1:12: the file is not JSON: unexpected end of JSON input"}},
		{"an empty file of JSON", "wrangler.json", " \n", []string{"wrangler.json:1:1: the file is empty"}},
		{"a list of JSON", "wrangler.json", " []", []string{"wrangler.json:1:2: the file must hold keys and values, not a list"}},
		{"not UTF-8", "wrangler.toml", "name = \"a\"\n# \xff\n", []string{"wrangler.toml:2:3: the file is not UTF-8 here; save it as UTF-8"}},
		{"too long", "wrangler.toml", strings.Repeat("#", wrangler.MaxSize+1), []string{"wrangler.toml: the file is longer than 262144 bytes"}},
		{"a key twice in TOML", "wrangler.toml", "name = \"a\"\nname = \"b\"\n", []string{`wrangler.toml:2:1: key "name" is given twice, first on line 1`}},
		{"a key twice in JSON", "wrangler.json", "{\"name\": \"a\",\n\"name\": \"b\"}", []string{`wrangler.json:2:1: key "name" is given twice, first on line 1`}},
		{"a table twice", "wrangler.toml", "[vars]\nA = 1\n[vars]\nB = 1\n", []string{`wrangler.toml:3:2: table "vars" is opened twice, first on line 1`}},
		{"a text that is a table", "wrangler.toml", "env = \"x\"\n[env.y]\n", []string{`wrangler.toml:2:2: key "env" holds text and cannot hold keys, first on line 1`}},
		{"a text that is a list of tables", "wrangler.toml", "routes = \"x\"\n[[routes]]\n", []string{`wrangler.toml:2:3: key "routes" holds text and cannot be a list of tables`}},
		{"values of other forms", "wrangler.json", "{\n\"name\": 1,\n\"account_id\": [],\n\"workers_dev\": \"yes\",\n\"routes\": \"a\",\n\"triggers\": true,\n\"vars\": [],\n\"kv_namespaces\": {},\n\"observability\": true,\n\"queues\": []}", []string{
			"wrangler.json:2:9: name must be text, not a number", "wrangler.json:3:15: account_id must be text, not a list"}},
		{"values of other forms beside a name", "wrangler.json", "{\"name\": \"a\",\n\"workers_dev\": \"yes\",\n\"routes\": \"a\",\n\"triggers\": true,\n\"vars\": [],\n\"kv_namespaces\": {},\n\"observability\": true,\n\"queues\": []}", []string{
			"wrangler.json:2:16: workers_dev must be true or false, not text", "wrangler.json:3:11: routes must be a list, not text", "wrangler.json:4:13: triggers must hold keys and values, not true or false",
			"wrangler.json:5:9: vars must hold keys and values, not a list", "wrangler.json:6:18: kv_namespaces must be a list, not keys and values", "wrangler.json:7:18: observability must hold keys and values, not true or false",
			"wrangler.json:8:11: queues must hold keys and values, not a list"}},
		{"a route without pattern", "wrangler.toml", "name = \"a\"\nroutes = [{zone_name = \"a.example\"}, 5]\n", []string{
			"wrangler.toml:2:1: a route must be text, or hold keys and values, not a number", "wrangler.toml:2:1: a route needs its pattern"}},
		{"an environment that is none", "wrangler.toml", "name = \"a\"\n[env]\nx = 1\n", []string{"wrangler.toml:3:1: env.x must hold keys and values, not a number"}},
		{"an environment that Pages has not", "wrangler.toml", "name = \"a\"\npages_build_output_dir = \".\"\n[env.staging]\n", []string{"wrangler.toml:3:6: env.staging: a Pages project has the environments production and preview alone"}},
		{"no account", "wrangler.toml", "name = \"a\"\naccount_id = \"<yours>\"\n", []string{"wrangler.toml:2:14: account_id must be 32 hexadecimal digits"}},
		{"a name that would be a pattern", "wrangler.toml", "name = \"*\"\n", []string{`wrangler.toml:1:8: "*" is no name of a Worker: it has small letters, digits, - and _ alone`}},
		{"a name made from an environment", "wrangler.toml", "name = \"a\"\n[env.\"p*\"]\n", []string{`wrangler.toml:2:6: "a-p*" is no name of a Worker: it has small letters, digits, - and _ alone`}},
		{"a name of two lines", "wrangler.json", `{"name": "a\nclaims:"}`, []string{`wrangler.json:1:10: "a?claims:" is no name of a Worker: it has small letters, digits, - and _ alone`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := wrangler.Read(checkout("a/wrangler.toml", "name = \"sound\"\n", tt.file, tt.text))
			var ms registry.Mistakes
			if !errors.As(err, &ms) {
				t.Fatalf("error %v is no Mistakes", err)
			}
			if diff := cmp.Diff(tt.want, strings.Split(ms.Error(), "\n")); diff != "" {
				t.Error(diff)
			}
			if len(d.Workers)+len(d.Notes) > 0 {
				t.Error("a draft came with the mistakes")
			}
		})
	}
}

func TestMistakesOfAllFilesAreToldTogether(t *testing.T) {
	_, err := wrangler.Read(checkout("b/wrangler.toml", "name = 1\n", "a/wrangler.json", "{"))
	want := "a/wrangler.json:1:1: the file is not JSON: unexpected end of JSON input\nb/wrangler.toml:1:1: name must be text, not a number"
	if err == nil || err.Error() != want {
		t.Errorf("error = %v", err)
	}
}

func TestWhatCannotBeKnownIsTold(t *testing.T) {
	c := checkout("a/wrangler.toml", "main = \"x\"\n[env.x]\n[env.y]\nname = \"a\"\n", "b/wrangler.json", `{"name":"b","legacy_env":false}`, "b/wrangler.toml", "name = \"unused\"\n",
		"b/c/wrangler.jsonc", `{"name":"c"}`, "d/wrangler.jsonc", `{"name":"d"}`, "d/wrangler.toml", "name = 1\n")
	c.Redirects = []string{"d/.wrangler/deploy/config.json"}
	d := draft(t, c)
	want := []string{
		"a/wrangler.toml:1:1: no name is told, so that --name gives it at deploy time; no claim was drafted",
		"a/wrangler.toml:2:6 (environment x): no name is told, so that --name gives it at deploy time; no claim was drafted",
		"b/wrangler.json:1:26: legacy_env is no longer read by Wrangler, which deploys every environment as a Worker of its own",
		"b/wrangler.toml was not read: b/wrangler.json beside it comes first",
		"d/.wrangler/deploy/config.json is the work of a build: from its folder Wrangler deploys what it points to, which was not read",
		"d/wrangler.toml was not read: d/wrangler.jsonc beside it comes first",
	}
	if diff := cmp.Diff(want, d.Notes); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"worker/a@; workers.dev: on, preview URLs: on", "worker/b@; workers.dev: on, preview URLs: on", "worker/c@; workers.dev: on, preview URLs: on", "worker/d@; workers.dev: on, preview URLs: on"}, told(d)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"without --config, Wrangler in this folder reads b/wrangler.json in its place"}, d.Workers[2].Notes); diff != "" {
		t.Error(diff)
	}
}

func TestAFileFurtherUpComesFirstByItsFormat(t *testing.T) {
	for _, tt := range []struct{ up, down, want string }{
		{"wrangler.json", "a/wrangler.toml", "wrangler.json"}, {"wrangler.json", "a/b/wrangler.jsonc", "wrangler.json"}, {"wrangler.jsonc", "a/wrangler.toml", "wrangler.jsonc"},
		{"wrangler.toml", "a/wrangler.json", ""}, {"wrangler.toml", "a/wrangler.toml", ""}, {"b/wrangler.json", "a/wrangler.toml", ""}, {"wrangler.json", "../wrangler.toml", ""},
		{"../wrangler.json", "../a/wrangler.toml", "../wrangler.json"}, {"/wrangler.json", "/a/wrangler.toml", "/wrangler.json"},
	} {
		text := map[bool]string{true: "name = \"x\"\n", false: `{"name":"x"}`}
		d := draft(t, checkout(tt.up, text[strings.HasSuffix(tt.up, "toml")], tt.down, text[strings.HasSuffix(tt.down, "toml")]))
		var notes []string
		for _, w := range d.Workers {
			notes = append(notes, w.Notes...)
		}
		if got := strings.Join(notes, "; "); (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s and %s: %q", tt.up, tt.down, got)
		}
	}
}

func TestOneNameInOneAccountIsAConflict(t *testing.T) {
	with := func(account string) string {
		if account == "" {
			return "name = \"api\"\n"
		}
		return "name = \"api\"\naccount_id = \"" + account + "\"\n"
	}
	for _, tt := range []struct {
		name, a, b string
		want       []string
		claims     int
	}{
		{"one account", with(accountA), with(accountA), []string{"a/wrangler.toml:1:8 and b/wrangler.toml:1:8 deploy the same worker api to account " + accountA}, 1},
		{"two accounts", with(accountA), with(accountB), nil, 2},
		{"an account that is not told", with(accountA), with(""), []string{"b/wrangler.toml:1:8 and a/wrangler.toml:1:8 deploy the same worker api if they deploy to one account"}, 2},
		{"no account is told", with(""), with(""), []string{"a/wrangler.toml:1:8 and b/wrangler.toml:1:8 deploy the same worker api if they deploy to one account"}, 1},
		{"a Worker and a Pages project", with(""), with("") + "pages_build_output_dir = \".\"\n", nil, 2},
		{"an environment", with(accountA), "name = \"x\"\n[env.y]\nname = \"api\"\naccount_id = \"" + accountA + "\"\n", []string{"a/wrangler.toml:1:8 and b/wrangler.toml:3:8 (environment y) deploy the same worker api to account " + accountA}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := draft(t, checkout("a/wrangler.toml", tt.a, "b/wrangler.toml", tt.b))
			if diff := cmp.Diff(tt.want, d.Conflicts()); diff != "" {
				t.Error(diff)
			}
			content, warnings := loaded(t, d)
			if len(content.Claims) != tt.claims || len(warnings) > 0 {
				t.Errorf("%d claims, warnings %v", len(content.Claims), warnings)
			}
			for _, w := range tt.want {
				if !strings.Contains(string(d.YAML("")), "# conflict: "+w+"\n") {
					t.Error("the draft does not tell the conflict")
				}
			}
		})
	}
}

func TestADraftIsARegistryFile(t *testing.T) {
	d := draft(t, checkout("b/wrangler.toml", "name = \"123\"\n", "a/wrangler.toml", "name = \"api\"\naccount_id = \""+accountA+"\"\nroutes = [\"a.example/*\"]\n"))
	want := `# Drafts of claims, from files of Wrangler. They are no approvals.
#
# Not told by any file: what --name, --env or --dispatch-namespace, CLOUDFLARE_ENV
# or WRANGLER_CI_OVERRIDE_NAME change at deploy time.
#
# Put the id of an owner in the place of owner-to-be-named: until then
# estray registry check refuses the claims.
version: 1
claims:

  # b/wrangler.toml:1:8
  #   workers.dev: on, preview URLs: on
  # No account is told: the claim holds in all of them. Add accounts: [ID] to bound it.
  - id: "worker/123"
    owner: "owner-to-be-named"
    select: {provider: cloudflare, kind: worker, name: "123"}

  # a/wrangler.toml:1:8
  #   hosts: a.example/*
  #   workers.dev: off, preview URLs: off
  - id: "worker/api"
    owner: "owner-to-be-named"
    select: {provider: cloudflare, kind: worker, accounts: ["0123456789abcdef0123456789abcdef"], name: "api"}
`
	if diff := cmp.Diff(want, string(d.YAML(""))); diff != "" {
		t.Error(diff)
	}
	_, _, err := yamlfile.Read([]yamlfile.File{{Name: "d.yaml", Data: d.YAML("")}}, yamlfile.Options{})
	if err == nil || !strings.Contains(err.Error(), `owner "owner-to-be-named" is not known; add it under owners`) {
		t.Errorf("check says %v", err)
	}
	content, _ := loaded(t, d)
	for _, c := range content.Claims {
		if c.Approval != nil || c.Owner != "web" {
			t.Errorf("claim %+v", c)
		}
	}
	if empty, _ := loaded(t, draft(t, checkout("wrangler.toml", ""))); len(empty.Claims) > 0 {
		t.Error("a file without a name gives no claim")
	}
}

// TestNoValueOfAVariableIsShown: whatever vars are called, however deep, in a file
// that is taken or refused.
func TestNoValueOfAVariableIsShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SampledFrom([]string{"name", "pattern", "routes", "binding", "queue", "required", "env", "vars", "A"}).Draw(t, "key")
		value := rapid.SampledFrom([]string{`"CANARY"`, `["CANARY"]`, `{"name":"CANARY"}`, `{"vars":{"name":["CANARY"]}}`, `4711471147114711471147`}).Draw(t, "value")
		part := rapid.SampledFrom([]string{"vars", "define", "unsafe"}).Draw(t, "part")
		spoilt := rapid.SampledFrom([]string{"", `,"account_id":"x"`, `,"name":"y"`, `,`, `,,`, `"`, `]`}).Draw(t, "spoilt")
		inner := `"` + part + `":{"` + key + `":` + value + `}`
		file := `{"name":"api",` + inner + spoilt + `,"env":{"x":{` + inner + `}}}`
		tomlValue := strings.NewReplacer(`":`, `"=`, `{"`, `{"`).Replace(value)
		toml := "name = \"api\"\n" + part + " = {" + key + " = " + tomlValue + "}\n[env.x." + part + "]\n" + key + " = " + tomlValue + "\n" + strings.TrimPrefix(spoilt, ",") + "\n"
		for _, c := range []wrangler.Checkout{checkout("wrangler.json", file), checkout("wrangler.toml", toml)} {
			d, err := wrangler.Read(c)
			shown := string(d.YAML("")) + strings.Join(d.Conflicts(), "")
			if err != nil {
				shown += err.Error()
			}
			if strings.Contains(shown, "CANARY") || strings.Contains(shown, "4711") {
				t.Fatalf("shown:\n%s", shown)
			}
		}
	})
}
