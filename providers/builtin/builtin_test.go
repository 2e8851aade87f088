package builtin_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/aws/live"
	"github.com/estray/estray/providers/aws/session"
	"github.com/estray/estray/providers/builtin"
)

const dir = "AWSLogs/o-exampleorg1/111122223333/CloudTrail/eu-west-1/2026/05/04/111122223333_CloudTrail_eu-west-1_20260504T"

const function = "arn:aws:lambda:eu-west-1:111122223333:function:shop"

// call is a successful CloudTrail record that we made up.
func call(id, at, source, name, request string) string {
	return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/ci/s","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111122223333:role/ci","accountId":"111122223333","userName":"ci"}}},`+
		`"eventTime":%q,"eventSource":%q,"eventName":%q,"awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.1","userAgent":"t",`+
		`"requestParameters":%s,"responseElements":null,"eventID":%q,"readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}`,
		at, source, name, request, id)
}

func wrap(records ...string) string { return `{"Records":[` + strings.Join(records, ",") + `]}` }

func archives(root string) builtin.Config {
	return builtin.Config{Archives: []builtin.Archive{{Kind: "cloudtrail", Path: root, Name: "exports/logs"}}}
}

// TestCloudTrailFolder reads a folder as S3 delivers it to the end: events,
// assets known from them, coverage with its window.
func TestCloudTrailFolder(t *testing.T) {
	root := t.TempDir()
	put(t, root, dir+"0300Z_aaaaaaaaaaaaaaaa.json.gz", zipped(t, wrap(
		call("e1", "2026-05-04T02:58:00Z", "lambda.amazonaws.com", "CreateFunction20150331", `{"functionName":"shop","runtime":"python3.13","role":"arn:aws:iam::111122223333:role/shop"}`),
		call("e2", "2026-05-04T02:59:00Z", "ec2.amazonaws.com", "CreateVolume", `{}`))))
	put(t, root, dir+"0900Z_bbbbbbbbbbbbbbbb.json.gz", zipped(t, wrap(
		call("e3", "2026-05-04T08:58:00Z", "lambda.amazonaws.com", "UpdateFunctionCode20150331v2", `{"functionName":"`+function+`"}`))))
	put(t, root, "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/05/04/111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20260504T030000Z.json.gz", zipped(t, `{}`))

	var m memory
	v := scan(t, &m, archives(root))

	var got []string
	for _, e := range m.events() {
		got = append(got, fmt.Sprintf("%s %s %s %s#%d", e.ID, e.Action, e.Outcome, filepath.Base(e.Provenance.Object), e.Provenance.Record))
	}
	want := []string{
		"e1 create succeeded 111122223333_CloudTrail_eu-west-1_20260504T0300Z_aaaaaaaaaaaaaaaa.json.gz#0",
		"e3 update-code succeeded 111122223333_CloudTrail_eu-west-1_20260504T0900Z_bbbbbbbbbbbbbbbb.json.gz#0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	a, ok := v.Asset(function)
	if !ok {
		t.Fatalf("asset %s is not known; assets: %v", function, v.Assets)
	}
	if diff := cmp.Diff([]string{"events"}, a.SeenBy()); diff != "" {
		t.Errorf("seen by (-want +got):\n%s", diff)
	}
	scope := inventory.Scope{Provider: inventory.AWS, Account: "111122223333", Region: "eu-west-1"}
	wantCoverage := []inventory.Coverage{
		{Cell: inventory.Cell{Source: "cloudtrail:exports/logs", Scope: inventory.Scope{Provider: inventory.AWS}, Capability: inventory.CapObjects},
			State: inventory.Complete, Seen: 2, Read: now(), Why: inventory.Reason{Message: "objects that hold no events of this kind: 1 digest"}},
		{Cell: inventory.Cell{Source: "cloudtrail:exports/logs", Scope: scope, Capability: inventory.CapEvents},
			State: inventory.Complete, Seen: 2, Read: now(), Continuity: inventory.Assumed,
			Window: inventory.Window{From: time.Date(2026, 5, 4, 3, 0, 0, 0, time.UTC), To: time.Date(2026, 5, 4, 8, 45, 0, 0, time.UTC)}},
	}
	coverage := v.Coverage
	for i := range coverage {
		coverage[i].Mark = ""
	}
	if diff := cmp.Diff(wantCoverage, coverage); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
}

// TestInsideTheLayout reads a folder that begins below AWSLogs.
func TestInsideTheLayout(t *testing.T) {
	root := t.TempDir()
	put(t, root, dir+"0300Z_aaaaaaaaaaaaaaaa.json.gz", zipped(t, wrap(
		call("e1", "2026-05-04T02:58:00Z", "lambda.amazonaws.com", "DeleteFunction20150331", `{"functionName":"shop"}`))))
	for _, sub := range []string{"AWSLogs", "AWSLogs/o-exampleorg1/111122223333/CloudTrail", "AWSLogs/o-exampleorg1/111122223333/CloudTrail/eu-west-1/2026/05/04"} {
		var m memory
		scan(t, &m, archives(filepath.Join(root, sub)))
		if n := len(m.events()); n != 1 {
			t.Errorf("%s: %d events, want 1", sub, n)
		}
	}
}

// TestStopLogging breaks the continuity of its account and region, whatever
// the vendor's spelling of the act.
func TestStopLogging(t *testing.T) {
	trail := `{"name":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/org"}`
	for name, test := range map[string]struct {
		record string
		broken bool
	}{
		"StopLogging": {call("s1", "2026-05-04T02:58:00Z", "cloudtrail.amazonaws.com", "StopLogging", trail), true},
		"DeleteTrail": {call("s1", "2026-05-04T02:58:00Z", "cloudtrail.amazonaws.com", "DeleteTrail", trail), true},
		"selectors that leave out management events": {call("s1", "2026-05-04T02:58:00Z", "cloudtrail.amazonaws.com", "PutEventSelectors",
			`{"trailName":"org","eventSelectors":[{"readWriteType":"All","includeManagementEvents":false}]}`), true},
		"selectors that leave out nothing": {call("s1", "2026-05-04T02:58:00Z", "cloudtrail.amazonaws.com", "PutEventSelectors",
			`{"trailName":"org","eventSelectors":[{"readWriteType":"All","includeManagementEvents":true}]}`), false},
		"a refused StopLogging": {strings.Replace(call("s1", "2026-05-04T02:58:00Z", "cloudtrail.amazonaws.com", "StopLogging", trail),
			`"eventID"`, `"errorCode":"AccessDenied","eventID"`, 1), false},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			put(t, root, dir+"0300Z_aaaaaaaaaaaaaaaa.json.gz", zipped(t, wrap(test.record)))
			var m memory
			v := scan(t, &m, archives(root))
			c := v.Coverage[len(v.Coverage)-1]
			if got := c.Continuity == inventory.Broken && c.State == inventory.Partial; got != test.broken {
				t.Errorf("coverage = %s %s (%s), want broken: %t", c.State, c.Continuity, c.Why, test.broken)
			}
			if test.broken && !strings.Contains(c.Why.Message, "2026-05-04T02:58:00Z") {
				t.Errorf("message = %q, want it to name the time", c.Why.Message)
			}
		})
	}
}

// TestImpossibleTimes: a record of no possible time is named and left out.
func TestImpossibleTimes(t *testing.T) {
	root := t.TempDir()
	put(t, root, dir+"0300Z_aaaaaaaaaaaaaaaa.json.gz", zipped(t, wrap(
		call("e0", "0001-01-01T00:00:00Z", "lambda.amazonaws.com", "DeleteFunction20150331", `{}`),
		call("e1", "2026-02-30T00:00:00Z", "lambda.amazonaws.com", "DeleteFunction20150331", `{}`),
		call("e2", "2026-05-04T02:58:00Z", "lambda.amazonaws.com", "DeleteFunction20150331", `{"functionName":"shop"}`))))
	var m memory
	v := scan(t, &m, archives(root))
	if got := m.events(); len(got) != 1 || got[0].ID != "e2" {
		t.Errorf("events = %v, want e2 alone", got)
	}
	c := v.Coverage[len(v.Coverage)-1]
	if c.State != inventory.Malformed || !strings.Contains(c.Why.Message, "record 0 at byte") || !strings.Contains(c.Why.Message, "record 1 at byte") {
		t.Errorf("coverage = %s (%s), want malformed with both places", c.State, c.Why)
	}
}

// TestDeliveredTwiceInAnyOrder: an object that lies in the archive under two
// keys gives its events twice, with one id each, and the same assets.
func TestDeliveredTwiceInAnyOrder(t *testing.T) {
	object := zipped(t, wrap(
		call("e2", "2026-05-04T02:58:00Z", "lambda.amazonaws.com", "UpdateFunctionCode20150331v2", `{"functionName":"shop"}`),
		call("e1", "2026-05-04T02:57:00Z", "lambda.amazonaws.com", "CreateFunction20150331", `{"functionName":"shop"}`)))
	var told []string
	for _, keys := range [][]string{{"0300Z_aaaaaaaaaaaaaaaa"}, {"0300Z_aaaaaaaaaaaaaaaa", "0310Z_bbbbbbbbbbbbbbbb"}} {
		root := t.TempDir()
		for _, key := range keys {
			put(t, root, dir+key+".json.gz", object)
		}
		var m memory
		text, err := json.Marshal(scan(t, &m, archives(root)).Assets)
		if err != nil {
			t.Fatal(err)
		}
		told = append(told, string(text))
		ids := map[string]bool{}
		for _, e := range m.events() {
			ids[e.ID] = true
		}
		if diff := cmp.Diff(map[string]bool{"e1": true, "e2": true}, ids); diff != "" {
			t.Errorf("ids (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff(told[0], told[1]); diff != "" {
		t.Errorf("assets (-once +twice):\n%s", diff)
	}
}

// TestRecordedAttacks wraps recordings of others as CloudTrail objects: every
// record is understood, and no canary comes through.
func TestRecordedAttacks(t *testing.T) {
	files, err := filepath.Glob("../../../shared/data/stratus/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("no recordings in ../shared/data/stratus")
		}
		t.Skip("no recordings in ../shared/data/stratus")
	}
	root := t.TempDir()
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		put(t, root, fmt.Sprintf("%s03%02dZ_aaaaaaaaaaaaaaaa.json.gz", dir, i), zipped(t, `{"Records":`+string(text)+`}`))
	}
	var m memory
	v := scan(t, &m, archives(root))
	if len(m.events()) == 0 {
		t.Error("no event was kept")
	}
	for _, c := range v.Coverage {
		if c.State == inventory.Malformed {
			t.Errorf("%s: %s (%s)", c.Cell, c.State, c.Why)
		}
	}
	if text := fmt.Sprintf("%+v", m.facts); strings.Contains(text, "ESTRAY-CANARY") {
		t.Error("a canary is in the facts")
	}
	for _, e := range m.events() {
		if strings.Contains(string(e.Record), "ESTRAY-CANARY") {
			t.Errorf("a canary is in the record of %s", e.ID)
		}
	}
}

// TestAWSIsPlannedBehindTheArchives, and only where it is asked for.
func TestAWSIsPlannedBehindTheArchives(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	cfg := archives(t.TempDir())
	without, err := builtin.Planners(cfg)
	if err != nil {
		t.Fatal(err)
	}
	cfg.AWS = &live.Config{Calls: session.Options{Attempts: 1}}
	with, err := builtin.Planners(cfg)
	if err != nil || len(with) != len(without)+1 {
		t.Fatalf("%d planners and %d with AWS, %v", len(without), len(with), err)
	}
	_, err = with[len(with)-1].Plan(t.Context())
	problems, rest := providers.Problems(err)
	if len(problems) != 1 || rest != nil || problems[0].Cell.Source != live.SourcePlan {
		t.Errorf("an AWS that cannot be reached: %v", err)
	}
}

func TestUnknownKindNamesTheNearest(t *testing.T) {
	_, err := builtin.Planners(builtin.Config{Archives: []builtin.Archive{{Kind: "cloudtrial", Name: "x"}}})
	if err == nil || !strings.Contains(err.Error(), `did you mean "cloudtrail"?`) {
		t.Errorf("error = %v, want the nearest kind", err)
	}
	if diff := cmp.Diff([]string{"cloudflare-audit-v1", "cloudflare-audit-v2", "cloudtrail", "snapshot"}, builtin.Kinds()); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}
