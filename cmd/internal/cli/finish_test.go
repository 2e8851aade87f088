package cli_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/cmd/internal/cli"
)

// TestTheVerdictIsSaidOnceToAPerson: whoever sees both streams reads it at the
// end of the text report; a log of a job has it in any case.
func TestTheVerdictIsSaidOnceToAPerson(t *testing.T) {
	r := newRoom(t, "providers: {archives: [{kind: snapshot, url: a.jsonl}]}\n")
	r.write("a.jsonl", []byte(`{"schema":"estray.snapshot/v1","taken":"2026-03-01T00:00:00Z"}
{"source":"aws-lambda","provider":"aws","account":"111122223333","region":"eu-west-1","capability":"functions","state":"complete","seen":0}
`))
	for _, tc := range []struct {
		name     string
		terminal bool
		output   string
		want     bool
	}{
		{"a person who reads the report", true, "text=-", false},
		{"a person who has it in a file", true, "text=r.txt", true},
		{"a person who reads data", true, "json=-", true},
		{"a job", false, "text=-", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			cli.Run(context.Background(), []string{"scan", "--now", "2026-03-02T00:00:00Z", "--output", tc.output}, cli.Streams{
				Out: &out, Err: &errs, OutTerminal: tc.terminal, ErrTerminal: tc.terminal, OutWidth: 80, Dir: r.dir, Clock: time.Now, Holder: "test",
			})
			if got := strings.Contains(errs.String(), "estray: exit code "); got != tc.want {
				t.Errorf("said on standard error: %v, want %v\n%s", got, tc.want, errs.String())
			}
		})
	}
}
