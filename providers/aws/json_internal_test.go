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
		`"a\"b\\\/\b\f\n\r\tA\ud83d\ude00\ud800"`, `"\x"`, `"\u12g4"`, `"\u12`, "\"a\nb\"", "\"\x7f\u2028é\"", "\"\xff\xfe\"", `"a`, `"a\`,
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
		got, ok := read.value()
		if ok = ok && read.end(); ok != wantOK {
			t.Fatalf("%q is JSON: %v, want %v", text, ok, wantOK)
		}
		if !ok {
			return
		}
		if got := plain(got); !reflect.DeepEqual(want, got) { // cmp.Diff takes for ever on what is nested deep
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
		want, err := json.Marshal(map[string]any{"a": text, "list": []any{text, json.Number("1.50"), nil, false}})
		if err != nil {
			t.Fatal(err)
		}
		if cleanText(text, 2) != text { // as deep as the element of the list
			t.Skip("the text holds JSON or a link, and is written anew")
		}
		same := value{kind: kindText, text: text}
		list := []member{{value: same}, {value: value{kind: kindNumber, text: "1.50"}}, {value: value{kind: kindNull}}, {value: value{kind: kindBool, text: "false"}}}
		got := appendClean(nil, object{{name: "a", value: same}, {name: "list", value: value{kind: kindList, parts: list}}}.asValue(), 0)
		if !bytes.Equal(want, got) {
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
	switch v.kind {
	case kindObject:
		out := map[string]any{}
		for _, m := range v.parts {
			out[m.name] = plain(m.value)
		}
		return out
	case kindList:
		out := make([]any, len(v.parts))
		for i, x := range v.parts {
			out[i] = plain(x.value)
		}
		return out
	case kindText:
		return v.text
	case kindNumber:
		return json.Number(v.text)
	case kindBool:
		return v.text == "true"
	}
	return nil
}
