package aws

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/estray/estray/inventory"
)

// Decoder turns CloudTrail records into facts. Make it with [NewDecoder]; it
// may be used from several goroutines at once.
type Decoder struct {
	source string
	calls  map[string]map[string]row // by service and name
	desks  sync.Pool                 // of *desk
}

// desk is the memory that decoding a record takes and that nothing of the result
// shares. It is used for one record after the other.
type desk struct {
	scanner scanner
	reading reading
}

// clear lets go of what the desk holds of a record.
func (d *desk) clear() {
	d.scanner.release()
	d.reading = reading{}
}

// NewDecoder returns a decoder whose sightings of assets name the source:
// "cloudtrail:exports/logs".
func NewDecoder(source string) *Decoder {
	d := &Decoder{source: source, calls: map[string]map[string]row{}}
	for call, r := range table() {
		if d.calls[call.Service] == nil {
			d.calls[call.Service] = map[string]row{}
		}
		d.calls[call.Service][call.Name] = r
	}
	d.desks.New = func() any { return new(desk) }
	return d
}

// Decoded is what one record says.
type Decoded struct {
	// Keep is false for a record that is none of ours; only Scope and Time are
	// set then.
	Keep bool
	// Scope and Time are of the record, kept or not. They are zero for records
	// of another category (insight, network activity).
	Scope inventory.Scope
	Time  time.Time
	Event inventory.Event
	// Assets hold what the record tells of assets: a sighting, facets, doubts.
	// Failed and dry-run calls tell nothing.
	Assets []inventory.Asset
}

// head is what is read of every record, ours or not.
type head struct {
	source, name, id, time, kind, category, region, recipient, account string
}

// Decode turns one record, a JSON object, into facts; it keeps no part of the
// bytes. An error means that the record cannot be understood: it is no object,
// or has no id, source, name or possible time. Members of unexpected types are
// taken for missing, except those.
func (d *Decoder) Decode(record []byte, from inventory.Provenance) (Decoded, error) {
	if len(record) > mostBytes {
		return Decoded{}, errTooLarge(len(record))
	}
	desk := d.desks.Get().(*desk)
	defer d.desks.Put(desk)
	defer desk.clear()
	desk.scanner.text = string(record)
	whole, err := desk.scanner.record()
	if err != nil {
		return Decoded{}, err
	}
	h := headOf(whole)
	if isForeign(h.category, h.kind) {
		return Decoded{}, nil
	}
	if err := h.whole(); err != nil {
		return Decoded{}, err
	}
	at, err := eventTime(h.time)
	if err != nil {
		return Decoded{}, err
	}
	out := Decoded{Time: at, Scope: inventory.Scope{Provider: inventory.AWS, Account: h.recipient, Region: h.region}}
	if out.Scope.Account == "" {
		out.Scope.Account = h.account
	}
	call := Call{Service: h.source, Name: stripDate(h.name)}
	row, ok := d.row(call)
	if !ok {
		return out, nil
	}
	r := &desk.reading
	r.begin(whole, call, out)
	r.size = len(record)
	r.event.Action, r.event.LoggedName, r.event.Provenance = row.action, h.name, from
	r.identify(h.id)
	if row.read != nil {
		r.asset = new(inventory.Asset)
		row.read(r)
	}
	if row.functionsOnly && !r.mayConcernFunctions() {
		return out, nil
	}
	out.Keep, out.Event = true, r.finish()
	out.Assets = r.assets(d.source)
	return out, nil
}

// mostBytes bounds what one record may cost: one of the smallest elements takes
// 60 times its length while it is decoded. It is above what CloudTrail writes, 256 KB or
// 1 MB where large events are asked for, for exports that indent or enrich.
const mostBytes = 2 << 20

func errTooLarge(n int) error {
	return fmt.Errorf("decode record: it has %d bytes, and CloudTrail writes at most 1 MB", n)
}

// record reads the text of a record, which must be an object.
func (s *scanner) record() (object, error) {
	if s.space() != '{' {
		return object{}, errors.New("decode record: it is no JSON object")
	}
	whole := s.whole().object()
	if whole.missing() {
		return object{}, describeJSON(s.text)
	}
	return whole, nil
}

// headOf reads the head of a record. What is no string counts as missing.
func headOf(record object) head {
	return head{
		source: record.str("eventSource"), name: record.str("eventName"), id: record.str("eventID"), time: record.str("eventTime"),
		kind: record.str("eventType"), category: record.str("eventCategory"), region: record.str("awsRegion"),
		recipient: record.str("recipientAccountId"), account: record.child("userIdentity").str("accountId"),
	}
}

// describeJSON words what is wrong with a record. The texts of encoding/json,
// which finds the place, quote the input.
func describeJSON(record string) error {
	var syntax *json.SyntaxError
	if errors.As(json.Unmarshal([]byte(record), &struct{}{}), &syntax) {
		return fmt.Errorf("decode record: invalid JSON at byte %d", syntax.Offset)
	}
	return errors.New("decode record: invalid JSON")
}

// isForeign reports whether a record of this eventCategory and eventType follows
// another schema by design.
func isForeign[T string | []byte](category, kind T) bool {
	switch string(category) {
	case "Insight", "NetworkActivity":
		return true
	}
	return string(kind) == "AwsCloudTrailInsight" || string(kind) == "AwsVpceEvent"
}

// whole returns what is missing as an error.
func (h head) whole() error {
	for _, need := range []struct{ name, value string }{
		{"eventID", h.id}, {"eventSource", h.source}, {"eventName", h.name}, {"eventTime", h.time},
	} {
		if need.value == "" {
			return fmt.Errorf("decode record: it has no %s", need.name)
		}
	}
	return nil
}

// eventTime reads the time of a record. CloudTrail began in 2013.
func eventTime(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, errors.New("decode record: eventTime is no time of RFC 3339")
	}
	if at = at.UTC(); at.Year() < 2013 || at.Year() > 2100 {
		return time.Time{}, fmt.Errorf("decode record: eventTime lies in the year %d", at.Year())
	}
	return at, nil
}

// row finds how to read a call. Lambda's calls are all ours, known or not:
// what is new is kept as other, or as reading by its verb.
func (d *Decoder) row(c Call) (row, bool) {
	r, ok := d.calls[c.Service][c.Name]
	if !ok && c.Service == lambda {
		return row{action: guess(c.Name)}, true
	}
	return r, ok
}

// Matters reports whether Decode may keep a record with this eventSource and
// eventName. It is false for no record that Decode keeps.
func (d *Decoder) Matters(service, name []byte) bool {
	calls, ok := d.calls[string(service)]
	if !ok || string(service) == lambda {
		return ok
	}
	_, ok = calls[string(stripDate(name))]
	return ok
}
