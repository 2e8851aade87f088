package cloudflare

import "bytes"

// Most records of an account's log are about its other products. They are passed
// over before they are parsed, by words that the path of each of our calls holds,
// and by the products of records without a path. A word begins with a slash at
// most, since JSON lets slashes be escaped.

// v2Words are such words of the newer log, in lower case: those of products are
// those of the prefixes too, and the others are those of rows elsewhere. A record
// with an empty path may be any.
func v2Words() [][]byte {
	return append(productWords(), texts("tokens", "/members", "logpush", "consumers", "routing", "workflows", "builds",
		`uri":""`, `uri": ""`, `uri":null`, `uri": null`, `uri\":\"\"`, `uri\": \"\"`, `uri\":null`, `uri\": null`)...)
}

// productWords are words in products and types of resources that concern Workers
// and Pages, in lower case.
func productWords() [][]byte { return texts("worker", "pages") }

// v2Heads are names of members, one of which a record of that log has.
func v2Heads() [][]byte { return texts(`"uri`, `"Uri`, `"URI`) }

// v1Words are words in the types of resources of the older log's table, in lower
// case.
func v1Words() [][]byte {
	return texts("worker", "pages", "script", "rout", "token", "member", "logpush", "queue", "workflow")
}

// v1Heads are names of the member that each record of that log has.
func v1Heads() [][]byte { return texts(`"when"`, `"When"`) }

// texts are the words as bytes.
func texts(words ...string) [][]byte {
	var out [][]byte
	for _, w := range words {
		out = append(out, []byte(w))
	}
	return out
}

// passesOver reports whether a record is surely none of ours: it has one of the
// heads, so that it is of the form that is expected, and none of the words in any
// case. What is spelt with escapes, or in a URI with percent signs, may be any word.
func passesOver(record []byte, words, heads [][]byte) bool {
	if !holdsAny(record, heads) || bytes.IndexByte(record, '%') >= 0 || bytes.Contains(record, []byte(`\u`)) {
		return false
	}
	return !holdsAny(record, words) && !holdsAny(bytes.ToLower(record), words)
}

func holdsAny(text []byte, words [][]byte) bool {
	for _, w := range words {
		if bytes.Contains(text, w) {
			return true
		}
	}
	return false
}
