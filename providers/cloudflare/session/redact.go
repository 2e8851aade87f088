package session

import (
	"net/netip"
	"strings"
	"unicode"
)

// mostText bounds what is kept of a vendor's message, in bytes.
const mostText = 300

// clean makes a vendor's message fit for coverage and logs: on one line, without
// what could be a secret or name a person or a machine, and cut.
func (c *Client) clean(text string) string {
	if c.opt.Token != "" {
		text = strings.ReplaceAll(text, c.opt.Token, "[token]")
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	words := strings.Fields(text)
	for i, w := range words {
		if words[i] = redactWord(w); i > 0 && introduces(words[i-1]) && !strings.Contains(w, "[token]") {
			words[i] = "[redacted]"
		}
	}
	text = strings.Join(words, " ")
	if len(text) > mostText {
		text = strings.ToValidUTF8(text[:mostText], "") + "..."
	}
	return text
}

// redactWord looks at a word and at the runs in it that a token or an address
// could be.
func redactWord(word string) string {
	switch {
	case strings.Contains(word, "://"):
		return "[url]"
	case strings.Contains(word, "@"), namesAddress(word):
		return "[address]"
	}
	var out strings.Builder
	for rest := word; rest != ""; {
		n := length(rest, func(r rune) bool { return !tokenRune(r) })
		run := strings.TrimRight(rest[:n], ".") // the end of a sentence
		m := n + length(rest[n:], tokenRune)
		if secret(run) {
			out.WriteString("[redacted]" + rest[len(run):m])
		} else {
			out.WriteString(rest[:m])
		}
		rest = rest[m:]
	}
	return out.String()
}

// introduces reports whether a token follows the word, whatever it looks like.
func introduces(word string) bool {
	word = strings.ToLower(word)
	return strings.HasSuffix(word, "bearer") || strings.HasSuffix(word, "bearer:")
}

// length is that of what comes before the first such rune.
func length(text string, is func(rune) bool) int {
	if n := strings.IndexFunc(text, is); n >= 0 {
		return n
	}
	return len(text)
}

// namesAddress reports whether a word is an address of the network, with or without
// port or bits, or gives one after a name.
func namesAddress(word string) bool {
	_, value, _ := strings.Cut(word, "=")
	_, told, _ := strings.Cut(word, ":")
	for _, text := range []string{word, value, told} {
		text = strings.Trim(text, `.,;:!?(){}<>"'`)
		bare := strings.Trim(text, "[]")
		_, addr := netip.ParseAddr(bare)
		_, prefix := netip.ParsePrefix(bare)
		_, port := netip.ParseAddrPort(text)
		if addr == nil || prefix == nil || port == nil {
			return true
		}
	}
	return false
}

func tokenRune(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("_-+/.%~", r)
}

// secret knows the readable prefixes of the vendor's tokens, JSON web tokens, and
// runs that are too long and too mixed for a name. Names of Workers are lower case.
func secret(run string) bool {
	const long = 32
	low := strings.ToLower(run)
	for _, prefix := range []string{"cfat_", "cfut_", "cfk_", "cfoat_", "eyj"} {
		if i := strings.Index(low, prefix); i >= 0 && len(run)-i > len(prefix)+8 {
			return true
		}
	}
	if len(run) < long {
		return false
	}
	digit := strings.ContainsFunc(run, unicode.IsDigit)
	mixed := strings.ContainsFunc(run, unicode.IsUpper) && strings.ContainsFunc(run, unicode.IsLower)
	return digit && mixed || strings.Trim(low, "0123456789abcdef") == ""
}
