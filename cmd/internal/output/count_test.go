package output_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/cmd/internal/output"
)

// TestCount: what is counted is told on a bar, or now and then in a log line.
func TestCount(t *testing.T) {
	var terminal, log bytes.Buffer
	at := time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)
	bar := output.NewProgress(&terminal, 80, nil, func() time.Time { return at })
	bar.Count("verifying", "logs", 3, 10)
	bar.Done()
	if !strings.Contains(terminal.String(), "verifying: 3 of 10 logs") {
		t.Errorf("terminal %q", terminal.String())
	}
	lines := output.NewProgress(nil, 0, slog.New(slog.NewTextHandler(&log, nil)), func() time.Time { return at })
	lines.Count("verifying", "logs", 3, 10)
	at = at.Add(6 * time.Second)
	lines.Count("verifying", "logs", 4, 10)
	lines.Done()
	if got := log.String(); !strings.Contains(got, "msg=verifying logs=4 of=10") || strings.Count(got, "\n") != 1 {
		t.Errorf("log %q", got)
	}
}
