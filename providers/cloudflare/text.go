package cloudflare

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// dropped stands where a secret was.
const dropped = "DROPPED_BY_ESTRAY"

// longest bounds a text that is kept, in bytes. A user agent, the longest of
// them, is rarely longer.
const longest = 300

// kept is a text of a record as it may be kept: cut, without characters that cannot
// be seen, and not at all where a token stands in it. Tokens of Cloudflare that can be told
// by their look begin with cfat_ or cfut_ [memory].
func kept(text string) string {
	for _, mark := range []string{"cfat_", "cfut_"} {
		if strings.Contains(text, mark) {
			return dropped
		}
	}
	if plain(text) {
		return text
	}
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError { // Cf among them, which turns the order of what is shown
			return ' '
		}
		return r
	}, text)
	if len(text) > longest {
		text = text[:longest]
		for !utf8.ValidString(text) {
			text = text[:len(text)-1]
		}
	}
	return text
}

func plain(text string) bool {
	return len(text) <= longest && strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// identifier is an id as Cloudflare writes them (hexadecimal, uuid); empty where
// the text is none, so that nothing else becomes a part of an id.
func identifier(text string) string {
	ok := text != "" && len(text) <= 64 && strings.IndexFunc(text, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
	if !ok || kept(text) != text {
		return ""
	}
	return text
}

// name is the name of a Worker, a project, a namespace or a queue; empty where the
// text can be none. Names are of letters, digits, dashes and underscores; others
// are taken too if they cannot be mistaken for several parts of an id.
func name(text string) string {
	if text == "" || len(text) > 255 || strings.ContainsAny(text, "/\\") || kept(text) != text {
		return ""
	}
	return text
}

// hostname is a host as DNS has it, at most with a wildcard; empty for other text,
// so that what stands in its place by mistake is not kept: it has a dot, and ends
// in a word.
func hostname(text string) string {
	labels := strings.Split(text, ".")
	last := labels[len(labels)-1]
	if len(labels) < 2 || len(text) > 253 || len(last) < 2 || strings.ContainsFunc(last, func(r rune) bool { return !unicode.IsLetter(r) && !strings.HasPrefix(last, "xn--") }) {
		return ""
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.ContainsFunc(l, func(r rune) bool {
			return r != '-' && r != '_' && r != '*' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		}) {
			return ""
		}
	}
	return kept(text)
}

// grantID is the id of a permission group or a role.
func grantID(text string) string {
	if IsID(text) || isUUID(text) {
		return text
	}
	return ""
}

// mailDomain is what stands behind the @ of an address.
func mailDomain(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return ""
	}
	return strings.ToLower(hostname(address[at+1:]))
}

// IsID reports whether a text has the form of the ids of accounts, zones and
// Workers: 32 hexadecimal digits in lower case.
func IsID(text string) bool {
	return len(text) == 32 && strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && (r < 'a' || r > 'f') }) < 0
}

// isUUID reports whether a text has the form of the ids of Pages projects.
func isUUID(text string) bool {
	parts := strings.Split(text, "-")
	return len(parts) == 5 && len(parts[0]) == 8 && IsID(strings.Join(parts, ""))
}

// sorted drops empty texts and doubles.
func sorted(texts []string) []string {
	texts = slices.DeleteFunc(texts, func(s string) bool { return s == "" })
	slices.Sort(texts)
	return slices.Compact(texts)
}
