package aws

import (
	"slices"
	"strconv"
	"strings"
)

// object is a JSON object of a record: its members by name, each name once. A
// nil object holds nothing, so that members of members can be asked for without
// a check at each step: records come with parts that are null, cut short or of
// an unexpected type.
type object []member

// member is one member of an object, or an element of a list, which has no name.
type member struct {
	name string
	value
}

// value is a JSON value. The zero value: there is none.
type value struct {
	kind kind
	// plain: the text is written in JSON as it is. plainName: so is the name of
	// the member that has the value.
	plain, plainName bool
	// place is that of a member in its object, as the text has them.
	place uint32
	// text is a text, or a number or boolean as it is written.
	text string
	// parts are the members of an object in order of their names, or the
	// elements of a list.
	parts []member
}

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

// missing reports whether there is no value, or null.
func (v value) missing() bool { return v.kind <= kindNull }

// asObject returns v as an object; nil where it is something else.
func asObject(v value) object {
	if v.kind != kindObject {
		return nil
	}
	return v.parts
}

// asValue returns o as a value: the way back from asObject.
func (o object) asValue() value {
	if o == nil {
		return value{}
	}
	return value{kind: kindObject, parts: o}
}

// get returns the member of that name. CloudTrail lower-cases the first letter
// of the API's names without a rule that holds for all (uUID, sourceARN), so
// names match whatever their case, where none is the same: the last of them.
func (o object) get(name string) value {
	if m := o.find(name); m != nil {
		return m.value
	}
	return value{}
}

// find is get for what is only looked at; nil: there is no such member.
func (o object) find(name string) (near *member) {
	for i := range o {
		if o[i].name == name {
			return &o[i]
		}
	}
	for i := range o {
		m := &o[i]
		if len(m.name) == len(name) && (near == nil || m.place > near.place) && strings.EqualFold(m.name, name) {
			near = m
		}
	}
	return near
}

// has reports whether the member is there and is not null.
func (o object) has(name string) bool {
	m := o.find(name)
	return m != nil && !m.missing()
}

func (o object) child(name string) object {
	if m := o.find(name); m != nil && m.kind == kindObject {
		return m.parts
	}
	return nil
}

// text returns a string member; numbers and booleans as they are written;
// empty for anything else.
func (o object) text(name string) string {
	if m := o.find(name); m != nil {
		return m.text
	}
	return ""
}

// str returns a member that is a string; empty for anything else.
func (o object) str(name string) string {
	if m := o.find(name); m != nil && m.kind == kindText {
		return m.text
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
func (o object) list(name string) []member {
	v := o.get(name)
	switch {
	case v.missing():
		return nil
	case v.kind == kindList:
		return v.parts
	}
	return []member{{value: v}}
}

// texts returns the strings of a member that is a string or a list of them.
func (o object) texts(name string) []string {
	var out []string
	for _, v := range o.list(name) {
		if v.text != "" {
			out = append(out, v.text)
		}
	}
	return out
}

// first returns the first of the named members that has a text.
func (o object) first(names ...string) string {
	for _, n := range names {
		if s := o.text(n); s != "" {
			return s
		}
	}
	return ""
}

// names lists the members in order.
func (o object) names() []string {
	out := make([]string, len(o))
	for i, m := range o {
		out[i] = m.name
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
	if v.kind == kindText {
		visit(v.text)
	}
	for _, m := range v.parts {
		walk(m.value, depth+1, visit)
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
