package awsfake

import "time"

// Bus is an event bus of EventBridge.
type Bus struct {
	Name   string
	Policy string // text; empty: none
}

// Rule is a rule of EventBridge, on the bus "default" if Bus is empty.
type Rule struct {
	Name, Bus          string
	EventPattern       string
	ScheduleExpression string
	State              string // empty: ENABLED
	Targets            []Target
}

// Target is what a rule starts.
type Target struct {
	ID      string `json:"Id"`
	ARN     string `json:"Arn"`
	RoleARN string `json:"RoleArn,omitempty"`
	Input   string `json:",omitempty"`
}

// Schedule is a schedule of EventBridge Scheduler, in the group "default" if
// Group is empty.
type Schedule struct {
	Name, Group, Expression string
	State                   string // empty: ENABLED
	Target, Role, Input     string // ARNs, and the text that is sent
	Created                 time.Time
}

// RestAPI is a REST API of API Gateway.
type RestAPI struct {
	ID, Name    string
	Endpoint    string // EDGE, REGIONAL or PRIVATE. Empty: REGIONAL
	Policy      string // text as the vendor answers it; empty: none
	Disabled    bool   // the default endpoint is switched off
	Resources   []*APIResource
	Stages      []Stage
	Authorizers []RestAuthorizer
}

// APIResource is a path of a REST API.
type APIResource struct {
	ID, Parent, Path string
	Methods          []Method
}

// Method is one method of a path. Integration is the URI that it calls:
// arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations.
type Method struct {
	Verb          string
	Authorization string // NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS. Empty: NONE
	Authorizer    string // id
	APIKey        bool
	Integration   string
	Type          string // of the integration. Empty: AWS_PROXY
}

// Stage is a deployment of an API under a name.
type Stage struct{ Name, Deployment string }

// RestAuthorizer decides who may call methods of a REST API.
type RestAuthorizer struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"` // TOKEN, REQUEST, COGNITO_USER_POOLS
	URI  string `json:"authorizerUri,omitempty"`
}

// HTTPAPI is an HTTP or WebSocket API of API Gateway.
type HTTPAPI struct {
	ID, Name     string
	Protocol     string // HTTP or WEBSOCKET. Empty: HTTP
	Disabled     bool   // the default endpoint is switched off
	Routes       []Route
	Integrations []Integration
	Authorizers  []Authorizer
	Stages       []Stage
}

// Route is a route of an HTTP API. Target is "integrations/ID".
type Route struct {
	ID                string `json:"routeId"`
	Key               string `json:"routeKey"`
	Target            string `json:"target,omitempty"`
	AuthorizationType string `json:"authorizationType"` // NONE, AWS_IAM, CUSTOM, JWT
	AuthorizerID      string `json:"authorizerId,omitempty"`
	APIKey            bool   `json:"apiKeyRequired"`
}

// Integration is what routes lead to.
type Integration struct {
	ID      string `json:"integrationId"`
	Type    string `json:"integrationType"`
	URI     string `json:"integrationUri,omitempty"`
	Method  string `json:"integrationMethod,omitempty"`
	Payload string `json:"payloadFormatVersion,omitempty"`
}

// Authorizer decides who may call routes.
type Authorizer struct {
	ID   string `json:"authorizerId"`
	Name string `json:"name"`
	Type string `json:"authorizerType"` // REQUEST or JWT
	URI  string `json:"authorizerUri,omitempty"`
	JWT  *JWT   `json:"jwtConfiguration,omitempty"`
}

// JWT says which tokens an authorizer takes.
type JWT struct {
	Audience []string `json:"audience"`
	Issuer   string   `json:"issuer"`
}

// Topic is an SNS topic.
type Topic struct {
	Name          string
	Subscriptions []Subscription
}

// Subscription sends what is published to an endpoint. Owner empty: the account.
type Subscription struct{ ID, Protocol, Endpoint, Owner string }

// Bucket is an S3 bucket. It has no objects here.
type Bucket struct {
	Name          string
	Created       time.Time
	Notifications []Notification
	EventBridge   bool // events go to EventBridge, too
}

// Notification tells a function, a queue or a topic what happens to objects.
type Notification struct {
	ID             string
	ARN            string // the service in it decides the kind
	Events         []string
	Prefix, Suffix string
}

// LogPolicy is a subscription filter of the account for all its log groups.
type LogPolicy struct {
	Name     string
	Document string // text as the vendor answers it
}

// LogGroup is a group of CloudWatch Logs. Class empty: STANDARD.
type LogGroup struct {
	Name      string
	Class     string
	Retention int // days; 0: for ever
	Filters   []SubscriptionFilter
}

// SubscriptionFilter sends log events on.
type SubscriptionFilter struct {
	Name        string `json:"filterName"`
	Group       string `json:"logGroupName"` // filled in by the fake
	Pattern     string `json:"filterPattern"`
	Destination string `json:"destinationArn"`
	Role        string `json:"roleArn,omitempty"`
}

// TargetGroup is a group of targets of load balancers.
type TargetGroup struct {
	ARN, Name     string
	Type          string // lambda, instance, ip, alb. Empty: lambda
	Targets       []string
	LoadBalancers []string // ARNs
}

// LoadBalancer is an application load balancer. Scheme empty: internet-facing.
type LoadBalancer struct {
	ARN, Name, DNS, Scheme string
	Listeners              []*Listener
}

// Listener is a port of a load balancer.
type Listener struct {
	ARN, Protocol string
	Port          int
	Actions       []Action
	Rules         []*ListenerRule
}

// ListenerRule sends what matches to actions. Priority "default" is the last.
type ListenerRule struct {
	ARN, Priority string
	Paths, Hosts  []string
	Actions       []Action
}

// Action forwards to a target group (Type forward) or does something else
// (authenticate-oidc, authenticate-cognito, redirect, fixed-response).
type Action struct{ Type, TargetGroup string }
