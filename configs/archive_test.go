package configs_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/configs"
)

func TestBucketsAreChecked(t *testing.T) {
	for _, url := range []string{"s3://org-trail", "s3://org-trail/", "s3://a.b.c/AWSLogs", "s3://123/x", "s3://org-trail/a%20b/ü"} {
		c := load(t, configs.Inputs{Dir: folder(t, "providers: {archives: [{kind: cloudtrail, url: \""+url+"\"}]}\n")})
		want := []configs.Archive{{Kind: "cloudtrail", URL: url, Name: url}}
		if diff := cmp.Diff(want, c.Providers.Archives); diff != "" {
			t.Errorf("%s: %s", url, diff)
		}
	}
	const name = "url names no bucket; write s3://BUCKET/PREFIX, the bucket in small letters, digits, dots and hyphens"
	tests := []struct{ url, want string }{
		{"s3://", name}, {"s3:///AWSLogs", name}, {"s3://ab", name}, {"s3://Org-Trail/x", name}, {"s3://org_trail/x", name}, {"s3://-trail/x", name},
		{"s3://trail-/x", name}, {"s3://a..b/x", name}, {"s3://192.0.2.1/x", name}, {"s3://" + strings.Repeat("x", 64) + "/x", name},
		{"s3://org-trail:443/x", name},
		{"s3:org-trail/x", "url must be a path, file:///PATH or s3://BUCKET/PREFIX"},
		{"S3://org-trail/x", "url must be a path, file:///PATH or s3://BUCKET/PREFIX"},
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
	for _, url := range []string{"s3://org-trail", "s3://org-trail/", "s3://org-trail/snapshots/"} {
		got := mistakes(t, configs.Inputs{Dir: folder(t, "providers: {archives: [{kind: snapshot, url: \""+url+"\"}]}\n")})
		if diff := cmp.Diff([]string{"estray.yaml:1:46: providers.archives: a snapshot is one object; write s3://BUCKET/KEY"}, got); diff != "" {
			t.Error(diff)
		}
	}
	got := mistakes(t, configs.Inputs{Dir: folder(t, "providers: {archives: [{kind: cloudtrail, url: \"s3://org-trail/x\"}, {kind: cloudtrail, url: \"s3://org-trail/x/\"}]}\n")})
	if diff := cmp.Diff([]string{`estray.yaml:1:93: providers.archives: "s3://org-trail/x/" is given twice as cloudtrail; remove one`}, got); diff != "" {
		t.Error(diff)
	}
}
