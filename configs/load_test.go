package configs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/estray/estray/configs"
	"github.com/estray/estray/inventory"
)

// folder makes a working folder that holds the file, unless it is "".
func folder(t *testing.T, file string) string {
	t.Helper()
	dir := t.TempDir()
	if file != "" {
		write(t, filepath.Join(dir, "estray.yaml"), file)
	}
	return dir
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, in configs.Inputs) *configs.Config {
	t.Helper()
	c, err := configs.Load(in)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return c
}

func source(t *testing.T, c *configs.Config, key string) configs.Value {
	t.Helper()
	for _, v := range c.Values() {
		if v.Key == key {
			return v
		}
	}
	t.Fatalf("no value for %s", key)
	return configs.Value{}
}

func TestLoadWithoutFileGivesDefaultsAndSaysWhereItLooked(t *testing.T) {
	dir, user := t.TempDir(), t.TempDir()
	got := load(t, configs.Inputs{Dir: dir, UserDir: user})
	want := &configs.Config{
		Looked: []string{filepath.Join(dir, "estray.yaml"), filepath.Join(user, "estray", "estray.yaml")},
		State:  "sqlite:" + filepath.Join(dir, "estray.db"),
		Rules:  configs.Rules{ShortLived: time.Hour, LogRetentionDays: 30},
		Report: configs.Report{Outputs: []string{"text=-"}, FailOn: "high"},
		Log:    configs.Log{Level: "info", Format: "text"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(configs.Config{})); diff != "" {
		t.Error(diff)
	}
}

const full = `state: sqlite:kept/facts.db
registry:
  files: ["registry/*.yaml", /etc/estray/registry.yaml]
  backstage: []
  terraform:
  csv: []
  tags: {owner: team, trust_approval: true}
providers:
  aws:
    accounts: ["011122223333", '111122223333']
    role: audit/EstrayAudit
    external_id: ${EXTERNAL}
    regions: [eu-west-1, us-gov-west-1]
    rate: 2.5
    events: {lookup: false}
    get_function: true
    parallel: 256
  cloudflare:
    accounts: ["0123456789abcdef0123456789abcdef", fedcba98765432100123456789abcdef]
    token: ${CF_TOKEN}
    zones: [example.com, "0123456789abcdef0123456789abcde0"]
    rate: 4
    endpoint: https://api.example.com/client/v4/
    events: {audit: false}
    dispatch_scripts: true
  archives:
    - {kind: cloudtrail, url: "file:///var/exports/a%20b"}
    - {kind: cloudtrail, url: "s3://org-trail/AWSLogs/o-a1b2c3d4e5/"}
    - {kind: snapshot, url: "s3://org.trail.1/${FAIL}.jsonl"}
    - {kind: snapshot, url: exports/assets.jsonl}
    - {kind: cloudtrail, url: "${TRAIL}/logs"}
    - {kind: cloudflare-audit-v2, url: "s3://org-audit/cloudflare"}
    - {kind: cloudflare-audit-v1, url: exports/v1, account: "0123456789abcdef0123456789abcdef"}
rules:
  disable: [AWS-01, REC-09]
  severity: {REC-01: critical, aws-02: info}
  sigma: []
  organization: o-a1b2c3d4e5
  accounts: &ours ["011122223333", '111122223333']
  partners: *ours
  deployers: ["arn:aws:iam::111122223333:role/ci", "111122223333:root", "service:cloudformation.amazonaws.com", "cloudflare:token:0123456789abcdef0123456789abcdef"]
  iam_administrators: ["oidc:token.actions.githubusercontent.com#repo:example/iam", AROAEXAMPLEEXAMPLE00]
  vendor_layers: ["017000801446:AWSLambdaPowertoolsPythonV3"]
  mail_domains: [example.com, Mail.Example.NET]
  short_lived: 90m
  log_retention_days: 400
  four_eyes: true
report:
  outputs: [text, json=out/report.json, "html=/srv/report.html"]
  fail_on: ${FAIL}
  allow_incomplete: ${PARTIAL}
log: {level: debug, format: json}
`

func TestLoadReadsEveryKeyOfTheFile(t *testing.T) {
	dir := folder(t, full)
	got := load(t, configs.Inputs{Dir: dir, Environ: []string{"TRAIL=/srv/trail", "FAIL=low", "PARTIAL=true", "EXTERNAL=estray:4711", "CF_TOKEN=cf-Token_1"}})
	want := &configs.Config{
		Path:   filepath.Join(dir, "estray.yaml"),
		Looked: []string{filepath.Join(dir, "estray.yaml")},
		State:  "sqlite:" + filepath.Join(dir, "kept/facts.db"),
		Registry: configs.Registry{
			Files: []string{filepath.Join(dir, "registry/*.yaml"), "/etc/estray/registry.yaml"},
			Tags:  configs.Tags{Owner: "team", TrustApproval: true},
		},
		Providers: configs.Providers{AWS: &configs.AWS{
			Accounts: []string{"011122223333", "111122223333"}, Role: "audit/EstrayAudit", ExternalID: "estray:4711",
			Regions: []string{"eu-west-1", "us-gov-west-1"}, Rate: 2.5, GetFunction: true, Parallel: 256,
		}, Cloudflare: &configs.Cloudflare{
			Accounts: []string{"0123456789abcdef0123456789abcdef", "fedcba98765432100123456789abcdef"}, Token: "cf-Token_1",
			Zones: []string{"example.com", "0123456789abcdef0123456789abcde0"}, Rate: 4, Endpoint: "https://api.example.com/client/v4/", DispatchScripts: true,
		}, Archives: []configs.Archive{
			{Kind: "cloudtrail", URL: "/var/exports/a b", Name: "file:///var/exports/a%20b", Usage: inventory.CountRoles},
			{Kind: "cloudtrail", URL: "s3://org-trail/AWSLogs/o-a1b2c3d4e5/", Name: "s3://org-trail/AWSLogs/o-a1b2c3d4e5/", Usage: inventory.CountRoles},
			{Kind: "snapshot", URL: "s3://org.trail.1/low.jsonl", Name: "s3://org.trail.1/${FAIL}.jsonl"},
			{Kind: "snapshot", URL: filepath.Join(dir, "exports/assets.jsonl"), Name: "exports/assets.jsonl"},
			{Kind: "cloudtrail", URL: "/srv/trail/logs", Name: "${TRAIL}/logs", Usage: inventory.CountRoles},
			{Kind: "cloudflare-audit-v2", URL: "s3://org-audit/cloudflare", Name: "s3://org-audit/cloudflare"},
			{Kind: "cloudflare-audit-v1", URL: filepath.Join(dir, "exports/v1"), Name: "exports/v1", Account: "0123456789abcdef0123456789abcdef"},
		}},
		Rules: configs.Rules{
			Disable:           []string{"AWS-01", "REC-09"},
			Severity:          map[string]string{"REC-01": "critical", "aws-02": "info"},
			Organization:      "o-a1b2c3d4e5",
			Accounts:          []string{"011122223333", "111122223333"},
			Partners:          []string{"011122223333", "111122223333"},
			Deployers:         []string{"arn:aws:iam::111122223333:role/ci", "111122223333:root", "service:cloudformation.amazonaws.com", "cloudflare:token:0123456789abcdef0123456789abcdef"},
			IAMAdministrators: []string{"oidc:token.actions.githubusercontent.com#repo:example/iam", "AROAEXAMPLEEXAMPLE00"},
			VendorLayers:      []string{"017000801446:AWSLambdaPowertoolsPythonV3"},
			MailDomains:       []string{"example.com", "mail.example.net"},
			ShortLived:        90 * time.Minute, LogRetentionDays: 400, FourEyes: true,
		},
		Report: configs.Report{
			Outputs: []string{"text", "json=" + filepath.Join(dir, "out/report.json"), "html=/srv/report.html"},
			FailOn:  "low", AllowIncomplete: true,
		},
		Log: configs.Log{Level: "debug", Format: "json"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(configs.Config{})); diff != "" {
		t.Error(diff)
	}
}

func TestFlagWinsOverVariableOverFileOverDefault(t *testing.T) {
	dir := folder(t, "log: {level: warn}\nreport:\n  outputs: [text]\n  fail_on: low\n")
	in := configs.Inputs{Dir: dir}
	steps := []struct {
		name   string
		add    func()
		want   configs.Value
		output string
	}{
		{"file", func() {}, configs.Value{Key: "report.fail_on", Value: "low", Source: "estray.yaml:4"}, "text"},
		{"variable", func() {
			in.Environ = []string{"ESTRAY_REPORT_FAIL_ON=medium", "ESTRAY_REPORT_OUTPUTS=csv=a, json=-", "HOME=/root"}
		}, configs.Value{Key: "report.fail_on", Value: "medium", Source: "ESTRAY_REPORT_FAIL_ON"}, "csv=" + filepath.Join(dir, "a") + ",json=-"},
		{"flag", func() {
			in.Flags = map[string]any{"report.fail_on": "critical", "report.outputs": []string{"html=b.html"}}
		}, configs.Value{Key: "report.fail_on", Value: "critical", Source: "flag --fail-on"}, "html=" + filepath.Join(dir, "b.html")},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			s.add()
			c := load(t, in)
			if diff := cmp.Diff(s.want, source(t, c, "report.fail_on")); diff != "" {
				t.Error(diff)
			}
			if c.Report.FailOn != s.want.Value {
				t.Errorf("FailOn is %q, and config show says %q", c.Report.FailOn, s.want.Value)
			}
			if got := source(t, c, "report.outputs").Value; got != s.output {
				t.Errorf("outputs are %q, want %q", got, s.output)
			}
			if got := source(t, c, "log.format").Source; got != "default" {
				t.Errorf("log.format comes from %q, want default", got)
			}
		})
	}
}

func TestEveryKeyHasAVariable(t *testing.T) {
	values := map[string]string{
		"state": "postgres://estray@db/estray", "registry.files": "/r/a.yaml,/r/b.yaml", "registry.tags.owner": "team",
		"registry.tags.trust_approval": "true", "providers.archives": "cloudtrail=/logs,snapshot=/a=b.jsonl",
		"providers.aws.accounts": "111122223333,012345678901", "providers.aws.role": "EstrayAudit", "providers.aws.external_id": "a,b",
		"providers.aws.regions": "eu-west-1,us-east-1", "providers.aws.rate": "0.5", "providers.aws.events.lookup": "false",
		"providers.aws.get_function": "true", "providers.aws.parallel": "3",
		"providers.cloudflare.accounts": "0123456789abcdef0123456789abcdef", "providers.cloudflare.token": "x", "providers.cloudflare.zones": "a.example,b.example",
		"providers.cloudflare.rate": "0.5", "providers.cloudflare.endpoint": "https://api.example.com", "providers.cloudflare.events.audit": "false",
		"providers.cloudflare.dispatch_scripts": "true", "rules.mail_domains": "example.com",
		"rules.disable": "AWS-01,AWS-02", "rules.severity": "AWS-01=low,REC-01=info", "rules.organization": "o-a1b2c3d4e5",
		"rules.accounts": "012345678901", "rules.partners": "012345678902,012345678903", "rules.deployers": "service:a",
		"rules.iam_administrators": "service:b", "rules.vendor_layers": "012345678901:layer", "rules.short_lived": "1h30m",
		"rules.log_retention_days": "7", "rules.four_eyes": "true", "report.outputs": "json=-", "report.fail_on": "info",
		"report.allow_incomplete": "true", "log.level": "error", "log.format": "json",
	}
	var environ []string
	for _, k := range configs.Keys() {
		environ = append(environ, configs.Variable(k)+"="+values[k])
	}
	c := load(t, configs.Inputs{Dir: t.TempDir(), Environ: environ})
	for _, v := range c.Values() {
		want := configs.Value{Key: v.Key, Value: values[v.Key], Source: configs.Variable(v.Key)}
		if v.Key == "providers.aws.external_id" || v.Key == "providers.cloudflare.token" {
			want.Value = "***"
		}
		if diff := cmp.Diff(want, v); diff != "" {
			t.Error(diff)
		}
	}
}

func TestEmptyListVariableEmptiesTheList(t *testing.T) {
	dir := folder(t, "rules: {disable: [AWS-01], severity: {AWS-01: low}}\nproviders: {archives: [{kind: snapshot, url: a}]}\n")
	c := load(t, configs.Inputs{Dir: dir, Environ: []string{"ESTRAY_RULES_DISABLE=", "ESTRAY_RULES_SEVERITY=", "ESTRAY_PROVIDERS_ARCHIVES= "}})
	if len(c.Rules.Disable)+len(c.Rules.Severity)+len(c.Providers.Archives) != 0 {
		t.Errorf("something is left: %+v %+v", c.Rules, c.Providers)
	}
}

func TestVariablesOfTestsAndThoseTheFileRefersToAreNoMistake(t *testing.T) {
	dir := folder(t, "registry: {tags: {owner: \"${ESTRAY_OWNER}-$${x}-$HOME\"}}\n")
	c := load(t, configs.Inputs{Dir: dir, Environ: []string{"ESTRAY_OWNER=old", "ESTRAY_OWNER=${HOME}", "ESTRAY_TEST_SHORT=1"}})
	if got, want := c.Registry.Tags.Owner, "${HOME}-${x}-$HOME"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFileIsLookedForInTheFolderThenInTheUsers(t *testing.T) {
	dir, user := t.TempDir(), t.TempDir()
	own := filepath.Join(user, "estray", "estray.yaml")
	write(t, own, "state: sqlite:own.db\n")
	in := configs.Inputs{Dir: dir, UserDir: user}
	c := load(t, in)
	if c.Path != own || c.State != "sqlite:"+filepath.Join(user, "estray", "own.db") {
		t.Errorf("path %q, state %q", c.Path, c.State)
	}
	if got := source(t, c, "state").Source; got != own+":1" {
		t.Errorf("source is %q", got)
	}
	write(t, filepath.Join(dir, "estray.yaml"), "")
	c = load(t, in)
	if c.Path != filepath.Join(dir, "estray.yaml") || len(c.Looked) != 1 {
		t.Errorf("path %q, looked %q", c.Path, c.Looked)
	}
}

func TestNamedFileOfAnotherFolderTakesItsPathsThere(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "conf [1]", "my.yaml"), "registry: {files: [r/*.yaml]}\n")
	c := load(t, configs.Inputs{Dir: dir, File: "conf [1]/my.yaml", Flags: map[string]any{"state": "sqlite:here.db"}})
	if got, want := c.State, "sqlite:"+filepath.Join(dir, "here.db"); got != want {
		t.Errorf("state is %q, want %q", got, want)
	}
	write(t, filepath.Join(dir, "conf [1]", "r", "a.yaml"), "")
	hits, err := filepath.Glob(c.Registry.Files[0])
	if err != nil || len(hits) != 1 {
		t.Errorf("pattern %q finds %q (%v)", c.Registry.Files[0], hits, err)
	}
	if got := source(t, c, "registry.files").Source; got != "conf [1]/my.yaml:1" {
		t.Errorf("source is %q", got)
	}
}

func TestWithoutDirPathsStayAsWritten(t *testing.T) {
	t.Chdir(folder(t, "registry: {files: [r/*.yaml]}\nproviders: {archives: [{kind: snapshot, url: ./a.jsonl}]}\n"))
	c := load(t, configs.Inputs{})
	if c.State != "sqlite:estray.db" || c.Registry.Files[0] != "r/*.yaml" || c.Providers.Archives[0].URL != "./a.jsonl" {
		t.Errorf("paths changed: %q %q %q", c.State, c.Registry.Files, c.Providers.Archives)
	}
}

func TestFileThatCannotBeReadIsAMistake(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "large.yaml"), strings.Repeat("#\n", 1<<19)+"#")
	tests := []struct{ name, file, want string }{
		{"missing", "none.yaml", `none.yaml: read configuration: no such file or directory; name a file that exists, or write one with "estray config init"`},
		{"folder", ".", ".: read configuration: is a directory"},
		{"too large", "large.yaml", "large.yaml: read configuration: larger than 1048576 bytes; name the configuration and not a file of data"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff([]string{tt.want}, mistakes(t, configs.Inputs{Dir: dir, File: tt.file})); diff != "" {
				t.Error(diff)
			}
		})
	}
	if err := os.Mkdir(filepath.Join(dir, "estray.yaml"), 0o750); err != nil {
		t.Fatal(err)
	}
	want := []string{"estray.yaml: read configuration: is a directory"}
	if diff := cmp.Diff(want, mistakes(t, configs.Inputs{Dir: dir})); diff != "" {
		t.Error("an unreadable default file is passed over", diff)
	}
}

func TestPasswordsAreMasked(t *testing.T) {
	tests := []struct{ name, state, want string }{
		{"after the user", "postgres://estray:s3cret@db:5432/estray", "postgres://estray:***@db:5432/estray"},
		{"with an @ in it", "postgres://estray:s3@cret@db/estray", "postgres://estray:***@db/estray"},
		{"as parameters", "postgresql://db/e?user=u&password=s3cret&sslpassword=x%26y&sslmode=disable", "postgresql://db/e?user=u&password=***&sslpassword=***&sslmode=disable"},
		{"encoded name", "postgres://db/e?p%61ssword=s3cret", "postgres://db/e?p%61ssword=***"},
		{"both", "postgres://u:one@db/e?password=two", "postgres://u:***@db/e?password=***"},
		{"none", "postgres://estray@db:5432/estray?sslmode=disable", "postgres://estray@db:5432/estray?sslmode=disable"},
		{"empty", "postgres://estray:@db/estray", "postgres://estray:@db/estray"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := load(t, configs.Inputs{Dir: t.TempDir(), Environ: []string{"ESTRAY_STATE=" + tt.state}})
			if c.State != tt.state {
				t.Errorf("state is %q", c.State)
			}
			if got := source(t, c, "state").Value; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPasswordFromAVariableIsTakenAndMasked(t *testing.T) {
	for _, file := range []string{"state: postgres://u:${PW}@db/e\n", "state: ${URL}\n", "state: postgres://u@db/e?password=${PW}\n"} {
		dir := folder(t, file)
		c := load(t, configs.Inputs{Dir: dir, Environ: []string{"PW=s3cret", "URL=postgres://u:s3cret@db/e"}})
		v := source(t, c, "state")
		if !strings.Contains(c.State, "s3cret") || strings.Contains(v.Value, "s3cret") || !strings.Contains(v.Value, "***") {
			t.Errorf("%s: state %q shown as %q", file, c.State, v.Value)
		}
	}
}
