package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/estray/estray/internal/inflate"
	"github.com/estray/estray/internal/jsonscan"
	"github.com/estray/estray/inventory"
)

// What a worker hands on at once, at most, besides a full segment.
const (
	mostEvents = 1000
	mostKept   = 1 << 20 // bytes of records that became events
	mostBytes  = 32 << 20
)

// errNotObject means that a file is neither compressed nor a JSON object.
var errNotObject = errors.New("is neither gzip nor a JSON object")

// task is an object on its way through the engine.
type task struct {
	object
	day     day
	counted bool // whether use is counted
	fetch   *fetch
	// vouched is what the content must hash to; nil: nobody says so.
	vouched *[sha256.Size]byte
	// out gives what was found, in order, and is closed after it.
	out chan *result
	// panicked is the panic that ended the reading, in words; to be read after out
	// is closed.
	panicked string
}

// result is what a worker found in an object, or in a part of one.
type result struct {
	events   []found
	kept     int      // bytes of their records
	segment  *segment // of the records that matter
	bad      mistakes
	inflated int64
	// modified: the content is not what it was vouched for.
	modified bool
}

// found is a record that was kept.
type found struct {
	Decoded
	number int // in the segment
}

func newResult() *result { return &result{segment: newSegment()} }

// reset empties the result and keeps its memory.
func (r *result) reset() {
	clear(r.events)
	r.events = r.events[:0]
	r.segment.reset()
	r.kept, r.bad, r.inflated, r.modified = 0, mistakes{}, 0, false
}

// worker holds what reading an object takes. It reads one at a time.
type worker struct {
	crew   *crew
	format Format
	z      *inflate.Reader
	cut    cutter
	values [][]byte
	// uses is what the format made for this worker; nil: use is not counted.
	uses func(record jsonscan.Text, use *Use) (bool, error)
	use  Use

	task   *task
	result *result
	told   int64 // up to where in the object results were handed on
}

// read reads an object and closes its task.
func (w *worker) read(ctx context.Context, t *task) {
	defer close(t.out)
	defer t.fetch.close()
	defer w.caught()
	w.task, w.told = t, 0
	w.cut.buf = nil // of the object before
	w.result = w.crew.results.Get()
	if w.open() {
		w.content(ctx)
	}
	w.hand(ctx)
	w.task, w.result = nil, nil
}

// caught keeps a panic for whoever takes the results. In this goroutine it would
// end the program, and one record nobody foresaw would keep all others from being
// read.
func (w *worker) caught() {
	v := recover()
	if v == nil {
		return
	}
	w.task.panicked = fmt.Sprintf("%v, in %s, reading %s", v, culprit(), w.task.key)
	w.task, w.result, w.z = nil, nil, nil // they may be in any state
	if w.uses != nil {
		w.uses = w.format.Uses()
	}
}

// culprit names the function that panicked. It is called by what recovers.
func culprit() string {
	places := make([]uintptr, 32)
	frames := runtime.CallersFrames(places[:runtime.Callers(3, places)])
	for {
		frame, more := frames.Next()
		if !more || !strings.HasPrefix(frame.Function, "runtime.") {
			return frame.Function
		}
	}
}

// open begins the object; false, with the mistake noted, where nothing of it
// can be read.
func (w *worker) open() bool {
	t, bad := w.task, &w.result.bad
	if err := t.fetch.open(); err != nil {
		bad.unread(t.key, "", err)
		return false
	}
	if w.z == nil {
		w.z = inflate.NewReader()
	}
	switch err := w.z.Reset(t.fetch, t.size); {
	case brokeOff(err):
		bad.unread(t.key, "", err)
	case err != nil:
		bad.add(t.key, "", err.Error())
		w.result.modified = t.vouched != nil
	case w.z.Kind() == inflate.Empty:
		bad.add(t.key, "", "is empty")
		w.result.modified = t.vouched != nil
	default:
		return true
	}
	return false
}

// content reads what the object holds.
func (w *worker) content(ctx context.Context) {
	relayed := relay{crew: w.crew, z: w.z}
	defer relayed.close()
	var sum hash.Hash
	var src io.Reader = &relayed
	if w.task.vouched != nil {
		sum = sha256.New()
		src = io.TeeReader(src, sum)
	}
	if all, ok := w.z.Bytes(); ok {
		w.cut.resetWhole(all)
		if sum != nil {
			sum.Write(all)
		}
	} else {
		w.cut.reset(src)
	}
	w.cut.begin()
	switch opens := w.cut.opens(); {
	case w.cut.offset() == 0 && w.cut.end == 0 && w.cut.err == io.EOF:
		w.result.bad.add(w.task.key, "", "is empty")
	case !opens:
		w.result.bad.add(w.task.key, "", errNotObject.Error())
	case !w.records(ctx):
		return
	}
	w.check(src, sum)
}

// records takes record after record; false: the run was ended.
func (w *worker) records(ctx context.Context) bool {
	for {
		p, ok := w.cut.next()
		if !ok {
			return ctx.Err() == nil
		}
		w.piece(p)
		r := w.result
		if len(r.events) >= mostEvents || r.kept >= mostKept || r.segment.full() || w.cut.offset()-w.told >= mostBytes {
			if !w.hand(ctx) {
				return false
			}
			w.result = w.crew.results.Get()
		}
	}
}

// hand hands the result on; false: the run was ended.
func (w *worker) hand(ctx context.Context) bool {
	if w.cut.buf != nil {
		w.result.inflated = w.cut.offset() - w.told
		w.told = w.cut.offset()
	}
	select {
	case w.task.out <- w.result:
		return true
	case <-ctx.Done():
		return false
	}
}

// piece takes a record or a mistake.
func (w *worker) piece(p piece) {
	bad, key := &w.result.bad, w.task.key
	switch {
	case p.broke != nil:
		bad.unread(key, p.where(), p.broke)
	case p.bad != "":
		bad.add(key, p.where(), p.bad)
	}
	if p.record == nil {
		return
	}
	number := -1 // in the segment
	var misread error
	if w.task.counted {
		counts, err := w.uses(w.cut.span.Text(p.record), &w.use)
		if misread = err; counts && err == nil {
			number = w.result.segment.use(&w.use)
		}
	}
	if w.matters(p.record) {
		if err := w.decode(p, number); err != nil {
			misread = err
		}
	}
	if misread != nil {
		bad.add(key, p.where(), "is not understood: "+misread.Error())
	}
}

// matters reports whether a record may be one that is kept.
func (w *worker) matters(record []byte) bool {
	return w.format.Filter.Matters == nil || !w.cut.span.Values(record, w.values) || w.format.Filter.Matters(w.values)
}

// decode keeps what a record says. Its number is that of its use, if it has one.
func (w *worker) decode(p piece, number int) error {
	sound := utf8.Valid(p.record)
	if !sound {
		p.record = bytes.ToValidUTF8(p.record, []byte("\uFFFD"))
	}
	d, err := w.format.Decode(p.record, inventory.Provenance{Object: w.task.key, Record: p.number})
	keep := err == nil && (d.Event != nil || len(d.Assets) > 0)
	switch {
	case !sound && keep:
		w.result.bad.add(w.task.key, p.where(), "holds bytes that are no UTF-8; they were replaced and the record was kept")
	case !sound && err == nil:
		w.result.bad.add(w.task.key, p.where(), "holds bytes that are no UTF-8, and does not concern what is read unless they say so")
	}
	if !keep {
		return err
	}
	if number < 0 {
		number = w.result.segment.note(idOfEvent(d.Event))
	}
	w.result.events = append(w.result.events, found{d, number})
	w.result.kept += len(p.record)
	return nil
}

// idOfEvent is the id of the record itself: an event that was corrected keeps
// that of the first record.
func idOfEvent(e *inventory.Event) recordID {
	switch {
	case e == nil:
		return recordID{}
	case e.Correction != "":
		return idOf([]byte(e.Correction))
	}
	return idOf([]byte(e.ID))
}

// check holds the object, which was read to its end, against what was said of
// it: its size by the listing, its content by who vouches for it.
func (w *worker) check(src io.Reader, sum hash.Hash) {
	t, bad := w.task, &w.result.bad
	if w.cut.err != nil && !errors.Is(w.cut.err, io.EOF) { // told already
		w.result.modified = sum != nil && !brokeOff(w.cut.err)
		return
	}
	if w.cut.err == nil {
		if sum == nil {
			return
		}
		if _, err := io.Copy(io.Discard, src); err != nil {
			bad.add(t.key, "", "cannot be read further: "+cause(err))
			w.result.modified = !brokeOff(err)
			return
		}
	}
	if t.fetch.total != t.size {
		bad.add(t.key, "", fmt.Sprintf("was changed while it was read: it had %d bytes, and %d came", t.size, t.fetch.total))
	}
	if sum != nil && [sha256.Size]byte(sum.Sum(nil)) != *t.vouched {
		w.result.modified = true
		bad.add(t.key, "", "was modified: its content is not what the archive's integrity records vouch for")
	}
}
