package builtin

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/internal/jsonscan"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
	"github.com/estray/estray/providers/aws"
)

// The format is no part of what the package exports, so this test lies inside.

// spell writes a string with escapes that nobody needs, where it is asked to.
func spell(escaped bool, text string) string {
	if !escaped {
		return fmt.Sprintf("%q", text)
	}
	var b strings.Builder
	for _, c := range text {
		fmt.Fprintf(&b, `\u%04x`, c)
	}
	return `"` + b.String() + `"`
}

// member draws a member of a record of which the filter may judge.
func member(r *rapid.T, names, values []string) string {
	name := rapid.SampledFrom(names).Draw(r, "name")
	if rapid.IntRange(0, 9).Draw(r, "case") == 0 {
		name = strings.ToLower(name)
	}
	space := rapid.SampledFrom([]string{"", "", " ", "\n\t"})
	value := spell(rapid.IntRange(0, 9).Draw(r, "escaped value") == 0, rapid.SampledFrom(values).Draw(r, "value"))
	switch rapid.IntRange(0, 19).Draw(r, "kind") {
	case 0:
		value = rapid.SampledFrom([]string{"null", "7", `["` + aws.Services()[0] + `"]`, `{"eventSource":"lambda.amazonaws.com","eventName":"Invoke"}`}).Draw(r, "other value")
	case 1:
		value = fmt.Sprintf("%q", rapid.String().Draw(r, "any text"))
		if !json.Valid([]byte(value)) {
			value = `""`
		}
	}
	return spell(rapid.IntRange(0, 9).Draw(r, "escaped name") == 0, name) + space.Draw(r, "before") + ":" + space.Draw(r, "behind") + value
}

// judged says what the filter says of a record, by a naive reading: the values
// of the exact names, the last of each. A value that is missing, is no string or
// is spelt with an escape lets the record through.
func judged(t *rapid.T, f archive.Filter, record string) bool {
	var members map[string]json.RawMessage // of a name that occurs twice the last value
	if err := json.Unmarshal([]byte(record), &members); err != nil {
		t.Fatal(err)
	}
	var values [][]byte
	for _, name := range f.Members {
		text := members[name]
		if len(text) < 2 || text[0] != '"' || slices.Contains(text, '\\') {
			return true
		}
		values = append(values, text[1:len(text)-1])
	}
	return f.Matters(values)
}

// TestTheFilterPassesOverNothingThatIsKept is what lets the engine leave
// records unread.
func TestTheFilterPassesOverNothingThatIsKept(t *testing.T) {
	format := cloudtrail("trail", inventory.CountNone)
	var calls []string
	for call := range aws.Calls() {
		calls = append(calls, call.Name)
	}
	slices.Sort(calls)
	calls = append(slices.Compact(calls), "Invoke", "UpdateFunctionCode20150331v2", "CreateAccessKey", "UpdateDistribution2020_05_31", "RunInstances", "GetItem", "")
	services := append(aws.Services(), "dynamodb.amazonaws.com", "Lambda.amazonaws.com")
	services = append(services, slices.Repeat([]string{"lambda.amazonaws.com"}, len(services))...)
	kept, passed := 0, 0
	one := func(r *rapid.T) {
		members := []string{`"eventID":"e"`, `"eventTime":"2026-03-01T10:00:00Z"`,
			`"requestParameters":{"eventSource":"lambda.amazonaws.com","eventName":"Invoke","functionName":"pay"}`}
		for range rapid.IntRange(1, 3).Draw(r, "sources") {
			members = append(members, member(r, []string{"eventSource"}, services))
		}
		for range rapid.IntRange(1, 3).Draw(r, "names") {
			members = append(members, member(r, []string{"eventName"}, calls))
		}
		record := "{" + strings.Join(rapid.Permutation(members).Draw(r, "order"), " , ") + "}"
		d, err := format.Decode([]byte(record), inventory.Provenance{})
		through := judged(r, format.Filter, record)
		if err == nil && d.Event != nil {
			kept++
			if !through {
				r.Errorf("passed over, and kept by Decode: %s", record)
			}
		}
		if !through {
			passed++
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		for range 20 {
			one(r)
		}
	})
	if kept < 10 || passed < 10 {
		t.Errorf("%d records kept, %d passed over: the test proves nothing", kept, passed)
	}
}

func TestKeysOfAnArchive(t *testing.T) {
	const below = "AWSLogs/o-abcdefghij/111122223333/"
	const name = "/eu-west-1/2026/03/01/111122223333_"
	scope := inventory.Scope{Provider: inventory.AWS, Account: "111122223333", Region: "eu-west-1"}
	at := time.Date(2026, 3, 1, 10, 5, 0, 0, time.UTC)
	for key, want := range map[string]archive.Object{
		below + "CloudTrail" + name + "CloudTrail_eu-west-1_20260301T1005Z_AbCd.json.gz":                                      {Class: archive.Log, Scope: scope, Delivered: at},
		below + "CloudTrail-Digest" + name + "CloudTrail-Digest_eu-west-1_t_eu-west-1_20260301T100507Z.json.gz":               {Class: archive.Sibling, What: "digest", Scope: scope, Delivered: at.Add(7 * time.Second)},
		below + "CloudTrail-Digest" + name + "CloudTrail-Digest_eu-west-1_t_eu-west-1_20260301T100507Z.json.gz.metadata.json": {Class: archive.Sibling, What: "metadata"},
		below + "CloudTrail" + name + "CloudTrail_eu-west-1_20260301T1005Z_AbCd.json.gz.metadata.json":                        {Class: archive.Sibling, What: "metadata"},
		below + "CloudTrail-Insight" + name + "CloudTrail-Insight_eu-west-1_20260301T1005Z_AbCd.json.gz":                      {Class: archive.Sibling, What: "insight"},
		below + "CloudTrail-NetworkActivity" + name + "x_20260301T1005Z_AbCd.json.gz":                                         {Class: archive.Sibling, What: "networkactivity"},
		"report.csv":             {},
		"report.metadata.json":   {},
		".metadata.json":         {},
		below + ".metadata.json": {},
	} {
		if diff := cmp.Diff(want, recognise(key)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
}

// TestUseIsReadOnlyWhereItIsCounted, and what it tells comes from the record.
func TestUseIsReadOnlyWhereItIsCounted(t *testing.T) {
	if cloudtrail("trail", inventory.CountNone).Uses != nil {
		t.Error("use is read though nobody's is counted")
	}
	const record = `{"eventID":"e","eventTime":"2026-03-01T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","recipientAccountId":"1",` +
		`"sourceIPAddress":"198.51.100.7","userIdentity":{"type":"AssumedRole","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::1:role/r"}}}}`
	var got archive.Use
	ok, err := cloudtrail("trail", inventory.CountRoles).Uses()(jsonscan.Mark([]byte(record)), &got)
	want := archive.Use{
		ID: []byte("e"), Asset: []byte{}, Identity: []byte("arn:aws:iam::1:role/r"), Service: []byte("s3.amazonaws.com"), Name: []byte("GetObject"), Account: []byte("1"), Region: []byte("eu-west-1"),
		Outcome: inventory.Succeeded, Time: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), Outside: true,
	}
	if diff := cmp.Diff(want, got); diff != "" || !ok || err != nil {
		t.Errorf("%v %v (-want +got):\n%s", ok, err, diff)
	}
	if ok, err := cloudtrail("trail", inventory.CountFunctions).Uses()(jsonscan.Mark([]byte(record)), &got); ok || err != nil {
		t.Errorf("a role that no function acted with: %v %v", ok, err)
	}
}
