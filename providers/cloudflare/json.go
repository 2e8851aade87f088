package cloudflare

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// object is a JSON object of a record. The nil object has no members.
type object map[string]any

// mostBytes bounds one record. Cloudflare states no size; a body of a call that
// uploads code is not in the log.
const mostBytes = 2 << 20

// parse reads a record. Its errors never repeat what the record holds, as those
// of encoding/json do.
func parse(record []byte) (object, error) {
	if len(record) > mostBytes {
		return nil, fmt.Errorf("decode record: it has %d bytes, and %d are read at most", len(record), mostBytes)
	}
	v, err := parseAny(record)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("decode record: invalid JSON at byte %d", syntax.Offset)
	case err != nil:
		return nil, errors.New("decode record: invalid JSON")
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("decode record: it is no JSON object")
	}
	return o, nil
}

var errTrailing = errors.New("something follows the value")

func parseAny(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber() // times in nanoseconds are no floating point numbers
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errTrailing
	}
	return v, nil
}

// opened is v, or what it holds as JSON in a string, as Logpush delivers objects
// at times.
func opened(v any) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	if text = strings.TrimSpace(text); text == "" || text[0] != '{' && text[0] != '[' {
		return nil
	}
	in, err := parseAny([]byte(text))
	if err != nil {
		return nil
	}
	return in
}

// value is the first member of the names that there is and that is not null.
func (o object) value(names ...string) any {
	for _, name := range names {
		if v := o[name]; v != nil {
			return v
		}
	}
	return nil
}

// has reports whether the object speaks of a member, were it to say null.
func (o object) has(name string) bool {
	_, ok := o[name]
	return ok
}

// child is a member that is an object, or one as JSON in a string.
func (o object) child(names ...string) object {
	c, _ := opened(o.value(names...)).(map[string]any)
	return c
}

// list is a member that is a list.
func (o object) list(names ...string) ([]any, bool) {
	l, ok := opened(o.value(names...)).([]any)
	return l, ok
}

// str is a member that is a string or a number.
func (o object) str(names ...string) string {
	switch v := o.value(names...).(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// flag is a member that is true or false; nil: it is neither.
func (o object) flag(names ...string) *bool {
	switch v := o.value(names...).(type) {
	case bool:
		return &v
	case string:
		if b, err := strconv.ParseBool(v); err == nil {
			return &b
		}
	}
	return nil
}

// number is a member that is a number, also in a string; 0 for others.
func (o object) number(names ...string) float64 {
	n, err := strconv.ParseFloat(o.str(names...), 64)
	if err != nil {
		return 0
	}
	return n
}

// objects are the elements of a list that are objects.
func objects(list []any) []object {
	var out []object
	for _, v := range list {
		if o, ok := v.(map[string]any); ok {
			out = append(out, o)
		}
	}
	return out
}
