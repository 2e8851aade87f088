package aws

import (
	"bytes"
	"errors"
	"net/netip"
	"time"

	"github.com/estray/estray/internal/jsonscan"
	"github.com/estray/estray/inventory"
)

// Use is what one record tells of the use of an identity. Its fields are those
// of the archive's own type, which says what they mean. Slices may share the
// bytes of the record.
type Use struct {
	ID                             []byte
	Identity, Asset, Service, Name []byte
	Account, Region                []byte
	Outcome                        inventory.Outcome
	Time                           time.Time
	Outside                        bool
}

// Uses returns a maker of what reads the use of an identity from a record, into
// use; nil where nobody's use is counted. What was made says false where the
// record tells of no use that is counted: of other identities, of another
// category than calls, or a correction of a record that was counted itself. An
// error means that a record that would be counted cannot be understood. It reads
// one record after the other, not several at once; what the maker made before
// and after does not matter to it.
//
// Counted are roles that somebody assumed, under the id that [Decoder.Decode]
// gives to the principal, or those of them alone that a function acted with.
func Uses(of inventory.Counted) func() func(record jsonscan.Text, use *Use) (bool, error) {
	if of == inventory.CountNone {
		return nil
	}
	return func() func(record jsonscan.Text, use *Use) (bool, error) {
		v := newViewer()
		return func(record jsonscan.Text, use *Use) (bool, error) {
			if err := v.read(record); err != nil || !v.act.counts(of) {
				return false, err
			}
			return v.act.tell(use)
		}
	}
}

// act is what is read of a record to tell of the use of an identity.
type act struct {
	text []byte // in which the places lie
	// fields are the values that are strings; those that are missing, null or
	// empty have no length.
	fields [fieldsOfText]place
	who    actor
	// failed and dry are what the outcome follows from.
	failed, dry bool
	// corrects: the record replaces an earlier one.
	corrects bool
}

// place is a part of a text.
type place struct{ from, to uint32 }

func (p place) empty() bool { return p.from == p.to }

// actor is what is read of a record's userIdentity.
type actor struct {
	account, invokedBy, identity, asset place
	// role: its type is one that principalType takes for an assumed role.
	role bool
}

func (a *act) at(p place) []byte { return a.text[p.from:p.to] }

func (a *act) get(f field) []byte { return a.at(a.fields[f]) }

// read reads a record by a glance or, where it has anything unusual, whole.
func (v *viewer) read(record jsonscan.Text) error {
	if len(record.Bytes) <= mostBytes && v.glance(record) {
		return nil
	}
	return v.act.readWhole(record.Bytes)
}

// readWhole reads a record as Decode does.
func (a *act) readWhole(record []byte) error {
	if len(record) > mostBytes {
		return errTooLarge(len(record))
	}
	s := scanner{text: string(record)}
	whole, err := s.record()
	if err != nil {
		return err
	}
	*a = act{}
	h, p := headOf(whole), principal(whole)
	for f, text := range [fieldsOfText]string{
		eventID: h.id, eventSource: h.source, eventName: h.name, timeOfEvent: h.time, eventType: h.kind, eventCategory: h.category,
		awsRegion: h.region, recipientAccountID: h.recipient, sourceIPAddress: whole.text("sourceIPAddress"),
		vpcEndpointID: whole.text("vpcEndpointId"),
	} {
		a.fields[f] = a.keep(text)
	}
	a.who = actor{
		account: a.keep(h.account), invokedBy: a.keep(p.InvokedBy), identity: a.keep(p.ID), asset: a.keep(string(p.Function)),
		role: isRole(whole.child("userIdentity").text("type")),
	}
	added := whole.child("addendum")
	a.corrects = added.text("reason") == updatedData && added.text("originalEventID") != ""
	switch outcomeOf(whole, uncut(whole.child("requestParameters"))) {
	case inventory.Failed:
		a.failed = true
	case inventory.DryRun:
		a.dry = true
	}
	return nil
}

// keep adds to the text.
func (a *act) keep(text string) place {
	from := len(a.text)
	a.text = append(a.text, text...)
	return place{uint32(from), uint32(len(a.text))}
}

// counts reports whether the record tells, for the first time, of a call by an
// identity that is counted.
func (a *act) counts(of inventory.Counted) bool {
	if !a.who.role || a.corrects || isForeign(a.get(eventCategory), a.get(eventType)) {
		return false
	}
	return of != inventory.CountFunctions || !a.who.asset.empty()
}

// isRole knows the types that principalType takes for an assumed role.
func isRole[T string | []byte](kind T) bool {
	return string(kind) == "AssumedRole" || string(kind) == "Role"
}

// tell fills in use.
func (a *act) tell(use *Use) (bool, error) {
	if a.fields[eventID].empty() || a.fields[eventSource].empty() || a.fields[eventName].empty() || a.fields[timeOfEvent].empty() {
		h := head{
			id: string(a.get(eventID)), source: string(a.get(eventSource)), name: string(a.get(eventName)), time: string(a.get(timeOfEvent)),
		}
		return false, h.whole()
	}
	at, ok := clock(a.get(timeOfEvent))
	if !ok {
		var err error
		if at, err = eventTime(string(a.get(timeOfEvent))); err != nil {
			return false, err
		}
	}
	if a.who.identity.empty() {
		return false, errors.New("decode record: it names no role")
	}
	*use = Use{
		ID: a.get(eventID), Identity: a.at(a.who.identity), Asset: a.at(a.who.asset), Service: a.get(eventSource), Name: stripDate(a.get(eventName)),
		Account: a.get(recipientAccountID), Region: a.get(awsRegion), Outcome: inventory.Succeeded, Time: at,
		Outside: a.fields[vpcEndpointID].empty() && a.who.invokedBy.empty() && isPublic(a.get(sourceIPAddress)),
	}
	if len(use.Account) == 0 {
		use.Account = a.at(a.who.account)
	}
	switch {
	case a.failed:
		use.Outcome = inventory.Failed
	case a.dry:
		use.Outcome = inventory.DryRun
	}
	return true, nil
}

// isPublic reports whether an address is of the public network. What is no
// address (a service's name, "AWS Internal") is not.
func isPublic(address []byte) bool {
	ip, ok := parseAddress(address)
	if !ok || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return false
	}
	if !ip.Is4() {
		return true
	}
	four := ip.As4()
	return four[0] != 100 || four[1]&0xc0 != 64 // RFC 6598: shared by the customers of a carrier
}

// parseAddress reads an address as netip does. Most are of four numbers, and
// for those no memory is asked for.
func parseAddress(text []byte) (netip.Addr, bool) {
	if bytes.IndexByte(text, ':') >= 0 {
		ip, err := netip.ParseAddr(string(text))
		return ip.Unmap(), err == nil
	}
	var four [4]byte
	part, n, digits := 0, 0, 0
	for _, c := range text {
		switch {
		case isDigit(c) && digits < 3 && (digits == 0 || n > 0):
			n, digits = 10*n+int(c-'0'), digits+1
		case c == '.' && digits > 0 && n < 256 && part < 3:
			four[part] = byte(n)
			part, n, digits = part+1, 0, 0
		default:
			return netip.Addr{}, false
		}
	}
	if part < 3 || digits == 0 || n > 255 {
		return netip.Addr{}, false
	}
	four[3] = byte(n)
	return netip.AddrFrom4(four), true
}
