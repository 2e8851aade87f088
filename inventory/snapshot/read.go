package snapshot

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/estray/estray/inventory"
)

const (
	// maxLine bounds one line.
	maxLine = 4 << 20
	// maxDepth bounds how deep a line nests.
	maxDepth = 128
)

// Line is one line after the header: an asset, a permit or a coverage, a mistake, or
// an asset with a mistake that was mended.
type Line struct {
	// Number counts from 1; the header's is 1.
	Number   int
	Asset    *inventory.Asset
	Coverage *inventory.Coverage
	Permit   *inventory.Permit
	// Mistake says what is wrong with the line, with what to do about it.
	Mistake error
}

// HeaderError means that the first line is no header that this version reads;
// nothing of the snapshot can be used.
type HeaderError struct{ text string }

// Error says what is wrong and the cure.
func (e *HeaderError) Error() string { return "read snapshot: line 1: " + e.text }

// Read reads a snapshot and hands every line after the header to yield, whose
// error it returns unchanged. A line that cannot be read is handed on as a
// mistake, and reading goes on. Source names the sightings of assets that do
// not tell who saw them. The error is a *HeaderError, the reader's or yield's.
func Read(r io.Reader, source string, yield func(Line) error) (Header, error) {
	l := lines{r: bufio.NewReaderSize(r, 64<<10)}
	h, err := l.header()
	if err != nil {
		return h, err
	}
	for {
		text, mistake, err := l.next()
		switch {
		case err == io.EOF:
			return h, nil
		case err != nil:
			return h, fmt.Errorf("read snapshot: line %d: %w", l.number, err)
		case mistake == nil && len(bytes.TrimSpace(text)) == 0:
			continue
		}
		line := Line{Number: l.number, Mistake: mistake}
		if text != nil {
			line.parse(text, h.Taken, source)
		}
		if err := yield(line); err != nil {
			return h, err
		}
	}
}

// parse fills the line from its text.
func (l *Line) parse(text []byte, taken time.Time, source string) {
	var kind struct {
		Schema     *string          `json:"schema"`
		Permit     *json.RawMessage `json:"permit"`
		Capability *string          `json:"capability"`
		ID         *string          `json:"id"`
	}
	if err := json.Unmarshal(text, &kind); err != nil {
		l.Mistake = describe(err)
		return
	}
	var err error
	switch {
	case kind.Schema != nil:
		err = errors.New("is a second header; keep each snapshot in a file of its own")
	case kind.Capability != nil:
		l.Coverage, err = parseLine(text, func(in coverageLine) (inventory.Coverage, error) { return in.coverage(taken) })
	case kind.Permit != nil:
		l.Permit, err = parseLine(text, func(in permitLine) (inventory.Permit, error) { return in.permit(taken) })
	case kind.ID != nil:
		l.Asset, err = parseLine(text, func(in assetLine) (inventory.Asset, error) { return in.asset(taken, source) })
	default:
		err = errors.New(`is neither an asset ("id") nor coverage ("capability") nor a permit ("permit")`)
	}
	if err != nil { // else what was mended stays told
		l.Mistake = err
	}
}

// parseLine reads a text as a line of one kind.
func parseLine[L, T any](text []byte, fact func(L) (T, error)) (*T, error) {
	var in L
	if err := json.Unmarshal(text, &in); err != nil {
		return nil, describe(err)
	}
	out, err := fact(in)
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// describe rewords errors of the JSON reader without what the line holds.
func describe(err error) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	var instant *time.ParseError
	switch {
	case errors.As(err, &kind) && kind.Field == "":
		return errors.New("is no JSON object")
	case errors.As(err, &kind):
		return fmt.Errorf("field %q has the wrong type", kind.Field)
	case errors.As(err, &syntax):
		return fmt.Errorf("is no JSON object: mistake at byte %d", syntax.Offset)
	case errors.As(err, &instant):
		return errors.New("holds a time that is none of RFC 3339")
	}
	text, _, _ := strings.Cut(err.Error(), `"`) // what follows quotes the line
	return errors.New(strings.TrimSpace(text))
}

// lines cuts a file into lines of bounded size.
type lines struct {
	r      *bufio.Reader
	number int
}

// next returns the next line. A line that is too large or too deep is passed
// over: text is nil and mistake set. A line with bytes that are no UTF-8 is
// mended, with mistake set.
func (l *lines) next() (text []byte, mistake, err error) {
	l.number++
	large := false
	for {
		part, err := l.r.ReadSlice('\n')
		if len(text)+len(part) > maxLine {
			large, text = true, nil
		}
		if !large {
			text = append(text, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && (len(text) > 0 || large):
		case err != nil:
			return nil, nil, err
		}
		break
	}
	switch {
	case large:
		return nil, fmt.Errorf("is longer than %d bytes and was left out", maxLine), nil
	case depth(text) > maxDepth:
		return nil, fmt.Errorf("is nested deeper than %d levels and was left out", maxDepth), nil
	case !utf8.Valid(text):
		return bytes.ToValidUTF8(text, []byte("\uFFFD")), errors.New("holds bytes that are no UTF-8; they were replaced"), nil
	}
	return text, nil, nil
}

// depth counts how deep brackets nest outside of strings.
func depth(text []byte) int {
	now, deepest := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			now++
			deepest = max(deepest, now)
		case '}', ']':
			now--
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		}
	}
	return deepest
}

// header reads the first line, which must name a schema that is known.
func (l *lines) header() (Header, error) {
	text, mistake, err := l.next()
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF")))
	switch {
	case err != nil && err != io.EOF:
		return Header{}, fmt.Errorf("read snapshot: line 1: %w", err)
	case err == io.EOF || len(text) == 0 && mistake == nil:
		return Header{}, noHeader("is empty")
	case mistake != nil:
		return Header{}, noHeader(mistake.Error())
	}
	var h struct {
		Header
		Taken *time.Time `json:"taken"`
	}
	err = json.Unmarshal(text, &h)
	switch {
	case err != nil && h.Schema == "":
		return Header{}, noHeader(describe(err).Error())
	case h.Schema == "":
		return Header{}, noHeader("has no schema")
	case h.Schema != Schema:
		return h.Header, otherSchema(h.Schema)
	case err != nil || h.Taken == nil || h.Taken.IsZero():
		return h.Header, &HeaderError{`the header does not say when the snapshot was taken; add "taken" with a time of RFC 3339`}
	}
	h.Header.Taken = h.Taken.UTC()
	return h.Header, nil
}

func noHeader(what string) error {
	return &HeaderError{fmt.Sprintf(`%s; a snapshot begins with {"schema":%q,"taken":"TIME"}, as "estray inventory list --format jsonl" writes it`, what, Schema)}
}

// otherSchema tells a newer version, whose cure is another estray, from a file
// of another kind.
func otherSchema(got string) error {
	name, version, _ := strings.Cut(Schema, "/")
	theirs, ok := strings.CutPrefix(got, name+"/")
	if ok && regexp.MustCompile(`^v[0-9]+$`).MatchString(theirs) {
		return &HeaderError{fmt.Sprintf("the snapshot has schema %s; this version reads %s: update estray", theirs, version)}
	}
	return &HeaderError{"the schema is no snapshot's; this version reads " + Schema}
}
