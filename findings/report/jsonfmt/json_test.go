package jsonfmt_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/findings/report/jsonfmt"
	"github.com/estray/estray/findings/report/reporttest"
)

func marshal(t testing.TB, d *report.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jsonfmt.Format().Write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func decode(t testing.TB, b []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAbsentIsNeverNull(t *testing.T) {
	for name, d := range map[string]*report.Document{"rich": reporttest.Document(t), "empty": report.Build(reporttest.Empty())} {
		t.Run(name, func(t *testing.T) {
			for _, path := range nulls(decode(t, marshal(t, d)), "report") {
				t.Errorf("%s is null", path)
			}
		})
	}
	if got := nulls(decode(t, []byte(`{"a":[{"b":null}]}`)), "x"); len(got) != 1 {
		t.Errorf("the search finds %q", got)
	}
}

func nulls(v any, path string) (found []string) {
	switch v := v.(type) {
	case nil:
		return []string{path}
	case map[string]any:
		for k, x := range v {
			found = append(found, nulls(x, path+"."+k)...)
		}
	case []any:
		for i, x := range v {
			found = append(found, nulls(x, fmt.Sprintf("%s[%d]", path, i))...)
		}
	}
	return found
}

func TestRoundTripLosesNothing(t *testing.T) {
	d := reporttest.Document(t)
	var back report.Document
	if err := json.Unmarshal(marshal(t, d), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, &back); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTextIsForReadersNotForPages(t *testing.T) {
	d := reporttest.Document(t)
	d.Notes = []string{"a < b & c > d", "\x1b[31m", "no UTF-8: \xff"}
	got := string(marshal(t, d))
	for _, want := range []string{`"a < b & c > d"`, `"\u001b[31m"`, `"no UTF-8: ` + "\ufffd" + `"`} {
		if !strings.Contains(got, want) && !strings.Contains(got, strings.Replace(want, "\ufffd", `\ufffd`, 1)) {
			t.Errorf("%s is missing", want)
		}
	}
	if !strings.HasSuffix(got, "}\n") || strings.Contains(got, "\x1b") {
		t.Error("no final newline, or a raw control character")
	}
}

func TestFailedWriteIsReported(t *testing.T) {
	if err := jsonfmt.Write(full{}, reporttest.Document(t)); !errors.Is(err, errFull) {
		t.Errorf("error %v", err)
	}
}

var errFull = errors.New("disk is full")

// full is a file on a disk that is full.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
