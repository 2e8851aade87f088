// Package doors finds what starts the Lambda functions of one account and
// region from other services, and which front doors open them.
//
// It asks each service for all that it has, and not each function for what
// starts it: the number of calls does not grow with the number of functions.
// Each service is a capability of its own, with a coverage cell of its own.
//
//	capability            calls of a region
//	api-gateway           GetRestApis (1 for 500), and of each REST API GetResources (1 for 500);
//	                      GetApis, and of each HTTP or WebSocket API GetIntegrations, GetRoutes;
//	                      of those that lead to functions GetStages, and GetAuthorizers
//	                      where a function decides who may call
//	bucket-notifications  ListBuckets (1 for 1,000), GetBucketNotificationConfiguration of each bucket
//	event-rules           ListEventBuses (1 for 100), ListRules of each bus (1 for 100), ListTargetsByRule of each rule
//	load-balancers        DescribeTargetGroups (1 for 400), DescribeTargetHealth of each group of functions;
//	                      if there is one: DescribeLoadBalancers (1 for 400), and of those that lead to it
//	                      DescribeListeners and, of each listener, DescribeRules
//	log-subscriptions     DescribeAccountPolicies, DescribeLogGroups (1 for 50), DescribeSubscriptionFilters of each group
//	schedules             ListSchedules (1 for 100)
//	topics                ListSubscriptions (1 for 100)
//
// # What is not seen
//
// A thing is found in the account and region that it belongs to. An API, a
// topic or a rule of another account or region that names a function is not
// seen here; where one of these names a function of another, the cell says so.
//
// An API is read as it was edited last; a stage may serve an older deployment.
// Custom domain names, security groups and web application firewalls are not
// read: they lead to the same routes, or narrow them.
//
// # What is never kept
//
// The values of stage variables, of header and query string conditions, what
// rules and schedules send to their targets, and the endpoints of subscriptions
// other than functions: they may be secrets, or people.
package doors
