package snapshot

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"

	"github.com/estray/estray/inventory"
)

// Writer writes a snapshot. Make it with NewWriter; call Flush at the end.
type Writer struct {
	buf *bufio.Writer
	enc *json.Encoder
}

// NewWriter writes the header. An empty Schema stands for this version's.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	buf := bufio.NewWriter(w)
	s := &Writer{buf: buf, enc: json.NewEncoder(buf)}
	s.enc.SetEscapeHTML(false)
	h.Schema = cmp.Or(h.Schema, Schema)
	h.Taken = h.Taken.UTC()
	return s, s.line("header", h)
}

// WriteAsset writes one asset with what was judged of it.
func (w *Writer) WriteAsset(a inventory.Asset, v Verdict) error {
	return w.line("asset "+string(a.ID), lineOf(a, v))
}

// WriteCoverage writes one cell. Its mark stays behind: it means something to
// the source that set it and to nobody else.
func (w *Writer) WriteCoverage(c inventory.Coverage) error {
	return w.line("coverage of "+c.Cell.String(), lineOfCoverage(c))
}

// WritePermit writes what one principal may do.
func (w *Writer) WritePermit(p inventory.Permit) error {
	return w.line("permit "+p.ID, permitLine{p})
}

// Flush writes what is buffered.
func (w *Writer) Flush() error {
	if err := w.buf.Flush(); err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	return nil
}

func (w *Writer) line(what string, v any) error {
	if err := w.enc.Encode(v); err != nil {
		return fmt.Errorf("write %s to snapshot: %w", what, err)
	}
	return nil
}
