package awsfake_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
)

const function = "arn:aws:lambda:eu-west-1:111111111111:function:pay"

// entered is a world with one way in of each kind.
func entered() *awsfake.World {
	w := alone(&awsfake.Region{
		Buses: []*awsfake.Bus{{Name: "orders", Policy: "{}"}},
		Rules: []*awsfake.Rule{
			{Name: "nightly", ScheduleExpression: "rate(1 day)", Targets: []awsfake.Target{{ID: "1", ARN: function, Input: `{"a":1}`}}},
			{Name: "paid", Bus: "orders", EventPattern: `{"source":["shop"]}`, State: "DISABLED", Targets: []awsfake.Target{{ID: "1", ARN: function}, {ID: "2", ARN: function + ":live"}}},
		},
		Schedules: []*awsfake.Schedule{{Name: "hourly", Expression: "rate(1 hour)", Target: function, Role: "arn:aws:iam::111111111111:role/s", Created: now()},
			{Name: "weekly", Group: "slow", Target: function, Created: now()}},
		RestAPIs: []*awsfake.RestAPI{{ID: "r1", Name: "old", Policy: "{}", Stages: []awsfake.Stage{{Name: "prod", Deployment: "d1"}},
			Authorizers: []awsfake.RestAuthorizer{{ID: "a1", Name: "who", Type: "TOKEN", URI: "arn:x"}},
			Resources: []*awsfake.APIResource{{ID: "p0", Path: "/"}, {ID: "p1", Parent: "p0", Path: "/pay", Methods: []awsfake.Method{
				{Verb: "POST", Integration: "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/" + function + "/invocations"},
				{Verb: "GET", Authorization: "CUSTOM", Authorizer: "a1", APIKey: true}}}}}},
		HTTPAPIs: []*awsfake.HTTPAPI{{ID: "h1", Name: "new", Stages: []awsfake.Stage{{Name: "$default"}},
			Routes:       []awsfake.Route{{ID: "r1", Key: "GET /", Target: "integrations/i1", AuthorizationType: "NONE"}, {ID: "r2", Key: "POST /", Target: "integrations/i1", AuthorizationType: "JWT", AuthorizerID: "a1"}},
			Integrations: []awsfake.Integration{{ID: "i1", Type: "AWS_PROXY", URI: function, Method: "POST", Payload: "2.0"}},
			Authorizers:  []awsfake.Authorizer{{ID: "a1", Name: "jwt", Type: "JWT", JWT: &awsfake.JWT{Audience: []string{"shop"}, Issuer: "https://id.example.org"}}}}},
		Topics: []*awsfake.Topic{{Name: "news", Subscriptions: []awsfake.Subscription{{ID: "s1", Protocol: "lambda", Endpoint: function}}}, {Name: "quiet"}},
		Buckets: []*awsfake.Bucket{{Name: "in-box", Created: now(), EventBridge: true, Notifications: []awsfake.Notification{
			{ID: "n1", ARN: function, Events: []string{"s3:ObjectCreated:*", "s3:ObjectRemoved:*"}, Prefix: "a/", Suffix: ".csv"},
			{ID: "n2", ARN: "arn:aws:sqs:eu-west-1:111111111111:q", Events: []string{"s3:ObjectCreated:*"}},
			{ID: "n3", ARN: "arn:aws:sns:eu-west-1:111111111111:news", Events: []string{"s3:ObjectCreated:*"}}}}},
		LogGroups:    []*awsfake.LogGroup{{Name: "/aws/lambda/pay", Retention: 30, Filters: []awsfake.SubscriptionFilter{{Name: "ship", Pattern: "ERROR", Destination: function}}}, {Name: "/other"}},
		LogPolicies:  []*awsfake.LogPolicy{{Name: "all", Document: `{"DestinationArn":"` + function + `"}`}},
		TargetGroups: []*awsfake.TargetGroup{{ARN: "arn:tg1", Name: "tg1", Targets: []string{function}, LoadBalancers: []string{"arn:lb1"}}},
		LoadBalancers: []*awsfake.LoadBalancer{{ARN: "arn:lb1", Name: "lb1", DNS: "lb1.eu-west-1.elb.amazonaws.com", Listeners: []*awsfake.Listener{{
			ARN: "arn:l1", Port: 443, Actions: []awsfake.Action{{Type: "authenticate-oidc"}, {Type: "forward", TargetGroup: "arn:tg1"}},
			Rules: []*awsfake.ListenerRule{{ARN: "arn:rule1", Priority: "1", Paths: []string{"/pay/*"}, Hosts: []string{"example.org"}, Actions: []awsfake.Action{{Type: "forward", TargetGroup: "arn:tg1"}}}},
		}}}},
	})
	w.Accounts[0].Places["us-east-1"] = &awsfake.Region{Buckets: []*awsfake.Bucket{{Name: "oldest", Created: now()}}}
	return w
}

// same compares what a test saw with what it wants.
func same(t *testing.T, want []string, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// must is a value, or the end of the test.
func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestRulesBelongToTheirBus(t *testing.T) {
	_, cfg := serve(t, entered())
	c, ctx := eventbridge.NewFromConfig(cfg), t.Context()
	var got []string
	for _, b := range must(c.ListEventBuses(ctx, &eventbridge.ListEventBusesInput{}))(t).EventBuses {
		for _, r := range must(c.ListRules(ctx, &eventbridge.ListRulesInput{EventBusName: b.Name}))(t).Rules {
			for _, v := range must(c.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{EventBusName: b.Arn, Rule: r.Name}))(t).Targets {
				got = append(got, fmt.Sprint(*b.Arn, " ", *r.Arn, " ", r.State, " ", aws.ToString(r.EventPattern), aws.ToString(r.ScheduleExpression), " ", *v.Arn, aws.ToString(v.Input)))
			}
		}
	}
	const bus, rule = "arn:aws:events:eu-west-1:111111111111:event-bus/", "arn:aws:events:eu-west-1:111111111111:rule/"
	same(t, []string{
		bus + "default " + rule + "nightly ENABLED rate(1 day) " + function + `{"a":1}`,
		bus + "orders " + rule + `orders/paid DISABLED {"source":["shop"]} ` + function,
		bus + "orders " + rule + `orders/paid DISABLED {"source":["shop"]} ` + function + ":live",
	}, got)
	names := must(c.ListRuleNamesByTarget(ctx, &eventbridge.ListRuleNamesByTargetInput{TargetArn: aws.String(function + ":live"), EventBusName: aws.String("orders")}))(t)
	same(t, []string{"paid"}, names.RuleNames)
	if _, err := c.ListRules(ctx, &eventbridge.ListRulesInput{EventBusName: aws.String("none")}); code(err) != "ResourceNotFoundException" {
		t.Errorf("no such bus: %v", err)
	}
}

func TestScheduleTellsItsTimeOnlyByItself(t *testing.T) {
	_, cfg := serve(t, entered())
	c, ctx := scheduler.NewFromConfig(cfg), t.Context()
	var got []string
	for _, s := range must(c.ListSchedules(ctx, nil))(t).Schedules {
		one := must(c.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: s.Name, GroupName: s.GroupName}))(t)
		got = append(got, fmt.Sprint(*s.Arn, " ", *s.Target.Arn, " ", aws.ToString(one.ScheduleExpression), " ", one.State, " ", s.CreationDate.Equal(now())))
	}
	same(t, []string{
		"arn:aws:scheduler:eu-west-1:111111111111:schedule/default/hourly " + function + " rate(1 hour) ENABLED true",
		"arn:aws:scheduler:eu-west-1:111111111111:schedule/slow/weekly " + function + "  ENABLED true",
	}, got)
	slow := must(c.ListSchedules(ctx, &scheduler.ListSchedulesInput{GroupName: aws.String("slow")}))(t)
	if len(slow.Schedules) != 1 {
		t.Errorf("group slow: %+v", slow.Schedules)
	}
	if groups := must(c.ListScheduleGroups(ctx, nil))(t).ScheduleGroups; len(groups) != 2 || *groups[1].Name != "slow" {
		t.Errorf("groups: %+v", groups)
	}
	if _, err := c.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: aws.String("weekly")}); code(err) != "ResourceNotFoundException" {
		t.Errorf("in another group: %v", err)
	}
}

func TestRestMethodsAreTellingOnlyWhenEmbedded(t *testing.T) {
	_, cfg := serve(t, entered())
	c, ctx := apigateway.NewFromConfig(cfg), t.Context()
	api := must(c.GetRestApis(ctx, nil))(t).Items[0]
	bare := must(c.GetResources(ctx, &apigateway.GetResourcesInput{RestApiId: api.Id}))(t).Items[1]
	if m, ok := bare.ResourceMethods["POST"]; !ok || m.AuthorizationType != nil {
		t.Errorf("without embedding: %+v", bare.ResourceMethods)
	}
	full := must(c.GetResources(ctx, &apigateway.GetResourcesInput{RestApiId: api.Id, Embed: []string{"methods"}}))(t).Items[1]
	post, get := full.ResourceMethods["POST"], full.ResourceMethods["GET"]
	stage := must(c.GetStages(ctx, &apigateway.GetStagesInput{RestApiId: api.Id}))(t).Item[0]
	who := must(c.GetAuthorizers(ctx, &apigateway.GetAuthorizersInput{RestApiId: api.Id}))(t).Items[0]
	same(t, []string{"old", "REGIONAL", "/pay", "pay", "p0", "NONE", "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/" + function + "/invocations",
		"CUSTOM", "a1", "true", "prod", "TOKEN"},
		[]string{*api.Name, string(api.EndpointConfiguration.Types[0]), *full.Path, *full.PathPart, *full.ParentId, *post.AuthorizationType, *post.MethodIntegration.Uri,
			*get.AuthorizationType, *get.AuthorizerId, fmt.Sprint(*get.ApiKeyRequired), *stage.StageName, string(who.Type)})
	if _, err := c.GetResources(ctx, &apigateway.GetResourcesInput{RestApiId: aws.String("none")}); code(err) != "NotFoundException" {
		t.Errorf("no such API: %v", err)
	}
}

func TestRoutesLeadToIntegrations(t *testing.T) {
	_, cfg := serve(t, entered())
	c, ctx := apigatewayv2.NewFromConfig(cfg), t.Context()
	api := must(c.GetApis(ctx, nil))(t).Items[0]
	got := []string{*api.Name, string(api.ProtocolType), *api.ApiEndpoint}
	for _, r := range must(c.GetRoutes(ctx, &apigatewayv2.GetRoutesInput{ApiId: api.ApiId}))(t).Items {
		got = append(got, fmt.Sprint(*r.RouteKey, " ", *r.Target, " ", r.AuthorizationType, " ", aws.ToString(r.AuthorizerId)))
	}
	i := must(c.GetIntegrations(ctx, &apigatewayv2.GetIntegrationsInput{ApiId: api.ApiId}))(t).Items[0]
	a := must(c.GetAuthorizers(ctx, &apigatewayv2.GetAuthorizersInput{ApiId: api.ApiId}))(t).Items[0]
	s := must(c.GetStages(ctx, &apigatewayv2.GetStagesInput{ApiId: api.ApiId}))(t).Items[0]
	same(t, []string{"new", "HTTP", "https://h1.execute-api.eu-west-1.amazonaws.com", "GET / integrations/i1 NONE ", "POST / integrations/i1 JWT a1", function, "https://id.example.org", "$default"},
		append(got, *i.IntegrationUri, *a.JwtConfiguration.Issuer, *s.StageName))
	if _, err := c.GetRoutes(ctx, &apigatewayv2.GetRoutesInput{ApiId: aws.String("none")}); code(err) != "NotFoundException" {
		t.Errorf("no such API: %v", err)
	}
}

func TestSubscriptionsNameTheirTopic(t *testing.T) {
	w := entered()
	w.PageSize = map[string]int{"ListTopics": 1}
	_, cfg := serve(t, w)
	c, ctx := sns.NewFromConfig(cfg), t.Context()
	first := must(c.ListTopics(ctx, nil))(t)
	second := must(c.ListTopics(ctx, &sns.ListTopicsInput{NextToken: first.NextToken}))(t)
	s := must(c.ListSubscriptions(ctx, nil))(t).Subscriptions[0]
	const topic = "arn:aws:sns:eu-west-1:111111111111:"
	same(t, []string{topic + "news", topic + "quiet", topic + "news:s1", topic + "news", "lambda", function, "111111111111"},
		[]string{*first.Topics[0].TopicArn, *second.Topics[0].TopicArn, *s.SubscriptionArn, *s.TopicArn, *s.Protocol, *s.Endpoint, *s.Owner})
	if second.NextToken != nil {
		t.Errorf("a page too many: %s", *second.NextToken)
	}
}

func TestBucketsAreListedEverywhereAndReadAtHome(t *testing.T) {
	_, cfg := serve(t, entered())
	c, ctx := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }), t.Context()
	first := must(c.ListBuckets(ctx, &s3.ListBucketsInput{MaxBuckets: aws.Int32(1)}))(t)
	second := must(c.ListBuckets(ctx, &s3.ListBucketsInput{MaxBuckets: aws.Int32(1), ContinuationToken: first.ContinuationToken}))(t)
	east := must(c.ListBuckets(ctx, &s3.ListBucketsInput{BucketRegion: aws.String("us-east-1")}))(t)
	same(t, []string{"in-box", "eu-west-1", "oldest", "us-east-1", "oldest"}, []string{*first.Buckets[0].Name, *first.Buckets[0].BucketRegion,
		*second.Buckets[0].Name, *second.Buckets[0].BucketRegion, *east.Buckets[0].Name})
	n := must(c.GetBucketNotificationConfiguration(ctx, &s3.GetBucketNotificationConfigurationInput{Bucket: aws.String("in-box")}))(t)
	f := n.LambdaFunctionConfigurations[0]
	same(t, []string{function, "[s3:ObjectCreated:* s3:ObjectRemoved:*]", "prefix a/", "suffix .csv", "arn:aws:sqs:eu-west-1:111111111111:q", "arn:aws:sns:eu-west-1:111111111111:news"},
		[]string{*f.LambdaFunctionArn, fmt.Sprint(f.Events), string(f.Filter.Key.FilterRules[0].Name) + " " + *f.Filter.Key.FilterRules[0].Value,
			string(f.Filter.Key.FilterRules[1].Name) + " " + *f.Filter.Key.FilterRules[1].Value, *n.QueueConfigurations[0].QueueArn, *n.TopicConfigurations[0].TopicArn})
	if n.EventBridgeConfiguration == nil {
		t.Error("EventBridge is not told")
	}
	here := must(c.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: aws.String("in-box")}))(t)
	oldest := must(c.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: aws.String("oldest")}))(t)
	same(t, []string{"eu-west-1", ""}, []string{string(here.LocationConstraint), string(oldest.LocationConstraint)})
	_, err := c.GetBucketNotificationConfiguration(ctx, &s3.GetBucketNotificationConfigurationInput{Bucket: aws.String("oldest")})
	if status(err) != 301 {
		t.Errorf("a bucket of another region: %v", err)
	}
	_, err = c.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: aws.String("nobodys")})
	if code(err) != "NoSuchBucket" {
		t.Errorf("no such bucket: %v", err)
	}
}

func TestLogGroupsAndTheirFilters(t *testing.T) {
	_, cfg := serve(t, entered())
	c, ctx := cloudwatchlogs.NewFromConfig(cfg), t.Context()
	groups := must(c.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String("/aws/")}))(t).LogGroups
	if len(groups) != 1 || *groups[0].RetentionInDays != 30 {
		t.Errorf("groups: %+v", groups)
	}
	f := must(c.DescribeSubscriptionFilters(ctx, &cloudwatchlogs.DescribeSubscriptionFiltersInput{LogGroupName: groups[0].LogGroupName}))(t).SubscriptionFilters[0]
	same(t, []string{"ship", "ERROR", function, "/aws/lambda/pay"}, []string{*f.FilterName, *f.FilterPattern, *f.DestinationArn, *f.LogGroupName})
	_, err := c.DescribeSubscriptionFilters(ctx, &cloudwatchlogs.DescribeSubscriptionFiltersInput{LogGroupName: aws.String("none")})
	if code(err) != "ResourceNotFoundException" {
		t.Errorf("no such group: %v", err)
	}
}

func TestLoadBalancersLeadToTargets(t *testing.T) {
	_, cfg := serve(t, entered())
	c, ctx := elasticloadbalancingv2.NewFromConfig(cfg), t.Context()
	b := must(c.DescribeLoadBalancers(ctx, nil))(t).LoadBalancers[0]
	l := must(c.DescribeListeners(ctx, &elasticloadbalancingv2.DescribeListenersInput{LoadBalancerArn: b.LoadBalancerArn}))(t).Listeners[0]
	rules := must(c.DescribeRules(ctx, &elasticloadbalancingv2.DescribeRulesInput{ListenerArn: l.ListenerArn}))(t).Rules
	g := must(c.DescribeTargetGroups(ctx, &elasticloadbalancingv2.DescribeTargetGroupsInput{LoadBalancerArn: b.LoadBalancerArn}))(t).TargetGroups[0]
	h := must(c.DescribeTargetHealth(ctx, &elasticloadbalancingv2.DescribeTargetHealthInput{TargetGroupArn: g.TargetGroupArn}))(t).TargetHealthDescriptions[0]
	same(t, []string{"internet-facing", "443", "authenticate-oidc", "arn:tg1", "/pay/*", "example.org", "arn:tg1", "default", "lambda", "arn:lb1", function},
		[]string{string(b.Scheme), fmt.Sprint(*l.Port), string(l.DefaultActions[0].Type), *l.DefaultActions[1].TargetGroupArn,
			rules[0].Conditions[0].PathPatternConfig.Values[0], rules[0].Conditions[1].HostHeaderConfig.Values[0], *rules[0].Actions[0].TargetGroupArn,
			*rules[1].Priority, string(g.TargetType), g.LoadBalancerArns[0], *h.Target.Id})
	_, err := c.DescribeTargetHealth(ctx, &elasticloadbalancingv2.DescribeTargetHealthInput{TargetGroupArn: aws.String("arn:none")})
	if code(err) != "TargetGroupNotFound" {
		t.Errorf("no such group: %v", err)
	}
}
