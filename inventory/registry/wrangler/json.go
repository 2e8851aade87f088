package wrangler

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/tidwall/jsonc"
)

// jsonReading walks a file of JSON. Comments were blanked out, so that offsets are
// those of the file.
type jsonReading struct {
	*reading
	data []byte
	dec  *json.Decoder
}

// json reads JSON with comments and trailing commas, as Wrangler does for both
// endings of the name.
func (r *reading) json(data []byte) *node {
	clean := jsonc.ToJSON(data)
	var whole json.RawMessage
	if err := json.Unmarshal(clean, &whole); err != nil {
		r.notJSON(clean, err)
		return nil
	}
	w := jsonReading{reading: r, data: clean, dec: json.NewDecoder(bytes.NewReader(clean))}
	w.dec.UseNumber()
	root, err := w.value(scope{})
	if err != nil {
		r.notJSON(clean, err)
		return nil
	}
	return root
}

func (r *reading) notJSON(data []byte, err error) {
	var syntax *json.SyntaxError
	offset := len(data)
	if errors.As(err, &syntax) {
		offset = int(syntax.Offset) - 1
	}
	if len(bytes.TrimSpace(data)) == 0 {
		r.wrong(r.place(data, 0), "the file is empty")
		return
	}
	r.wrong(r.place(data, offset), "the file is not JSON: %s", line(err.Error()))
}

// start is where the next token begins.
func (w *jsonReading) start() int {
	i := int(w.dec.InputOffset())
	for i < len(w.data) && bytes.IndexByte([]byte(" \t\r\n,:"), w.data[i]) >= 0 {
		i++
	}
	return i
}

func (w *jsonReading) value(s scope) (*node, error) {
	n := &node{at: w.place(w.data, w.start())}
	t, err := w.dec.Token()
	if err != nil {
		return nil, err
	}
	switch v := t.(type) {
	case string:
		n.form, n.text = aText, s.text(v)
	case bool:
		n.form, n.yes = aSwitch, v
	case json.Number:
		n.form = aNumber
	case nil:
		n.form = nothing
	case json.Delim:
		if v == '[' {
			n.form = aList
			return n, w.items(n, s)
		}
		n.form = anObject
		return n, w.members(n, s)
	}
	return n, nil
}

func (w *jsonReading) items(n *node, s scope) error {
	for w.dec.More() {
		item, err := w.value(s)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, err := w.dec.Token()
	return err
}

func (w *jsonReading) members(n *node, s scope) error {
	for w.dec.More() {
		at := w.place(w.data, w.start())
		t, err := w.dec.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string) // keys are texts: the whole file was checked
		value, err := w.value(s.under(name))
		if err != nil {
			return err
		}
		w.add(n, member{name: name, at: at, value: value})
	}
	_, err := w.dec.Token()
	return err
}
