package output

import (
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Progress tells how far a scan is: a bar on a terminal, else a log line every
// few seconds. Its methods may be called from several goroutines.
type Progress struct {
	mu    sync.Mutex
	bar   *progressbar.ProgressBar
	log   *slog.Logger
	every time.Duration
	last  time.Time
	clock func() time.Time
}

// NewProgress shows progress on w. On a terminal it draws a bar, else it logs
// at most once per every.
func NewProgress(w io.Writer, terminal bool, log *slog.Logger, clock func() time.Time) *Progress {
	p := &Progress{log: log, every: 5 * time.Second, clock: clock, last: clock()}
	if terminal {
		p.bar = progressbar.NewOptions(-1, progressbar.OptionSetWriter(w), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetDescription("reading"), progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond))
	}
	return p
}

// OverBar writes lines to a terminal on which a bar may stand: each write
// begins by clearing the line. The bar comes again with its next step.
func OverBar(w io.Writer) io.Writer { return overBar{w} }

type overBar struct{ w io.Writer }

// Write implements io.Writer; the count is of p alone.
func (o overBar) Write(p []byte) (int, error) {
	if _, err := o.w.Write(append([]byte("\r\x1b[2K"), p...)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Plan tells that of so many accounts some are planned, before a source is read.
func (p *Progress) Plan(done, total int) { p.accounts("planning", done, total) }

// Check tells that of so many accounts the permissions of some are tried.
func (p *Progress) Check(done, total int) { p.accounts("checking", done, total) }

func (p *Progress) accounts(doing string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		p.bar.Describe(fmt.Sprintf("%s: %d of %d accounts", doing, done, total))
		return
	}
	if p.due() {
		p.log.Info(doing, "accounts", done, "of", total)
	}
}

// Step tells that of total sources so many are read, and how many facts came.
func (p *Progress) Step(done, total, facts int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		p.bar.ChangeMax(max(total, 1))
		p.bar.Describe(fmt.Sprintf("%d of %d sources, %d facts", done, total, facts))
		_ = p.bar.Set(done) // drawing is best effort: the result does not depend on it
		return
	}
	if p.due() {
		p.log.Info("reading", "sources", done, "of", total, "facts", facts)
	}
}

// due reports whether it is time for a line: a log that is kept has no use for
// every step.
func (p *Progress) due() bool {
	now := p.clock()
	if now.Sub(p.last) < p.every {
		return false
	}
	p.last = now
	return true
}

// Done removes the bar.
func (p *Progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish() // as above
	}
}
