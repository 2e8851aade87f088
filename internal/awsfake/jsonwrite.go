package awsfake

import (
	"encoding/json"
	"slices"
	"strconv"
	"unicode/utf8"
)

// jsonWriter writes JSON by hand: no reflection, one buffer. Its methods leave
// out empty strings, lists and maps, as the vendor does.
type jsonWriter struct{ b []byte }

func newJSON() *jsonWriter { return &jsonWriter{b: make([]byte, 0, 512)} }

// open begins an object or a list; as a value, after a key or a comma.
func (w *jsonWriter) open(bracket byte) *jsonWriter {
	w.comma()
	w.b = append(w.b, bracket)
	return w
}

func (w *jsonWriter) close(bracket byte) *jsonWriter {
	w.b = append(w.b, bracket)
	return w
}

// comma separates a value from the one before it.
func (w *jsonWriter) comma() {
	if n := len(w.b); n > 0 && w.b[n-1] != '{' && w.b[n-1] != '[' && w.b[n-1] != ':' {
		w.b = append(w.b, ',')
	}
}

func (w *jsonWriter) key(k string) *jsonWriter {
	w.comma()
	w.b = append(w.b, '"')
	w.b = append(w.b, k...)
	w.b = append(w.b, '"', ':')
	return w
}

// str writes a member; nothing if the value is empty.
func (w *jsonWriter) str(k, v string) *jsonWriter {
	if v == "" {
		return w
	}
	return w.key(k).value(v)
}

// value writes a string.
func (w *jsonWriter) value(v string) *jsonWriter {
	w.comma()
	w.b = appendString(w.b, v)
	return w
}

func (w *jsonWriter) num(k string, v int64) *jsonWriter {
	w.key(k)
	w.b = strconv.AppendInt(w.b, v, 10)
	return w
}

func (w *jsonWriter) list(k string, v []string) *jsonWriter {
	if len(v) == 0 {
		return w
	}
	w.key(k).open('[')
	for _, s := range v {
		w.value(s)
	}
	return w.close(']')
}

func (w *jsonWriter) dict(k string, v map[string]string) *jsonWriter {
	if len(v) == 0 {
		return w
	}
	w.key(k).open('{')
	for _, name := range sortedKeys(v) {
		w.comma()
		w.b = append(appendString(w.b, name), ':')
		w.value(v[name])
	}
	return w.close('}')
}

// any writes a member by reflection; for rare members only.
func (w *jsonWriter) any(k string, v any) *jsonWriter {
	body, err := json.Marshal(v)
	if err != nil {
		return w
	}
	w.key(k)
	w.b = append(w.b, body...)
	return w
}

// element writes an entry of a list by reflection; for small structs only.
func (w *jsonWriter) element(v any) *jsonWriter {
	body, err := json.Marshal(v)
	if err != nil {
		return w
	}
	w.comma()
	w.b = append(w.b, body...)
	return w
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// appendString quotes a string.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			quoted, err := json.Marshal(s)
			if err != nil {
				return append(b, '"', '"')
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
