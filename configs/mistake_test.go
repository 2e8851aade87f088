package configs_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/configs"
)

// mistakes loads the file and gives its mistakes, a line each.
func mistakes(t *testing.T, in configs.Inputs) []string {
	t.Helper()
	c, err := configs.Load(in)
	if err == nil {
		return nil
	}
	if c != nil {
		t.Error("a configuration comes with its mistakes")
	}
	var ms configs.Mistakes
	if !errors.As(err, &ms) {
		t.Fatalf("not Mistakes: %v", err)
	}
	return strings.Split(err.Error(), "\n")
}

func TestMistakesOfForm(t *testing.T) {
	tests := []struct {
		name, file string
		want       []string
	}{
		{"unknown key names the nearest", "rules:\n  orgnization: o-a1b2c3d4e5\n",
			[]string{`estray.yaml:2:3: unknown key "rules.orgnization"; the nearest known key is "rules.organization"`}},
		{"unknown key of another section", "fail_on: low\n",
			[]string{`estray.yaml:1:1: unknown key "fail_on"; the nearest known key is "report.fail_on"`}},
		{"unknown section", "provider:\n  archives: []\n",
			[]string{`estray.yaml:1:1: unknown key "provider"; the nearest known key is "providers"`}},
		{"wrong case", "State: sqlite:x\n",
			[]string{`estray.yaml:1:1: unknown key "State"; the nearest known key is "state"`}},
		{"key twice", "state: sqlite:a\n\"state\": sqlite:b\n",
			[]string{`estray.yaml:2:1: key "state" is given twice, first on line 1`}},
		{"section twice", "log: {level: info}\nlog: {format: json}\n",
			[]string{`estray.yaml:2:1: key "log" is given twice, first on line 1`}},
		{"key that is a list", "? [a]\n: b\n",
			[]string{`estray.yaml:1:3: a key must be a name, not a list`}},
		{"merge", "x: &x {level: info}\nlog:\n  <<: *x\n",
			[]string{`estray.yaml:1:1: unknown key "x"; the nearest known key is "log"`, `estray.yaml:3:3: a key must be a name, not a merge (<<)`}},
		{"list for a file", "- state\n", []string{`estray.yaml:1:1: the file must hold keys and values, not a list`}},
		{"text for a file", "state\n", []string{`estray.yaml:1:1: the file must hold keys and values, not text`}},
		{"text for a section", "log: debug\n", []string{`estray.yaml:1:6: log must hold keys and values, not text`}},
		{"number for a text", "log:\n  level: 3\n",
			[]string{`estray.yaml:2:10: log.level must be text, not a number; quote it, since an unquoted number loses its leading zeros`}},
		{"list for a text", "state: [a]\n", []string{`estray.yaml:1:8: state must be text, not a list`}},
		{"map for a text", "state: {a: b}\n", []string{`estray.yaml:1:8: state must be text, not keys and values`}},
		{"date for a text", "registry: {tags: {owner: 2026-01-01}}\n",
			[]string{`estray.yaml:1:26: registry.tags.owner must be text, not a date; quote it`}},
		{"nothing for a text", "state:\n", []string{`estray.yaml:1:7: state is empty; give it a value or remove it`}},
		{"text for a list", "rules:\n  disable: AWS-01\n",
			[]string{`estray.yaml:2:12: rules.disable must be a list of texts, not text`}},
		{"list in a list", "rules:\n  disable:\n    - [AWS-01]\n    - true\n",
			[]string{`estray.yaml:3:7: rules.disable must be text, not a list`, `estray.yaml:4:7: rules.disable must be text, not true or false; quote it`}},
		{"text for a switch", "rules: {four_eyes: yes}\n",
			[]string{`estray.yaml:1:20: rules.four_eyes must be true or false, not text`}},
		{"quoted number", "rules: {log_retention_days: \"30\"}\n",
			[]string{`estray.yaml:1:29: rules.log_retention_days must be a whole number, not text`}},
		{"number without unit", "rules: {short_lived: 60}\n",
			[]string{`estray.yaml:1:22: rules.short_lived must be a duration such as 60m, not a number`}},
		{"nothing in a list", "rules: {disable: [~]}\n", []string{`estray.yaml:1:19: rules.disable is empty; give it a value or remove it`}},
		{"foreign tag", "state: !secret x\n",
			[]string{`estray.yaml:1:8: state must be text, not a value with the tag !secret`}},
		{"list for severities", "rules: {severity: [low]}\n",
			[]string{`estray.yaml:1:19: rules.severity must hold keys and values, not a list`}},
		{"map for archives", "providers: {archives: {kind: snapshot}}\n",
			[]string{`estray.yaml:1:23: providers.archives must be a list of kind and url, not keys and values`}},
		{"text for an archive", "providers: {archives: [logs]}\n",
			[]string{`estray.yaml:1:24: providers.archives: an entry must hold kind and url, not text`}},
		{"unknown key of an archive", "providers:\n  archives:\n    - kind: snapshot\n      path: x\n",
			[]string{`estray.yaml:3:7: providers.archives: an entry lacks its url`, `estray.yaml:4:7: unknown key "providers.archives.path"; the nearest known key is "providers.archives.kind"`}},
		{"byte order mark", "\xef\xbb\xbfstate: sqlite:x\n",
			[]string{"estray.yaml:1:1: a byte order mark opens the file; save it as UTF-8 without one"}},
		{"UTF-16", "\xff\xfes\x00", []string{"estray.yaml:1:1: the file is UTF-16; save it as UTF-8 without a byte order mark"}},
		{"not UTF-8", "# é\nlog: {level: \"\xe9\"}\n", []string{"estray.yaml:2:15: not UTF-8; save the file as UTF-8"}},
		{"control character", "# ok\n# \x00\n", []string{"estray.yaml:2:3: a control character, U+0000; remove it"}},
		{"tab", "log:\n  level: info\n\tformat: text\n",
			[]string{"estray.yaml:3:1: a tab indents this line; YAML takes spaces only"}},
		{"not YAML on the first line", "{", []string{"estray.yaml:1: not YAML: did not find expected node content"}},
		{"not YAML further down", "state: sqlite:x\nlog: [a\nreport: {}\n",
			[]string{"estray.yaml:2: not YAML: did not find expected ',' or ']'"}},
		{"not YAML in a nest", "state: sqlite:x\nlog:\n  level: info\n format: text\n",
			[]string{"estray.yaml:4: not YAML: did not find expected key"}},
		{"not YAML at the end", "state: sqlite:x\nrules: [", []string{"estray.yaml:2: not YAML: did not find expected node content"}},
		{"colon too many", "# a\nstate: a: b\n", []string{"estray.yaml:2: not YAML: mapping values are not allowed in this context"}},
		{"unknown anchor", "log: {}\nstate: *x\n", []string{"estray.yaml:2: not YAML: unknown anchor 'x' referenced"}},
		{"second document", "state: sqlite:x\n---\nstate: sqlite:y\n", []string{"estray.yaml:2:1: a second document begins; keep one"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, mistakes(t, configs.Inputs{Dir: folder(t, tt.file)})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMistakesOfMeaning(t *testing.T) {
	tests := []struct {
		name, file string
		want       []string
	}{
		{"severity", "report: {fail_on: hihg}\n",
			[]string{`estray.yaml:1:19: report.fail_on: unknown severity "hihg"; the nearest known one is "high"`}},
		{"severity of a rule", "rules:\n  severity:\n    AWS-01: lo\n    AWS: low\n",
			[]string{`estray.yaml:3:13: rules.severity: unknown severity "lo"; the nearest known one is "low"`,
				`estray.yaml:4:5: rules.severity: "AWS" is no rule id; write it as in AWS-01`}},
		{"log", "log: {level: warning, format: yaml}\n",
			[]string{`estray.yaml:1:14: log.level: unknown level "warning"; the nearest known one is "warn"`,
				`estray.yaml:1:31: log.format: unknown format "yaml"; the nearest known one is "text"`}},
		{"organization", "rules: {organization: example}\n",
			[]string{`estray.yaml:1:23: rules.organization: "example" is no organization id; write it as in o-a1b2c3d4e5`}},
		{"account too short", "rules: {accounts: [\"12345\"]}\n",
			[]string{`estray.yaml:1:20: rules.accounts: "12345" is no account id; write its 12 digits, in quotes`}},
		{"account with letters", "rules: {accounts: [11112222333x]}\n",
			[]string{`estray.yaml:1:20: rules.accounts: "11112222333x" is no account id; write its 12 digits, in quotes`}},
		{"organization with capitals", "rules: {organization: o-A1B2C3D4E5}\n",
			[]string{`estray.yaml:1:23: rules.organization: "o-A1B2C3D4E5" is no organization id; write it as in o-a1b2c3d4e5`}},
		{"account unquoted", "rules: {partners: [012345678901]}\n",
			[]string{`estray.yaml:1:20: rules.partners must be text, not a number; quote it, since an unquoted number loses its leading zeros`}},
		{"layer", "rules: {vendor_layers: [\"12:x\", \"017000801446:\"]}\n",
			[]string{`estray.yaml:1:25: rules.vendor_layers: "12:x" is no layer; write ACCOUNT:NAME, the account as 12 digits`,
				`estray.yaml:1:33: rules.vendor_layers: "017000801446:" is no layer; write ACCOUNT:NAME, the account as 12 digits`}},
		{"duration", "rules: {short_lived: 1day}\n",
			[]string{`estray.yaml:1:22: rules.short_lived: "1day" must be a duration with its unit, such as 60m or 2h, from above 0 to 720h`}},
		{"duration of nothing", "rules: {short_lived: 0s}\n",
			[]string{`estray.yaml:1:22: rules.short_lived: "0s" must be a duration with its unit, such as 60m or 2h, from above 0 to 720h`}},
		{"retention", "rules: {log_retention_days: 0}\n",
			[]string{`estray.yaml:1:29: rules.log_retention_days: "0" must be a whole number from 1 to 3653`}},
		{"output", "report: {outputs: [\"=x\", \"json=\"]}\n",
			[]string{`estray.yaml:1:20: report.outputs: "=x" is no output; write FORMAT or FORMAT=FILE, with - for standard output`,
				`estray.yaml:1:26: report.outputs: "json=" is no output; write FORMAT or FORMAT=FILE, with - for standard output`}},
		{"registry address", "registry: {files: [\"https://example.com/r.yaml\", \"[a\", \"\"]}\n",
			[]string{`estray.yaml:1:20: registry.files: "https://example.com/r.yaml" is an address; write a file or a pattern`,
				`estray.yaml:1:50: registry.files: "[a" is no pattern; a [ needs its ]`,
				`estray.yaml:1:56: registry.files: an entry is empty; write a file or a pattern`}},
		{"undefined variable", "state: sqlite:x\nregistry:\n  files: [\"${NO_SUCH}/*.yaml\"]\n",
			[]string{`estray.yaml:3:11: registry.files: variable NO_SUCH is not set; set it, or write the value`}},
		{"open variable", "state: sqlite:${HOME\n",
			[]string{`estray.yaml:1:8: state: ${ has no closing }; write $${ for the characters themselves`}},
		{"odd variable", "state: sqlite:${HOME:-x}\n",
			[]string{`estray.yaml:1:8: state: ${...} must hold the name of a variable, in letters, digits and _; write $${ for the characters themselves`}},
		{"state of another kind", "state: mysql://u:s3cret@db/e\n",
			[]string{`estray.yaml:1:8: state: must be sqlite:FILE or postgres://HOST/DATABASE`}},
		{"state without file", "state: \"sqlite:\"\n", []string{`estray.yaml:1:8: state: names no file; write sqlite:FILE`}},
		{"state as URL", "state: sqlite://x\n", []string{`estray.yaml:1:8: state: names no file; write sqlite:FILE`}},
		{"state in memory", "state: \"sqlite::memory:\"\n",
			[]string{`estray.yaml:1:8: state: sqlite::memory: forgets everything at the end; write sqlite:FILE`}},
		{"state that is no URL", "state: postgres://db:port/e\n",
			[]string{`estray.yaml:1:8: state: is no URL; write special characters in user and password as %XX`}},
		{"state without slashes", "state: postgres:db\n", []string{`estray.yaml:1:8: state: must be sqlite:FILE or postgres://HOST/DATABASE`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, mistakes(t, configs.Inputs{Dir: folder(t, tt.file)})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSecretInClearIsRefusedAndNotRepeated(t *testing.T) {
	const want = "state: holds a password in clear; write ${VAR} in its place, or write postgres://USER@HOST/DATABASE and set PGPASSWORD"
	for _, state := range []string{
		"postgres://u:s3cret@db/e", "postgresql://u:s3cret${PW}@db/e", "postgres://db/e?password=s3cret",
		"postgres://u:${PW}@db/e?sslpassword=s3cret", "${SCHEME}://u:s3cret@db/e", "postgres://u:s3cret?@db/e",
	} {
		t.Run(state, func(t *testing.T) {
			in := configs.Inputs{Dir: folder(t, "state: "+state+"\n"), Environ: []string{"PW=x", "SCHEME=postgres"}}
			if diff := cmp.Diff([]string{"estray.yaml:1:8: " + want}, mistakes(t, in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsNotReadYetIsRefused(t *testing.T) {
	provider := func(at, name string) []string {
		return []string{"estray.yaml:" + at + `: provider "` + name + `" is not read by this version; remove the block`}
	}
	tests := []struct {
		name, file string
		want       []string
	}{
		{"google", "providers: {google: }\n", provider("1:13", "google")},
		{"lakes", "providers:\n  archives: []\n  lakes: []\n", provider("3:3", "lakes")},
		{"backstage", "registry: {backstage: [catalog.yaml]}\n",
			[]string{`estray.yaml:1:12: registry loader "backstage" is not read by this version; remove the key or leave its list empty`}},
		{"terraform", "registry: {terraform: [state.json]}\n",
			[]string{`estray.yaml:1:12: registry loader "terraform" is not read by this version; remove the key or leave its list empty`}},
		{"csv", "registry: {csv: owners.csv}\n",
			[]string{`estray.yaml:1:12: registry loader "csv" is not read by this version; remove the key or leave its list empty`}},
		{"sigma", "rules: {sigma: [rules/*.yml]}\n",
			[]string{"estray.yaml:1:9: Sigma rules are not read by this version; remove the key or leave its list empty"}},
		{"archive kind", "providers: {archives: [{kind: google-reports, url: x}]}\n",
			[]string{`estray.yaml:1:31: providers.archives: kind "google-reports" is not read by this version, which reads cloudtrail, cloudflare-audit-v2, cloudflare-audit-v1, snapshot; remove the entry`}},
		{"unknown archive kind", "providers: {archives: [{kind: cloudtrial, url: x}]}\n",
			[]string{`estray.yaml:1:31: providers.archives: unknown kind "cloudtrial"; the nearest known one is "cloudtrail"`}},
		{"buckets of others", "providers: {archives: [{kind: cloudtrail, url: \"az://t/AWSLogs/\"}]}\n",
			[]string{"estray.yaml:1:48: providers.archives: url must be a path, file:///PATH, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX"}},
		{"presigned link", "providers: {archives: [{kind: snapshot, url: \"https://b/x?X-Amz-Signature=s3cret\"}]}\n",
			[]string{"estray.yaml:1:46: providers.archives: url must be a path, file:///PATH, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX"}},
		{"file on a host", "providers: {archives: [{kind: snapshot, url: \"file://host/x\"}, {kind: snapshot, url: \"file:x\"}, {kind: snapshot, url: \"\"}]}\n",
			[]string{"estray.yaml:1:46: providers.archives: url must be a path, file:///PATH, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX, special characters of a file's path as %XX",
				"estray.yaml:1:86: providers.archives: url must be a path, file:///PATH, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX",
				"estray.yaml:1:119: providers.archives: url is empty; write a path, file:///PATH, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX"}},
		{"archive twice", "providers: {archives: [{kind: snapshot, url: a}, {kind: snapshot, url: ./a}]}\n",
			[]string{`estray.yaml:1:72: providers.archives: "./a" is given twice as snapshot; remove one`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, mistakes(t, configs.Inputs{Dir: folder(t, tt.file)})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAllowListsTakeNothingThatACallerChooses(t *testing.T) {
	chosen := func(what string) string {
		return " cannot be allowed: a caller chooses its own " + what + "; name a principal, such as a role's ARN"
	}
	const form = " names no principal; write an ARN, ACCOUNT:root, service:NAME, oidc:PROVIDER#SUBJECT, a unique id (AROA..., AIDA...), cloudflare:token:ID or cloudflare:user:ID"
	const address = " is an e-mail address, which can change hands and which records may leave out; name the person's id, as in cloudflare:user:ID"
	tests := []struct{ entry, want string }{
		{"user-agent:terraform", chosen("user-agent")},
		{"User_Agent:terraform", chosen("user_agent")},
		{"session:deploy", chosen("session")},
		{"session-name:deploy", chosen("session-name")},
		{"tag:team=ci", chosen("tag")},
		{"email:ana@example.com", chosen("email")},
		{"arn:aws:sts::111122223333:assumed-role/ci/deploy", " names a session, and a caller chooses its own session name; name the role, as in arn:aws:iam::111122223333:role/NAME"},
		{"ana@example.com", address},
		{"cloudflare:user:ana@example.com", address},
		{"cloudflare:user:ana", form},
		{"cloudflare:token:", form},
		{"cloudflare:token:0123456789ABCDEF0123456789ABCDEF", form},
		{"cloudflare:name:0123456789abcdef0123456789abcdef", form},
		{"*", form},
		{"arn:", form},
		{"1:root", form},
		{"", form},
	}
	for _, key := range []string{"deployers", "iam_administrators"} {
		for _, tt := range tests {
			t.Run(key+" "+tt.entry, func(t *testing.T) {
				in := configs.Inputs{Dir: folder(t, "rules:\n  "+key+":\n    - '"+tt.entry+"'\n")}
				want := []string{`estray.yaml:3:7: rules.` + key + `: "` + tt.entry + `"` + tt.want}
				if diff := cmp.Diff(want, mistakes(t, in)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestMistakesOfVariablesAndFlags(t *testing.T) {
	in := configs.Inputs{
		Dir: folder(t, "report: {fail_on: none}\n"),
		Environ: []string{"ESTRAY_STAET=x", "ESTRAY_RULES_SEVERITY=AWS-01,AWS-02=low,AWS-02=high", "ESTRAY_RULES_FOUR_EYES=yes",
			"ESTRAY_PROVIDERS_ARCHIVES=s3=x", "ESTRAY_STATE=postgres://u:s3%cret@db/e", "ESTRAY_RULES_LOG_RETENTION_DAYS=", "OTHER=x"},
		Flags: map[string]any{"report.fail_on": "hi", "rules.four_eyes": true, "log.level": 3.5,
			"state": []string{"sqlite:a", "sqlite:b"}, "report.allow_incomplete": true},
	}
	want := []string{
		`estray.yaml:1:19: report.fail_on: unknown severity "none"; the nearest known one is "low"`,
		`ESTRAY_PROVIDERS_ARCHIVES: providers.archives: unknown kind "s3"; the nearest known one is "snapshot"`,
		`ESTRAY_RULES_FOUR_EYES: rules.four_eyes: "yes" must be true or false`,
		`ESTRAY_RULES_LOG_RETENTION_DAYS: rules.log_retention_days: "" must be a whole number from 1 to 3653`,
		`ESTRAY_RULES_SEVERITY: rules.severity must be NAME=VALUE, more of them parted by commas`,
		`ESTRAY_RULES_SEVERITY: rules.severity: AWS-02 is given twice`,
		`ESTRAY_STAET: unknown variable; the nearest known one is ESTRAY_STATE`,
		`ESTRAY_STATE: state: is no URL; write special characters in user and password as %XX`,
		`flag: no flag sets "rules.four_eyes"`,
		`flag --fail-on: report.fail_on: unknown severity "hi"; the nearest known one is "high"`,
		`flag --log-level: log.level must be text`,
		`flag --state: state must be text, given once`,
	}
	if diff := cmp.Diff(want, mistakes(t, in)); diff != "" {
		t.Error(diff)
	}
}

func TestRulesAndFormatsAreHeldAgainstThoseThatExist(t *testing.T) {
	in := configs.Inputs{
		Dir:   folder(t, "rules: {disable: [AWS-10, AWS-1], severity: {REC-99: low}}\nreport: {outputs: [jsn=x, text]}\n"),
		Rules: []string{"AWS-01", "AWS-10", "REC-09"}, Formats: []string{"json", "text"},
	}
	want := []string{
		`estray.yaml:1:27: rules.disable: unknown rule "AWS-1"; the nearest known one is "AWS-01"`,
		`estray.yaml:1:46: rules.severity: unknown rule "REC-99"; the nearest known one is "REC-09"`,
		`estray.yaml:2:20: report.outputs: unknown format "jsn"; the nearest known one is "json"`,
	}
	if diff := cmp.Diff(want, mistakes(t, in)); diff != "" {
		t.Error(diff)
	}
}

func TestAllMistakesAreToldTogetherByLine(t *testing.T) {
	file := "stat: x\nlog:\n  level: loud\n  level: info\nproviders:\n  lakes: {}\nrules:\n  accounts: [1]\n  four_eyes: maybe\n"
	want := []string{
		`estray.yaml:1:1: unknown key "stat"; the nearest known key is "state"`,
		`estray.yaml:3:10: log.level: unknown level "loud"; the nearest known one is "debug"`,
		`estray.yaml:4:3: key "log.level" is given twice, first on line 3`,
		`estray.yaml:6:3: provider "lakes" is not read by this version; remove the block`,
		`estray.yaml:8:14: rules.accounts must be text, not a number; quote it, since an unquoted number loses its leading zeros`,
		`estray.yaml:9:14: rules.four_eyes must be true or false, not text`,
	}
	if diff := cmp.Diff(want, mistakes(t, configs.Inputs{Dir: folder(t, file)})); diff != "" {
		t.Error(diff)
	}
}

func TestAliasesUnfoldWithinLimits(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'i'; c++ {
		p := string(c - 1)
		bomb += string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+p+",", 9), ",") + "]\n"
	}
	tests := []struct{ name, file, want string }{
		{"bomb", bomb, "estray.yaml:5:8: the file holds more than 10000 values, with its aliases filled in; write out what is needed"},
		{"alias of itself", "rules: &r\n  disable: [*r]\n", "estray.yaml:2:13: the file holds more than 10000 values, with its aliases filled in; write out what is needed"},
		{"long list", "rules: {disable: [" + strings.Repeat("A-1,", 10_001) + "]}\n",
			"estray.yaml:1:39999: the file holds more than 10000 values, with its aliases filled in; write out what is needed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff([]string{tt.want}, mistakes(t, configs.Inputs{Dir: folder(t, tt.file)})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEmptyFilesAreConfigurationsWithoutKeys(t *testing.T) {
	for _, file := range []string{" ", "# nothing\n", "---\n", "--- {}\n", "{}\n", "rules:\nregistry:\n  files:\n"} {
		if got := mistakes(t, configs.Inputs{Dir: folder(t, file)}); got != nil {
			t.Errorf("%q: %q", file, got)
		}
	}
}

func TestMistakeWithoutColumnNamesItsLine(t *testing.T) {
	tests := map[string]configs.Mistake{
		"a.yaml:3:4: x": {File: "a.yaml", Line: 3, Column: 4, Message: "x"},
		"a.yaml:3: x":   {File: "a.yaml", Line: 3, Message: "x"},
		"A_B: x":        {File: "A_B", Message: "x"},
	}
	for want, m := range tests {
		if got := m.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestFlagsAreCheckedWithoutAFile(t *testing.T) {
	if err := configs.CheckFlags(configs.Inputs{File: "missing.yaml", Flags: map[string]any{"log.level": "debug"}}); err != nil {
		t.Errorf("a right value: %v", err)
	}
	err := configs.CheckFlags(configs.Inputs{Flags: map[string]any{"log.level": "loud", "log.format": "xml"}})
	var ms configs.Mistakes
	if !errors.As(err, &ms) || len(ms) != 2 || ms[0].File != "flag --log-format" || ms[1].File != "flag --log-level" {
		t.Errorf("two wrong values: %v", err)
	}
}
