package doors_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/doors"
)

// rules is a region with a rule on each of two buses.
func rules() script {
	return script{
		"ListEventBuses":               `{"EventBuses":[{"Name":"default","Arn":"arn:aws:events:eu-west-1:111122223333:event-bus/default"}],"NextToken":"b2"}`,
		"ListEventBuses@b2":            `{"EventBuses":[{"Name":"orders","Arn":"arn:aws:events:eu-west-1:111122223333:event-bus/orders"}]}`,
		"ListRules default":            `{"Rules":[{"Name":"nightly","Arn":"arn:aws:events:eu-west-1:111122223333:rule/nightly","State":"ENABLED","ScheduleExpression":"rate(1 day)"}],"NextToken":"r2"}`,
		"ListRules default@r2":         `{"Rules":[{"Name":"off","Arn":"arn:aws:events:eu-west-1:111122223333:rule/off","State":"DISABLED","EventPattern":"{\"source\":[\"a\"]}","ManagedBy":"states.amazonaws.com"}]}`,
		"ListRules orders":             `{"Rules":[{"Name":"new","Arn":"arn:aws:events:eu-west-1:111122223333:rule/orders/new","State":"ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS","EventPattern":"{}"}]}`,
		"ListTargetsByRule nightly":    `{"Targets":[{"Id":"1","Arn":"arn:aws:lambda:eu-west-1:111122223333:function:report:live","Input":"a-secret"}],"NextToken":"t2"}`,
		"ListTargetsByRule nightly@t2": `{"Targets":[{"Id":"2","Arn":"arn:aws:sqs:eu-west-1:111122223333:queue"},{"Id":"3","Arn":"arn:aws:lambda:eu-west-1:444455556666:function:theirs"}]}`,
		"ListTargetsByRule off":        `{"Targets":[{"Id":"1","Arn":"arn:aws:lambda:eu-west-1:111122223333:function:report"},{"Id":"2","Arn":"arn:aws:lambda:eu-west-1:111122223333:function:report"}]}`,
		"ListTargetsByRule new":        `{"Targets":[{"Id":"1","Arn":"arn:aws:lambda:eu-west-1:111122223333:function:report:7"}]}`,
	}
}

// TestRulesAreReadOfAllBuses reads three paged listings, an alias, a version, a
// rule that is off, and a function of another account.
func TestRulesAreReadOfAllBuses(t *testing.T) {
	_, r := start(t, rules())
	found := read(t, r)
	want(t, found, inventory.CapEventRules, inventory.Complete, "", "")
	bus := "arn:aws:events:eu-west-1:111122223333:event-bus/"
	got := found.Triggers[inventory.AssetID(function("report"))][inventory.CapEventRules]
	if diff := cmp.Diff([]inventory.Trigger{
		{Kind: "event-rule", ID: "arn:aws:events:eu-west-1:111122223333:rule/nightly", Source: bus + "default", Account: home, Enabled: true, Name: "nightly", Qualifier: "live", Detail: "rate(1 day)"},
		{Kind: "event-rule", ID: "arn:aws:events:eu-west-1:111122223333:rule/off", Source: bus + "default", Account: home, Name: "off", Detail: `managed by states.amazonaws.com; {"source":["a"]}`},
		{Kind: "event-rule", ID: "arn:aws:events:eu-west-1:111122223333:rule/orders/new", Source: bus + "orders", Account: home, Enabled: true, Name: "new", Qualifier: "7", Detail: "{}"},
	}, got); diff != "" {
		t.Error(diff)
	}
	w := word(t, found, inventory.CapEventRules)
	if len(found.Triggers) != 1 || w.Seen != 3 || !strings.Contains(w.Why.Message, "arn:aws:lambda:eu-west-1:444455556666:function:theirs") {
		t.Errorf("functions %d, seen %d, note %q", len(found.Triggers), w.Seen, w.Why.Message)
	}
}

// TestALongPatternIsCut keeps a detail below its bound, in whole characters.
func TestALongPatternIsCut(t *testing.T) {
	s := rules()
	s["ListRules orders"] = strings.Replace(s["ListRules orders"], `"EventPattern":"{}"`, `"EventPattern":"`+strings.Repeat("ä", 600)+`"`, 1)
	_, r := start(t, s)
	for _, trigger := range read(t, r).Triggers[inventory.AssetID(function("report"))][inventory.CapEventRules] {
		if trigger.Name == "new" && trigger.Detail != strings.Repeat("ä", 512) {
			t.Errorf("the detail has %d bytes", len(trigger.Detail))
		}
	}
}

// schedules is a region with schedules of two pages.
func schedules() script {
	one := func(name, state, target string) string {
		return `{"Name":"` + name + `","GroupName":"default","State":"` + state + `","Arn":"arn:aws:scheduler:eu-west-1:111122223333:schedule/default/` + name + `","Target":{"Arn":"` + target + `"}}`
	}
	return script{
		"GET /schedules":    `{"Schedules":[` + one("a", "ENABLED", function("report")+":live") + `],"NextToken":"s2"}`,
		"GET /schedules@s2": `{"Schedules":[` + one("b", "DISABLED", function("report")) + `,` + one("c", "ENABLED", "arn:aws:scheduler:::aws-sdk:sqs:sendMessage") + `]}`,
	}
}

// TestSchedulesAreReadFromTheListAlone needs no call for a schedule.
func TestSchedulesAreReadFromTheListAlone(t *testing.T) {
	c, r := start(t, schedules())
	found := read(t, r)
	want(t, found, inventory.CapSchedules, inventory.Complete, "", "")
	arn := "arn:aws:scheduler:eu-west-1:111122223333:schedule/default/"
	got := found.Triggers[inventory.AssetID(function("report"))][inventory.CapSchedules]
	if diff := cmp.Diff([]inventory.Trigger{
		{Kind: "schedule", ID: arn + "a", Source: "default", Account: home, Enabled: true, Name: "a", Qualifier: "live"},
		{Kind: "schedule", ID: arn + "b", Source: "default", Account: home, Name: "b"},
	}, got); diff != "" {
		t.Error(diff)
	}
	if n := c.count("GET /schedules"); n != 2 {
		t.Errorf("%d calls", n)
	}
}

// TestAScheduleOfAUniversalTargetIsAHole: it calls Lambda, and which function it
// starts is not told.
func TestAScheduleOfAUniversalTargetIsAHole(t *testing.T) {
	s := schedules()
	s["GET /schedules@s2"] = strings.Replace(s["GET /schedules@s2"], "aws-sdk:sqs:sendMessage", "aws-sdk:lambda:invoke", 1)
	_, r := start(t, s)
	found := read(t, r)
	want(t, found, inventory.CapSchedules, inventory.Partial, "ListSchedules", "")
}

// TestTopicsTellWhoseTheyAre reads a topic of another account, a subscription
// that nobody confirmed, and no address of people.
func TestTopicsTellWhoseTheyAre(t *testing.T) {
	one := func(id, protocol, endpoint, topic string) string {
		return "<member><SubscriptionArn>" + id + "</SubscriptionArn><Owner>" + home + "</Owner><Protocol>" + protocol + "</Protocol><Endpoint>" + endpoint + "</Endpoint><TopicArn>" + topic + "</TopicArn></member>"
	}
	theirs := "arn:aws:sns:eu-west-1:444455556666:orders"
	_, r := start(t, script{
		"ListSubscriptions": result("ListSubscriptions", "<Subscriptions>"+one(theirs+":1", "lambda", function("pay")+":live", theirs)+
			one("PendingConfirmation", "lambda", function("pay"), theirs)+"</Subscriptions><NextToken>n2</NextToken>"),
		"ListSubscriptions@n2": result("ListSubscriptions", "<Subscriptions>"+one("Deleted", "lambda", function("pay"), theirs)+
			one(theirs+":2", "email", "ann@example.com", theirs)+one(theirs+":3", "lambda", "arn:aws:lambda:us-east-1:111122223333:function:far", theirs)+"</Subscriptions>"),
	})
	found := read(t, r)
	want(t, found, inventory.CapTopics, inventory.Complete, "", "")
	if diff := cmp.Diff([]inventory.Trigger{
		{Kind: "topic", ID: "PendingConfirmation", Source: theirs, Account: other, Name: "orders"},
		{Kind: "topic", ID: theirs + ":1", Source: theirs, Account: other, Name: "orders", Enabled: true, Qualifier: "live"},
	}, found.Triggers[inventory.AssetID(function("pay"))][inventory.CapTopics]); diff != "" {
		t.Error(diff)
	}
	if w := word(t, found, inventory.CapTopics); w.Seen != 5 || !strings.Contains(w.Why.Message, "us-east-1:111122223333:function:far") {
		t.Errorf("seen %d, note %q", w.Seen, w.Why.Message)
	}
}

// buckets is a region with two buckets, each on a page. A server that does not
// know the filter lists those of other regions, too.
func buckets() script {
	list := func(name, token string) string {
		return "<ListAllMyBucketsResult><Buckets><Bucket><Name>" + name + "</Name><BucketRegion>eu-west-1</BucketRegion></Bucket></Buckets>" + token + "</ListAllMyBucketsResult>"
	}
	return script{
		"GET /":    list("in", "<ContinuationToken>k2</ContinuationToken>"),
		"GET /@k2": strings.Replace(list("out", ""), "</Buckets>", "<Bucket><Name>far</Name><BucketRegion>us-east-1</BucketRegion></Bucket></Buckets>", 1),
		"GET /in?notification": "<NotificationConfiguration><CloudFunctionConfiguration><Id>resize</Id><CloudFunction>" + function("resize") + ":live</CloudFunction><Event>s3:ObjectRemoved:*</Event><Event>s3:ObjectCreated:*</Event>" +
			"<Filter><S3Key><FilterRule><Name>prefix</Name><Value>up/</Value></FilterRule></S3Key></Filter></CloudFunctionConfiguration><EventBridgeConfiguration/></NotificationConfiguration>",
		"GET /out?notification": "<NotificationConfiguration></NotificationConfiguration>",
	}
}

// TestBucketsTellWhatTheyStart reads events and filters; the switch to EventBridge
// starts nothing by itself.
func TestBucketsTellWhatTheyStart(t *testing.T) {
	_, r := start(t, buckets())
	found := read(t, r)
	want(t, found, inventory.CapBucketNotifications, inventory.Complete, "", "")
	if diff := cmp.Diff([]inventory.Trigger{
		{Kind: "bucket-notification", ID: "resize", Source: "arn:aws:s3:::in", Account: home, Enabled: true, Name: "resize", Qualifier: "live", Detail: "s3:ObjectCreated:* s3:ObjectRemoved:* prefix=up/"},
	}, found.Triggers[inventory.AssetID(function("resize"))][inventory.CapBucketNotifications]); diff != "" {
		t.Error(diff)
	}
	if w := word(t, found, inventory.CapBucketNotifications); w.Seen != 2 {
		t.Errorf("seen %d", w.Seen)
	}
}

// TestABucketThatWentAwayIsNoFailure, and one that is denied is.
func TestABucketThatWentAwayIsNoFailure(t *testing.T) {
	s := buckets()
	s["GET /out?notification"] = "!NoSuchBucket"
	_, r := start(t, s)
	want(t, read(t, r), inventory.CapBucketNotifications, inventory.Complete, "", "")
	s["GET /out?notification"] = "!AccessDenied"
	found := read(t, r)
	want(t, found, inventory.CapBucketNotifications, inventory.Partial, "GetBucketNotificationConfiguration", "AccessDenied")
	if len(found.Triggers) != 1 {
		t.Error("the other bucket's trigger is lost")
	}
}

// groups is a region with three log groups and a subscription for all.
func groups() script {
	filter := func(group, function string) string {
		return `{"subscriptionFilters":[{"filterName":"f","logGroupName":"` + group + `","filterPattern":"ERROR","destinationArn":"` + function + `"}]}`
	}
	return script{
		"DescribeAccountPolicies":        `{"accountPolicies":[{"policyName":"all","policyType":"SUBSCRIPTION_FILTER_POLICY","selectionCriteria":"LogGroupName NOT IN [x]","policyDocument":"{\"DestinationArn\":\"` + function("ship") + `\",\"FilterPattern\":\"WARN\"}"}]}`,
		"DescribeLogGroups":              `{"logGroups":[{"logGroupName":"/a"},{"logGroupName":"/b"}],"nextToken":"g2"}`,
		"DescribeLogGroups@g2":           `{"logGroups":[{"logGroupName":"/c"}]}`,
		"DescribeSubscriptionFilters /a": filter("/a", function("ship")+":live"),
		"DescribeSubscriptionFilters /b": `{"subscriptionFilters":[{"filterName":"k","logGroupName":"/b","destinationArn":"arn:aws:kinesis:eu-west-1:111122223333:stream/s"}]}`,
		"DescribeSubscriptionFilters /c": filter("/c", function("ship")),
	}
}

// TestLogSubscriptionsAreOfGroupsAndOfTheAccount reads both kinds.
func TestLogSubscriptionsAreOfGroupsAndOfTheAccount(t *testing.T) {
	_, r := start(t, groups())
	found := read(t, r)
	want(t, found, inventory.CapLogSubscriptions, inventory.Complete, "", "")
	source := "arn:aws:logs:eu-west-1:111122223333:log-group:"
	if diff := cmp.Diff([]inventory.Trigger{
		{Kind: "log-subscription", ID: "all", Source: source + "*", Account: home, Enabled: true, Name: "all", Detail: "all log groups of the account; LogGroupName NOT IN [x]; WARN"},
		{Kind: "log-subscription", ID: "f", Source: source + "/a", Account: home, Enabled: true, Name: "f", Qualifier: "live", Detail: "ERROR"},
		{Kind: "log-subscription", ID: "f", Source: source + "/c", Account: home, Enabled: true, Name: "f", Detail: "ERROR"},
	}, found.Triggers[inventory.AssetID(function("ship"))][inventory.CapLogSubscriptions]); diff != "" {
		t.Error(diff)
	}
	if w := word(t, found, inventory.CapLogSubscriptions); w.Seen != 3 || w.Why.Message != "one call for each of 3 log groups" {
		t.Errorf("seen %d, note %q", w.Seen, w.Why.Message)
	}
}

// TestLogGroupsAreReadUpToALimit: those above it are a hole, and cost no call.
func TestLogGroupsAreReadUpToALimit(t *testing.T) {
	c, r := start(t, groups())
	found := doors.Read(t.Context(), r, doors.Config{Source: "aws-doors", LogGroups: 1})
	want(t, found, inventory.CapLogSubscriptions, inventory.Partial, "DescribeSubscriptionFilters", "")
	if n, m := c.count("DescribeSubscriptionFilters"), c.count("DescribeLogGroups"); n != 1 || m != 1 {
		t.Errorf("%d and %d calls", n, m)
	}
	if w := word(t, found, inventory.CapLogSubscriptions); w.Seen != 1 || !strings.Contains(w.Why.Message, "more log groups than 1") {
		t.Errorf("seen %d, why %q", w.Seen, w.Why.Message)
	}
}

// TestAFunctionThatCannotBeReadIsAHole: an ARN of another form than is known.
func TestAFunctionThatCannotBeReadIsAHole(t *testing.T) {
	for _, arn := range []string{function("ship") + ":live:more", function("ship") + ":", function("")} {
		s := groups()
		s["DescribeSubscriptionFilters /b"] = strings.Replace(s["DescribeSubscriptionFilters /b"], "arn:aws:kinesis:eu-west-1:111122223333:stream/s", arn, 1)
		_, r := start(t, s)
		want(t, read(t, r), inventory.CapLogSubscriptions, inventory.Partial, "DescribeSubscriptionFilters", "")
	}
}

// TestCallsThatWouldOnlyFailAgainAreNotMade once many in a row were denied.
func TestCallsThatWouldOnlyFailAgainAreNotMade(t *testing.T) {
	var names []string
	for i := range 40 {
		names = append(names, fmt.Sprintf(`{"logGroupName":"/%d"}`, i))
	}
	c, r := start(t, script{"DescribeLogGroups": `{"logGroups":[` + strings.Join(names, ",") + `]}`, "DescribeSubscriptionFilters": "!AccessDeniedException"})
	want(t, read(t, r), inventory.CapLogSubscriptions, inventory.Partial, "DescribeSubscriptionFilters", "AccessDeniedException")
	if n := c.count("DescribeSubscriptionFilters"); n != 20 {
		t.Errorf("%d calls", n)
	}
}
