package configs

import (
	"errors"
	"net/url"
	"strings"
)

// checkState never repeats the value: it may hold a password.
func checkState(t text, _ Inputs) (string, error) {
	scheme, rest, _ := strings.Cut(t.value, ":")
	switch scheme {
	case "sqlite":
		return checkSQLite(t, rest)
	case "postgres", "postgresql":
		return checkPostgres(t)
	}
	return "", errors.New("must be sqlite:FILE or postgres://HOST/DATABASE")
}

func checkSQLite(t text, file string) (string, error) {
	if file == "" || strings.HasPrefix(file, "//") {
		return "", errors.New("names no file; write sqlite:FILE")
	}
	if file == ":memory:" {
		return "", errors.New("sqlite::memory: forgets everything at the end; write sqlite:FILE")
	}
	return "sqlite:" + join(t.base, file), nil
}

func checkPostgres(t text) (string, error) {
	if t.inFile && len(secretSpans(written(t.raw))) > 0 {
		return "", errors.New("holds a password in clear; write ${VAR} in its place, " +
			"or write postgres://USER@HOST/DATABASE and set PGPASSWORD")
	}
	if !strings.HasPrefix(t.value[strings.IndexByte(t.value, ':'):], "://") {
		return "", errors.New("must be sqlite:FILE or postgres://HOST/DATABASE")
	}
	// The cause is left out, since url.Parse repeats what it was given.
	if _, err := url.Parse(t.value); err != nil {
		return "", errors.New("is no URL; write special characters in user and password as %XX")
	}
	return t.value, nil
}

// mask puts *** in the place of every password.
func mask(state string) string {
	var b strings.Builder
	from := 0
	for _, s := range secretSpans(state) {
		b.WriteString(state[from:s.start] + "***")
		from = s.end
	}
	return b.String() + state[from:]
}

// span is a stretch [start, end) of a text.
type span struct{ start, end int }

// secretSpans finds the non-empty passwords of a PostgreSQL URL, in order: after the
// user, and as parameters that the driver reads (libpq, "Parameter Key
// Words"). It looks at the text and not at a parsed URL, so that one that
// cannot be parsed is masked too; where it is unclear it finds too much.
func secretSpans(state string) []span {
	_, rest, ok := strings.Cut(state, "://")
	if !ok || strings.HasPrefix(state, "sqlite:") {
		return nil
	}
	var out []span
	offset := len(state) - len(rest)
	address, query, _ := strings.Cut(rest, "?")
	if at := strings.LastIndexByte(rest, '@'); at > len(address) {
		// A password with a bare "?" in it.
		address, query = rest, ""
	}
	if at := strings.LastIndexByte(address, '@'); at >= 0 {
		colon := strings.IndexByte(address[:at], ':')
		if colon >= 0 && colon+1 < at {
			out = append(out, span{offset + colon + 1, offset + at})
		}
	}
	offset = len(state) - len(query)
	for _, pair := range strings.SplitAfter(query, "&") {
		name, value, _ := strings.Cut(strings.TrimSuffix(pair, "&"), "=")
		if end := offset + len(name) + 1 + len(value); secretParameter(name) && value != "" {
			out = append(out, span{end - len(value), end})
		}
		offset += len(pair)
	}
	return out
}

func secretParameter(name string) bool {
	decoded, err := url.QueryUnescape(name)
	if err != nil {
		decoded = name
	}
	decoded = strings.ToLower(decoded)
	return strings.HasSuffix(decoded, "password") || strings.Contains(decoded, "secret") || strings.Contains(decoded, "token")
}
