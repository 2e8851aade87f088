package configs_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/configs"
	"github.com/estray/estray/inventory"
)

func TestBucketsAreChecked(t *testing.T) {
	for _, url := range []string{"s3://org-trail", "s3://org-trail/", "s3://a.b.c/AWSLogs", "s3://123/x", "s3://org-trail/a%20b/ü",
		"gs://org_trail", "gs://org-trail/", "gs://a.b.c/AWSLogs", "gs://org-trail/a%20b/ü", "gs://" + strings.Repeat("x", 63) + "." + strings.Repeat("y", 63) + "/x"} {
		c := load(t, configs.Inputs{Dir: folder(t, "providers: {archives: [{kind: cloudtrail, url: \""+url+"\"}]}\n")})
		want := []configs.Archive{{Kind: "cloudtrail", URL: url, Name: url, Usage: inventory.CountRoles}}
		if diff := cmp.Diff(want, c.Providers.Archives); diff != "" {
			t.Errorf("%s: %s", url, diff)
		}
	}
	const name = "url names no bucket; write s3://BUCKET/PREFIX, the bucket in small letters, digits, dots and hyphens"
	const inGS = "url names no bucket; write gs://BUCKET/PREFIX, the bucket in small letters, digits, dots, hyphens and underscores"
	tests := []struct{ url, want string }{
		{"s3://", name}, {"s3:///AWSLogs", name}, {"s3://ab", name}, {"s3://Org-Trail/x", name}, {"s3://org_trail/x", name}, {"s3://-trail/x", name},
		{"s3://trail-/x", name}, {"s3://a..b/x", name}, {"s3://192.0.2.1/x", name}, {"s3://" + strings.Repeat("x", 64) + "/x", name},
		{"s3://org-trail:443/x", name},
		{"gs://", inGS}, {"gs:///x", inGS}, {"gs://ab", inGS}, {"gs://Org-Trail/x", inGS}, {"gs://_trail/x", inGS}, {"gs://192.0.2.1/x", inGS}, {"gs://a..b/x", inGS},
		{"gs://" + strings.Repeat("x", 64) + "/x", inGS}, {"gs://" + strings.Repeat("xx.", 75) + "x/x", inGS},
		{"gs:org-trail/x", "url must be a path, file:///PATH, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX"},
		{"gs://CANARY@org-trail/x", "url holds a user; write gs://BUCKET/PREFIX alone, the credentials come from the environment"},
		{"gs://org-trail/x?X-Goog-Signature=CANARY", "url holds a query; write gs://BUCKET/PREFIX alone, the credentials come from the environment"},
		{"gs://org-trail//x", "url holds // in its prefix; write the prefix as the keys of the objects have it"},
		{"s3:org-trail/x", "url must be a path, file:///PATH, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX"},
		{"S3://org-trail/x", "url must be a path, file:///PATH, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX"},
		{"s3://AKIACANARY:CANARY@org-trail/x", "url holds a user; write s3://BUCKET/PREFIX alone, the credentials come from the environment"},
		{"s3://org-trail/x?X-Amz-Signature=CANARY", "url holds a query; write s3://BUCKET/PREFIX alone, the credentials come from the environment"},
		{"s3://org-trail/x#CANARY", "url holds a query; write s3://BUCKET/PREFIX alone, the credentials come from the environment"},
		{"s3://org-trail//x", "url holds // in its prefix; write the prefix as the keys of the objects have it"},
		{"s3://org-trail/x//y", "url holds // in its prefix; write the prefix as the keys of the objects have it"},
	}
	for _, tt := range tests {
		t.Run(tt.url, func(t *testing.T) {
			got := mistakes(t, configs.Inputs{Dir: folder(t, "providers: {archives: [{kind: cloudtrail, url: \""+tt.url+"\"}]}\n")})
			if diff := cmp.Diff([]string{"estray.yaml:1:48: providers.archives: " + tt.want}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, url := range []string{"s3://org-trail", "s3://org-trail/", "s3://org-trail/snapshots/", "gs://org-trail", "gs://org-trail/a/"} {
		got := mistakes(t, configs.Inputs{Dir: folder(t, "providers: {archives: [{kind: snapshot, url: \""+url+"\"}]}\n")})
		if diff := cmp.Diff([]string{"estray.yaml:1:46: providers.archives: a snapshot is one object; write " + url[:5] + "BUCKET/KEY"}, got); diff != "" {
			t.Error(diff)
		}
	}
	got := mistakes(t, configs.Inputs{Dir: folder(t, "providers: {archives: [{kind: cloudtrail, url: \"s3://org-trail/x\"}, {kind: cloudtrail, url: \"s3://org-trail/x/\"}]}\n")})
	if diff := cmp.Diff([]string{`estray.yaml:1:93: providers.archives: "s3://org-trail/x/" is given twice as cloudtrail; remove one`}, got); diff != "" {
		t.Error(diff)
	}
}

// TestUsageOfAnArchive: a log counts the use of roles unless it is told
// otherwise, and what config show prints can be given as a variable again.
func TestUsageOfAnArchive(t *testing.T) {
	for _, tt := range []struct {
		file, variable, shown string
		environ               []string
		want                  inventory.Counted
	}{
		{"kind: cloudtrail", "cloudtrail", "cloudtrail", nil, inventory.CountRoles},
		{"kind: cloudtrail, usage: roles", "cloudtrail/roles", "cloudtrail", nil, inventory.CountRoles},
		{"kind: cloudtrail, usage: functions", "cloudtrail/functions", "cloudtrail/functions", nil, inventory.CountFunctions},
		{"kind: cloudtrail, usage: off", "cloudtrail/off", "cloudtrail/off", nil, inventory.CountNone},
		{`kind: cloudtrail, usage: "${COUNT}"`, "cloudtrail/functions", "cloudtrail/functions", []string{"COUNT=functions"}, inventory.CountFunctions},
		{"kind: snapshot", "snapshot", "snapshot", nil, inventory.CountNone},
	} {
		dir := folder(t, "providers: {archives: [{"+tt.file+", url: /a=b/c}]}\n")
		for name, in := range map[string]configs.Inputs{
			"file": {Dir: dir, Environ: tt.environ}, "variable": {Environ: []string{"ESTRAY_PROVIDERS_ARCHIVES=" + tt.variable + "=/a=b/c"}},
		} {
			c := load(t, in)
			if got := c.Providers.Archives[0].Usage; got != tt.want {
				t.Errorf("%s, %s: counts %q, want %q", tt.file, name, got, tt.want)
			}
			if got := source(t, c, "providers.archives").Value; got != tt.shown+"=/a=b/c" {
				t.Errorf("%s, %s: shown as %q", tt.file, name, got)
			}
		}
	}
}

func TestUsageOfAnArchiveIsChecked(t *testing.T) {
	for _, tt := range []struct {
		archive string
		want    []string
	}{
		{"{kind: snapshot, url: a, usage: roles}", []string{"56: providers.archives: usage is counted in logs, and a snapshot holds none; remove the key"}},
		{"{kind: snapshot, url: a, usage: off}", []string{"56: providers.archives: usage is counted in logs, and a snapshot holds none; remove the key"}},
		{"{kind: cloudtrail, url: a, usage: role}", []string{`58: providers.archives: unknown usage "role"; the nearest known one is "roles"`}},
		{"{kind: cloudtrail, url: a, usage: }", []string{"58: providers.archives.usage is empty; give it a value or remove it"}},
		{"{kind: cloudtrail, url: a, usage: [roles]}", []string{"58: providers.archives.usage must be text, not a list"}},
		{"{kind: cloudtrail, url: a, usages: off}", []string{`51: unknown key "providers.archives.usages"; the nearest known key is "providers.archives.usage"`}},
		{"{kind: cloudtrial, url: s3:x, usage: of}", []string{
			`31: providers.archives: unknown kind "cloudtrial"; the nearest known one is "cloudtrail"`,
			"48: providers.archives: url must be a path, file:///PATH, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX",
			`61: providers.archives: unknown usage "of"; the nearest known one is "off"`,
		}},
	} {
		got := mistakes(t, configs.Inputs{Dir: folder(t, "providers: {archives: ["+tt.archive+"]}\n")})
		for i := range tt.want {
			tt.want[i] = "estray.yaml:1:" + tt.want[i]
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.archive, diff)
		}
	}
	got := mistakes(t, configs.Inputs{Environ: []string{"ESTRAY_PROVIDERS_ARCHIVES=cloudtrail/=a,snapshot/off=b"}})
	want := []string{
		`ESTRAY_PROVIDERS_ARCHIVES: providers.archives: unknown usage ""; the nearest known one is "off"`,
		"ESTRAY_PROVIDERS_ARCHIVES: providers.archives: usage is counted in logs, and a snapshot holds none; remove the key",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
