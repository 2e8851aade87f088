package configs_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/estray/estray/configs"
)

// FuzzLoad holds for any bytes: Load ends, gives a configuration or mistakes
// with a place, and the same ones again.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		full, string(configs.Example()), "", "{", "- a\n", "state: [", "a: &a [*a]\n", "rules: &r\n  severity: *r\n",
		"state: postgres://u:${PW}@h/d?password=x\n", "state: ${", "? {a: b}\n: c\n", "\xef\xbb\xbf", "state: !!binary aGk=\n",
		"log:\n\tlevel: x\n", "rules: {short_lived: -1h, log_retention_days: 99999999999999999999}\n", "<<: {state: x}\n", "--- a\n--- b\n",
		"state: |\n  sqlite:x\n", "%YAML 1.1\n---\nstate: sqlite:x\n", "providers: {archives: [{kind: snapshot, url: file:///%zz}]}\n",
		"providers: {aws: {accounts: organization, role: r, rate: .inf, parallel: 0x10}}\n", "providers: {aws: }\n", "providers: {cloudflare: {}}\n", "providers: {cloudflare: {token: \"${PW}\", endpoint: \"http://[::1]:x\", rate: 1e9, zones: [a.b]}}\n",
		"providers: {cloudflare: {token_file: a}, archives: [{kind: cloudflare-audit-v1, url: a, account: x}]}\n", "providers: {archives: [{kind: snapshot, url: s3://a@b/?c}]}\n", "providers: {archives: [{kind: cloudtrail, url: a, usage: off}]}\n",
	} {
		f.Add([]byte(seed))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(dir, "estray.yaml")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		in := configs.Inputs{Dir: dir, Environ: []string{"PW=p", "FAIL=low", "PARTIAL=false", "TRAIL=t"}}
		c, err := configs.Load(in)
		if err == nil {
			if c.Path != path || len(c.Values()) != len(configs.Keys()) {
				t.Fatalf("path %q, %d values", c.Path, len(c.Values()))
			}
			return
		}
		var ms configs.Mistakes
		if !errors.As(err, &ms) || len(ms) == 0 {
			t.Fatalf("no mistakes: %v", err)
		}
		for _, m := range ms {
			if m.File != "estray.yaml" || m.Line < 1 && len(raw) <= 1<<20 || m.Message == "" {
				t.Errorf("mistake without place: %+v", m)
			}
		}
		if _, again := configs.Load(in); again == nil || again.Error() != err.Error() {
			t.Errorf("first %v\nthen %v", err, again)
		}
	})
}
