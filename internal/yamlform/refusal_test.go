package yamlform_test

import (
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/estray/estray/internal/yamlform"
)

// TestRefusalTellsTheLineOfTheMistake holds what the parser says wrongly about
// lines; "line" is where a person would look.
func TestRefusalTellsTheLineOfTheMistake(t *testing.T) {
	tests := []struct {
		name, text string
		line       int
		message    string
	}{
		{"on the first line, which the parser leaves out", "{", 1, "did not find expected node content"},
		{"counted from 0", "a: 1\nb: [a\nc: {}\n", 2, "did not find expected ',' or ']'"},
		{"a key in a nest", "a: x\nb:\n  c: 1\n d: 2\n", 4, "did not find expected key"},
		{"an entry of a list", "a:\n- b\nc: 1\n- d\n", 4, "did not find expected key"},
		{"missing at the end", "a: x\nb: [", 2, "did not find expected node content"},
		{"missing after the end", "a: x\nb: [\n\n", 2, "did not find expected node content"},
		{"counted from 1", "# a\nb: c: d\n", 2, "mapping values are not allowed in this context"},
		{"an unknown anchor, which has no line", "a: {}\nb: *x\n", 2, "unknown anchor 'x' referenced"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := yamlform.Document([]byte(tt.text))
			if err == nil {
				t.Fatal("the parser takes it")
			}
			line, message := yamlform.Refusal([]byte(tt.text), err)
			if line != tt.line || message != tt.message {
				t.Errorf("%v\ntold as line %d: %s\nwant    line %d: %s", err, line, message, tt.line, tt.message)
			}
		})
	}
}

func TestTabFindsOneThatIndentsOnly(t *testing.T) {
	line, column, ok := yamlform.Tab([]byte("a: \tb\nc:\n  \td: 1\n\te: 2\n"))
	if line != 3 || column != 3 || !ok {
		t.Errorf("tab at %d:%d, %v, want 3:3", line, column, ok)
	}
	if _, _, ok := yamlform.Tab([]byte("a:\tb # \t\n")); ok {
		t.Error("a tab between words indents nothing")
	}
}

func TestIllegibleTellsTheFirstFaultByCharacters(t *testing.T) {
	tests := []struct {
		name, text string
		want       yamlform.Fault
		found      bool
	}{
		{"text of every kind", "a: é\t\r\n\u2028", yamlform.Fault{}, false},
		{"a byte that is not UTF-8, after a wide character", "a\nbé\xff\x00", yamlform.Fault{Line: 2, Column: 3, Char: 0xff, NotUTF8: true}, true},
		{"a control character", "a\n\x00\xff", yamlform.Fault{Line: 2, Column: 1}, true},
		{"delete", "ab\x7f", yamlform.Fault{Line: 1, Column: 3, Char: 0x7f}, true},
		{"the character that stands for a broken one, written out", "\ufffd", yamlform.Fault{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, found := yamlform.Illegible([]byte(tt.text))
			if diff := cmp.Diff(tt.want, got); diff != "" || found != tt.found {
				t.Errorf("found %v, want %v (-want +got):\n%s", found, tt.found, diff)
			}
		})
	}
}

// FuzzDocument holds for any bytes: it ends, a refusal has a line of the file,
// and what was read has words.
func FuzzDocument(f *testing.F) {
	for _, seed := range []string{"", "{", "a: [", "- &a [*a]", "a: *x\n", "\t", "a: b: c\n", "a\n---\n]", "%", "? [x]\n: y\n", "\xff", "a:\n- b\nc: 1\n- d\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		root, second, err := yamlform.Document(raw)
		if err != nil && second != nil || root == nil && second != nil {
			t.Fatalf("root %v, second %v, error %v", root, second, err)
		}
		if err != nil {
			if line, message := yamlform.Refusal(raw, err); line < 0 || line > 1+len(raw) || message == "" {
				t.Fatalf("%v is told as line %d: %q", err, line, message)
			}
		}
		if root != nil && root.Kind == yaml.MappingNode {
			for p := range yamlform.Pairs(root) {
				if yamlform.Words(p.Key) == "" || yamlform.Words(p.Value) == "" || p.First > p.Key.Line {
					t.Fatalf("pair %+v", p)
				}
			}
		}
		if fault, found := yamlform.Illegible(raw); found && fault.NotUTF8 && utf8.Valid(raw) {
			t.Fatalf("UTF-8 is told as none: %+v", fault)
		}
	})
}
