package jsonscan_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/estray/estray/internal/jsonscan"
)

// TestValuesOfOddTexts: what is no member of the outermost level by that very
// name is never told as one.
func TestValuesOfOddTexts(t *testing.T) {
	const plain = `"eventSource":"lambda","eventName":"Invoke"`
	tests := []struct {
		name, text     string
		source, called string // both empty: nothing may be told
	}{
		{"plain", `{` + plain + `}`, "lambda", "Invoke"},
		{"empty values", `{"eventSource":"","eventName":""}`, "", ""},
		{"the last of two", `{"eventSource":"ec2",` + plain + `}`, "lambda", "Invoke"},
		{"a name that ends like one", `{` + plain + `,"x\"eventSource":"ec2"}`, "", ""},
		{"a name that is one but for an escaped quote", `{` + plain + `,"\"eventSource":"ec2"}`, "", ""},
		{"a value that ends like a name", `{"a":"said \"eventSource",` + plain + `}`, "", ""},
		{"a name that goes on", `{` + plain + `,"eventSource\"":"ec2","eventName\\":"x"}`, "lambda", "Invoke"},
		{"another case", `{` + plain + `,"EventSource":"ec2","eventname":"x"}`, "lambda", "Invoke"},
		{"only in another case", `{"eventsource":"lambda","eventName":"Invoke"}`, "", ""},
		{"nested", `{` + plain + `,"a":{"eventSource":"ec2"},"b":[{"eventName":"x"}]}`, "lambda", "Invoke"},
		{"nested alone", `{"a":{` + plain + `}}`, "", ""},
		{"as values", `{` + plain + `,"a":"eventSource","b":"eventName"}`, "lambda", "Invoke"},
		{"as text", `{"a":"{\"eventSource\":\"ec2\"}",` + plain + `}`, "lambda", "Invoke"},
		{"escapes in a name", `{` + plain + `,"event\u0053ource":"ec2"}`, "", ""},
		{"escapes in a value", `{"eventSource":"lambd\u0061","eventName":"Invoke"}`, "", ""},
		{"no UTF-8", "{\"eventSource\":\"lambda\xff\",\"eventName\":\"Invoke\"}", "", ""},
		{"a control character", "{\"eventSource\":\"lambda\x01\",\"eventName\":\"Invoke\"}", "", ""},
		{"no string", `{"eventSource":null,"eventName":"Invoke"}`, "", ""},
		{"a list", `{"eventSource":["lambda"],"eventName":"Invoke"}`, "", ""},
		{"no string at last", `{` + plain + `,"eventName":{}}`, "", ""},
		{"more places than are kept", `{` + strings.Repeat(`"eventSource":"ec2",`, 64) + plain + `}`, "", ""},
		{"as many as are kept", `{` + strings.Repeat(`"eventSource":"ec2",`, 62) + plain + `}`, "lambda", "Invoke"},
		{"space around", "{\"eventSource\" \t:\r\n\"lambda\" , \"eventName\"" + strings.Repeat(" ", 200) + ":" + strings.Repeat("\n", 200) + "\"Invoke\" }", "lambda", "Invoke"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// At every place of a block, since blocks are looked at as a whole.
			for shift := range 130 {
				text := []byte("{" + strings.Repeat(" ", shift) + tt.text[1:])
				if text[len(text)-1] != '}' {
					t.Fatal("no object")
				}
				s, n, done := follow(text, len(text), jsonscan.NewNames("eventSource", "eventName"))
				if !done || n != len(text) {
					t.Fatalf("shifted by %d: it ends at %d of %d", shift, n, len(text))
				}
				got := make([][]byte, 2)
				ok := s.Values(text, got)
				if want := tt.source != "" || tt.name == "empty values"; ok != want || ok && (string(got[0]) != tt.source || string(got[1]) != tt.called) {
					t.Fatalf("shifted by %d: %t %q, want %t %q %q", shift, ok, got, want, tt.source, tt.called)
				}
			}
		})
	}
}

// FuzzValues holds what is told of a JSON object against encoding/json.
func FuzzValues(f *testing.F) {
	for _, text := range []string{
		`{"eventSource":"lambda","eventName":"Invoke"}`, `{"eventName":"a","eventSource":"b","eventName":"c"}`,
		`{"eventSource":"lambda","eventName":"Invoke","x\"eventSource":"ec2"}`, `{"event\u0053ource":"x","eventSource":"y","eventName":"z"}`,
		`{"a":{"eventSource":"in"},"eventSource":"\\","eventName":"eventSource"}`, "{\"eventSource\":\"\xff\",\"eventName\":\"\x7f\"}",
		`{"eventSource" : "a" , "eventName"` + strings.Repeat(" ", 70) + `:"b"}`,
	} {
		f.Add([]byte(text), 100)
	}
	f.Fuzz(func(t *testing.T, text []byte, piece int) {
		if len(text) == 0 || text[0] != '{' {
			return
		}
		s, n, done := follow(text, min(max(piece, 1), 1<<16), jsonscan.NewNames("eventSource", "eventName"))
		if !done {
			return
		}
		got := make([][]byte, 2)
		if !s.Values(text[:n], got) {
			return
		}
		var all map[string]any
		if json.Unmarshal(text[:n], &all) != nil {
			return
		}
		if all["eventSource"] != string(got[0]) || all["eventName"] != string(got[1]) {
			t.Errorf("%q: told %q, want %v and %v", text[:n], got, all["eventSource"], all["eventName"])
		}
	})
}
