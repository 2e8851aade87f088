package aws_test

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
)

func TestRecordsThatCannotBeUnderstoodAreErrorsWithoutTheirContent(t *testing.T) {
	const canary = "ESTRAY-CANARY"
	for name, c := range map[string]struct{ record, want string }{
		"nothing":            {"", "decode record: it is no JSON object"},
		"null":               {"null", "decode record: it is no JSON object"},
		"an array":           {`["` + canary + `"]`, "decode record: it is no JSON object"},
		"a string":           {`"` + canary + `"`, "decode record: it is no JSON object"},
		"cut short":          {`{"eventID":"` + canary, "decode record: invalid JSON at byte 25"},
		"followed by more":   {`{"eventID":"1"} ` + canary, "decode record: invalid JSON at byte 17"},
		"a byte order mark":  {"\ufeff{}", "decode record: it is no JSON object"},
		"nested too deep":    {`{"a":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + "}", "decode record: invalid JSON at byte 10005"},
		"no id":              {string(record(t, "lambda", "Invoke", fields{"eventID": gone})), "decode record: it has no eventID"},
		"an id of a number":  {string(record(t, "lambda", "Invoke", fields{"eventID": 7})), "decode record: it has no eventID"},
		"no name":            {string(record(t, "lambda", "Invoke", fields{"eventName": gone})), "decode record: it has no eventName"},
		"no source":          {string(record(t, "lambda", "Invoke", fields{"eventSource": gone})), "decode record: it has no eventSource"},
		"no time":            {string(record(t, "lambda", "Invoke", fields{"eventTime": nil})), "decode record: it has no eventTime"},
		"a time of no form":  {string(record(t, "lambda", "Invoke", fields{"eventTime": canary})), "decode record: eventTime is no time of RFC 3339"},
		"a time before 2013": {string(record(t, "ec2", "RunInstances", fields{"eventTime": "1970-01-01T00:00:00Z"})), "decode record: eventTime lies in the year 1970"},
		"a time after 2100":  {string(record(t, "ec2", "RunInstances", fields{"eventTime": "2126-01-01T00:00:00Z"})), "decode record: eventTime lies in the year 2126"},
		"three megabytes":    {string(record(t, "lambda", "Invoke", fields{"userAgent": strings.Repeat("x", 3<<20)})), ""},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := aws.NewDecoder("trail").Decode([]byte(c.record), inventory.Provenance{})
			if err == nil {
				t.Fatalf("no error; got %+v", d)
			}
			if name == "three megabytes" {
				c.want = fmt.Sprintf("decode record: it has %d bytes, and CloudTrail writes at most 1 MB", len(c.record))
			}
			if err.Error() != c.want {
				t.Errorf("error %q, want %q", err, c.want)
			}
		})
	}
}

func TestRecordsThatAreNotOursAreLeftOutWithTheirScopeAndTime(t *testing.T) {
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	want := aws.Decoded{Scope: inventory.Scope{Provider: inventory.AWS, Account: account, Region: region}, Time: at}
	for _, c := range []struct{ service, name string }{
		{"ec2", "RunInstances"}, {"ssm", "SendCommand"}, {"sts", "AssumeRole"}, {"sts", "GetCallerIdentity"},
		{"cloudfront", "CreateFunction2020_05_31"}, {"appsync", "CreateFunction"}, {"iam", "ListUsers"},
	} {
		t.Run(c.service+" "+c.name, func(t *testing.T) {
			if diff := cmp.Diff(want, decode(t, record(t, c.service, c.name, nil))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRecordsOfAnotherSchemaAreLeftOutWithoutError(t *testing.T) {
	for name, r := range map[string]string{
		"insight":          `{"eventCategory":"Insight","eventType":"AwsCloudTrailInsight","eventTime":"2026-03-01T10:00:00Z"}`,
		"insight, by type": `{"eventType":"AwsCloudTrailInsight","eventID":"1"}`,
		"network activity": `{"eventCategory":"NetworkActivity","eventID":"1"}`,
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(aws.Decoded{}, decode(t, []byte(r))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOddPartsAreTakenForMissing(t *testing.T) {
	for name, change := range map[string]fields{
		"request is a string":          {"requestParameters": "functionName=pay"},
		"request is a list":            {"requestParameters": []any{"pay"}},
		"request is cut":               {"requestParameters": fields{"reason": "requestParameters too large", "omitted": true, "originalSize": 1}},
		"response is a list":           {"responseElements": []any{1, "a"}},
		"no user identity":             {"userIdentity": gone},
		"user identity is a string":    {"userIdentity": "ana"},
		"identity with empty objects":  {"userIdentity": fields{"type": "IAMUser", "sessionContext": fields{"sessionIssuer": fields{}, "webIdFederationData": fields{}}}},
		"identity of empty lists":      {"userIdentity": fields{"type": []any{}, "sessionContext": []any{}}},
		"resources of strings":         {"resources": []any{"a", nil, 3}},
		"functionName is an object":    {"requestParameters": fields{"functionName": fields{"a": 1}}},
		"functionName is no name":      {"requestParameters": fields{"functionName": "a b/c"}},
		"policy and layers of numbers": {"requestParameters": fields{"layers": 3, "policy": 4, "principal": 5}},
		"unknown members":              {"eventContext": fields{"x": []any{fields{}}}, "annotation": "a"},
		"region and address invented":  {"awsRegion": "eugov-eastcentral-1r", "sourceIPAddress": "255.090.254.5"},
	} {
		for _, name2 := range []string{"AddPermission20150331v2", "CreateFunction20150331", "UpdateFunctionConfiguration20150331v2", "PutResourcePolicy", "NeverHeardOf"} {
			t.Run(name+" "+name2, func(t *testing.T) {
				d := call(t, "lambda", name2, change)
				if d.Event.Outcome != inventory.Succeeded || d.Event.ID != "e-1" || d.Event.Record == nil {
					t.Errorf("event %+v", d.Event)
				}
			})
		}
	}
}

func TestWhatCorrectsARecordStandsUnderItsID(t *testing.T) {
	for name, c := range map[string]struct {
		addendum       any
		id, correction string
	}{
		"corrected":             {fields{"reason": "UPDATED_DATA", "updatedFields": "eventID", "originalRequestID": "r", "originalEventID": "e-0"}, "e-0", "e-1"},
		"late":                  {fields{"reason": "DELIVERY_DELAY"}, "e-1", ""},
		"late, with an id":      {fields{"reason": "SERVICE_OUTAGE", "originalEventID": "e-0"}, "e-1", ""},
		"corrects nobody knows": {fields{"reason": "UPDATED_DATA"}, "e-1", ""},
		"of another type":       {"UPDATED_DATA", "e-1", ""},
		"as ever":               {nil, "e-1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := call(t, "lambda", "AddPermission20150331v2", fields{"addendum": c.addendum}).Event
			if e.ID != c.id || e.Correction != c.correction {
				t.Errorf("got %q, corrected by %q, want %q, %q", e.ID, e.Correction, c.id, c.correction)
			}
		})
	}
}

func TestOutcome(t *testing.T) {
	for name, c := range map[string]struct {
		change fields
		want   inventory.Outcome
		code   string
	}{
		"no error code":           {nil, inventory.Succeeded, ""},
		"a null error code":       {fields{"errorCode": nil}, inventory.Succeeded, ""},
		"an empty error code":     {fields{"errorCode": ""}, inventory.Succeeded, ""},
		"refused":                 {fields{"errorCode": "AccessDenied"}, inventory.Failed, "AccessDenied"},
		"any other code":          {fields{"errorCode": "EntityTemporarilyUnmodifiableException"}, inventory.Failed, "EntityTemporarilyUnmodifiableException"},
		"a code of another type":  {fields{"errorCode": 500}, inventory.Failed, "500"},
		"dry run":                 {fields{"requestParameters": fields{"dryRun": true}}, inventory.DryRun, ""},
		"dry run written as text": {fields{"requestParameters": fields{"dryRun": "true"}}, inventory.DryRun, ""},
		"no dry run":              {fields{"requestParameters": fields{"dryRun": false}}, inventory.Succeeded, ""},
		"a dry run that was not":  {fields{"errorCode": "AccessDenied", "requestParameters": fields{"dryRun": true}}, inventory.Failed, "AccessDenied"},
		"only a message, no code": {fields{"errorMessage": "x"}, inventory.Succeeded, ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := call(t, "lambda", "UpdateFunctionCode20150331v2", c.change).Event
			if e.Outcome != c.want || e.Code != c.code || e.Mutates() != (c.want == inventory.Succeeded) {
				t.Errorf("outcome %q code %q mutates %v, want %q %q", e.Outcome, e.Code, e.Mutates(), c.want, c.code)
			}
		})
	}
}

func TestEveryEventCarriesItsFrame(t *testing.T) {
	e := call(t, "lambda", "AddPermission20150331v2", fields{"sharedEventID": "s-1", "eventTime": "2026-03-01T12:00:00+02:00"}).Event
	got := inventory.Event{ID: e.ID, Scope: e.Scope, Time: e.Time, Service: e.Service, Action: e.Action, Name: e.Name,
		LoggedName: e.LoggedName, Outcome: e.Outcome, SourceAddress: e.SourceAddress, Shared: e.Shared, Provenance: e.Provenance}
	want := inventory.Event{
		ID: "e-1", Scope: inventory.Scope{Provider: inventory.AWS, Account: account, Region: region},
		Time: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), Service: "lambda.amazonaws.com", Action: inventory.ActionGrant,
		Name: "AddPermission", LoggedName: "AddPermission20150331v2", Outcome: inventory.Succeeded, SourceAddress: "08.1.250.216",
		Shared: "s-1", Provenance: inventory.Provenance{Object: "o", Record: 3},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheCallersAccountServesWhereTheRecipientIsMissing(t *testing.T) {
	if got := call(t, "lambda", "Invoke", fields{"recipientAccountId": gone}).Event.Scope.Account; got != account {
		t.Errorf("account %q", got)
	}
}

func TestTimesMayHaveFractions(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2026-03-01T10:00:00.250Z":  time.Date(2026, 3, 1, 10, 0, 0, 250_000_000, time.UTC),
		"2026-03-01T12:00:00+02:00": time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC),
	} {
		if got := call(t, "lambda", "AddPermission20150331v2", fields{"eventTime": text}); !got.Time.Equal(want) || !got.Event.Time.Equal(want) {
			t.Errorf("%s: got %s and %s, want %s", text, got.Time, got.Event.Time, want)
		}
	}
}

// TestMembersAreFoundByTheirExactName: the last of them counts, whatever else
// is there; the last in another case only where there is none.
func TestMembersAreFoundByTheirExactName(t *testing.T) {
	const rest = `"eventID":"e","eventSource":"lambda.amazonaws.com","eventTime":"2026-03-01T10:00:00Z","userIdentity":{"accountId":"1"}`
	for name, c := range map[string]struct{ members, want string }{
		"one":                         {rest + `,"eventName":"GetPolicy"`, "GetPolicy 1"},
		"two of one name":             {rest + `,"eventName":"Invoke","eventName":"GetPolicy"`, "GetPolicy 1"},
		"another case behind":         {rest + `,"eventName":"GetPolicy","eventname":"Invoke","EVENTNAME":"Invoke"`, "GetPolicy 1"},
		"another case in front":       {`"EVENTNAME":"Invoke",` + rest + `,"eventName":"GetPolicy"`, "GetPolicy 1"},
		"another case alone":          {`"EVENTNAME":"GetPolicy",` + rest, "GetPolicy 1"},
		"two other cases":             {`"eventname":"Invoke",` + rest + `,"EVENTNAME":"GetPolicy"`, "GetPolicy 1"},
		"two other cases, turned":     {`"EVENTNAME":"Invoke",` + rest + `,"eventname":"GetPolicy"`, "GetPolicy 1"},
		"two other cases and a copy":  {`"eventname":"Invoke","EVENTNAME":"Invoke",` + rest + `,"eventname":"GetPolicy"`, "GetPolicy 1"},
		"a name with an escape":       {rest + `,"event\u004eame":"GetPolicy"`, "GetPolicy 1"},
		"a letter that folds":         {rest + `,"eventName":"GetPolicy","eventſource":"ec2.amazonaws.com"`, "GetPolicy 1"},
		"of the identity":             {rest + `,"eventName":"GetPolicy","userIdentity":{"accountId":"2","accountId":"3","AccountID":"4"}`, "GetPolicy 3"},
		"the last identity whole":     {rest + `,"eventName":"GetPolicy","userIdentity":{"AccountID":"4"}`, "GetPolicy 4"},
		"an identity of another case": {rest + `,"eventName":"GetPolicy","useridentity":{"accountId":"4"}`, "GetPolicy 1"},
		"inside of another member":    {rest + `,"eventName":"GetPolicy","requestParameters":{"eventName":"Invoke","userIdentity":{"accountId":"5"}}`, "GetPolicy 1"},
	} {
		t.Run(name, func(t *testing.T) {
			e := decode(t, []byte("{"+c.members+"}")).Event
			if got := e.Name + " " + e.Scope.Account; got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	for name, members := range map[string]string{
		"the last is no string": rest + `,"eventName":"Invoke","eventName":7`,
		"the exact one is null": rest + `,"eventName":null,"eventname":"Invoke"`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := aws.NewDecoder("trail").Decode([]byte("{"+members+"}"), inventory.Provenance{})
			if err == nil || err.Error() != "decode record: it has no eventName" {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestRecordsDecodedAtOnceDoNotMix: what decoding one record leaves in memory
// shows in no other, whoever asks and in whatever order.
func TestRecordsDecodedAtOnceDoNotMix(t *testing.T) {
	records := [][]byte{
		record(t, "lambda", "CreateFunction20150331", fields{"requestParameters": fields{"functionName": "pay", "layers": []any{"l"}}, "responseElements": state(nil)}),
		record(t, "iam", "CreateRole", fields{"requestParameters": fields{"roleName": "r"}, "errorCode": "AccessDenied"}),
		record(t, "lambda", "GetFunction20150331v2", nil),
		[]byte(`{"eventID":"cut`),
	}
	d := aws.NewDecoder("trail")
	var want []aws.Decoded
	for _, r := range records {
		one, _ := aws.NewDecoder("trail").Decode(r, inventory.Provenance{})
		want = append(want, one)
	}
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := range 200 {
				at := (i*(worker+1) + worker) % len(records)
				got, _ := d.Decode(records[at], inventory.Provenance{})
				if !reflect.DeepEqual(got, want[at]) {
					t.Errorf("record %d: got %+v, want %+v", at, got, want[at])
					return
				}
			}
		})
	}
	all.Wait()
}
