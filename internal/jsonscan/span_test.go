package jsonscan_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/estray/estray/internal/jsonscan"
)

const limit = 20

// follow feeds text behind its opening bracket in pieces of at most so many bytes.
func follow(text []byte, piece int, names *jsonscan.Names) (s *jsonscan.Span, n int, done bool) {
	s = new(jsonscan.Span)
	s.Begin(limit, names)
	n = 1
	for n < len(text) && !done {
		part := append(make([]byte, 0, piece+jsonscan.Padding), text[n:min(n+piece, len(text))]...)
		for i := range part[len(part):cap(part)] { // what lies behind means nothing
			part[len(part):cap(part)][i] = "\"}]{\\tS"[i%7]
		}
		var took int
		took, done = s.Feed(part)
		n += took
	}
	return s, n, done
}

// reference follows text byte by byte.
func reference(text []byte) (n int, done, tooDeep bool) {
	depth, quoted, escape := 1, false, false
	for n = 1; n < len(text); n++ {
		c := text[n]
		escaped := escape
		escape = c == '\\' && !escaped
		switch {
		case c == '"' && !escaped:
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			tooDeep = tooDeep || depth > limit
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return n + 1, true, tooDeep
			}
		}
	}
	return n, false, tooDeep
}

func checkSpan(t interface{ Errorf(string, ...any) }, text []byte, piece int) {
	want, wantDone, deep := reference(text)
	s, got, done := follow(text, piece, jsonscan.NewNames("eventSource", "eventName"))
	if got != want || done != wantDone || s.TooDeep() != deep {
		t.Errorf("%q in pieces of %d: ends at %d (%t, too deep %t), want %d (%t, %t)", text, piece, got, done, s.TooDeep(), want, wantDone, deep)
	}
}

// TestSpanEndsWhereItShould: brackets in strings, escapes of any length over the
// edges of blocks and pieces, and nesting.
func TestSpanEndsWhereItShould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SampledFrom([]string{`"`, `\`, `{`, `}`, `[`, `]`, `\\`, `\"`, `{"a":"`, `"}`, "x", "tS", strings.Repeat("y", 60), strings.Repeat("{", limit), strings.Repeat("}", limit), strings.Repeat(`\`, 63)})
		text := "{" + strings.Join(rapid.SliceOfN(part, 0, 60).Draw(t, "parts"), "")
		checkSpan(t, []byte(text), rapid.IntRange(1, 300).Draw(t, "piece"))
	})
}

func FuzzSpan(f *testing.F) {
	f.Add([]byte(`{"a":[1,2,{"b":"}\"]"}]} `), 7)
	f.Add([]byte(`{"eventSource":"x"}`), 64)
	f.Add([]byte("{"+strings.Repeat("[", 200)), 70)
	f.Fuzz(func(t *testing.T, text []byte, piece int) {
		if len(text) == 0 {
			return
		}
		checkSpan(t, text, min(max(piece, 1), 1<<16))
	})
}

// values reads the values of the outermost level with encoding/json.
func values(t *rapid.T, text []byte) map[string]any {
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return out
}

// TestValuesAreThoseOfTheOutermostLevel: what Values tells is what encoding/json
// reads, whatever the spelling; and of plain text it tells them.
func TestValuesAreThoseOfTheOutermostLevel(t *testing.T) {
	names := []string{"eventSource", "eventName"}
	rapid.Check(t, func(t *rapid.T) {
		text, plain := drawObject(t)
		s, n, done := follow(text, len(text), jsonscan.NewNames(names...))
		if !done || n != len(text) {
			t.Fatalf("%s: ends at %d of %d", text, n, len(text))
		}
		got := make([][]byte, 2)
		ok := s.Values(text, got)
		if !ok {
			if plain {
				t.Fatalf("%s: nothing is told", text)
			}
			return
		}
		all := values(t, text)
		for i, name := range names {
			if all[name] != string(got[i]) {
				t.Errorf("%s: %s is %q, want %q", text, name, got[i], all[name])
			}
		}
	})
}

// drawObject writes an object in which the names stand here and there. Plain: on
// the outermost level once, unescaped, with plain values, and nothing is escaped.
func drawObject(t *rapid.T) (text []byte, plain bool) {
	plain = true
	space := func() string {
		return rapid.SampledFrom([]string{"", "", "", " ", "\n\t", strings.Repeat(" ", 64)}).Draw(t, "space")
	}
	value := func() string {
		return rapid.SampledFrom([]string{
			`"lambda.amazonaws.com"`, `"ec2"`, `""`, `"eventSource"`, `"é"`, `"a\"b"`, `"\\"`, `"\u0061"`, `null`, `-1.5e3`, `{}`, `[]`,
			`{"eventSource":"inner","x":[{"eventName":"deep"}]}`, `["eventSource",":","eventName"]`, `"\"eventSource\":\"said\""`, `"}{"`,
			`"` + strings.Repeat("z", 70) + `"`,
		}).Draw(t, "value")
	}
	var members []string
	for range rapid.IntRange(0, 12).Draw(t, "members") {
		name := rapid.SampledFrom([]string{"a", "clientSource", "EventSource", `event\u0053ource`, "eventName2", "myeventSource", `x\"eventSource`, `\"eventName`, `x\\`}).Draw(t, "name")
		v := value()
		plain = plain && !strings.ContainsAny(name+v, `\`)
		members = append(members, `"`+name+`"`+space()+`:`+space()+v)
	}
	for _, name := range []string{"eventSource", "eventName"} {
		for i := range rapid.SampledFrom([]int{1, 1, 1, 0, 2}).Draw(t, "times") {
			v := value()
			if i > 0 || v[0] != '"' || strings.ContainsAny(v, `\é`) {
				plain = false
			}
			at := rapid.IntRange(0, len(members)).Draw(t, "at")
			members = append(members[:at], append([]string{`"` + name + `"` + space() + `:` + space() + v}, members[at:]...)...)
		}
	}
	text = []byte("{" + space() + strings.Join(members, space()+","+space()) + space() + "}")
	for _, name := range []string{`"eventSource"`, `"eventName"`} {
		plain = plain && topLevel(text, name)
	}
	return text, plain
}

func topLevel(text []byte, name string) bool {
	var all map[string]json.RawMessage
	err := json.Unmarshal(text, &all)
	return err == nil && all[strings.Trim(name, `"`)] != nil
}

// TestAllocatesNothing.
func TestAllocatesNothing(t *testing.T) {
	text := sample()
	names := jsonscan.NewNames("eventSource", "eventName")
	var s jsonscan.Span
	got := make([][]byte, 2)
	if n := testing.AllocsPerRun(100, func() {
		s.Begin(limit, names)
		s.Feed(text[1:])
		if !s.Values(text, got) {
			t.Fatal("nothing is told")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func sample() []byte {
	text := fmt.Appendf(nil, `{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:session","arn":"arn:aws:sts::111122223333:assumed-role/ci/session","sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111122223333:role/ci"}}},"eventTime":"2026-02-01T00:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","requestParameters":{"filters":[%s]},"responseElements":null}`,
		strings.TrimSuffix(strings.Repeat(`{"name":"tag:Name","values":["web","api"]},`, 15), ","))
	return append(make([]byte, 0, len(text)+jsonscan.Padding), text...)
}

func BenchmarkSpan(b *testing.B) {
	text := sample()
	if !bytes.HasPrefix(text, []byte("{")) {
		b.Fatal("no object")
	}
	names := jsonscan.NewNames("eventSource", "eventName")
	var s jsonscan.Span
	got := make([][]byte, 2)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		s.Begin(limit, names)
		s.Feed(text[1:])
		s.Values(text, got)
	}
}
