package configs_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/configs"
)

const (
	hexA = "0123456789abcdef0123456789abcdef"
	hexB = "fedcba98765432100123456789abcdef"
)

// TestOnlyWhoAsksForCloudflareGetsIt tells a block that is empty from none.
func TestOnlyWhoAsksForCloudflareGetsIt(t *testing.T) {
	with := func(change func(*configs.Cloudflare)) *configs.Cloudflare {
		c := &configs.Cloudflare{Token: "usual", Rate: 2.5, Audit: true}
		change(c)
		return c
	}
	defaults := with(func(*configs.Cloudflare) {})
	tests := []struct {
		name, file string
		environ    []string
		want       *configs.Cloudflare
	}{
		{"no file", "", nil, nil},
		{"no block", "providers:\n  aws: {}\n", nil, nil},
		{"an empty block", "providers: {cloudflare: {}}\n", nil, defaults},
		{"nothing behind the name", "providers:\n  cloudflare:\n", nil, defaults},
		{"a key that says the default", "providers: {cloudflare: {accounts: all, zones: all}}\n", nil, defaults},
		{"a variable alone", "", []string{"ESTRAY_PROVIDERS_CLOUDFLARE_ZONES=all"}, defaults},
		{"empty variables", "", []string{"ESTRAY_PROVIDERS_CLOUDFLARE_ENDPOINT=", "ESTRAY_PROVIDERS_CLOUDFLARE_TOKEN="}, nil},
		{"accounts and zones", "providers: {cloudflare: {accounts: [" + hexA + ", " + hexB + "], zones: [" + hexA + ", a.example.com]}}\n", nil,
			with(func(c *configs.Cloudflare) {
				c.Accounts, c.Zones = []string{hexA, hexB}, []string{hexA, "a.example.com"}
			})},
		{"a token of another variable", "providers: {cloudflare: {token: \"${OTHER}\"}}\n", []string{"OTHER=other"},
			with(func(c *configs.Cloudflare) { c.Token = "other" })},
		{"a token from its variable", "providers: {cloudflare: {}}\n", []string{"ESTRAY_PROVIDERS_CLOUDFLARE_TOKEN=other"},
			with(func(c *configs.Cloudflare) { c.Token = "other" })},
		{"an empty variable takes the file's token away", "providers: {cloudflare: {token: \"${OTHER}\"}}\n", []string{"OTHER=other", "ESTRAY_PROVIDERS_CLOUDFLARE_TOKEN="}, defaults},
		{"the highest rate", "providers: {cloudflare: {rate: 4}}\n", nil, with(func(c *configs.Cloudflare) { c.Rate = 4 })},
		{"no limit on this machine", "providers: {cloudflare: {rate: 0, endpoint: \"http://127.0.0.1:8080/v4\"}}\n", nil,
			with(func(c *configs.Cloudflare) { c.Rate, c.Endpoint = 0, "http://127.0.0.1:8080/v4" })},
		{"any rate on this machine", "providers: {cloudflare: {rate: 1000, endpoint: \"http://[::1]:8080\"}}\n", nil,
			with(func(c *configs.Cloudflare) { c.Rate, c.Endpoint = 1000, "http://[::1]:8080" })},
		{"another endpoint", "providers: {cloudflare: {endpoint: \"https://api.example.com/v4\"}}\n", nil,
			with(func(c *configs.Cloudflare) { c.Endpoint = "https://api.example.com/v4" })},
		{"localhost by name", "providers: {cloudflare: {endpoint: \"http://localhost\", rate: 5}}\n", nil,
			with(func(c *configs.Cloudflare) { c.Endpoint, c.Rate = "http://localhost", 5 })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := load(t, configs.Inputs{Dir: folder(t, tt.file), Environ: append(tt.environ, "CLOUDFLARE_API_TOKEN=usual")})
			if diff := cmp.Diff(tt.want, c.Providers.Cloudflare); diff != "" {
				t.Error(diff)
			}
			want := "default"
			if tt.want == nil {
				want = "default, not read"
			}
			if got := source(t, c, "providers.cloudflare.dispatch_scripts").Source; got != want {
				t.Errorf("config show says %q, want %q", got, want)
			}
		})
	}
}

func TestTheTokenIsFoundAndMasked(t *testing.T) {
	tests := []struct {
		name, file   string
		environ      []string
		want, source string
	}{
		{"in the usual variable", "{}", []string{"CLOUDFLARE_API_TOKEN=CANARY"}, "***", "CLOUDFLARE_API_TOKEN"},
		{"in another variable", "{token: \"${OTHER}\"}", []string{"OTHER=CANARY"}, "***", "estray.yaml:1"},
		{"in its own variable", "{}", []string{"ESTRAY_PROVIDERS_CLOUDFLARE_TOKEN=CANARY"}, "***", "ESTRAY_PROVIDERS_CLOUDFLARE_TOKEN"},
		{"in a file", "{token_file: secret}", []string{"CLOUDFLARE_API_TOKEN=not-this-one"}, "", "default"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := folder(t, "providers: {cloudflare: "+tt.file+"}\n")
			if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("CANARY\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			c := load(t, configs.Inputs{Dir: dir, Environ: tt.environ})
			if got := c.Providers.Cloudflare.Token; got != "CANARY" {
				t.Errorf("the token is %q", got)
			}
			if got := source(t, c, "providers.cloudflare.token"); got.Value != tt.want || got.Source != tt.source {
				t.Errorf("shown as %q from %q", got.Value, got.Source)
			}
			for _, v := range c.Values() {
				if strings.Contains(v.Value, "CANARY") {
					t.Errorf("%s shows the token", v.Key)
				}
			}
		})
	}
}

func TestMistakesOfCloudflare(t *testing.T) {
	at := func(place, text string) []string { return []string{"estray.yaml:" + place + ": " + text} }
	const blocked = "since past 1,200 requests in 5 minutes Cloudflare refuses every call of the token's user for 5 minutes; write up to 4"
	const clear = "providers.cloudflare.token: stands in clear; write ${CLOUDFLARE_API_TOKEN} in its place, or name its file in providers.cloudflare.token_file"
	tests := []struct {
		name, block string
		want        []string
	}{
		{"unknown key", "{account: all}", at("1:26", `unknown key "providers.cloudflare.account"; the nearest known key is "providers.cloudflare.accounts"`)},
		{"no token", "{token: \"${EMPTY}\"}", at("1:33", `providers.cloudflare.token: is empty; set its variable, or remove the key`)},
		{"a token in clear", "{token: CANARY}", at("1:33", clear)},
		{"a token half in clear", "{token: \"CANARY${X}\"}", at("1:33", clear)},
		{"a token of blanks", "{token: \"${BLANKS}\"}", at("1:33", `providers.cloudflare.token: must be letters, digits and -_. alone`)},
		{"a token that is a number", "{token: 47114711}", at("1:33", `providers.cloudflare.token must be text, not a number; quote it, since an unquoted number loses its leading zeros`)},
		{"two tokens", "{token: \"${X}\", token_file: full}", at("1:53", `providers.cloudflare.token_file: providers.cloudflare.token is given too; remove one`)},
		{"no such file", "{token_file: missing}", at("1:38", `providers.cloudflare.token_file: read token: no such file or directory`)},
		{"an empty file", "{token_file: empty}", at("1:38", `providers.cloudflare.token_file: the file is empty; it must hold the token alone`)},
		{"a file of more", "{token_file: full}", at("1:38", `providers.cloudflare.token_file: the file does not hold a token alone: it must be letters, digits and -_. alone`)},
		{"a file as address", "{token_file: \"https://a/b\"}", at("1:38", `providers.cloudflare.token_file: "https://a/b" is an address; write a file`)},
		{"one account without list", "{accounts: " + hexA + "}", at("1:36", `providers.cloudflare.accounts: "`+hexA+`" must be the word all, or a list, as in ["`+hexA+`"]`)},
		{"an account of AWS", "{accounts: [\"111122223333\"]}", at("1:37", `providers.cloudflare.accounts: "111122223333" is no account id of Cloudflare; write its 32 hexadecimal digits in small letters, in quotes`)},
		{"an account twice", "{accounts: [" + hexA + ", " + hexA + "]}", at("1:71", `providers.cloudflare.accounts: "`+hexA+`" is given twice; remove one`)},
		{"the word in a list", "{zones: [all]}", at("1:34", `providers.cloudflare.zones: "all" stands alone, not in a list`)},
		{"no zones", "{zones: []}", at("1:33", `providers.cloudflare.zones: the list is empty; write the word all, or what to read`)},
		{"no zone", "{zones: [\"*.example.com\"]}", at("1:34", `providers.cloudflare.zones: "*.example.com" is no zone; write its id, or its name as in example.com`)},
		{"a high rate", "{rate: 4.1}", at("1:32", `providers.cloudflare.rate: more than 4 is for an endpoint on this machine alone, `+blocked)},
		{"a high rate elsewhere", "{rate: 5, endpoint: \"https://localhost.example.com\"}", at("1:32", `providers.cloudflare.rate: more than 4 is for an endpoint on this machine alone, `+blocked)},
		{"no limit", "{rate: 0}", at("1:32", `providers.cloudflare.rate: no limit is for an endpoint on this machine alone, `+blocked)},
		{"a negative rate", "{rate: -1}", at("1:32", `providers.cloudflare.rate: "-1" must be a number of at least 0`)},
		{"plain http elsewhere", "{endpoint: \"http://127.0.0.1.example.com\", rate: 9}", at("1:36", `providers.cloudflare.endpoint: is plain http, which is taken for this machine alone (localhost, 127.0.0.1, ::1), since a token would be sent in clear; write https://`)},
		{"another scheme", "{endpoint: \"ftp://example.com\"}", at("1:36", `providers.cloudflare.endpoint: must be a base URL, as in https://api.cloudflare.com/client/v4`)},
		{"no URL", "{endpoint: \"localhost:80\"}", at("1:36", `providers.cloudflare.endpoint: must be a base URL, as in https://api.cloudflare.com/client/v4`)},
		{"a user in the endpoint", "{endpoint: \"https://CANARY@example.com\"}", at("1:36", `providers.cloudflare.endpoint: holds a user; the token is sent by itself`)},
		{"a query in the endpoint", "{endpoint: \"https://example.com/?CANARY\"}", at("1:36", `providers.cloudflare.endpoint: holds a query; write the base URL alone`)},
		{"an empty query in the endpoint", "{endpoint: \"https://example.com/?\"}", at("1:36", `providers.cloudflare.endpoint: holds a query; write the base URL alone`)},
		{"a list of events", "{events: [audit]}", at("1:34", `providers.cloudflare.events must hold keys and values, not a list`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := folder(t, "providers: {cloudflare: "+tt.block+"}\n")
			for name, text := range map[string]string{"empty": "\n", "full": "CANARY = CANARY\n"} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got := mistakes(t, configs.Inputs{Dir: dir, Environ: []string{"X=x", "EMPTY=", "BLANKS=CANARY CANARY", "CLOUDFLARE_API_TOKEN=x"}})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWithoutATokenTheVariableIsNamed(t *testing.T) {
	const want = "providers.cloudflare: there is no API token; set CLOUDFLARE_API_TOKEN, or name another variable or a file in providers.cloudflare.token or providers.cloudflare.token_file"
	for place, in := range map[string]configs.Inputs{
		"estray.yaml:2:3":                      {Dir: folder(t, "providers:\n  cloudflare: {}\n"), Environ: []string{"CLOUDFLARE_API_TOKEN="}},
		"estray.yaml:1:13":                     {Dir: folder(t, "providers: {cloudflare: {}}\n")},
		"ESTRAY_PROVIDERS_CLOUDFLARE_ACCOUNTS": {Environ: []string{"ESTRAY_PROVIDERS_CLOUDFLARE_ACCOUNTS=all"}, Dir: t.TempDir()},
	} {
		if diff := cmp.Diff([]string{place + ": " + want}, mistakes(t, in)); diff != "" {
			t.Error(diff)
		}
	}
	in := configs.Inputs{Dir: folder(t, "providers: {cloudflare: {}}\n"), Environ: []string{"CLOUDFLARE_API_TOKEN=CANARY CANARY"}}
	if diff := cmp.Diff([]string{"CLOUDFLARE_API_TOKEN: providers.cloudflare.token: must be letters, digits and -_. alone"}, mistakes(t, in)); diff != "" {
		t.Error(diff)
	}
}

// TestNoTokenIsEverShown: taken or refused, no value and no message repeats it.
func TestNoTokenIsEverShown(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		token := "CANARY" + rapid.StringMatching(`[-a-zA-Z0-9_.$ !"#{}]{0,12}`).Draw(t, "token") + "CANARY"
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(token)
		file := fileWith(t, dir, token)
		for _, in := range []configs.Inputs{
			{Dir: dir, Environ: []string{"ESTRAY_PROVIDERS_CLOUDFLARE_TOKEN=" + token}},
			{Dir: dir, Environ: []string{"CLOUDFLARE_API_TOKEN=" + token}, File: fileWith(t, dir, "providers: {cloudflare: {}}\n")},
			{Dir: dir, File: fileWith(t, dir, `providers: {cloudflare: {token: "`+quoted+"\"}}\n")},
			{Dir: dir, File: fileWith(t, dir, "providers: {cloudflare: {token: '${T}'}}\n"), Environ: []string{"T=" + token}},
			{Dir: dir, File: fileWith(t, dir, "providers: {cloudflare: {token_file: "+file+"}}\n")},
		} {
			shown := ""
			if c, err := configs.Load(in); err != nil {
				shown = err.Error()
			} else {
				for _, v := range c.Values() {
					shown += v.Value + "\n"
				}
			}
			if strings.Contains(shown, "CANARY") {
				t.Fatalf("shown: %s", shown)
			}
		}
	})
}

// TestPlainHTTPIsForThisMachineAlone: whatever the address, a token goes in clear
// to a loopback one only, and beyond the bound too.
func TestPlainHTTPIsForThisMachineAlone(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		ip := net.IPv4(rapid.SampledFrom([]byte{10, 126, 127, 128, 192}).Draw(t, "first"), rapid.Byte().Draw(t, "second"), 0, rapid.Byte().Draw(t, "last"))
		in := configs.Inputs{Dir: dir, Environ: []string{"CLOUDFLARE_API_TOKEN=x",
			"ESTRAY_PROVIDERS_CLOUDFLARE_ENDPOINT=http://" + ip.String() + ":80", "ESTRAY_PROVIDERS_CLOUDFLARE_RATE=50"}}
		if _, err := configs.Load(in); (err == nil) != ip.IsLoopback() {
			t.Fatalf("%s: %v", ip, err)
		}
	})
}

// TestArchivesOfCloudflare: what config show prints can be given as a variable
// again.
func TestArchivesOfCloudflare(t *testing.T) {
	for _, tt := range []struct{ file, variable, account string }{
		{"kind: cloudflare-audit-v2", "cloudflare-audit-v2", ""},
		{"kind: cloudflare-audit-v1, account: " + hexA, "cloudflare-audit-v1/" + hexA, hexA},
		{`kind: cloudflare-audit-v1, account: "${WHOSE}"`, "cloudflare-audit-v1/" + hexB, hexB},
	} {
		for name, in := range map[string]configs.Inputs{
			"file":     {Dir: folder(t, "providers: {archives: [{"+tt.file+", url: /a}]}\n"), Environ: []string{"WHOSE=" + hexB}},
			"variable": {Environ: []string{"ESTRAY_PROVIDERS_ARCHIVES=" + tt.variable + "=/a"}},
		} {
			c := load(t, in)
			want := []configs.Archive{{Kind: strings.Split(tt.variable, "/")[0], URL: "/a", Name: "/a", Account: tt.account}}
			if diff := cmp.Diff(want, c.Providers.Archives); diff != "" {
				t.Errorf("%s, %s: %s", tt.file, name, diff)
			}
			if got := source(t, c, "providers.archives").Value; got != tt.variable+"=/a" {
				t.Errorf("%s, %s: shown as %q", tt.file, name, got)
			}
		}
	}
}

func TestArchivesOfCloudflareAreChecked(t *testing.T) {
	for _, tt := range []struct{ archive, want string }{
		{"{kind: cloudflare-audit-v2, url: a, usage: off}", "67: providers.archives: usage is counted in logs of CloudTrail, and those of Cloudflare tell changes alone; remove the key"},
		{"{kind: cloudflare-audit-v1, url: a, verify: false}", "68: providers.archives: logs of CloudTrail can be verified, and Cloudflare signs none; remove the key"},
		{"{kind: cloudflare-audit-v2, url: a, public_keys: k}", "73: providers.archives: public_keys serve to verify logs of CloudTrail; remove the key"},
		{"{kind: cloudflare-audit-v2, url: a, account: \"1\"}", `69: providers.archives: "1" is no account id of Cloudflare; write its 32 hexadecimal digits in small letters, in quotes`},
		{"{kind: cloudtrail, url: a, account: " + hexA + "}", "60: providers.archives: account tells whose logs of Cloudflare these are; remove the key"},
		{"{kind: snapshot, url: a, account: \"1\"}", "58: providers.archives: account tells whose logs of Cloudflare these are; remove the key"},
		{"{kind: cloudflare-audit, url: a}", `31: providers.archives: unknown kind "cloudflare-audit"; the nearest known one is "cloudflare-audit-v2"`},
	} {
		got := mistakes(t, configs.Inputs{Dir: folder(t, "providers: {archives: ["+tt.archive+"]}\n")})
		if diff := cmp.Diff([]string{"estray.yaml:1:" + tt.want}, got); diff != "" {
			t.Errorf("%s: %s", tt.archive, diff)
		}
	}
	got := mistakes(t, configs.Inputs{Environ: []string{"ESTRAY_PROVIDERS_ARCHIVES=cloudtrail/" + hexA + "=a"}})
	if diff := cmp.Diff([]string{"ESTRAY_PROVIDERS_ARCHIVES: providers.archives: account tells whose logs of Cloudflare these are; remove the key"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestOwnDomainsOfMail(t *testing.T) {
	at := func(place, text string) []string {
		return []string{"estray.yaml:" + place + ": rules.mail_domains: " + text}
	}
	for file, want := range map[string][]string{
		"rules: {mail_domains: [ana@example.com]}\n":       at("1:24", `"ana@example.com" is an address; write what follows the @`),
		"rules: {mail_domains: [\"@example.com\"]}\n":      at("1:24", `"@example.com" is an address; write what follows the @`),
		"rules: {mail_domains: [\"*.example.com\"]}\n":     at("1:24", `"*.example.com" is no domain; write it as in example.com`),
		"rules: {mail_domains: [example]}\n":               at("1:24", `"example" is no domain; write it as in example.com`),
		"rules: {mail_domains: [-a.com]}\n":                at("1:24", `"-a.com" is no domain; write it as in example.com`),
		"rules: {mail_domains: [xn--bcher-kva.example]}\n": nil,
	} {
		if diff := cmp.Diff(want, mistakes(t, configs.Inputs{Dir: folder(t, file)})); diff != "" {
			t.Error(diff)
		}
	}
}
