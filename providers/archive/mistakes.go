package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/estray/estray/inventory"
)

// shown is how many places a message names; the rest is counted.
const shown = 3

// mistakes collects what is wrong with the objects of a cell: the first places
// in words and the number of all, so that memory stays bounded.
type mistakes struct {
	operation string
	code      string // the vendor's, of the first
	state     inventory.State
	places    []string
	total     int
}

// add notes a mistake at a place of an object.
func (m *mistakes) add(key, where, what string) {
	m.note(inventory.Malformed, key, where, what)
}

// unread notes that an object or a folder could not be opened, listed or, from
// where on, read. A vendor's error has a code.
func (m *mistakes) unread(key, where string, err error) {
	state, what := inventory.Unavailable, "cannot be read: "+cause(err)
	if where != "" {
		what = "cannot be read further: " + cause(err)
	}
	if errors.Is(err, fs.ErrPermission) {
		state = inventory.Denied
	}
	if m.total == 0 {
		m.code = codeOf(err)
	}
	m.note(state, key, where, what)
}

// codeOf gives the code that a vendor gave an error, "" for none.
func codeOf(err error) string {
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) {
		return coded.ErrorCode()
	}
	return ""
}

// brokeOff reports whether a store gave no more, through no fault of the object.
func brokeOff(err error) bool {
	var broke *fs.PathError
	return errors.As(err, &broke)
}

// cause leaves out the path that errors of the file system repeat: it depends
// on the machine.
func cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// note keeps the state of the first mistake, but malformed wins: it says that
// something was there and was not understood.
func (m *mistakes) note(state inventory.State, key, where, what string) {
	if m.total == 0 {
		m.operation = "read " + key
	}
	if m.total == 0 || state == inventory.Malformed {
		m.state = state
	}
	m.total++
	if len(m.places) < shown {
		m.places = append(m.places, strings.Join(strings.Fields(key+" "+where+" "+what), " "))
	}
}

// take adds what was noted elsewhere, after what was noted here.
func (m *mistakes) take(o mistakes) {
	switch {
	case o.total == 0:
		return
	case m.total == 0:
		m.operation, m.code, m.state = o.operation, o.code, o.state
	case o.state == inventory.Malformed:
		m.state = o.state
	}
	m.total += o.total
	m.places = append(m.places, o.places[:min(len(o.places), shown-len(m.places))]...)
}

// why gives the reason, with the cure at its end.
func (m *mistakes) why(cure string) inventory.Reason {
	text := strings.Join(m.places, "; ")
	if rest := m.total - len(m.places); rest > 0 {
		text += fmt.Sprintf("; and %d more (%d in all)", rest, m.total)
	}
	return inventory.Reason{Operation: m.operation, Code: m.code, Message: text + ". " + cure}
}
