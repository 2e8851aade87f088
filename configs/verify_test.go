package configs_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/configs"
)

// TestVerifiedArchive: an archive of CloudTrail is verified where the user asks
// for it, and what config show prints can be given as a variable again.
func TestVerifiedArchive(t *testing.T) {
	for _, tt := range []struct {
		file, variable, shown string
		verify                bool
		keys                  string
	}{
		{"kind: cloudtrail", "cloudtrail", "cloudtrail", false, ""},
		{"kind: cloudtrail, verify: false", "cloudtrail", "cloudtrail", false, ""},
		{"kind: cloudtrail, verify: true", "cloudtrail/verify", "cloudtrail/verify", true, ""},
		{"kind: cloudtrail, usage: roles, verify: true", "cloudtrail/roles/verify", "cloudtrail/verify", true, ""},
		{"kind: cloudtrail, usage: off, verify: true", "cloudtrail/off/verify", "cloudtrail/off/verify", true, ""},
		{`kind: cloudtrail, verify: "${YES}", public_keys: keys.json`, "", "cloudtrail/verify", true, "keys.json"},
		{"kind: cloudtrail, verify: true, public_keys: /srv/keys.json", "", "cloudtrail/verify", true, "/srv/keys.json"},
	} {
		dir := folder(t, "providers: {archives: [{"+tt.file+", url: /a}]}\n")
		ways := map[string]configs.Inputs{"file": {Dir: dir, Environ: []string{"YES=true"}}}
		if tt.variable != "" {
			ways["variable"] = configs.Inputs{Environ: []string{"ESTRAY_PROVIDERS_ARCHIVES=" + tt.variable + "=/a"}}
		}
		keys := tt.keys
		if keys == "keys.json" {
			keys = filepath.Join(dir, keys)
		}
		for name, in := range ways {
			c := load(t, in)
			if a := c.Providers.Archives[0]; a.Verify != tt.verify || a.PublicKeys != keys {
				t.Errorf("%s, %s: verify %t, public keys %q", tt.file, name, a.Verify, a.PublicKeys)
			}
			if got := source(t, c, "providers.archives").Value; got != tt.shown+"=/a" {
				t.Errorf("%s, %s: shown as %q", tt.file, name, got)
			}
		}
	}
}

func TestVerifiedArchiveIsChecked(t *testing.T) {
	for _, tt := range []struct{ archive, want string }{
		{"{kind: snapshot, url: a, verify: true}", "57: providers.archives: logs of CloudTrail can be verified, and a snapshot holds none; remove the key"},
		{"{kind: cloudtrail, url: a, verify: maybe}", "59: providers.archives.verify must be true or false, not text"},
		{`{kind: cloudtrail, url: a, verify: "${MAYBE}"}`, `59: providers.archives: "${MAYBE}" must be true or false`},
		{"{kind: cloudtrail, url: a, public_keys: k}", "64: providers.archives: public_keys serve to verify; write verify: true, or remove the key"},
		{"{kind: cloudtrail, url: a, verify: false, public_keys: k}", "79: providers.archives: public_keys serve to verify; write verify: true, or remove the key"},
		{"{kind: cloudtrail, url: a, verify: true, public_keys: 's3://a/b'}", "78: providers.archives: public_keys is an address; write a file"},
		{"{kind: cloudtrail, url: a, verify: true, public_keys: }", "78: providers.archives.public_keys is empty; give it a value or remove it"},
		{"{kind: cloudtrail, url: a, verified: true}", `51: unknown key "providers.archives.verified"; the nearest known key is "providers.archives.verify"`},
	} {
		got := mistakes(t, configs.Inputs{Dir: folder(t, "providers: {archives: ["+tt.archive+"]}\n"), Environ: []string{"MAYBE=maybe"}})
		if diff := cmp.Diff([]string{"estray.yaml:1:" + tt.want}, got); diff != "" {
			t.Errorf("%s: %s", tt.archive, diff)
		}
	}
	got := mistakes(t, configs.Inputs{Environ: []string{"ESTRAY_PROVIDERS_ARCHIVES=snapshot/verify=a"}})
	want := []string{"ESTRAY_PROVIDERS_ARCHIVES: providers.archives: logs of CloudTrail can be verified, and a snapshot holds none; remove the key"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
