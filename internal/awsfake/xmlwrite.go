package awsfake

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"time"
)

// xmlWriter writes XML by hand. Empty texts are left out.
type xmlWriter struct{ b []byte }

func newXML() *xmlWriter { return &xmlWriter{b: make([]byte, 0, 1024)} }

func (x *xmlWriter) open(name string) *xmlWriter {
	x.b = append(append(append(x.b, '<'), name...), '>')
	return x
}

func (x *xmlWriter) close(name string) *xmlWriter {
	x.b = append(append(append(x.b, '<', '/'), name...), '>')
	return x
}

// text writes an element; nothing if the value is empty.
func (x *xmlWriter) text(name, value string) *xmlWriter {
	if value == "" {
		return x
	}
	x.open(name)
	var escaped bytes.Buffer
	if xml.EscapeText(&escaped, []byte(value)) == nil { // a Buffer never fails
		x.b = append(x.b, escaped.Bytes()...)
	}
	return x.close(name)
}

func (x *xmlWriter) num(name string, v int) *xmlWriter { return x.text(name, strconv.Itoa(v)) }

func (x *xmlWriter) yes(name string, v bool) *xmlWriter { return x.text(name, strconv.FormatBool(v)) }

// time writes an instant; nothing if it is zero.
func (x *xmlWriter) time(name string, t time.Time) *xmlWriter {
	if t.IsZero() {
		return x
	}
	return x.text(name, isoTime(t))
}

// isoTime is the form of times in XML answers, and in strings of JSON ones.
func isoTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// members writes a list of texts as <name><member>...</member></name>.
func (x *xmlWriter) members(name string, values []string) *xmlWriter {
	x.open(name)
	for _, v := range values {
		x.text("member", v)
	}
	return x.close(name)
}

// result wraps the answer of a query call.
func (c *call) result(namespace string, fill func(x *xmlWriter)) answer {
	x := newXML()
	x.b = append(x.b, `<`+c.Operation+`Response xmlns="`+namespace+`">`...)
	x.open(c.Operation + "Result")
	fill(x)
	x.close(c.Operation+"Result").open("ResponseMetadata").text("RequestId", requestID).close("ResponseMetadata")
	return c.ok(x.close(c.Operation + "Response").b)
}
