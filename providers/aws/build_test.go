package aws_test

import (
	"encoding/json"
	"testing"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
)

// fields are members of a made-up record, or of a part of it.
type fields map[string]any

const (
	account = "111122223333"
	other   = "444455556666"
	outside = "999999999999"
	region  = "eu-west-1"
	fn      = "arn:aws:lambda:eu-west-1:111122223333:function:pay"
)

// record makes a record of a call by the user ana; change adds or replaces
// members, and removes those that it sets to nothing.
func record(t testing.TB, service, name string, change fields) []byte {
	t.Helper()
	r := fields{
		"eventVersion": "1.10", "eventID": "e-1", "eventTime": "2026-03-01T10:00:00Z",
		"eventSource": service + ".amazonaws.com", "eventName": name, "eventType": "AwsApiCall",
		"eventCategory": "Management", "managementEvent": true, "readOnly": false,
		"awsRegion": region, "recipientAccountId": account, "sourceIPAddress": "08.1.250.216",
		"requestParameters": nil, "responseElements": nil,
		"userIdentity": fields{
			"type": "IAMUser", "principalId": "AIDAEXAMPLEEXAMPLE01", "arn": "arn:aws:iam::111122223333:user/ops/ana",
			"accountId": account, "accessKeyId": "AKIAEXAMPLE", "userName": "ana",
		},
	}
	for k, v := range change {
		if v == gone {
			delete(r, k)
			continue
		}
		r[k] = v
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// gone removes a member of a record.
const gone = "\x00gone"

// decode decodes a record that must be understood.
func decode(t testing.TB, b []byte) aws.Decoded {
	t.Helper()
	d, err := aws.NewDecoder("trail").Decode(b, inventory.Provenance{Object: "o", Record: 3})
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	return d
}

// call decodes a made-up call that must be kept.
func call(t testing.TB, service, name string, change fields) aws.Decoded {
	t.Helper()
	d := decode(t, record(t, service, name, change))
	if !d.Keep {
		t.Fatalf("%s %s was not kept", service, name)
	}
	return d
}

// ask decodes a call with a request alone.
func ask(t testing.TB, service, name string, request fields) inventory.Event {
	t.Helper()
	return call(t, service, name, fields{"requestParameters": request}).Event
}
