package aws_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
)

func days(n int) *int { return &n }

func layers(ids ...string) *[]inventory.Layer {
	out := []inventory.Layer{}
	for _, id := range ids {
		out = append(out, inventory.Layer{ID: id, Account: account})
	}
	return &out
}

// A changeCase is one call and what it asked for.
type changeCase struct {
	name, service, call string
	request, response   fields
	want                inventory.Change
}

func checkChanges(t *testing.T, cases []changeCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := call(t, c.service, c.call, fields{"requestParameters": c.request, "responseElements": c.response}).Event
			if diff := cmp.Diff(c.want, e.Change); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatACallOfLambdaChanges(t *testing.T) {
	const layer = "arn:aws:lambda:eu-west-1:111122223333:layer:ext:1"
	const config = "UpdateFunctionConfiguration20150331v2"
	checkChanges(t, []changeCase{
		{"layers that the request sets", "lambda", config, fields{"functionName": "pay", "environment": fields{}, "layers": []string{layer}}, nil,
			inventory.Change{Layers: layers(layer), Keys: []string{"layers"}}},
		{"layers of the answer alone are no change", "lambda", config, fields{"functionName": "pay", "memorySize": 512},
			fields{"layers": []any{fields{"arn": layer, "codeSize": 1}}}, inventory.Change{Keys: []string{"memorySize"}}},
		{"layers all removed", "lambda", config, fields{"functionName": "pay", "layers": []string{}}, nil, inventory.Change{Layers: layers(), Keys: []string{"layers"}}},
		{"layers null", "lambda", config, fields{"functionName": "pay", "layers": nil}, nil, inventory.Change{}},
		{"environment proves nothing, even with names", "lambda", config, fields{"functionName": "pay", "environment": fields{"variables": fields{"A": "b"}}}, nil, inventory.Change{}},
		{"a role and settings, whatever their case", "lambda", config, fields{"functionName": "pay", "role": "arn:aws:iam::111122223333:role/new", "KMSKeyArn": "k", "revisionId": "r"}, nil,
			inventory.Change{Identity: "arn:aws:iam::111122223333:role/new", Keys: []string{"kMSKeyArn", "role"}}},
		{"logging", "lambda", config, fields{"functionName": "pay", "loggingConfig": fields{"logGroup": "/g", "applicationLogLevel": "FATAL"}}, nil,
			inventory.Change{Keys: []string{"loggingConfig"}, LogGroup: "/g", LogLevel: "FATAL"}},
		{"code and a version", "lambda", "UpdateFunctionCode20150331v2", fields{"functionName": "pay", "publish": true, "s3Bucket": "b"},
			fields{"functionArn": fn + ":4", "version": "4", "codeSha256": "d"},
			inventory.Change{Publish: true, Version: "4", Digest: "d", Keys: []string{"publish", "s3Bucket"}}},
		{"a version", "lambda", "PublishVersion20150331", fields{"functionName": "pay"}, fields{"functionArn": fn + ":4", "version": "4", "codeSha256": "d"},
			inventory.Change{Publish: true, Version: "4", Digest: "d"}},
		{"an alias with weights", "lambda", "UpdateAlias20150331", fields{"functionName": "pay", "name": "live", "functionVersion": "4",
			"routingConfig": fields{"additionalVersionWeights": fields{"5": 0.25, "3": 0.5}}}, nil,
			inventory.Change{Qualifier: "live", AliasVersion: "4", AliasWeights: []string{"3=0.5", "5=0.25"}, Keys: []string{"functionVersion", "name", "routingConfig"}}},
		{"a URL that opens", "lambda", "CreateFunctionUrlConfig", fields{"functionName": "pay", "qualifier": "live", "authType": "NONE"}, nil,
			inventory.Change{Qualifier: "live", Auth: "NONE", Keys: []string{"authType"}}},
		{"a new URL whose request is cut", "lambda", "CreateFunctionUrlConfig", nil, fields{"authType": "NONE"}, inventory.Change{Auth: "NONE"}},
		{"a permission whose request is cut is told by the answer", "lambda", "AddPermission20150331v2",
			fields{"reason": "requestParameters too large", "omitted": true, "originalSize": 200000},
			fields{"statement": `{"Sid":"s","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction"}`},
			inventory.Change{Grants: []inventory.Grant{{ID: "s", Everyone: true, Actions: []string{"lambda:InvokeFunction"}}}}},
		{"of a URL that changes only the request tells", "lambda", "UpdateFunctionUrlConfig", fields{"functionName": "pay", "cors": fields{}}, fields{"authType": "NONE"},
			inventory.Change{Keys: []string{"cors"}}},
		{"a mapping of another account", "lambda", "CreateEventSourceMapping20150331", fields{"functionName": "pay", "eventSourceArn": "arn:aws:sqs:eu-west-1:999999999999:q"}, fields{"uUID": "u"},
			inventory.Change{TriggerSource: "arn:aws:sqs:eu-west-1:999999999999:q", TriggerAccount: outside, Keys: []string{"eventSourceArn"}}},
		{"a mapping by another case of the key", "lambda", "CreateEventSourceMapping20150331", fields{"functionName": "pay", "eventSourceARN": "arn:aws:sqs:eu-west-1:111122223333:q"}, nil,
			inventory.Change{TriggerSource: "arn:aws:sqs:eu-west-1:111122223333:q", TriggerAccount: account, Keys: []string{"eventSourceARN"}}},
		{"a mapping that leads elsewhere", "lambda", "UpdateEventSourceMapping20150331", fields{"uUID": "u", "functionName": "pay", "enabled": true}, nil,
			inventory.Change{Keys: []string{"enabled", "functionName", "uUID"}}},
		{"brokers of one's own", "lambda", "CreateEventSourceMapping20150331", fields{"functionName": "pay",
			"selfManagedEventSource": fields{"endpoints": fields{"KAFKA_BOOTSTRAP_SERVERS": []string{"b:9092", "a:9092"}}}}, nil,
			inventory.Change{TriggerSource: "self-managed:a:9092,b:9092", Keys: []string{"selfManagedEventSource"}}},
		{"one version deleted", "lambda", "DeleteFunction20150331", fields{"functionName": "pay", "qualifier": "3"}, nil, inventory.Change{Qualifier: "3"}},
	})
}

func TestWhoALambdaPolicyLetsIn(t *testing.T) {
	grant := func(g inventory.Grant) inventory.Change { return inventory.Change{Grants: []inventory.Grant{g}} }
	everyone := inventory.Grant{ID: "s", Everyone: true, Actions: []string{"lambda:InvokeFunction"}}
	add := func(more fields) fields {
		r := fields{"functionName": "pay", "statementId": "s", "action": "lambda:InvokeFunction", "principal": "*"}
		for k, v := range more {
			r[k] = v
		}
		return r
	}
	with := func(change func(*inventory.Grant)) inventory.Change {
		g := everyone
		change(&g)
		return grant(g)
	}
	const name = "AddPermission20150331v2"
	statement := `{"Sid":"s","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"` + fn + `"}`
	replaced := inventory.Change{Grants: []inventory.Grant{everyone}, Replaced: true}
	unread := inventory.Grant{ID: "unreadable", Everyone: true, Unjudged: []string{"policy not told by the record"}}
	checkChanges(t, []changeCase{
		{"a star", "lambda", name, add(nil), nil, grant(everyone)},
		{"a star in an object", "lambda", name, add(fields{"principal": fields{"AWS": "*"}}), nil, grant(everyone)},
		{"a star in text", "lambda", name, add(fields{"principal": `{"AWS":"*"}`}), nil, grant(everyone)},
		{"a source", "lambda", name, add(fields{"sourceArn": "arn:aws:sns:eu-west-1:111122223333:t"}), nil,
			with(func(g *inventory.Grant) { g.Sources = []string{"arn:aws:sns:eu-west-1:111122223333:t"} })},
		{"a source that is any", "lambda", name, add(fields{"sourceArn": "*"}), nil, with(func(g *inventory.Grant) { g.Unjudged = []string{"aws:SourceArn"} })},
		{"an account of the source", "lambda", name, add(fields{"sourceAccount": account}), nil, with(func(g *inventory.Grant) { g.SourceAccounts = []string{account} })},
		{"an organization", "lambda", name, add(fields{"principalOrgID": "o-abcdefghij"}), nil, with(func(g *inventory.Grant) { g.Organizations = []string{"o-abcdefghij"} })},
		{"a URL's type and way", "lambda", name, add(fields{"functionUrlAuthType": "AWS_IAM", "invokedViaFunctionUrl": true}), nil,
			with(func(g *inventory.Grant) { g.Auth, g.ViaURL = "AWS_IAM", true })},
		{"a token", "lambda", name, add(fields{"eventSourceToken": "t", "principal": "alexa-appkit.amazon.com"}), nil,
			with(func(g *inventory.Grant) {
				g.Everyone, g.Services, g.Secret = false, []string{"alexa-appkit.amazon.com"}, true
			})},
		{"an account", "lambda", name, add(fields{"principal": outside}), nil, with(func(g *inventory.Grant) {
			g.Everyone, g.Principals, g.Accounts = false, []string{outside}, []string{outside}
		})},
		{"a service", "lambda", name, add(fields{"principal": "s3.amazonaws.com"}), nil, with(func(g *inventory.Grant) { g.Everyone, g.Services = false, []string{"s3.amazonaws.com"} })},
		{"on an alias", "lambda", name, add(fields{"functionName": "pay:live"}), nil,
			inventory.Change{Qualifier: "live", Grants: []inventory.Grant{{ID: "s", Everyone: true, Actions: []string{"lambda:InvokeFunction"}, Qualifier: "live"}}}},
		{"the answer where the request is cut", "lambda", name, nil, fields{"statement": statement}, grant(everyone)},
		{"the whole policy", "lambda", "PutResourcePolicy", fields{"resourceArn": fn, "policy": `{"Statement":[` + statement + `]}`}, nil, replaced},
		{"the whole policy, unreadable, is open", "lambda", "PutResourcePolicy", fields{"resourceArn": fn}, nil, inventory.Change{Grants: []inventory.Grant{unread}, Replaced: true}},
		{"no policy any more", "lambda", "DeleteResourcePolicy", fields{"resourceArn": fn}, nil, inventory.Change{Replaced: true}},
		{"a layer for an organization", "lambda", "AddLayerVersionPermission20181031", fields{"layerName": "lib", "versionNumber": 4, "statementId": "s", "action": "lambda:GetLayerVersion", "principal": "*", "organizationId": "o-abcdefghij"}, nil,
			inventory.Change{Version: "4", Keys: []string{"action", "layerName", "organizationId", "principal", "statementId", "versionNumber"},
				Grants: []inventory.Grant{{ID: "s", Everyone: true, Actions: []string{"lambda:GetLayerVersion"}, Organizations: []string{"o-abcdefghij"}}}}},
	})
}

func TestWhatIdentityCallsGive(t *testing.T) {
	const admin = `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	const trust = `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999999999999:root"},"Action":"sts:AssumeRole"}]}`
	const encoded = `%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%22arn%3Aaws%3Aiam%3A%3A999999999999%3Aroot%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D`
	outsider := []inventory.Grant{{Principals: []string{"arn:aws:iam::999999999999:root"}, Accounts: []string{outside}, Actions: []string{"sts:AssumeRole"}}}
	const administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
	checkChanges(t, []changeCase{
		{"trust in the request", "iam", "UpdateAssumeRolePolicy", fields{"roleName": "r", "policyDocument": trust}, nil, inventory.Change{Trust: outsider}},
		{"trust in the answer, encoded", "iam", "CreateRole", nil, fields{"role": fields{"assumeRolePolicyDocument": encoded, "permissionsBoundary": fields{"permissionsBoundaryArn": "b"}}},
			inventory.Change{Trust: outsider, Boundary: "b"}},
		{"a boundary", "iam", "CreateRole", fields{"roleName": "r", "assumeRolePolicyDocument": trust, "permissionsBoundary": "b"}, nil, inventory.Change{Trust: outsider, Boundary: "b"}},
		{"an administrator's policy for a role", "iam", "AttachRolePolicy", fields{"roleName": "r", "policyArn": administrator}, nil, inventory.Change{Policy: administrator, AdminLike: true}},
		{"a reader's policy for a role", "iam", "AttachRolePolicy", fields{"roleName": "r", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, nil,
			inventory.Change{Policy: "arn:aws:iam::aws:policy/ReadOnlyAccess"}},
		{"an administrator's policy for a user", "iam", "AttachUserPolicy", fields{"userName": "bob", "policyArn": "arn:aws-cn:iam::aws:policy/IAMFullAccess"}, nil,
			inventory.Change{Policy: "arn:aws-cn:iam::aws:policy/IAMFullAccess", AdminLike: true, User: "bob"}},
		{"taken away", "iam", "DetachRolePolicy", fields{"roleName": "r", "policyArn": administrator}, nil, inventory.Change{Policy: administrator}},
		{"an inline policy", "iam", "PutRolePolicy", fields{"roleName": "r", "policyName": "p", "policyDocument": admin}, nil, inventory.Change{Policy: "p", AdminLike: true}},
		{"a version in force", "iam", "CreatePolicyVersion", fields{"policyArn": "arn:aws:iam::111122223333:policy/p", "policyDocument": admin, "setAsDefault": true}, nil,
			inventory.Change{Policy: "arn:aws:iam::111122223333:policy/p", AdminLike: true}},
		{"a version not in force", "iam", "CreatePolicyVersion", fields{"policyArn": "arn:aws:iam::111122223333:policy/p", "policyDocument": admin, "setAsDefault": false}, nil,
			inventory.Change{Policy: "arn:aws:iam::111122223333:policy/p"}},
		{"an inline policy that is cut", "iam", "PutUserPolicy", fields{"userName": "bob", "policyName": "p"}, nil, inventory.Change{Policy: "p", AdminLike: true, User: "bob"}},
		{"a boundary set", "iam", "PutRolePermissionsBoundary", fields{"roleName": "r", "permissionsBoundary": "b"}, nil, inventory.Change{Boundary: "b"}},
		{"a key for another", "iam", "CreateAccessKey", fields{"userName": "bob"}, nil, inventory.Change{User: "bob"}},
		{"a key for oneself", "iam", "CreateAccessKey", nil, fields{"accessKey": fields{"userName": "ana"}}, inventory.Change{User: "ana"}},
		{"a group joined", "iam", "AddUserToGroup", fields{"userName": "bob", "groupName": "g"}, nil, inventory.Change{User: "bob", Policy: "arn:aws:iam::111122223333:group/g"}},
		{"a token for everything", "sts", "GetFederationToken", fields{"name": "x", "policy": admin}, nil, inventory.Change{User: "x", Policy: "session policy", AdminLike: true}},
		{"a token by policies", "sts", "GetFederationToken", fields{"name": "x", "policyArns": []any{fields{"arn": administrator}}}, nil, inventory.Change{User: "x", Policy: administrator, AdminLike: true}},
	})
}

func TestSubjects(t *testing.T) {
	for name, c := range map[string]struct {
		service, call     string
		request, response fields
		want              string
	}{
		"a role by name":          {"iam", "AttachRolePolicy", fields{"roleName": "r"}, nil, "arn:aws:iam::111122223333:role/r"},
		"a role with its path":    {"iam", "CreateRole", fields{"roleName": "r"}, fields{"role": fields{"arn": "arn:aws:iam::111122223333:role/p/r"}}, "arn:aws:iam::111122223333:role/p/r"},
		"a role without boundary": {"iam", "DeleteRolePermissionsBoundary", fields{"roleName": "r"}, nil, "arn:aws:iam::111122223333:role/r"},
		"another user":            {"iam", "CreateAccessKey", fields{"userName": "bob"}, nil, "arn:aws:iam::111122223333:user/bob"},
		"the caller, with path":   {"iam", "CreateAccessKey", fields{"userName": "ana"}, nil, "arn:aws:iam::111122223333:user/ops/ana"},
		"a new user, with path":   {"iam", "CreateUser", fields{"userName": "bob"}, fields{"user": fields{"arn": "arn:aws:iam::111122223333:user/x/bob"}}, "arn:aws:iam::111122223333:user/x/bob"},
		"a policy":                {"iam", "CreatePolicy", fields{"policyName": "p"}, nil, "arn:aws:iam::111122223333:policy/p"},
		"a trust anchor":          {"rolesanywhere", "CreateTrustAnchor", fields{"name": "a"}, fields{"trustAnchor": fields{"trustAnchorArn": "arn:a"}}, "arn:a"},
		"a trail by name":         {"cloudtrail", "StopLogging", fields{"name": "t"}, nil, "arn:aws:cloudtrail:eu-west-1:111122223333:trail/t"},
		"a trail by ARN":          {"cloudtrail", "DeleteTrail", fields{"name": "arn:aws:cloudtrail:us-east-1:111122223333:trail/t"}, nil, "arn:aws:cloudtrail:us-east-1:111122223333:trail/t"},
		"an event data store":     {"cloudtrail", "StopEventDataStoreIngestion", fields{"eventDataStore": "e"}, nil, "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/e"},
		"a log group":             {"logs", "DeleteLogStream", fields{"logGroupName": "/aws/lambda/pay", "logStreamName": "s"}, nil, "/aws/lambda/pay"},
		"a log group by its ARN":  {"logs", "DeleteLogGroup", fields{"logGroupIdentifier": "arn:aws:logs:eu-west-1:111122223333:log-group:/g:*"}, nil, "/g"},
		"flow logs":               {"ec2", "DeleteFlowLogs", fields{"DeleteFlowLogsRequest": fields{"FlowLogId": []any{fields{"content": "fl-2", "tag": 2}, fields{"content": "fl-1", "tag": 1}}}}, nil, "fl-1,fl-2"},
		"the account that leaves": {"organizations", "LeaveOrganization", nil, nil, account},
		"the account put out":     {"organizations", "RemoveAccountFromOrganization", fields{"accountId": other}, nil, other},
		"a bucket":                {"s3", "PutBucketPolicy", fields{"bucketName": "b"}, nil, "arn:aws:s3:::b"},
		"a key":                   {"kms", "DisableKey", fields{"keyId": "k"}, nil, "arn:aws:kms:eu-west-1:111122223333:key/k"},
		"a recorder":              {"config", "StopConfigurationRecorder", fields{"configurationRecorderName": "default"}, nil, "default"},
		"a mapping of a function": {"lambda", "CreateEventSourceMapping20150331", fields{"functionName": "pay"}, fields{"uUID": "u-1"}, "u-1"},
	} {
		t.Run(name, func(t *testing.T) {
			e := call(t, c.service, c.call, fields{"requestParameters": c.request, "responseElements": c.response}).Event
			if e.Subject != c.want {
				t.Errorf("subject %q, want %q", e.Subject, c.want)
			}
		})
	}
}

func TestWhatNarrowsALog(t *testing.T) {
	basic := func(s fields) fields { return fields{"trailName": "t", "eventSelectors": []any{s}} }
	advanced := func(selectors ...[]any) fields {
		var list []any
		for _, s := range selectors {
			list = append(list, fields{"fieldSelectors": s})
		}
		return fields{"trailName": "t", "advancedEventSelectors": list}
	}
	management := fields{"field": "eventCategory", "equals": []string{"Management"}}
	data := fields{"field": "eventCategory", "equals": []string{"Data"}}
	writes := fields{"field": "readOnly", "equals": []string{"false"}}
	for name, c := range map[string]struct {
		service, call string
		request       fields
		narrowed      []string
		action        inventory.Action
		silences      bool
	}{
		"no management events": {"cloudtrail", "PutEventSelectors", basic(fields{"includeManagementEvents": false, "readWriteType": "All"}), []string{"management events left out"}, inventory.ActionLoggingOff, true},
		"reads only":           {"cloudtrail", "PutEventSelectors", basic(fields{"includeManagementEvents": true, "readWriteType": "ReadOnly"}), []string{"nothing but ReadOnly events"}, inventory.ActionLoggingOff, true},
		"a source left out": {"cloudtrail", "PutEventSelectors", basic(fields{"includeManagementEvents": true, "readWriteType": "All", "excludeManagementEventSources": []string{"kms.amazonaws.com"}}),
			[]string{"management events of kms.amazonaws.com left out"}, inventory.ActionLoggingOff, true},
		"all events, no data":      {"cloudtrail", "PutEventSelectors", basic(fields{"includeManagementEvents": true, "readWriteType": "All", "dataResources": []any{fields{"type": "AWS::Lambda::Function", "values": []any{}}}}), nil, inventory.ActionLoggingOn, false},
		"the defaults":             {"cloudtrail", "PutEventSelectors", basic(fields{}), nil, inventory.ActionLoggingOn, false},
		"no selector told":         {"cloudtrail", "PutEventSelectors", fields{"trailName": "t"}, []string{"selectors not told by the record"}, inventory.ActionLoggingOff, true},
		"advanced, all":            {"cloudtrail", "PutEventSelectors", advanced([]any{management}, []any{data}), nil, inventory.ActionLoggingOn, false},
		"advanced, data alone":     {"cloudtrail", "PutEventSelectors", advanced([]any{data}), []string{"management events left out"}, inventory.ActionLoggingOff, true},
		"advanced, writes alone":   {"cloudtrail", "PutEventSelectors", advanced([]any{management, writes}), []string{"management events filtered by readOnly"}, inventory.ActionLoggingOff, true},
		"advanced, writes and all": {"cloudtrail", "PutEventSelectors", advanced([]any{management, writes}, []any{management}), nil, inventory.ActionLoggingOn, false},
		"one region":               {"cloudtrail", "UpdateTrail", fields{"name": "t", "isMultiRegionTrail": false}, []string{"other regions left out"}, inventory.ActionLoggingOff, true},
		"no validation":            {"cloudtrail", "UpdateTrail", fields{"name": "t", "enableLogFileValidation": false}, []string{"validation of log files left out"}, inventory.ActionLoggingOff, false},
		"no encryption":            {"cloudtrail", "UpdateTrail", fields{"name": "t", "kmsKeyId": ""}, []string{"encryption with a key of KMS off"}, inventory.ActionLoggingOff, false},
		"another bucket":           {"cloudtrail", "UpdateTrail", fields{"name": "t", "s3BucketName": "b"}, []string{"delivered to bucket b"}, inventory.ActionLoggingOff, true},
		"an update that widens":    {"cloudtrail", "UpdateTrail", fields{"name": "t", "isMultiRegionTrail": true}, nil, inventory.ActionOther, false},
		"stopped":                  {"cloudtrail", "StopLogging", fields{"name": "t"}, []string{"the trail records nothing any more"}, inventory.ActionLoggingOff, true},
		"started":                  {"cloudtrail", "StartLogging", fields{"name": "t"}, nil, inventory.ActionLoggingOn, false},
		"insights off":             {"cloudtrail", "PutInsightSelectors", fields{"trailName": "t", "insightSelectors": []any{}}, []string{"insight events left out"}, inventory.ActionLoggingOff, false},
		"left the organization":    {"organizations", "LeaveOrganization", nil, []string{"the account leaves the organization and its trail"}, inventory.ActionLoggingOff, true},
		"another put out":          {"organizations", "RemoveAccountFromOrganization", fields{"accountId": other}, []string{"the account leaves the organization and its trail"}, inventory.ActionLoggingOff, false},
		"a detector off":           {"guardduty", "UpdateDetector", fields{"detectorId": "d", "enable": false}, []string{"GuardDuty off"}, inventory.ActionLoggingOff, false},
		"a detector on":            {"guardduty", "UpdateDetector", fields{"detectorId": "d", "enable": true}, nil, inventory.ActionOther, false},
		"a DNS log":                {"route53resolver", "DeleteResolverQueryLogConfig", fields{"resolverQueryLogConfigId": "d"}, []string{"DNS query log off"}, inventory.ActionLoggingOff, false},
	} {
		t.Run(name, func(t *testing.T) {
			e := ask(t, c.service, c.call, c.request)
			if diff := cmp.Diff(c.narrowed, e.Change.Narrowed); diff != "" || e.Action != c.action {
				t.Errorf("action %s, want %s\n%s", e.Action, c.action, diff)
			}
			if got := aws.Silences(e); got != c.silences {
				t.Errorf("silences %v, want %v", got, c.silences)
			}
			refused := call(t, c.service, c.call, fields{"requestParameters": c.request, "errorCode": "AccessDenied"}).Event
			if aws.Silences(refused) {
				t.Error("a refused call silences")
			}
		})
	}
}

func TestRetention(t *testing.T) {
	rule := func(n int) fields { return fields{"Status": "Enabled", "Expiration": fields{"Days": n}} }
	for name, c := range map[string]struct {
		service, call string
		request       fields
		want          *int
	}{
		"of a log group":        {"logs", "PutRetentionPolicy", fields{"logGroupName": "g", "retentionInDays": 1}, days(1)},
		"of no number":          {"logs", "PutRetentionPolicy", fields{"logGroupName": "g"}, nil},
		"of a bucket, one rule": {"s3", "PutBucketLifecycle", fields{"bucketName": "b", "LifecycleConfiguration": fields{"Rule": rule(7)}}, days(7)},
		"of a bucket, shortest": {"s3", "PutBucketLifecycle", fields{"bucketName": "b", "LifecycleConfiguration": fields{"Rule": []any{rule(90), rule(3), fields{}}}}, days(3)},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, ask(t, c.service, c.call, c.request).Change.RetentionDays); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTriggersOfOtherServices(t *testing.T) {
	const api = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/" + fn + ":live/invocations"
	for name, c := range map[string]struct {
		service, call string
		request       fields
		source        string
		auth          string
	}{
		"a rule":          {"events", "PutTargets", fields{"rule": "r", "targets": []any{fields{"arn": fn, "id": "1"}}}, "arn:aws:events:eu-west-1:111122223333:rule/r", ""},
		"a rule of a bus": {"events", "PutTargets", fields{"rule": "r", "eventBusName": "b", "targets": []any{fields{"arn": fn}}}, "arn:aws:events:eu-west-1:111122223333:rule/b/r", ""},
		"a schedule":      {"scheduler", "CreateSchedule", fields{"name": "s", "target": fields{"arn": fn}}, "arn:aws:scheduler:eu-west-1:111122223333:schedule/default/s", ""},
		"a bucket": {"s3", "PutBucketNotification", fields{"bucketName": "b", "NotificationConfiguration": fields{"CloudFunctionConfiguration": fields{"CloudFunction": fn}}},
			"arn:aws:s3:::b", ""},
		"a topic":        {"sns", "Subscribe", fields{"protocol": "lambda", "endpoint": fn, "topicArn": "arn:aws:sns:eu-west-1:111122223333:t"}, "arn:aws:sns:eu-west-1:111122223333:t", ""},
		"a log group":    {"logs", "PutSubscriptionFilter", fields{"logGroupName": "/g", "destinationArn": fn}, "arn:aws:logs:eu-west-1:111122223333:log-group:/g", ""},
		"an integration": {"apigateway", "CreateIntegration", fields{"apiId": "a1", "integrationUri": api}, "a1", ""},
		"a user pool":    {"cognito-idp", "UpdateUserPool", fields{"userPoolId": "p", "lambdaConfig": fields{"preSignUp": fn}}, "p", ""},
		"an edge":        {"cloudfront", "UpdateDistribution2020_05_31", fields{"id": "E1", "distributionConfig": fields{"x": []any{fields{"lambdaFunctionARN": fn + ":3"}}}}, "E1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := ask(t, c.service, c.call, c.request)
			if diff := cmp.Diff([]inventory.AssetID{fn}, e.Assets); diff != "" {
				t.Error(diff)
			}
			if e.Change.TriggerSource != c.source || e.Change.TriggerAccount != account || e.Action != inventory.ActionAttachTrigger {
				t.Errorf("action %s source %q account %q, want attach-trigger %q", e.Action, e.Change.TriggerSource, e.Change.TriggerAccount, c.source)
			}
		})
	}
	if e := ask(t, "apigateway", "CreateRoute", fields{"apiId": "a1", "authorizationType": "NONE"}); e.Change.Auth != "NONE" || e.Action != inventory.ActionExpose {
		t.Errorf("route: %s %+v", e.Action, e.Change)
	}
}

func TestTriggersThatStartNoFunctionAreLeftOut(t *testing.T) {
	for _, c := range []struct{ service, call string }{{"events", "PutTargets"}, {"sns", "Subscribe"}, {"s3", "PutBucketNotification"}} {
		request := fields{"requestParameters": fields{"target": "arn:aws:sqs:eu-west-1:111122223333:q", "endpoint": "mailto:a@example.com"}}
		if d := decode(t, record(t, c.service, c.call, request)); d.Keep {
			t.Errorf("%s %s was kept", c.service, c.call)
		}
		if !decode(t, record(t, c.service, c.call, fields{"errorCode": "AccessDenied"})).Keep {
			t.Errorf("%s %s, refused without a target, was left out", c.service, c.call)
		}
	}
}
