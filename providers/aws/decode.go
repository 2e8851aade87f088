package aws

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/estray/estray/inventory"
)

// Decoder turns CloudTrail records into facts. Make it with [NewDecoder]; it
// may be used from several goroutines at once.
type Decoder struct {
	source string
	calls  map[Call]row
}

// NewDecoder returns a decoder whose sightings of assets name the source:
// "cloudtrail:exports/logs".
func NewDecoder(source string) *Decoder { return &Decoder{source: source, calls: table()} }

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
	Source    string `json:"eventSource"`
	Name      string `json:"eventName"`
	ID        string `json:"eventID"`
	Time      string `json:"eventTime"`
	Type      string `json:"eventType"`
	Category  string `json:"eventCategory"`
	Region    string `json:"awsRegion"`
	Recipient string `json:"recipientAccountId"`
	Identity  struct {
		Account string `json:"accountId"`
	} `json:"userIdentity"`
}

// Decode turns one record, a JSON object, into facts; it keeps no part of the
// bytes. An error means that the record cannot be understood: it is no object,
// or has no id, source, name or possible time. Members of unexpected types are
// taken for missing, except those.
func (d *Decoder) Decode(record []byte, from inventory.Provenance) (Decoded, error) {
	h, err := readHead(record)
	if err != nil {
		return Decoded{}, err
	}
	if h.foreign() {
		return Decoded{}, nil
	}
	at, err := h.check()
	if err != nil {
		return Decoded{}, err
	}
	out := Decoded{Time: at, Scope: inventory.Scope{Provider: inventory.AWS, Account: h.Recipient, Region: h.Region}}
	if out.Scope.Account == "" {
		out.Scope.Account = h.Identity.Account
	}
	call := Call{Service: h.Source, Name: stripDate(h.Name)}
	row, ok := d.row(call)
	if !ok {
		return out, nil
	}
	whole, err := readWhole(record)
	if err != nil {
		return Decoded{}, err
	}
	r := newReading(whole, call, out)
	r.event.Action, r.event.LoggedName, r.event.ID, r.event.Provenance = row.action, h.Name, h.ID, from
	if row.read != nil {
		row.read(r)
	}
	if row.functionsOnly && !r.mayConcernFunctions() {
		return out, nil
	}
	out.Keep, out.Event = true, r.finish()
	out.Assets = r.assets(d.source)
	return out, nil
}

// mostBytes bounds what one record may cost. It is far above what CloudTrail
// writes, for exports that indent or enrich.
const mostBytes = 8 << 20

func readHead(record []byte) (head, error) {
	var h head
	if len(record) > mostBytes {
		return h, fmt.Errorf("decode record: it has %d bytes, and CloudTrail writes at most 256 KB", len(record))
	}
	if b := bytes.TrimLeft(record, " \t\r\n"); len(b) == 0 || b[0] != '{' {
		return h, errors.New("decode record: it is no JSON object")
	}
	return h, describeJSON(json.Unmarshal(record, &h))
}

func readWhole(record []byte) (object, error) {
	var whole map[string]any
	dec := json.NewDecoder(bytes.NewReader(record))
	dec.UseNumber()
	return whole, describeJSON(dec.Decode(&whole))
}

// describeJSON rewords an error of the JSON reader, whose own texts quote the
// input. A member of another type is no error: it is taken for missing.
func describeJSON(err error) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case err == nil, errors.As(err, &kind):
		return nil
	case errors.As(err, &syntax):
		return fmt.Errorf("decode record: invalid JSON at byte %d", syntax.Offset)
	}
	return errors.New("decode record: invalid JSON")
}

// foreign reports whether the record follows another schema by design.
func (h head) foreign() bool {
	switch h.Category {
	case "Insight", "NetworkActivity":
		return true
	}
	return h.Type == "AwsCloudTrailInsight" || h.Type == "AwsVpceEvent"
}

// check returns the record's time, or what is missing. CloudTrail began in
// 2013.
func (h head) check() (time.Time, error) {
	for _, need := range []struct{ name, value string }{
		{"eventID", h.ID}, {"eventSource", h.Source}, {"eventName", h.Name}, {"eventTime", h.Time},
	} {
		if need.value == "" {
			return time.Time{}, fmt.Errorf("decode record: it has no %s", need.name)
		}
	}
	at, err := time.Parse(time.RFC3339, h.Time)
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
	r, ok := d.calls[c]
	if !ok && c.Service == lambda {
		return row{action: guess(c.Name)}, true
	}
	return r, ok
}
