package builtin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/internal/jsonscan"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
	"github.com/estray/estray/providers/builtin"
)

// spelling draws one of the many ways to write JSON.
type spelling struct{ *rapid.T }

func (s spelling) one(n int, what string) bool { return rapid.IntRange(1, n).Draw(s.T, what) == n }

func (s spelling) of(what string, values ...string) string {
	return rapid.SampledFrom(values).Draw(s.T, what)
}

func (s spelling) space() string {
	if !s.one(6, "spaced") {
		return ""
	}
	return s.of("space", " ", "\n", "\r\n\t", strings.Repeat(" ", 64))
}

// text writes a string, at times with escapes that nobody needs.
func (s spelling) text(text string) string {
	if !s.one(8, "escaped") {
		return fmt.Sprintf("%q", text)
	}
	at := rapid.IntRange(0, max(len(text)-1, 0)).Draw(s.T, "at")
	var b strings.Builder
	for i, c := range text {
		if i == at || s.one(3, "another") {
			fmt.Fprintf(&b, s.of("digits", `\u%04x`, `\u%04X`), c)
		} else {
			b.WriteRune(c)
		}
	}
	return `"` + b.String() + `"`
}

func (s spelling) member(name, value string) string {
	return s.space() + s.text(name) + s.space() + ":" + s.space() + value + s.space()
}

// record draws a record of any call in any spelling, with what might be taken for
// its service and name: deeper down, in texts, behind escaped quotes, in another
// case, twice.
func (s spelling) record(n int) string {
	service := func() string {
		return s.text(s.of("service", "lambda.amazonaws.com", "lambda.amazonaws.com", "ec2.amazonaws.com", "iam.amazonaws.com", "Lambda.amazonaws.com", "", "cloudtrail.amazonaws.com"))
	}
	name := func() string {
		return s.text(s.of("name", "UpdateFunctionCode20150331v2", "Invoke", "CreateUser", "DescribeInstances", "StopLogging", ""))
	}
	inner := `{"eventSource":"lambda.amazonaws.com","eventName":"Invoke","functionName":"pay"}`
	members := []string{
		s.member("eventID", fmt.Sprintf(`"e-%d"`, n)), s.member("eventTime", `"2026-05-04T02:58:00Z"`), s.member("eventSource", service()), s.member("eventName", name()),
		s.member("awsRegion", `"eu-west-1"`), s.member("recipientAccountId", `"111122223333"`), s.member("requestParameters", s.of("request", "null", `{"functionName":"pay"}`, inner, "["+inner+"]")),
		s.member("userIdentity", `{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/ci/s","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/ci"}}}`),
	}
	for s.one(3, "odd") {
		odd := s.of("what",
			`"x\"eventSource":"ec2.amazonaws.com"`, `"\"eventName":"DescribeInstances"`, `"eventSource\\":"ec2.amazonaws.com"`, `"EventSource":"lambda.amazonaws.com"`, `"eventname":"Invoke"`,
			`"event`+`\u0053ource":"lambda.amazonaws.com"`, `"eventSource":null`, `"eventName":["Invoke"]`, `"a":"lambda.amazonaws.com"`, `"b":"\"eventSource\":\"lambda.amazonaws.com\""`,
			`"c":"eventSource"`, `"d":["eventSource","lambda.amazonaws.com"]`, `"e":`+inner, `"eventSource":"ec2.amazonaws.com"`, `"eventName":"Invoke"`, `"eventSource":"lambda.amazonaws.com"`,
			`"f":"`+strings.Repeat(`\\`, 65)+`"`, `"g":"}]"`, `"h":"\ud800"`, "\"i\":\"\xff\"", "\"eventSource\":\"lambda.amazonaws.com\xff\"", `"j":1e999`)
		members = append(members, odd)
	}
	return "{" + strings.Join(rapid.Permutation(members).Draw(s.T, "order"), ",") + "}"
}

// fataler is a test, or one draw of one.
type fataler interface {
	Fatal(...any)
	Context() context.Context
}

// readFacts reads one object and returns the facts in order.
func readFacts(t fataler, text string, format archive.Format) (events []inventory.Event, assets []inventory.Asset, usage []inventory.Usage) {
	cfg := archive.Config{Source: "s", Root: archive.Folder(fstest.MapFS{dir + "0300Z_aaaaaaaaaaaaaaaa.json": {Data: []byte(text)}}), Usage: inventory.CountRoles}
	sources, err := archive.Logs(cfg, format).Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		err := s.Read(t.Context(), func(inventory.Cell) inventory.Coverage { return inventory.Coverage{} }, func(f inventory.Fact) error {
			switch f := f.(type) {
			case inventory.Event:
				events = append(events, f)
			case inventory.Asset:
				assets = append(assets, f)
			case inventory.Usage:
				usage = append(usage, f)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return events, assets, usage
}

func written(t fataler, facts ...any) string {
	text, err := json.MarshalIndent(facts, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTheFilterLosesNothing reads archives with the filter and without it.
func TestTheFilterLosesNothing(t *testing.T) {
	kept, read := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var records []string
		for n := range rapid.IntRange(1, 12).Draw(t, "records") {
			records = append(records, spelling{t}.record(n))
		}
		text := wrap(records...)
		with := builtin.CloudTrail("s", inventory.CountRoles)
		decode := with.Decode
		with.Decode = func(record []byte, from inventory.Provenance) (archive.Decoded, error) {
			read++
			return decode(record, from)
		}
		without := builtin.CloudTrail("s", inventory.CountRoles)
		without.Filter = archive.Filter{}
		events, assets, usage := readFacts(t, text, with)
		allEvents, allAssets, allUsage := readFacts(t, text, without)
		kept += len(events)
		if diff := cmp.Diff(written(t, allEvents, allAssets, allUsage), written(t, events, assets, usage)); diff != "" {
			t.Errorf("%s\n(-without the filter +with it):\n%s", text, diff)
		}
		read -= len(records)
	})
	if kept == 0 || read >= 0 {
		t.Errorf("%d records were kept, %d passed over: the test proves nothing", kept, -read)
	}
}

// TestOnlyTheRecordItselfMakesAnEvent: what mentions Lambda elsewhere is none.
func TestOnlyTheRecordItselfMakesAnEvent(t *testing.T) {
	of := func(request string) string {
		return call("e", "2026-05-04T02:58:00Z", "ec2.amazonaws.com", "RunInstances", request)
	}
	lambda := call("inner", "2026-05-04T02:58:00Z", "lambda.amazonaws.com", "DeleteFunction20150331", `{"functionName":"pay"}`)
	for name, record := range map[string]string{
		"as a value":           of(`{"a":"lambda.amazonaws.com"}`),
		"as a name":            of(`{"lambda.amazonaws.com":"eventSource"}`),
		"a record in a record": of(lambda),
		"records in a record":  of(`{"Records":[` + lambda + `]}`),
		"a record in a text":   of(fmt.Sprintf("%q", lambda)),
		"a record in a list":   of("[[" + lambda + "]]"),
		"in the user agent":    strings.Replace(of("{}"), `"userAgent":"t"`, `"userAgent":"\"eventSource\":\"lambda.amazonaws.com\""`, 1),
		"as another member":    strings.Replace(of("{}"), `"userAgent":"t"`, `"x\"eventSource":"lambda.amazonaws.com","EventSource":"lambda.amazonaws.com","eventsource":"lambda.amazonaws.com"`, 1),
	} {
		for _, filtered := range []bool{true, false} {
			f := builtin.CloudTrail("s", inventory.CountRoles)
			if !filtered {
				f.Filter = archive.Filter{}
			}
			if events, assets, usage := readFacts(t, wrap(record), f); len(events) > 0 || len(assets) > 0 || len(usage) != 1 {
				t.Errorf("%s (filtered: %t): %d events, %d assets, %d rows of use, want one row alone", name, filtered, len(events), len(assets), len(usage))
			}
		}
	}
}

// TestUseIsThatOfTheRecordAlone: what is known of a record's places while an
// archive is read, where others stand before and behind it, tells the same as
// the record by itself.
func TestUseIsThatOfTheRecordAlone(t *testing.T) {
	used := 0
	rapid.Check(t, func(t *rapid.T) {
		var records []string
		for n := range rapid.IntRange(1, 30).Draw(t, "records") {
			records = append(records, spelling{t}.record(n))
		}
		f := builtin.CloudTrail("s", inventory.CountRoles)
		uses := f.Uses
		use := uses()
		read := func(record jsonscan.Text, into *archive.Use) (bool, error) {
			ok, err := use(record, into)
			var alone archive.Use
			ok2, err2 := uses()(jsonscan.Text{Bytes: bytes.Clone(record.Bytes)}, &alone)
			if json.Valid(record.Bytes) && (ok != ok2 || fmt.Sprint(err) != fmt.Sprint(err2) || ok && !cmp.Equal(*into, alone)) {
				t.Errorf("%s\nin the archive %v %v %+v\nalone %v %v %+v", record.Bytes, ok, err, *into, ok2, err2, alone)
			}
			if ok {
				used++
			}
			return ok, err
		}
		f.Uses = func() func(jsonscan.Text, *archive.Use) (bool, error) { return read }
		readFacts(t, wrap(records...), f)
	})
	if used == 0 {
		t.Error("no use was told: the test proves nothing")
	}
}
