package output

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/estray/estray/providers/archive"
)

const (
	// glance is how often the reading of archives is looked at: a large object
	// comes in no steps.
	glance = 500 * time.Millisecond
	// The time left is told once so much was read: before that it is a guess.
	leftAfter = 5 * time.Second
	leftPart  = 100 // one part in so many
)

// Watch shows besides the steps how far the reading of archives is, as read
// tells it, and looks again every half second until Done. It is called once.
func (p *Progress) Watch(read func() archive.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.archives.read = read
	p.watch.begin(p.again)
}

// again draws the bar anew, or tells what was not told yet.
func (p *Progress) again() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.archives.look(p.clock())
	switch {
	case p.bar != nil && p.total == 0 && p.line != "":
		p.bar.Describe(p.line)
	case p.bar != nil && p.total > 0, p.bar == nil && p.archives.now != p.archives.told:
		p.show()
	}
}

// watch calls a function every so often, in a goroutine of its own.
type watch struct {
	stop chan struct{}
	done sync.WaitGroup
}

func (w *watch) begin(call func()) {
	w.stop = make(chan struct{})
	w.done.Go(func() {
		tick := time.NewTicker(glance)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				call()
			case <-w.stop:
				return
			}
		}
	})
}

// end returns when the goroutine has ended.
func (w *watch) end() {
	if w.stop == nil {
		return
	}
	close(w.stop)
	w.done.Wait()
	w.stop = nil
}

// archives is how far the reading of archives is. The zero value has nothing to
// tell.
type archives struct {
	read  func() archive.Progress
	now   archive.Progress
	told  archive.Progress // by the last log line
	began time.Time        // when something was due first
}

// look reads the state.
func (a *archives) look(at time.Time) {
	if a.read == nil {
		return
	}
	a.now = a.read()
	if a.began.IsZero() && a.now.DueObjects > 0 {
		a.began = at
	}
}

// reading reports whether there is something left to read.
func (a *archives) reading() bool { return a.now.Objects < a.now.DueObjects }

// parts is what a bar shows of archives.
func (a *archives) parts(at time.Time) []string {
	p := a.now
	out := []string{fmt.Sprintf("%d of %d objects", p.Objects, p.DueObjects), fmt.Sprintf("%s of %s", size(p.Bytes), size(p.DueBytes)),
		fmt.Sprintf("%d events", p.Events)}
	if rate := a.rate(at); rate > 0 {
		out = append(out, size(rate)+"/s")
	}
	if left, ok := a.left(at); ok {
		out = append(out, left.String()+" left")
	}
	return out
}

// fit joins parts. Where there is no room for all, the least of them are left
// out, and bytes first, of which the bar shows the part. A line that wraps could
// not be taken back.
func fit(parts []string, room int) string {
	parts = slices.Clone(parts)
	for _, least := range []string{"B of ", " sources", " facts", "/s", " events", " left"} {
		if len(strings.Join(parts, ", ")) <= room {
			break
		}
		parts = slices.DeleteFunc(parts, func(s string) bool { return strings.Contains(s, least) })
	}
	line := strings.Join(parts, ", ")
	return line[:min(len(line), max(room, 0))]
}

// attributes are what a log line tells of archives.
func (a *archives) attributes(at time.Time) []any {
	p := a.now
	if p.DueObjects == 0 {
		return nil
	}
	out := []any{"objects", p.Objects, "due_objects", p.DueObjects, "bytes", p.Bytes, "due_bytes", p.DueBytes, "events", p.Events}
	if rate := a.rate(at); rate > 0 {
		out = append(out, "inflated_per_second", rate)
	}
	if left, ok := a.left(at); ok {
		out = append(out, "left", left)
	}
	return out
}

// rate is how many inflated bytes a second were read since the begin.
func (a *archives) rate(at time.Time) int64 {
	took := at.Sub(a.began).Seconds()
	if took <= 0 {
		return 0
	}
	return int64(float64(a.now.Inflated) / took)
}

// left is the time that the rest takes if it goes on like this; false where that
// cannot be told yet.
func (a *archives) left(at time.Time) (time.Duration, bool) {
	took, p := at.Sub(a.began), a.now
	if took < leftAfter || p.Bytes == 0 || p.Bytes < p.DueBytes/leftPart || p.Bytes >= p.DueBytes {
		return 0, false
	}
	left := time.Duration(float64(took) * float64(p.DueBytes-p.Bytes) / float64(p.Bytes))
	return left.Round(time.Second), true
}

// size is a number of bytes for people.
func size(n int64) string {
	const step = 1000
	if n < step {
		return fmt.Sprintf("%d B", n)
	}
	f, unit := float64(n)/step, 0
	for units := "kMGT"; f >= step && unit < len(units)-1; unit++ {
		f /= step
	}
	return fmt.Sprintf("%.1f %cB", f, "kMGT"[unit])
}
