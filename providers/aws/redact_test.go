package aws_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
)

const canary = "ESTRAY-CANARY-0451"

// places are all the places where a record may hold a secret.
func places() map[string]fields {
	policy := `{"Statement":[{"Effect":"Allow","Principal":"*","Condition":{"StringEquals":{"lambda:EventSourceToken":"` + canary + `","sts:ExternalId":"` + canary + `"}}}]}`
	link := "https://awslambda-x.s3.amazonaws.com/snapshots/1?X-Amz-Security-Token=" + canary + "&X-Amz-Signature=" + canary
	request := func(f fields) fields { f["functionName"] = "pay"; return fields{"requestParameters": f} }
	response := func(f fields) fields { return fields{"responseElements": f} }
	return map[string]fields{
		"credentials":                   response(fields{"credentials": fields{"accessKeyId": canary, "sessionToken": canary, "expiration": canary}}),
		"credentials as text":           response(fields{"credentials": canary}),
		"session token anywhere":        response(fields{"a": []any{fields{"SessionToken": canary}}}),
		"secret key anywhere":           response(fields{"accessKey": fields{"secretAccessKey": canary}}),
		"environment values":            request(fields{"environment": fields{"variables": fields{"A": canary, "B": fields{"c": canary}}}}),
		"environment values in a list":  request(fields{"environment": []any{fields{"name": "A", "value": canary}}}),
		"environment variables as text": request(fields{"environment": fields{"variables": canary, "error": fields{"password": canary}}}),
		"environment of the answer":     response(fields{"Environment": fields{"Variables": fields{"A": canary}}}),
		"environment of a web function": request(fields{"serviceConfig": fields{"environmentVariables": fields{"A": canary}}}),
		"link to code":                  response(fields{"code": fields{"location": canary, "repositoryType": "S3"}}),
		"link to a layer":               response(fields{"content": fields{"location": canary}}),
		"link by its look":              response(fields{"some": []any{link}}),
		"address with a password":       request(fields{"endpoint": "https://ana:" + canary + "@example.com/x"}),
		"zip file":                      request(fields{"zipFile": canary, "code": fields{"zipFile": canary}}),
		"code as text":                  request(fields{"code": canary}),
		"layer content":                 request(fields{"content": fields{"zipFile": canary}}),
		"passwords":                     request(fields{"password": canary, "newPassword": canary, "masterUserPassword": canary}),
		"event source token":            request(fields{"eventSourceToken": canary, "principal": "*"}),
		"token in a statement":          response(fields{"statement": policy}),
		"token in a policy":             request(fields{"policy": policy}),
		"token in an encoded list":      response(fields{"policy": "%5b" + strings.ReplaceAll(strings.ReplaceAll(policy, "{", "%7B"), `"`, "%22") + "%5d"}),
		"token in an encoded policy":    response(fields{"policy": strings.ReplaceAll(strings.ReplaceAll(policy, "{", "%7B"), `"`, "%22")}),
		"token in a cut policy":         request(fields{"policy": policy[:len(policy)-5]}),
		"other tokens":                  request(fields{"tokenCode": canary, "webIdentityToken": canary, "nextToken": canary, "authToken": canary}),
		"assertion":                     request(fields{"sAMLAssertion": canary}),
		"private key":                   request(fields{"privateKey": canary}),
		"bodies":                        request(fields{"body": canary, "payload": fields{"a": canary}, "clientContext": canary}),
		"constant input of a target":    request(fields{"targets": []any{fields{"input": canary}}}),
		"stage variables":               request(fields{"stageVariables": fields{"a": canary}}),
		"request as text":               {"requestParameters": `{"password":"` + canary + `"}`},
		"additional data":               {"additionalEventData": fields{"sessionToken": canary}},
		"too deep to look":              request(fields{"a": deep(80, canary)}),
	}
}

// deep nests a value in n objects.
func deep(n int, v any) any {
	for range n {
		v = fields{"a": v}
	}
	return v
}

func TestNoSecretLeavesTheDecoder(t *testing.T) {
	calls := []string{"AddPermission20150331v2", "CreateFunction20150331", "PutResourcePolicy", "GetFunction20150331v2", "GetLayerVersion20181031",
		"CreateEventSourceMapping20150331", "UpdateAlias20150331", "NeverHeardOf"}
	for name, change := range places() {
		t.Run(name, func(t *testing.T) {
			for _, call := range calls {
				b := record(t, "lambda", call, change)
				if !strings.Contains(string(b), canary) {
					t.Fatal("the record holds no canary")
				}
				d, err := aws.NewDecoder("trail").Decode(b, inventory.Provenance{})
				out, _ := json.Marshal(d)
				if err != nil || !d.Keep || strings.Contains(string(out), canary) {
					t.Errorf("%s: kept %v, error %v: the canary is in %s", call, d.Keep, err, out)
				}
			}
		})
	}
}

func TestTheRedactedRecordKeepsWhatIsEvidence(t *testing.T) {
	d := call(t, "lambda", "CreateFunction20150331", fields{
		"requestParameters": fields{
			"functionName": "pay", "environment": fields{"variables": fields{"DB_URL": "x"}}, "tags": fields{"a": "<b>"},
			"description": "HIDDEN_DUE_TO_SECURITY_REASONS", "memorySize": 1024, "publish": true,
		},
		"responseElements": nil, "userAgent": "aws-cli", "eventVersion": gone, "tlsDetails": gone,
	})
	const want = `{"awsRegion":"eu-west-1","eventCategory":"Management","eventID":"e-1","eventName":"CreateFunction20150331",` +
		`"eventSource":"lambda.amazonaws.com","eventTime":"2026-03-01T10:00:00Z","eventType":"AwsApiCall","managementEvent":true,` +
		`"readOnly":false,"recipientAccountId":"111122223333","requestParameters":{"description":"HIDDEN_DUE_TO_SECURITY_REASONS",` +
		`"environment":{"variables":{"DB_URL":"DROPPED_BY_ESTRAY"}},"functionName":"pay","memorySize":1024,"publish":true,"tags":{"a":"\u003cb\u003e"}},` +
		`"responseElements":null,"sourceIPAddress":"08.1.250.216","userAgent":"aws-cli",` +
		`"userIdentity":{"accessKeyId":"AKIAEXAMPLE","accountId":"111122223333","arn":"arn:aws:iam::111122223333:user/ops/ana",` +
		`"principalId":"AIDAEXAMPLEEXAMPLE01","type":"IAMUser","userName":"ana"}}`
	if string(d.Event.Record) != want {
		t.Errorf("record\n%s\nwant\n%s", d.Event.Record, want)
	}
}

func TestTheSameRecordInAnotherOrderGivesTheSameBytes(t *testing.T) {
	a := decode(t, []byte(`{"eventSource":"lambda.amazonaws.com","eventName":"Invoke","eventID":"1","eventTime":"2026-03-01T10:00:00Z"}`))
	b := decode(t, []byte("{\n \"eventTime\": \"2026-03-01T10:00:00Z\", \"eventID\": \"1\", \"eventName\": \"Invoke\", \"eventSource\": \"lambda.amazonaws.com\"\n}"))
	if string(a.Event.Record) != string(b.Event.Record) {
		t.Errorf("%s\n%s", a.Event.Record, b.Event.Record)
	}
}

func TestARecordThatIsTooLargeKeepsItsFrame(t *testing.T) {
	d := call(t, "lambda", "CreateFunction20150331", fields{"requestParameters": fields{"functionName": "pay", "description": strings.Repeat("x", 300<<10)}})
	if n := len(d.Event.Record); n > 2<<10 || !strings.Contains(string(d.Event.Record), `"estrayOmitted":"record too large"`) || !strings.Contains(string(d.Event.Record), `"eventID":"e-1"`) {
		t.Errorf("%d bytes: %.300s", n, d.Event.Record)
	}
	if len(d.Event.Assets) != 1 {
		t.Errorf("assets %v: what was decoded is lost", d.Event.Assets)
	}
}

// TestWhatIsDroppedMayBeAsLongAsTheMark: a value is written as it is only where
// it is the same.
func TestWhatIsDroppedMayBeAsLongAsTheMark(t *testing.T) {
	const link = "https://a:b@c.d/x"
	e := ask(t, "lambda", "CreateAlias", fields{"endpoint": link})
	if got := string(e.Record); strings.Contains(got, link) || !strings.Contains(got, "DROPPED_BY_ESTRAY") || len(link) != len("DROPPED_BY_ESTRAY") {
		t.Errorf("record %s", got)
	}
}
