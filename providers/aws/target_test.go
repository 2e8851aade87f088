package aws_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
)

func TestFunctionIsFoundByEveryFormOfItsName(t *testing.T) {
	for name, c := range map[string]struct {
		change    fields
		want      inventory.AssetID
		qualifier string
	}{
		"bare name":                    {fields{"requestParameters": fields{"functionName": "pay"}}, fn, ""},
		"name with alias":              {fields{"requestParameters": fields{"functionName": "pay:live"}}, fn, "live"},
		"name with $LATEST":            {fields{"requestParameters": fields{"functionName": "pay:$LATEST"}}, fn, "$LATEST"},
		"function: and name":           {fields{"requestParameters": fields{"functionName": "function:pay"}}, fn, ""},
		"account and name":             {fields{"requestParameters": fields{"functionName": "111122223333:function:pay:7"}}, fn, "7"},
		"account and name, older form": {fields{"requestParameters": fields{"functionName": "111122223333:pay"}}, fn, ""},
		"ARN":                          {fields{"requestParameters": fields{"functionName": fn}}, fn, ""},
		"ARN with qualifier":           {fields{"requestParameters": fields{"functionName": fn + ":live"}}, fn, "live"},
		"a qualifier beside the name":  {fields{"requestParameters": fields{"functionName": "pay", "qualifier": "live"}}, fn, "live"},
		"ARN of another account keeps it": {fields{"requestParameters": fields{"functionName": "arn:aws:lambda:eu-west-1:444455556666:function:pay"}},
			"arn:aws:lambda:eu-west-1:444455556666:function:pay", ""},
		"the answer's ARN comes first, without the version that it made": {
			fields{"requestParameters": fields{"functionName": "x"}, "responseElements": fields{"functionArn": fn + ":1"}}, fn, ""},
		"what the service resolved comes before the name": {fields{"requestParameters": fields{"functionName": "x",
			"fullyQualifiedArn": fields{"arnPrefix": fields{"partition": "aws", "region": region, "account": account},
				"functionQualifier": fields{}, "relativeId": fields{"functionName": "pay"}}}}, fn, ""},
		"the resource of a data event": {fields{"resources": []any{fields{"ARN": "arn:aws:iam::1:role/x"}, fields{"accountId": account, "type": "AWS::Lambda::Function", "ARN": fn + ":3"}}}, fn, "3"},
		"a resource's ARN":             {fields{"requestParameters": fields{"resourceArn": fn + ":live"}}, fn, "live"},
		"what is tagged":               {fields{"requestParameters": fields{"resource": fn}}, fn, ""},
		"another case of a key":        {fields{"requestParameters": fields{"FunctionName": "pay"}}, fn, ""},
		"partition of China by region": {fields{"awsRegion": "cn-north-1", "userIdentity": fields{}, "requestParameters": fields{"functionName": "pay"}},
			"arn:aws-cn:lambda:cn-north-1:111122223333:function:pay", ""},
		"partition by the caller": {fields{"awsRegion": "made-up-1", "userIdentity": fields{"arn": "arn:aws-us-gov:iam::1:user/a"}, "requestParameters": fields{"functionName": "pay"}},
			"arn:aws-us-gov:lambda:made-up-1:111122223333:function:pay", ""},
		"a region that does not exist": {fields{"awsRegion": "ca-centralnorth-1r", "requestParameters": fields{"functionName": "pay"}},
			"arn:aws:lambda:ca-centralnorth-1r:111122223333:function:pay", ""},
		"the details of a service's own event": {fields{"eventType": "AwsServiceEvent", "serviceEventDetails": fields{"functionArn": fn}}, fn, ""},
		"a name that is none":                  {fields{"requestParameters": fields{"functionName": "a/b"}}, "", ""},
		"an ARN of another service":            {fields{"requestParameters": fields{"functionName": "arn:aws:s3:::pay"}}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := call(t, "lambda", "RemovePermission20150331v2", c.change).Event
			var want []inventory.AssetID
			if c.want != "" {
				want = []inventory.AssetID{c.want}
			}
			if diff := cmp.Diff(want, e.Assets); diff != "" {
				t.Error(diff)
			}
			if e.Change.Qualifier != c.qualifier {
				t.Errorf("qualifier %q, want %q", e.Change.Qualifier, c.qualifier)
			}
		})
	}
}

// TestARefusedCallNamesItsFunctionInTheMessage: the texts are of the IAM user
// guide; the request is null.
func TestARefusedCallNamesItsFunctionInTheMessage(t *testing.T) {
	const asks = "User: arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform: lambda:UpdateFunctionCode"
	long := strings.Repeat("x", 1000)
	for name, c := range map[string]struct {
		code, message string
		want          []inventory.AssetID
	}{
		"with a reason":                       {"AccessDenied", asks + " on resource: " + fn + " because no identity-based policy allows the lambda:UpdateFunctionCode action", []inventory.AssetID{fn}},
		"of a version, at the end":            {"AccessDenied", asks + " on resource: " + fn + ":3.", []inventory.AssetID{fn}},
		"at the end of a message that is cut": {"AccessDenied", long + " on resource: " + fn, nil},
		"inside a long message":               {"AccessDenied", asks + " on resource: " + fn + " because " + long, []inventory.AssetID{fn}},
		"a role that may not be passed":       {"AccessDenied", asks + " on resource: arn:aws:iam::111122223333:role/work because", nil},
		"every resource":                      {"AccessDenied", asks + " on resource: *", nil},
		"no resource":                         {"AccessDenied", asks, nil},
		"a message without a failure":         {"", asks + " on resource: " + fn, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := call(t, "lambda", "UpdateFunctionCode20150331v2", fields{"errorCode": c.code, "errorMessage": c.message,
				"requestParameters": nil, "responseElements": nil})
			if diff := cmp.Diff(c.want, d.Event.Assets); diff != "" {
				t.Error(diff)
			}
			if len(d.Assets) != 0 {
				t.Errorf("a refused call told of assets: %v", d.Assets)
			}
		})
	}
}

func TestWhatIsNoFunctionIsTheSubject(t *testing.T) {
	for name, c := range map[string]struct {
		call    string
		request fields
		want    string
	}{
		"a mapping that is tagged": {"TagResource20170331v2", fields{"resource": "arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:u"}, "arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:u"},
		"a mapping by its odd key": {"DeleteEventSourceMapping20150331", fields{"uUID": "u-1"}, "u-1"},
		"a layer by name":          {"PublishLayerVersion20181031", fields{"layerName": "lib"}, "arn:aws:lambda:eu-west-1:111122223333:layer:lib"},
		"a layer version":          {"DeleteLayerVersion20181031", fields{"layerName": "lib", "versionNumber": 4}, "arn:aws:lambda:eu-west-1:111122223333:layer:lib:4"},
		"a code signing config":    {"UpdateCodeSigningConfig", fields{"codeSigningConfigArn": "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:c"}, "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:c"},
		"a policy of a layer":      {"PutResourcePolicy", fields{"resourceArn": "arn:aws:lambda:eu-west-1:111122223333:layer:lib", "policy": `{"Statement":[]}`}, "arn:aws:lambda:eu-west-1:111122223333:layer:lib"},
	} {
		t.Run(name, func(t *testing.T) {
			e := ask(t, "lambda", c.call, c.request)
			if e.Subject != c.want || len(e.Assets) != 0 {
				t.Errorf("subject %q, assets %v, want %q and none", e.Subject, e.Assets, c.want)
			}
		})
	}
}

func TestAWebFunctionIsNoFunctionOfThatName(t *testing.T) {
	d := call(t, "lambda", "CreateWebFunction", fields{"requestParameters": fields{"functionName": "pay"},
		"responseElements": fields{"functionArn": "arn:aws:lambda:eu-west-1:111122223333:web-function/pay"}})
	if len(d.Event.Assets)+len(d.Assets) != 0 || d.Event.Subject != "arn:aws:lambda:eu-west-1:111122223333:web-function/pay" {
		t.Errorf("assets %v %v, subject %q", d.Event.Assets, d.Assets, d.Event.Subject)
	}
}
