package configs

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/estray/estray/internal/nearest"
)

// quoted gives a text as the user wrote it, never what its variables hold.
func quoted(t text) string {
	return strconv.Quote(t.raw[:min(len(t.raw), 80)])
}

// oneOf refuses a name that is not in the list, with the nearest that is.
func oneOf(t text, what string, names []string) (string, error) {
	if slices.Contains(names, t.value) {
		return t.value, nil
	}
	return "", fmt.Errorf("unknown %s %s; the nearest known one is %q", what, quoted(t), nearest.Name(t.value, names))
}

func checkAny(t text, _ Inputs) (string, error) { return t.value, nil }

func severities() []string { return []string{"info", "low", "medium", "high", "critical"} }

func checkSeverity(t text, _ Inputs) (string, error) { return oneOf(t, "severity", severities()) }

func checkLevel(t text, _ Inputs) (string, error) {
	return oneOf(t, "level", []string{"debug", "info", "warn", "error"})
}

func checkLogFormat(t text, _ Inputs) (string, error) {
	return oneOf(t, "format", []string{"text", "json"})
}

func checkRule(t text, in Inputs) (string, error) {
	if in.Rules != nil {
		return oneOf(t, "rule", in.Rules)
	}
	family, number, _ := strings.Cut(t.value, "-")
	if family == "" || !digits(number) {
		return "", fmt.Errorf("%s is no rule id; write it as in AWS-01", quoted(t))
	}
	return t.value, nil
}

func checkOrganization(t text, _ Inputs) (string, error) {
	id, ok := strings.CutPrefix(t.value, "o-")
	if t.value != "" && (!ok || len(id) < 10 || len(id) > 32 || !made(id, isLowerOrDigit)) {
		return "", fmt.Errorf("%s is no organization id; write it as in o-a1b2c3d4e5", quoted(t))
	}
	return t.value, nil
}

func checkAccount(t text, _ Inputs) (string, error) {
	if !accountID(t.value) {
		return "", fmt.Errorf("%s is no account id; write its 12 digits, in quotes", quoted(t))
	}
	return t.value, nil
}

func checkLayer(t text, _ Inputs) (string, error) {
	account, name, _ := strings.Cut(t.value, ":")
	word := func(c byte) bool { return isLowerOrDigit(c) || c >= 'A' && c <= 'Z' || c == '-' || c == '_' }
	if !accountID(account) || name == "" || !made(name, word) {
		return "", fmt.Errorf("%s is no layer; write ACCOUNT:NAME, the account as 12 digits", quoted(t))
	}
	return t.value, nil
}

// checkPrincipal keeps out of an allow-list what a caller chooses: whoever
// wants to pass would only have to write it down.
func checkPrincipal(t text, _ Inputs) (string, error) {
	before, _, _ := strings.Cut(strings.ToLower(t.value), ":")
	switch strings.NewReplacer("-", "", "_", "").Replace(before) {
	case "useragent", "session", "sessionname", "tag", "label", "email":
		return "", fmt.Errorf("%s cannot be allowed: a caller chooses its own %s; name a principal, such as a role's ARN",
			quoted(t), before)
	}
	if strings.Contains(t.value, ":assumed-role/") {
		return "", fmt.Errorf("%s names a session, and a caller chooses its own session name; "+
			"name the role, as in arn:aws:iam::111122223333:role/NAME", quoted(t))
	}
	if strings.Contains(t.value, "@") && (!strings.Contains(t.value, ":") || before == "cloudflare") {
		return "", fmt.Errorf("%s is an e-mail address, which can change hands and which records may leave out; "+
			"name the person's id, as in cloudflare:user:ID", quoted(t))
	}
	if !principalForm(t.value) {
		return "", fmt.Errorf("%s names no principal; write an ARN, ACCOUNT:root, service:NAME, oidc:PROVIDER#SUBJECT, "+
			"a unique id (AROA..., AIDA...), cloudflare:token:ID or cloudflare:user:ID", quoted(t))
	}
	return t.value, nil
}

func principalForm(s string) bool {
	for _, p := range []string{"arn:", "service:", "oidc:"} {
		if rest, ok := strings.CutPrefix(s, p); ok {
			return rest != ""
		}
	}
	for _, p := range []string{"cloudflare:token:", "cloudflare:user:"} {
		if id, ok := strings.CutPrefix(s, p); ok {
			return cloudflareID(id)
		}
	}
	if account, ok := strings.CutSuffix(s, ":root"); ok {
		return accountID(account)
	}
	unique := strings.HasPrefix(s, "AROA") || strings.HasPrefix(s, "AIDA")
	return unique && len(s) >= 16 && made(s, func(c byte) bool { return c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' })
}

func checkOutput(t text, in Inputs) (string, error) {
	format, file, named := strings.Cut(t.value, "=")
	if format == "" || named && file == "" {
		return "", fmt.Errorf("%s is no output; write FORMAT or FORMAT=FILE, with - for standard output", quoted(t))
	}
	if in.Formats != nil {
		if _, err := oneOf(text{raw: format, value: format}, "format", in.Formats); err != nil {
			return "", err
		}
	}
	if !named || file == "-" {
		return t.value, nil
	}
	return format + "=" + join(t.base, file), nil
}

func checkPattern(t text, _ Inputs) (string, error) {
	if t.value == "" {
		return "", errors.New("an entry is empty; write a file or a pattern")
	}
	if strings.Contains(t.value, "://") {
		return "", fmt.Errorf("%s is an address; write a file or a pattern", quoted(t))
	}
	if _, err := filepath.Match(t.value, ""); err != nil {
		return "", fmt.Errorf("%s is no pattern; a [ needs its ]", quoted(t))
	}
	return join(plain(t.base), t.value), nil
}

// plain writes a folder so that a pattern takes its characters literally.
func plain(folder string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(folder)
}

// join puts a relative path below a folder. A path relative to the working
// folder stays as the user wrote it.
func join(folder, path string) string {
	if folder == "" || folder == "." || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}

func accountID(s string) bool { return len(s) == 12 && digits(s) }

func digits(s string) bool {
	return made(s, func(c byte) bool { return c >= '0' && c <= '9' })
}

func isLowerOrDigit(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

// made: the text is not empty and has only such bytes.
func made(s string, of func(byte) bool) bool {
	for _, c := range []byte(s) {
		if !of(c) {
			return false
		}
	}
	return s != ""
}
