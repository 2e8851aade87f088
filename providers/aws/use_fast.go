package aws

import (
	"encoding/binary"
	"hash/maphash"
	"unicode/utf8"

	"github.com/estray/estray/internal/jsonscan"
)

// field is a member of a record, as far as it is looked at.
type field uint8

const (
	passed field = iota // not looked at
	eventID
	eventSource
	eventName
	timeOfEvent
	eventType
	eventCategory
	awsRegion
	recipientAccountID
	sourceIPAddress
	vpcEndpointID
	errorCode
	fieldsOfText // how many fields are strings, and what follows is not
	userIdentity
	requestParameters
	addendum
	another // by its name, none of these
)

// fieldOf knows the members of a record by their names.
func fieldOf(name []byte) field {
	switch string(name) {
	case "eventID":
		return eventID
	case "eventSource":
		return eventSource
	case "eventName":
		return eventName
	case "eventTime":
		return timeOfEvent
	case "eventType":
		return eventType
	case "eventCategory":
		return eventCategory
	case "awsRegion":
		return awsRegion
	case "recipientAccountId":
		return recipientAccountID
	case "sourceIPAddress":
		return sourceIPAddress
	case "vpcEndpointId":
		return vpcEndpointID
	case "errorCode":
		return errorCode
	case "userIdentity":
		return userIdentity
	case "requestParameters":
		return requestParameters
	case "addendum":
		return addendum
	}
	return another
}

// usual are the members of a record in the order in which CloudTrail writes
// them. Some are left out at times.
func usual() []foreseen {
	var out []foreseen
	for _, name := range []string{
		"eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent", "errorCode",
		"errorMessage", "requestParameters", "responseElements", "additionalEventData", "requestID", "eventID", "readOnly", "resources",
		"eventType", "apiVersion", "managementEvent", "recipientAccountId", "sharedEventID", "vpcEndpointId", "vpcEndpointAccountId",
		"eventCategory", "tlsDetails",
	} {
		what := fieldOf([]byte(name))
		if what == another {
			what = passed
		}
		out = append(out, foresee(name, what))
	}
	return out
}

// viewer reads records by a glance, one after the other.
type viewer struct {
	act   act
	usual []foreseen
	known known
}

func newViewer() *viewer { return &viewer{usual: usual(), known: known{seed: maphash.MakeSeed()}} }

// glance reads a record without holding it against the grammar. It says false
// where it meets anything unusual: a name in another case or with an escape, a
// value of another type than expected, a correction. The record must then be
// read whole. On JSON it says what reading the whole says, which the tests
// prove; it is here because it takes a fiftieth of the time.
func (v *viewer) glance(record jsonscan.Text) bool {
	g := glance{in: record, text: record.Bytes, escapes: record.Escapes()}
	if g.space() != '{' {
		return false
	}
	a := &v.act
	*a = act{text: record.Bytes}
	v.members(&g)
	if g.odd || g.space() != 0 || g.pos != len(g.text) || a.who.role && a.who.identity.empty() {
		return false
	}
	a.failed = !a.fields[errorCode].empty()
	return !a.who.role || a.plain(eventID, eventSource, eventName, awsRegion, recipientAccountID)
}

// plain reports whether the text of fields is what the bytes say: what is no
// UTF-8 is replaced where a record is read whole.
func (a *act) plain(fields ...field) bool {
	for _, f := range fields {
		if text := a.get(f); !isASCII(text) && !utf8.Valid(text) {
			return false
		}
	}
	return true
}

// isASCII is short enough for texts of a few bytes.
func isASCII(text []byte) bool {
	var all uint64
	for len(text) >= 8 {
		all |= binary.LittleEndian.Uint64(text)
		text = text[8:]
	}
	for _, c := range text {
		all |= uint64(c)
	}
	return all&0x8080808080808080 == 0
}

// members reads the members of a record.
func (v *viewer) members(g *glance) {
	next := 0
	for more := g.next(); more; {
		what := another
		if rest := g.text[g.pos:]; len(rest) > reach {
			for i := next; i < len(v.usual); i++ {
				if f := &v.usual[i]; f.begins((*[reach]byte)(rest)) {
					what, next = f.what, i+1
					g.pos += f.length
					break
				}
			}
		}
		if what == another || g.text[g.pos] <= ' ' {
			if what = v.named(g, what); what == another {
				return
			}
		}
		if what < fieldsOfText && g.text[g.pos] == '"' {
			end := g.in.Near(g.pos + 1)
			if end == 0 {
				end = g.in.Quote(g.pos + 1)
			}
			v.act.fields[what] = place{uint32(g.pos + 1), uint32(end)}
			g.pos = end + 1
			if g.escapes && what != passed {
				g.unescaped(v.act.get(what))
			}
		} else {
			v.value(g, what)
		}
		more = g.comma() || g.next()
	}
}

// named reads the name that begins here, unless it was foreseen, and moves to
// the value; another: there is none.
func (v *viewer) named(g *glance, what field) field {
	if what != another {
		if g.space() == 0 {
			g.odd = true
			return another
		}
		return what
	}
	if !g.named() {
		return another
	}
	if what = fieldOf(g.name()); what != another {
		return what
	}
	g.other("eventID", "eventSource", "eventName", "eventTime", "eventType", "eventCategory", "awsRegion", "recipientAccountId",
		"sourceIPAddress", "vpcEndpointId", "errorCode", "userIdentity", "requestParameters", "addendum")
	return passed
}

// value reads a value that is not the usual string.
func (v *viewer) value(g *glance, what field) {
	switch {
	case what == passed:
		g.skip()
	case what < fieldsOfText:
		v.act.fields[what] = g.string()
	case what == userIdentity:
		v.act.who = v.actor(g)
	case what == requestParameters:
		v.act.dry = g.dryRun()
	default:
		g.nothing()
	}
}
