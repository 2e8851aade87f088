package aws

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"
)

// The scanner is not exported, and no record shows all of it, so this test lies
// inside of the package.

// texts are JSON and what is nearly so.
func texts() []string {
	return []string{
		``, `{}`, `[]`, ` { "a" : [ 1 , null , true ] , "b":{"c":-0.5e+3} } `, `{"a":1,"a":{"b":2},"A":3,"a":"last"}`,
		`[0,-0,1.5,1e9,1E-2,12345678901234567890]`, `[01]`, `[1.]`, `[.5]`, `[-]`, `[+1]`, `[1e]`, `[1e+]`, `[--1]`, `[0x1]`, `[Infinity]`, `[1f]`,
		`"a\"b\\\/\b\f\n\r\tA\ud83d\ude00\ud800"`, `"\x"`, `"\u12g4"`, `"\u12`, "\"a\nb\"", "\"\x7f\u2028é\"", "\"\xff\xfe\"", "\"\xdc\\b\"", `"a`, `"a\`,
		`{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `[1,]`, `[,1]`, `[1 2]`, `{"a":1 "b":2}`, `{a:1}`, `{"a":1}}`, `[`, `{`, `{"a":[`, `{"a":1]`, `tru`, `truefalse`, `nulls`, `null `, `1 2`,
		"\ufeff{}", "{}\x00", "\x00", `{"":""}`, strings.Repeat("[", 300) + strings.Repeat("]", 300),
	}
}

// FuzzScanner holds the scanner against encoding/json: both take the same
// texts, for the same values.
func FuzzScanner(f *testing.F) {
	for _, text := range texts() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, wantOK := byLibrary(text)
		read := scanner{text: text}
		var m member
		var ok bool
		m.kind, m.value, m.look, ok = read.value()
		if ok = ok && read.end(); ok != wantOK {
			t.Fatalf("%q is JSON: %v, want %v", text, ok, wantOK)
		}
		if !ok {
			return
		}
		if got := plain(value{&read, &m}); !reflect.DeepEqual(want, got) { // cmp.Diff takes for ever on what is nested deep
			t.Errorf("%q gives %#v, want %#v", text, got, want)
		}
	})
}

// FuzzAppendClean holds what redaction writes against encoding/json: the same
// bytes, where there is nothing to redact.
func FuzzAppendClean(f *testing.F) {
	for _, text := range texts() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := appendText(nil, text); !bytes.Equal(want, got) {
			t.Errorf("%s, want %s", got, want)
		}
		text = strings.ToValidUTF8(text, "?")
		want, err = json.Marshal(map[string]any{"a": text, "list": []any{text, json.Number("1.50"), nil, false}, text + "-": 0})
		if err != nil {
			t.Fatal(err)
		}
		whole := parseJSON(string(want))
		if a := whole.object().get("a"); string(appendCleanText(nil, a, 2)) != string(appendText(nil, text)) { // as deep as the element of the list
			t.Skip("the text holds JSON or a link, and is written anew")
		}
		if got := appendClean(nil, whole, 0); !bytes.Equal(want, got) {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

func byLibrary(text string) (any, bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil, false
	}
	_, err := d.Token()
	return v, err == io.EOF
}

// plain turns what the scanner gave into what encoding/json gives.
func plain(v value) any {
	switch v.kind() {
	case kindObject:
		out := map[string]any{}
		for part := range v.parts().values() {
			out[part.name()] = plain(part)
		}
		return out
	case kindList:
		out := make([]any, 0)
		for part := range v.parts().values() {
			out = append(out, plain(part))
		}
		return out
	case kindText:
		return v.text()
	case kindNumber:
		return json.Number(v.text())
	case kindBool:
		return v.text() == "true"
	}
	return nil
}
