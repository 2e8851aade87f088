package access

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// eventRows are the operations on what starts functions by itself.
func eventRows() []row {
	s := service{"EventBridge", "events", Region}
	one := aws.Int32(1)
	return []row{
		s.row("ListEventBuses", inventory.CapEventRules, "buses whose rules start functions",
			ask(eventbridge.NewFromConfig, (*eventbridge.Client).ListEventBuses, plain(eventbridge.ListEventBusesInput{Limit: one}))),
		s.row("ListRules", inventory.CapEventRules, "rules that start functions",
			ask(eventbridge.NewFromConfig, (*eventbridge.Client).ListRules, plain(eventbridge.ListRulesInput{Limit: one}))),
		s.row("ListTargetsByRule", inventory.CapEventRules, "which functions a rule starts",
			ask(eventbridge.NewFromConfig, (*eventbridge.Client).ListTargetsByRule, plain(eventbridge.ListTargetsByRuleInput{Rule: aws.String(nobody), Limit: one}))).
			missing("ResourceNotFoundException"),
		service{"Scheduler", "scheduler", Region}.row("ListSchedules", inventory.CapSchedules, "schedules that start functions",
			ask(scheduler.NewFromConfig, (*scheduler.Client).ListSchedules, plain(scheduler.ListSchedulesInput{MaxResults: one}))),
		service{"SNS", "sns", Region}.row("ListSubscriptions", inventory.CapTopics, "topics that start functions",
			ask(sns.NewFromConfig, (*sns.Client).ListSubscriptions, plain(sns.ListSubscriptionsInput{}))),
	}
}

// apiRows are the operations of API Gateway, all of which one action of IAM
// allows, each for its own paths.
func apiRows() []row {
	const gone, action = "NotFoundException", "apigateway:GET"
	rest := service{"API Gateway", "apigateway", Region}
	http := service{"ApiGatewayV2", "apigateway", Region}
	id, one := aws.String("estray0000"), aws.Int32(1)
	out := []row{
		rest.row("GetRestApis", inventory.CapAPIGateway, "REST APIs in front of functions",
			ask(apigateway.NewFromConfig, (*apigateway.Client).GetRestApis, plain(apigateway.GetRestApisInput{Limit: one}))),
		rest.row("GetResources", inventory.CapAPIGateway, "paths of REST APIs",
			ask(apigateway.NewFromConfig, (*apigateway.Client).GetResources, plain(apigateway.GetResourcesInput{RestApiId: id, Limit: one}))).missing(gone),
		rest.row("GetStages", inventory.CapAPIGateway, "whether REST APIs are deployed",
			ask(apigateway.NewFromConfig, (*apigateway.Client).GetStages, plain(apigateway.GetStagesInput{RestApiId: id}))).missing(gone),
		rest.row("GetAuthorizers", inventory.CapAPIGateway, "functions that guard REST APIs",
			ask(apigateway.NewFromConfig, (*apigateway.Client).GetAuthorizers, plain(apigateway.GetAuthorizersInput{RestApiId: id, Limit: one}))).missing(gone),
		http.row("GetApis", inventory.CapAPIGateway, "HTTP and WebSocket APIs in front of functions",
			ask(apigatewayv2.NewFromConfig, (*apigatewayv2.Client).GetApis, plain(apigatewayv2.GetApisInput{MaxResults: aws.String("1")}))),
		http.row("GetRoutes", inventory.CapAPIGateway, "routes of HTTP APIs",
			ask(apigatewayv2.NewFromConfig, (*apigatewayv2.Client).GetRoutes, plain(apigatewayv2.GetRoutesInput{ApiId: id}))).missing(gone),
		http.row("GetIntegrations", inventory.CapAPIGateway, "which functions routes lead to",
			ask(apigatewayv2.NewFromConfig, (*apigatewayv2.Client).GetIntegrations, plain(apigatewayv2.GetIntegrationsInput{ApiId: id}))).missing(gone),
		http.row("GetStages", inventory.CapAPIGateway, "whether HTTP APIs are deployed",
			ask(apigatewayv2.NewFromConfig, (*apigatewayv2.Client).GetStages, plain(apigatewayv2.GetStagesInput{ApiId: id}))).missing(gone),
		http.row("GetAuthorizers", inventory.CapAPIGateway, "functions that guard HTTP APIs",
			ask(apigatewayv2.NewFromConfig, (*apigatewayv2.Client).GetAuthorizers, plain(apigatewayv2.GetAuthorizersInput{ApiId: id}))).missing(gone),
	}
	for i := range out {
		out[i].Action = action
	}
	return out
}

// otherDoors are the operations on buckets, log groups and load balancers.
func otherDoors() []row {
	buckets := service{"S3", "s3", Region}
	logs := service{"CloudWatch Logs", "logs", Region}
	one := aws.Int32(1)
	return append(balancerRows(),
		buckets.row("ListBuckets", inventory.CapBucketNotifications, "buckets that start functions",
			ask(s3.NewFromConfig, (*s3.Client).ListBuckets, plain(s3.ListBucketsInput{MaxBuckets: one}))).by("s3:ListAllMyBuckets"),
		buckets.row("GetBucketNotificationConfiguration", inventory.CapBucketNotifications, "which functions a bucket starts", askBucket).
			by("s3:GetBucketNotification"),
		logs.row("DescribeLogGroups", inventory.CapLogSubscriptions, "log groups whose lines start functions",
			ask(cloudwatchlogs.NewFromConfig, (*cloudwatchlogs.Client).DescribeLogGroups, plain(cloudwatchlogs.DescribeLogGroupsInput{Limit: one}))),
		logs.row("DescribeAccountPolicies", inventory.CapLogSubscriptions, "functions that the lines of all log groups start",
			ask(cloudwatchlogs.NewFromConfig, (*cloudwatchlogs.Client).DescribeAccountPolicies,
				plain(cloudwatchlogs.DescribeAccountPoliciesInput{PolicyType: logtypes.PolicyTypeSubscriptionFilterPolicy}))),
		logs.row("DescribeSubscriptionFilters", inventory.CapLogSubscriptions, "which functions the lines of a log group start",
			ask(cloudwatchlogs.NewFromConfig, (*cloudwatchlogs.Client).DescribeSubscriptionFilters,
				plain(cloudwatchlogs.DescribeSubscriptionFiltersInput{LogGroupName: aws.String(nobody), Limit: one}))).missing("ResourceNotFoundException"),
	)
}

func balancerRows() []row {
	s := service{"Elastic Load Balancing v2", "elasticloadbalancing", Region}
	one := aws.Int32(1)
	balancer := func(r *session.Region) *string {
		return arnOf(r, "elasticloadbalancing", "loadbalancer/app/estray-doctor/0000000000000000")
	}
	return []row{
		s.row("DescribeTargetGroups", inventory.CapLoadBalancers, "groups of load balancers that lead to functions",
			ask(elb.NewFromConfig, (*elb.Client).DescribeTargetGroups, plain(elb.DescribeTargetGroupsInput{PageSize: one}))),
		s.row("DescribeTargetHealth", inventory.CapLoadBalancers, "which functions a group leads to",
			ask(elb.NewFromConfig, (*elb.Client).DescribeTargetHealth, func(r *session.Region) *elb.DescribeTargetHealthInput {
				return &elb.DescribeTargetHealthInput{TargetGroupArn: arnOf(r, "elasticloadbalancing", "targetgroup/estray-doctor/0000000000000000")}
			})).missing("TargetGroupNotFound"),
		s.row("DescribeLoadBalancers", inventory.CapLoadBalancers, "load balancers in front of functions",
			ask(elb.NewFromConfig, (*elb.Client).DescribeLoadBalancers, plain(elb.DescribeLoadBalancersInput{PageSize: one}))),
		s.row("DescribeListeners", inventory.CapLoadBalancers, "ports of load balancers",
			ask(elb.NewFromConfig, (*elb.Client).DescribeListeners, func(r *session.Region) *elb.DescribeListenersInput {
				return &elb.DescribeListenersInput{LoadBalancerArn: balancer(r), PageSize: one}
			})).missing("LoadBalancerNotFound"),
		s.row("DescribeRules", inventory.CapLoadBalancers, "paths of load balancers",
			ask(elb.NewFromConfig, (*elb.Client).DescribeRules, func(r *session.Region) *elb.DescribeRulesInput {
				return &elb.DescribeRulesInput{ListenerArn: arnOf(r, "elasticloadbalancing", "listener/app/estray-doctor/0000000000000000/0000000000000000"), PageSize: one}
			})).missing("ListenerNotFound"),
	}
}

var (
	// errNoBucket: there is nothing that the permission would be needed for.
	errNoBucket = errors.New("the account has no bucket")
	// errUntried: another permission would have to be there first.
	errUntried = errors.New("it was not tried: the first bucket is found by s3:ListAllMyBuckets")
)

// askBucket asks the first bucket of the account. One that does not exist would
// prove nothing: whose bucket it is decides on the permission, so that S3 looks
// before it decides.
func askBucket(ctx context.Context, r *session.Region) error {
	listed, err := s3.NewFromConfig(r.Config()).ListBuckets(ctx, &s3.ListBucketsInput{MaxBuckets: aws.Int32(1)})
	switch {
	case session.Denied(err):
		return errUntried
	case err != nil:
		return err
	case len(listed.Buckets) == 0:
		return errNoBucket
	}
	first := listed.Buckets[0]
	if home := aws.ToString(first.BucketRegion); home != "" {
		r = r.Account.Region(home)
	}
	client := s3.NewFromConfig(r.Config(), func(o *s3.Options) { o.UsePathStyle = r.CustomEndpoint() })
	_, err = client.GetBucketNotificationConfiguration(ctx, &s3.GetBucketNotificationConfigurationInput{
		Bucket: first.Name, ExpectedBucketOwner: aws.String(r.Account.ID)})
	return err
}
