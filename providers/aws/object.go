package aws

import (
	"iter"
	"slices"
	"strconv"
	"strings"
)

// member is one member of an object, or an element of a list, which has no name.
// It is a place in the text of the scanner that read it.
type member struct {
	// name and value are places in the text. Of an object or a list, value is the
	// place of its parts among all that were read.
	name, value span
	// order is the place of a member in its object, as the text has them.
	order uint32
	kind  kind
	// look and nameLook are of a string and of the name.
	look, nameLook look
}

// span is a place and a length.
type span struct{ at, n uint32 }

// value is a JSON value. The zero value: there is none.
type value struct {
	in *scanner
	at *member
}

// object is a JSON object of a record: its members by name, each name once. The
// zero value holds nothing, so that members of members can be asked for without
// a check at each step: records come with parts that are null, cut short or of
// an unexpected type.
type object value

// kind is the type of a value.
type kind uint8

const (
	kindNone kind = iota
	kindNull
	kindBool
	kindNumber
	kindText
	kindList
	kindObject
)

// kind of no value is kindNone.
func (v value) kind() kind {
	if v.at == nil {
		return kindNone
	}
	return v.at.kind
}

// missing reports whether there is no value, or null.
func (v value) missing() bool { return v.kind() <= kindNull }

// text is a text, or a number or boolean as it is written; empty for anything
// else.
func (v value) text() string {
	if v.at == nil || v.at.kind > kindText {
		return ""
	}
	return v.in.read(v.at.value, v.at.look)
}

// name is that of the member that v is.
func (v value) name() string { return v.in.nameOf(v.at) }

// parts are the members of an object in order of their names, or the elements
// of a list.
func (v value) parts() parts {
	if v.kind() < kindList {
		return parts{}
	}
	return parts{v.in, v.in.room[v.at.value.at:][:v.at.value.n]}
}

// read returns the text at a place.
func (s *scanner) read(place span, look look) string {
	if look&isSpelled != 0 {
		return s.spelled[place.at].text
	}
	return s.text[place.at:][:place.n]
}

func (s *scanner) nameOf(m *member) string { return s.read(m.name, m.nameLook) }

// object returns v as an object; the zero value where it is something else.
func (v value) object() object {
	if v.kind() != kindObject {
		return object{}
	}
	return object(v)
}

// parts are those of an object or a list.
type parts struct {
	in  *scanner
	all []member
}

// values gives the parts in order.
func (p parts) values() iter.Seq[value] {
	return func(yield func(value) bool) {
		for i := range p.all {
			if !yield(value{p.in, &p.all[i]}) {
				return
			}
		}
	}
}

func (p parts) len() int { return len(p.all) }

func (p parts) at(i int) value { return value{p.in, &p.all[i]} }

// missing reports whether there is no object. One without members is there.
func (o object) missing() bool { return o.at == nil }

// get returns the member of that name. CloudTrail lower-cases the first letter
// of the API's names without a rule that holds for all (uUID, sourceARN), so
// names match whatever their case, where none is the same: the last of them.
func (o object) get(name string) value {
	if all, i := o.find(name); i >= 0 {
		return value{o.in, &all[i]}
	}
	return value{}
}

// find returns the members and which of them has that name; -1: none.
func (o object) find(name string) (all []member, near int) {
	all, near = value(o).parts().all, -1
	for i := range all {
		m := &all[i]
		if int(m.name.n) != len(name) && m.nameLook&isSpelled == 0 {
			continue
		}
		own := o.in.nameOf(m)
		if own == name {
			return all, i
		}
		if foldsAlike(own, name) && (near < 0 || m.order > all[near].order) {
			near = i
		}
	}
	return all, near
}

// foldsAlike reports whether two names of one length differ in case alone.
func foldsAlike(a, b string) bool {
	return len(a) == len(b) && len(a) > 0 && a[0]|0x20 == b[0]|0x20 && strings.EqualFold(a, b)
}

// has reports whether the member is there and is not null.
func (o object) has(name string) bool { return !o.get(name).missing() }

func (o object) child(name string) object { return o.get(name).object() }

// text returns a string member; numbers and booleans as they are written;
// empty for anything else.
func (o object) text(name string) string { return o.get(name).text() }

// str returns a member that is a string; empty for anything else.
func (o object) str(name string) string {
	if v := o.get(name); v.kind() == kindText {
		return v.text()
	}
	return ""
}

// flag reads a boolean that some services write as a string.
func (o object) flag(name string) (value, told bool) {
	switch strings.ToLower(o.text(name)) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

func (o object) number(name string) int {
	n, err := strconv.ParseInt(o.text(name), 10, 64)
	if err != nil {
		return 0
	}
	return int(n)
}

// list returns an array member; a single value counts as a list of one.
func (o object) list(name string) parts {
	all, i := o.find(name)
	if i < 0 || all[i].kind == kindNull {
		return parts{}
	}
	if v := (value{o.in, &all[i]}); v.kind() == kindList {
		return v.parts()
	}
	return parts{o.in, all[i : i+1]}
}

// texts returns the strings of a member that is a string or a list of them.
func (o object) texts(name string) []string {
	var out []string
	for v := range o.list(name).values() {
		if text := v.text(); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// first returns the first of the named members that has a text.
func (o object) first(names ...string) string { return o.firstOf(names...).text() }

// firstOf is first for the member itself.
func (o object) firstOf(names ...string) value {
	for _, n := range names {
		if v := o.get(n); v.text() != "" {
			return v
		}
	}
	return value{}
}

// names lists the members in order.
func (o object) names() []string {
	all := value(o).parts().all
	out := make([]string, len(all))
	for i := range all {
		out[i] = o.in.nameOf(&all[i])
	}
	return out
}

// deepest is how far the decoder follows a record downwards. The deepest
// member that a rule reads lies at 8.
const deepest = 64

// walk calls visit for every string below v, in the order of the members'
// names, down to a bounded depth.
func walk(v value, depth int, visit func(string)) {
	if depth > deepest {
		return
	}
	if v.kind() == kindText {
		visit(v.text())
	}
	for part := range v.parts().values() {
		walk(part, depth+1, visit)
	}
}

// sorted returns the values in order, each once, without empty ones; nil if
// none is left.
func sorted(values []string) []string {
	out := slices.DeleteFunc(slices.Clone(values), func(s string) bool { return s == "" })
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) == 0 {
		return nil
	}
	return out
}
