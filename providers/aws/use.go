package aws

import (
	"bytes"
	"errors"
	"net/netip"
	"time"
	"unicode/utf8"

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

// Uses returns what reads the use of an identity from a record, into use; nil
// where nobody's use is counted. It says false where the record tells of no use
// that is counted: of other identities, of another category than calls, or a
// correction of a record that was counted itself. An error means that a record
// that would be counted cannot be understood.
//
// Counted are roles that somebody assumed, under the id that [Decoder.Decode]
// gives to the principal, or those of them alone that a function acted with.
func Uses(of inventory.Counted) func(record jsonscan.Text, use *Use) (bool, error) {
	if of == inventory.CountNone {
		return nil
	}
	return func(record jsonscan.Text, use *Use) (bool, error) {
		var a act
		if err := a.read(record); err != nil || !a.counts(of) {
			return false, err
		}
		return a.tell(use)
	}
}

// act is what is read of a record to tell of the use of an identity.
type act struct {
	id, service, name, time, kind, category []byte
	region, recipient, address, endpoint    []byte
	who                                     actor
	// failed and dry are what the outcome follows from.
	failed, dry bool
	// corrects: the record replaces an earlier one.
	corrects bool
}

// actor is what is read of a record's userIdentity.
type actor struct {
	kind, account, invokedBy, identity, asset []byte
}

// read reads a record by a glance or, where it has anything unusual, whole.
func (a *act) read(record jsonscan.Text) error {
	if len(record.Bytes) <= mostBytes && a.glance(record) {
		return nil
	}
	return a.readWhole(record.Bytes)
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
	h, p := headOf(whole), principal(whole)
	*a = act{
		id: []byte(h.id), service: []byte(h.source), name: []byte(h.name), time: []byte(h.time), kind: []byte(h.kind),
		category: []byte(h.category), region: []byte(h.region), recipient: []byte(h.recipient),
		address: []byte(whole.text("sourceIPAddress")), endpoint: []byte(whole.text("vpcEndpointId")),
		who: actor{
			kind: []byte(whole.child("userIdentity").text("type")), account: []byte(h.account),
			invokedBy: []byte(p.InvokedBy), identity: []byte(p.ID), asset: []byte(p.Function),
		},
		corrects: whole.child("addendum").text("reason") == updatedData,
	}
	switch outcomeOf(whole, uncut(whole.child("requestParameters"))) {
	case inventory.Failed:
		a.failed = true
	case inventory.DryRun:
		a.dry = true
	}
	return nil
}

// counts reports whether the record tells, for the first time, of a call by an
// identity that is counted.
func (a *act) counts(of inventory.Counted) bool {
	if !isRole(a.who.kind) || a.corrects || isForeign(a.category, a.kind) {
		return false
	}
	return of != inventory.CountFunctions || len(a.who.asset) > 0
}

// isRole knows the types that principalType takes for an assumed role.
func isRole(kind []byte) bool {
	return string(kind) == "AssumedRole" || string(kind) == "Role"
}

// tell fills in use.
func (a *act) tell(use *Use) (bool, error) {
	if len(a.id) == 0 || len(a.service) == 0 || len(a.name) == 0 || len(a.time) == 0 {
		h := head{id: string(a.id), source: string(a.service), name: string(a.name), time: string(a.time)}
		return false, h.whole()
	}
	at, err := eventTime(string(a.time))
	if err != nil {
		return false, err
	}
	if len(a.who.identity) == 0 {
		return false, errors.New("decode record: it names no role")
	}
	*use = Use{
		ID: a.id, Identity: a.who.identity, Asset: a.who.asset, Service: a.service, Name: stripDate(a.name),
		Account: a.recipient, Region: a.region, Outcome: inventory.Succeeded, Time: at,
		Outside: len(a.endpoint) == 0 && len(a.who.invokedBy) == 0 && isPublic(a.address),
	}
	if len(a.recipient) == 0 {
		use.Account = a.who.account
	}
	switch {
	case a.failed:
		use.Outcome = inventory.Failed
	case a.dry:
		use.Outcome = inventory.DryRun
	}
	return true, nil
}

// plain reports whether the text of what is told is what the bytes say: what is
// no UTF-8 is replaced where a record is read whole.
func (a *act) plain() bool {
	for _, text := range [...][]byte{a.id, a.service, a.name, a.region, a.recipient, a.who.account, a.who.identity, a.who.asset} {
		if !utf8.Valid(text) {
			return false
		}
	}
	return true
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
	for i := range four {
		part, rest, dot := bytes.Cut(text, []byte("."))
		if dot == (i == 3) || len(part) == 0 || len(part) > 3 || len(part) > 1 && part[0] == '0' {
			return netip.Addr{}, false
		}
		n := 0
		for _, c := range part {
			if !isDigit(c) {
				return netip.Addr{}, false
			}
			n = 10*n + int(c-'0')
		}
		if n > 255 {
			return netip.Addr{}, false
		}
		four[i], text = byte(n), rest
	}
	return netip.AddrFrom4(four), true
}
