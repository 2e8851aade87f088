// Package jsonfmt writes the report as JSON, the document estray.report/v1
// itself. Its schema is published as docs/report.schema.json.
package jsonfmt

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/estray/estray/findings/report"
)

// Format is the format "json".
func Format() report.Format { return report.Format{Name: "json", Write: Write} }

// Write writes the document, indented, with a final newline. HTML characters
// are not escaped: the bytes are for programs and people, not for a page. The
// long lists are written one by one, so that their text is never held whole.
func Write(w io.Writer, d *report.Document) error {
	if err := write(w, d); err != nil {
		return fmt.Errorf("write JSON report: %w", err)
	}
	return nil
}

func write(w io.Writer, d *report.Document) error {
	frame := *d
	frame.Assets, frame.Findings = []report.Asset{}, []report.Finding{}
	text, err := indented(frame, "")
	if err != nil {
		return err
	}
	// Within a string a line break is written as an escape, so that these can
	// only be the members themselves.
	head, rest, okAssets := bytes.Cut(text, []byte("\n  \"assets\": []"))
	middle, tail, okFindings := bytes.Cut(rest, []byte("\n  \"findings\": []"))
	if !okAssets || !okFindings {
		return errors.New("the frame of the document has no place for its lists")
	}
	out := bufio.NewWriterSize(w, 64<<10)
	return errors.Join(
		put(out, head), list(out, "assets", d.Assets),
		put(out, middle), list(out, "findings", d.Findings),
		put(out, append(tail, '\n')), out.Flush())
}

// list writes a member of the document that is a list.
func list[T any](w io.Writer, name string, all []T) error {
	if len(all) == 0 {
		return put(w, []byte("\n  \""+name+"\": []"))
	}
	if err := put(w, []byte("\n  \""+name+"\": [")); err != nil {
		return err
	}
	for i, x := range all {
		text, err := indented(x, "    ")
		if err != nil {
			return err
		}
		between := "\n    "
		if i > 0 {
			between = ",\n    "
		}
		if err := errors.Join(put(w, []byte(between)), put(w, text)); err != nil {
			return err
		}
	}
	return put(w, []byte("\n  ]"))
}

// indented is the JSON of v, each line but the first after the prefix.
func indented(v any, prefix string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent(prefix, "  ")
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func put(w io.Writer, text []byte) error {
	_, err := w.Write(text)
	return err
}
