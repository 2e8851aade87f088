package aws

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// object is a JSON object of a record: its members by name, each name once. A
// nil object holds nothing, so that members of members can be asked for without
// a check at each step: records come with parts that are null, cut short or of
// an unexpected type.
type object []member

// member is one member of an object.
type member struct {
	name  string
	value any // as scanner.value gives it
}

// asObject returns v as an object; nil where it is something else.
func asObject(v any) object {
	o, _ := v.(object)
	return o
}

// get returns the member of that name. CloudTrail lower-cases the first letter
// of the API's names without a rule that holds for all (uUID, sourceARN), so
// names match whatever their case.
func (o object) get(name string) (any, bool) {
	near := -1
	for i, m := range o {
		if m.name == name {
			return m.value, true
		}
		if near < 0 && len(m.name) == len(name) && strings.EqualFold(m.name, name) {
			near = i
		}
	}
	if near < 0 {
		return nil, false
	}
	return o[near].value, true
}

// has reports whether the member is there and is not null.
func (o object) has(name string) bool {
	v, ok := o.get(name)
	return ok && v != nil
}

func (o object) child(name string) object {
	v, _ := o.get(name)
	return asObject(v)
}

// text returns a string member; numbers and booleans as they are written;
// empty for anything else.
func (o object) text(name string) string {
	v, _ := o.get(name)
	return scalar(v)
}

func scalar(v any) string {
	switch t := v.(type) {
	case string:
		return t
	case json.Number:
		return t.String()
	case bool:
		return strconv.FormatBool(t)
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
func (o object) list(name string) []any {
	v, ok := o.get(name)
	if !ok || v == nil {
		return nil
	}
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

// texts returns the strings of a member that is a string or a list of them.
func (o object) texts(name string) []string {
	var out []string
	for _, v := range o.list(name) {
		if s := scalar(v); s != "" {
			out = append(out, s)
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
func walk(v any, depth int, visit func(string)) {
	if depth > deepest {
		return
	}
	switch t := v.(type) {
	case string:
		visit(t)
	case []any:
		for _, x := range t {
			walk(x, depth+1, visit)
		}
	case object:
		for _, m := range t {
			walk(m.value, depth+1, visit)
		}
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
