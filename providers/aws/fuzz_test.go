package aws_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
)

// FuzzDecode holds what must be true of whatever bytes are given: no panic, an
// error or an understood record, the same facts each time, valid JSON as
// evidence, and no asset from an attempt.
func FuzzDecode(f *testing.F) {
	for _, c := range []struct{ service, call string }{
		{"lambda", "AddPermission20150331v2"}, {"lambda", "CreateFunction20150331"}, {"lambda", "UpdateAlias20150331"}, {"lambda", "Invoke"},
		{"iam", "CreateRole"}, {"iam", "PutRolePolicy"}, {"sts", "GetFederationToken"}, {"cloudtrail", "PutEventSelectors"},
		{"ec2", "DeleteFlowLogs"}, {"events", "PutTargets"}, {"s3", "PutBucketLifecycle"}, {"ec2", "RunInstances"},
	} {
		for _, change := range places() {
			f.Add(record(f, c.service, c.call, change))
		}
	}
	f.Add([]byte(`{"eventID":"1","eventID":2,"eventSource":"lambda.amazonaws.com","eventName":"20150331","eventTime":"2026-03-01T10:00:00Z"}`))
	d := aws.NewDecoder("fuzz")
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := d.Decode(b, inventory.Provenance{})
		again, err2 := d.Decode(b, inventory.Provenance{})
		first, e1 := json.Marshal(got)
		second, e2 := json.Marshal(again)
		if e1 != nil || e2 != nil || string(first) != string(second) || (err == nil) != (err2 == nil) {
			t.Fatalf("two readings differ: %v %v %v %v\n%s\n%s", err, err2, e1, e2, first, second)
		}
		switch {
		case err != nil && (got.Keep || len(got.Assets) > 0):
			t.Errorf("an error and facts: %v", err)
		case err != nil && !strings.HasPrefix(err.Error(), "decode record: "):
			t.Errorf("error text %q", err)
		case got.Keep && (got.Event.ID == "" || got.Event.Time.IsZero() || got.Event.Name == "" || got.Event.Action == "" || !json.Valid(got.Event.Record)):
			t.Errorf("an event with holes: %+v", got.Event)
		case len(got.Assets) > 0 && !got.Event.Mutates():
			t.Errorf("an attempt gave assets: %+v", got)
		}
	})
}

// FuzzParsePolicy holds that a policy is read whole or not at all, always alike.
func FuzzParsePolicy(f *testing.F) {
	for _, s := range []string{
		"", "{}", `{"Statement":[]}`, "%7B%22Statement%22%3A%5B%5D%7D", allow(`"Principal":"*"`), allow(`"NotPrincipal":{"AWS":["1"]}`),
		allow(`"Principal":{"AWS":["*","111122223333"],"Service":"s3.amazonaws.com"},"Condition":{"ForAnyValue:ArnLike":{"aws:SourceArn":["*"]}}`),
		allow(`"Principal":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}`),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := aws.ParsePolicy(text)
		again, _ := aws.ParsePolicy(text)
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(again)
		if string(a) != string(b) || (err != nil && got != nil) {
			t.Errorf("grants %s, then %s, error %v", a, b, err)
		}
		aws.AdminLike(text)
	})
}

func BenchmarkDecode(b *testing.B) {
	for name, r := range map[string][]byte{
		"read":     record(b, "lambda", "GetFunction20150331v2", fields{"requestParameters": fields{"functionName": fn}, "responseElements": nil}),
		"changed":  record(b, "lambda", "UpdateFunctionConfiguration20150331v2", fields{"requestParameters": fields{"functionName": fn}, "responseElements": state(nil)}),
		"left out": record(b, "ec2", "RunInstances", fields{"requestParameters": fields{"a": "b"}, "responseElements": state(nil)}),
	} {
		b.Run(name, func(b *testing.B) {
			d := aws.NewDecoder("bench")
			b.SetBytes(int64(len(r)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Decode(r, inventory.Provenance{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
