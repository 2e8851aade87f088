package cloudflare

import (
	"errors"
	"strings"

	"github.com/estray/estray/inventory"
)

// Decoder turns records of both audit logs into facts. Make it with
// [NewDecoder]; it may be used from several goroutines at once, and does not
// remember what it read.
type Decoder struct {
	source, account string
	calls           calls
	pairs           map[pair]rowV1
	// words and heads: see passesOver.
	words, heads, wordsV1, headsV1 [][]byte
}

// NewDecoder returns a decoder whose sightings of assets name the source. Account
// is the id of the account whose log is read, as the place of the log or the
// configuration tells; empty: the records tell. A record that names another
// account is an error.
func NewDecoder(source, account string) *Decoder {
	return &Decoder{
		source: source, account: account, calls: newCalls(), pairs: newPairs(),
		words: v2Words(), heads: v2Heads(), wordsV1: v1Words(), headsV1: v1Heads(),
	}
}

// For returns the decoder for the log of another account.
func (d *Decoder) For(account string) *Decoder {
	other := *d
	other.account = account
	return &other
}

// Decoded is what one record says.
type Decoded struct {
	// Keep is false for a record that is none of ours; nothing else is set then.
	Keep  bool
	Event inventory.Event
	// Assets hold what the record tells of assets: that they were there, their
	// names, and when they were made, changed and deleted. Acts that failed tell
	// none.
	Assets []inventory.Asset
	// Unknown is a call that concerns us and that the table does not have, without
	// names and ids: "POST /accounts/:a/workers/foo". Its event is kept with the
	// action other. Empty: the call is known.
	Unknown string
}

// V2 decodes a record of the audit log of version 2, as GET
// /accounts/{account_id}/logs/audit gives it or as Logpush delivers the dataset
// audit_logs_v2. It keeps no part of record. An error means that the record
// cannot be understood, or is of another account; its text repeats nothing of
// what the record holds.
//
// The log alone does not tell whether PUT of a script made it or changed it: the
// action is update-code, unless the record says that it made one. Nor does it tell,
// without bodies, which way a switch was turned: the action is update-config then,
// and the state must be read.
func (d *Decoder) V2(text []byte, from inventory.Provenance) (Decoded, error) {
	if passesOver(text, d.words, d.heads) {
		return Decoded{}, nil
	}
	o, err := parse(text)
	if err != nil {
		return Decoded{}, err
	}
	rec, err := readV2(o)
	if err != nil {
		return Decoded{}, err
	}
	rd := &reading{record: rec, body: bodyOf(rec.resource.request), answer: answerOf(rec.resource.response)}
	call, unknown, ok, err := d.callOf(rd)
	if err != nil || !ok {
		return Decoded{}, err
	}
	return d.decoded(rd, call, unknown, from)
}

// callOf finds how to read the call of a record: by method and URI, or, where it
// has none, by the product.
func (d *Decoder) callOf(rd *reading) (call row, unknown string, ok bool, err error) {
	rec := &rd.record
	if rec.uri == "" {
		return withoutURI(rec)
	}
	segments := segmentsOf(rec.uri)
	method := rec.method
	if method == "HEAD" {
		method = "GET"
	}
	if call, rd.vars, ok = d.calls.find(method, segments); ok {
		return call, "", call.reads != nil, nil
	}
	call, rd.vars, ok = guess(segments)
	switch {
	case !ok:
		return row{}, "", false, nil
	case method == "GET":
		call.action = inventory.ActionEnumerate
		return call, "", true, nil
	}
	return call, verb(method) + " " + call.path, true, nil
}

// verb is a method; what is no word is "?".
func verb(method string) string {
	if bindingKind(strings.ToLower(method)) == "unknown" {
		return "?"
	}
	return method
}

// withoutURI is the call of a record that does not tell what was called, as those
// of the vendor's own acts may not, and as a Logpush job may leave it out. What
// concerns us by its product is kept as other.
func withoutURI(rec *record) (row, string, bool, error) {
	if rec.resource.product == "" && rec.resource.kind == "" {
		return row{}, "", false, errors.New("decode record: it tells neither method and URI nor a product: let the Logpush job deliver the field Raw")
	}
	product, kind := phrase(rec.resource.product), phrase(rec.resource.kind)
	part := partOf(product + " " + kind)
	if part == "" {
		return row{}, "", false, nil
	}
	call := row{path: product + " " + kind, service: part, action: inventory.ActionOther, reads: of(byResource)}
	return call, "v2 " + call.path + " " + phrase(rec.action), true, nil
}

// partOf is the part of the interface that a product or a type of resource, in lower
// case, belongs to; empty: it concerns us not. The vendor does not publish its words.
func partOf(text string) string {
	for _, known := range []struct{ word, part string }{
		{"pages", pages}, {"worker", workers}, {"token", tokens}, {"member", members}, {"logpush", logs}, {"queue", queues}, {"email_rout", email}, {"workflow", workflows},
	} {
		if strings.Contains(text, known.word) {
			return known.part
		}
	}
	return ""
}

// phrase is a word of the vendor's; "?" where it can be none.
func phrase(text string) string {
	text = strings.ToLower(strings.NewReplacer(" ", "_", ".", "_", "-", "_").Replace(text))
	if text == "" || bindingKind(text) != text {
		return "?"
	}
	return text
}

// decoded reads what the row says of a record.
func (d *Decoder) decoded(rd *reading, call row, unknown string, from inventory.Provenance) (Decoded, error) {
	account, err := d.accountOf(rd)
	if err != nil {
		return Decoded{}, err
	}
	rd.account, rd.call = account, call
	rd.begin(from)
	if rd.event.Outcome == "" && !rd.event.ReadOnly {
		return Decoded{}, errors.New("decode record: it does not tell how it went, so that it may have changed something or nothing: let the Logpush job deliver the fields ActionResult and Raw")
	}
	for _, r := range call.reads {
		r(rd)
	}
	assets := rd.sightings(d.source)
	rd.finish()
	return Decoded{Keep: true, Event: rd.event, Assets: assets, Unknown: unknown}, nil
}

// accountOf is the account of a record.
func (d *Decoder) accountOf(rd *reading) (string, error) {
	account := d.account
	for _, named := range []string{rd.record.account, rd.vars["a"]} {
		named = strings.ToLower(named)
		if account == "" {
			account = identifier(named)
		}
		if named != "" && named != account {
			return "", errors.New("decode record: it is of another account than the log")
		}
	}
	if account == "" {
		return "", errors.New("decode record: it names no account, and neither does the log's place: set account")
	}
	return account, nil
}
