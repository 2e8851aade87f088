package session_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/estray/estray/providers/cloudflare/session"
)

func TestMessagesOfTheVendorAreRedacted(t *testing.T) {
	const token = "own-token-of-ours"
	c, err := session.New(session.Options{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"Authentication error":                                     "Authentication error",
		" on\tone\n\nline\x1b[31m ":                                "on one line[31m",
		"Bearer own-token-of-ours!":                                "Bearer [token]!",
		"Authorization: Bearer short, and more":                    "Authorization: Bearer [redacted] and more",
		"token=" + canary + ";":                                    "token=[redacted];",
		"CFUT_0123456789abcdef":                                    "[redacted]",
		"x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig y":             "x [redacted] y",
		"key 0123456789abcdef0123456789abcdef.":                    "key [redacted].",
		"key QWxhZGRpbjpvcGVuIHNlc2FtZQ0123456789":                 "key [redacted]",
		"from 203.0.113.7, that is":                                "from [address] that is",
		"from 203.0.113.0/24":                                      "from [address]",
		"from [2001:db8::7]:443 too":                               "from [address] too",
		"location:203.0.113.7":                                     "[address]",
		"ip:2001:db8::7":                                           "[address]",
		"at 10:22":                                                 "at 10:22",
		"ip=203.0.113.7":                                           "[address]",
		"(ip=2001:db8::7)":                                         "[address]",
		"ask jo@example.com":                                       "ask [address]",
		"see https://example.com/?token=x":                         "see [url]",
		"no Worker payments-export-processor-eu-west-2-production": "no Worker payments-export-processor-eu-west-2-production",
		"no id 11111111-2222-3333-4444-555555555555":               "no id 11111111-2222-3333-4444-555555555555",
		strings.Repeat("ä ", 200):                                  strings.Repeat("ä ", 100) + "...",
	} {
		if got := c.Clean(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"Authentication error", canary, "a" + canary + "b", "x=" + canary + "&y", strings.Repeat("x ", 145) + canary, "\xff\x00" + canary} {
		f.Add(seed)
	}
	c, err := session.New(session.Options{Token: canary})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := c.Clean(text + canary + text)
		if strings.Contains(got, canary[5:]) || !utf8.ValidString(got) || len(got) > 310 || strings.ContainsAny(got, "\n\r\x1b") {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{fine, wrong(10000, "x"), "null", "[]", `{"success":true,"result":[1],"result_info":{"count":"1","cursors":{"after":"x"}}}`, `{"success":true,"result":0,"errors":[{}]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		answer, whole := session.Judge(body)
		if whole && (len(answer.Result) == 0 || string(answer.Result) == "null" || answer.Info.TotalCount < 0 || !strings.Contains(body, "true")) {
			t.Errorf("%q is taken: %+v", body, answer)
		}
	})
}

func FuzzQuota(f *testing.F) {
	f.Add("7", "1", "60", `"default";r=50;t=30`, `"default";q=100;w=60`)
	f.Add("1e999", "NaN", "-1", `;;,=r;r=Inf;t=-Inf`, `,;q`)
	f.Add("Mon, 01 Jan 2040 00:01:00 GMT", "-0", "Mon, 01 Jan 0001 00:01:00 GMT", "", "")
	f.Fuzz(func(t *testing.T, after, left, reset, now, policy string) {
		if wait := session.Asked(after, left, reset, now, policy); wait < 0 {
			t.Errorf("wait %v", wait)
		}
	})
}
