package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/estray/estray/cmd/internal/cli"
)

// TestScanTellsHowFarTheArchivesAre: objects, bytes and events reach the lines
// of a scan's log.
func TestScanTellsHowFarTheArchivesAre(t *testing.T) {
	r := newRoom(t, "providers: {archives: [{kind: cloudtrail, url: logs}]}\n")
	for i := range 3 {
		r.write(fmt.Sprintf("logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/0%d/111122223333_CloudTrail_eu-west-1_2026050%dT0300Z_aaaaaaaaaaaaaaaa.json", i+1, i+1),
			[]byte(`{"Records":[]}`))
	}
	var ticks atomic.Int64
	clock := func() time.Time { // each look takes ten seconds
		return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(ticks.Add(1)) * 10 * time.Second)
	}
	var out, errs bytes.Buffer
	cli.Run(context.Background(), []string{"scan"}, cli.Streams{Out: &out, Err: &errs, OutWidth: 80, Dir: r.dir, Clock: clock, Holder: "test"})
	for _, want := range []string{"msg=reading sources=", " due_objects=3 ", " due_bytes=42 ", " events=0"} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, errs.String())
		}
	}
}
