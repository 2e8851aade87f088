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

	width              int    // of the terminal
	line               string // what the bar says before the first step
	done, total, facts int    // of the last step
	archives           archives
	watch              watch
}

// barWidth is how many columns the bar itself takes, and aside what stands
// around it: " 100% |" and "|  ", and the column of the cursor.
const (
	barWidth = 10
	aside    = 11
)

// scale is how finely a bar is drawn.
const scale = 1000

// NewProgress shows progress on w. On a terminal, of so many columns, it draws a
// bar; where width is 0 it logs at most once in five seconds.
func NewProgress(w io.Writer, width int, log *slog.Logger, clock func() time.Time) *Progress {
	p := &Progress{width: width, log: log, every: 5 * time.Second, clock: clock, last: clock()}
	if width > 0 {
		p.bar = progressbar.NewOptions(-1, progressbar.OptionSetWriter(w), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetDescription("reading"), progressbar.OptionSetWidth(barWidth), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetElapsedTime(false), progressbar.OptionSetPredictTime(false), // sources are not alike
			progressbar.OptionSetSpinnerChangeInterval(0)) // else it leaves a goroutine behind
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
		p.line = fmt.Sprintf("%s: %d of %d accounts", doing, done, total)
		p.bar.Describe(p.line)
		return
	}
	if p.due() {
		p.log.Info(doing, "accounts", done, "of", total)
	}
}

// Wait tells that a provider asked to wait, and for how long yet.
func (p *Progress) Wait(remaining time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := fmt.Sprintf("waiting %s: the provider asked to", remaining.Round(time.Second))
	if p.bar != nil {
		p.bar.Describe(fit([]string{text}, p.width-barWidth-aside))
		return
	}
	if p.due() {
		p.log.Info("waiting, as the provider asked", "remaining", remaining.Round(time.Second))
	}
}

// Step tells that of total sources so many are read, and how many facts came.
func (p *Progress) Step(done, total, facts int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.total, p.facts = done, total, facts
	p.archives.look(p.clock())
	p.show()
}

// show tells how far the reading is; mu is held.
func (p *Progress) show() {
	if p.bar != nil {
		p.draw()
		return
	}
	if p.due() {
		p.archives.told = p.archives.now
		p.log.Info("reading", append([]any{"sources", p.done, "of", p.total, "facts", p.facts}, p.archives.attributes(p.clock())...)...)
	}
}

// draw shows the archives while they are read, whose bytes tell most, else the
// sources.
func (p *Progress) draw() {
	done, whole := int64(p.done), int64(p.total)
	parts := []string{fmt.Sprintf("%d of %d sources", p.done, p.total), fmt.Sprintf("%d facts", p.facts)}
	if p.archives.reading() {
		done, whole = p.archives.now.Bytes, p.archives.now.DueBytes
		parts = append(parts[:1], p.archives.parts(p.clock())...)
	}
	// The text is set before the position, and drawn after it: of two drawings at
	// once the second is left out, and one is left out where nothing moved.
	text := fit(parts, p.width-barWidth-aside)
	progressbar.OptionSetDescription(text)(p.bar)
	if p.bar.GetMax() != scale {
		p.bar.ChangeMax(scale)
	}
	// A bar that is full is never drawn again, and more may become due.
	at := min(float64(done)/float64(max(whole, 1))*scale, scale-1)
	_ = p.bar.Set(int(at)) // drawing is best effort: the result does not depend on it
	p.bar.Describe(text)
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

// Done ends the watching and removes the bar.
func (p *Progress) Done() {
	p.watch.end()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish() // as above
	}
}
