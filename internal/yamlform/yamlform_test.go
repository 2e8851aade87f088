package yamlform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/estray/estray/internal/yamlform"
)

func root(t *testing.T, text string) *yaml.Node {
	t.Helper()
	n, second, err := yamlform.Document([]byte(text))
	if n == nil || second != nil || err != nil {
		t.Fatalf("Document(%.60q) = %v, %v, %v", text, n, second, err)
	}
	return n
}

func TestDocumentTellsNothingFromARefusalAndFromASecondDocument(t *testing.T) {
	tests := []struct {
		name, text       string
		root, second, no bool
	}{
		{"no bytes", "", false, false, false},
		{"comments only", "# a\n", false, false, false},
		{"one document", "a: b\n", true, false, false},
		{"one document that is ended", "a: b\n...\n", true, false, false},
		{"two documents", "a: b\n---\nc: d\n", true, true, false},
		{"a refusal in the first", "a: [\n", false, false, true},
		{"a refusal in the second", "a: b\n---\nc: [\n", true, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root, second, err := yamlform.Document([]byte(tt.text))
			got := []bool{root != nil, second != nil, err != nil}
			if diff := cmp.Diff([]bool{tt.root, tt.second, tt.no}, got); diff != "" {
				t.Errorf("root, second, error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWordsNameTheFormAndNeverTheContent(t *testing.T) {
	const list = `[{secret: s}, [secret], secret, 7, 7.5, true, ~, 2026-02-01, <<, !secret x]`
	want := []string{"keys and values", "a list", "text", "a number", "a number", "true or false", "nothing", "a date",
		"a merge (<<)", "a value with the tag !secret"}
	var got []string
	for _, n := range root(t, list).Content {
		got = append(got, yamlform.Words(n))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
}

func TestClipKeepsEightyBytes(t *testing.T) {
	if got := yamlform.Clip(strings.Repeat("x", 81)); len(got) != 80 {
		t.Errorf("a text of 81 bytes becomes one of %d", len(got))
	}
	if got := yamlform.Clip("short"); got != "short" {
		t.Errorf("a short text becomes %q", got)
	}
}

func TestPairsTellWhatStandsTwiceAndWhatIsNoName(t *testing.T) {
	n := root(t, "a: 1\nb: &x two\na: *x\n? [c]\n: 3\n<<: {d: 4}\n<<: {e: 5}\na: 6\n")
	want := []string{"a=1 first 0 named true line 1", "b=two first 0 named true line 2", "a=two first 1 named true line 3",
		"=3 first 0 named false line 4", "<<= first 0 named false line 6", "<<= first 0 named false line 7", "a=6 first 1 named true line 8"}
	var got []string
	for p := range yamlform.Pairs(n) {
		got = append(got, fmt.Sprintf("%s=%s first %d named %v line %d", p.Key.Value, p.Value.Value, p.First, p.Named(), p.Key.Line))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pairs (-want +got):\n%s", diff)
	}
	for p := range yamlform.Pairs(n) { // a reader may stop
		if p.Key.Line > 1 {
			t.Fatal("the pairs go on after the end")
		}
		break
	}
}

func TestFilledStandsAtThePlaceOfTheAlias(t *testing.T) {
	n := root(t, "a: &x text\nb: *x\n")
	f := yamlform.Filled(n.Content[3])
	if f.Value != "text" || f.Line != 2 || f.Column != 4 {
		t.Errorf("the alias gives %q at %d:%d, want text at 2:4", f.Value, f.Line, f.Column)
	}
	if n.Content[1].Line != 1 {
		t.Error("what the alias stands for was moved")
	}
}
