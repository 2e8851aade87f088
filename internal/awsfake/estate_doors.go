package awsfake

import "fmt"

// furnish adds what a site holds beside functions, and what starts them.
func (s *site) furnish() {
	r := s.region
	r.Layers = []*Layer{{Name: "shared", Versions: []*LayerVersion{{Version: 1, Created: s.b.now.AddDate(-1, 0, 0), Runtimes: []string{"python3.13"},
		Policy: &Policy{Statements: []Statement{{Sid: "all", Principal: "*", Action: "lambda:GetLayerVersion"}}}}}}}
	r.CodeSigningConfigs = []*CodeSigningConfig{{ID: "csc-0123456789abcdef0", Profiles: []string{s.arn("signer", "/signing-profiles/estate/0123")}, Modified: s.b.now.AddDate(-1, 0, 0)}}
	r.CapacityProviders = []*CapacityProvider{{Name: "pool", Subnets: []string{"subnet-0123"}, SecurityGroups: []string{"sg-0123"},
		OperatorRole: "arn:aws:iam::" + s.account.ID + ":role/runner", Modified: s.b.now.AddDate(0, -3, 0)}}
	r.WebFunctions = []*WebFunction{{Name: "storefront", Created: s.b.now.AddDate(0, -1, 0), Updated: s.b.now.AddDate(0, -1, 0)}}
	if w := s.first("worker"); w != nil {
		s.mappings(w)
	}
	if d := s.first("door"); d != nil {
		s.doors(d)
		s.apis(d)
		s.balancer(d)
	}
}

// first is the first function of a kind; nil in an estate too small for one.
func (s *site) first(kind string) *Function {
	for _, f := range s.region.Functions {
		if f.kind == kind {
			return f
		}
	}
	return nil
}

// door writes down what starts a function.
func (s *site) door(kind, source string, f *Function, reach string) {
	s.b.out.Doors = append(s.b.out.Doors, Door{Kind: kind, Source: source, Function: s.arn("lambda", "function:"+f.Name), Reach: reach})
}

// mappings adds a source of the account, one of another account, and a Kafka of
// nobody's account.
func (s *site) mappings(f *Function) {
	arn := s.arn("lambda", "function:"+f.Name)
	for i, m := range []*Mapping{
		{EventSourceArn: s.arn("sqs", "orders"), BatchSize: 10},
		{EventSourceArn: "arn:aws:kinesis:" + s.name + ":" + Foreign + ":stream/theirs", StartingPosition: "LATEST", BatchSize: 100},
		{Topics: []string{"clicks"}, SelfManagedEventSource: &SelfManaged{Endpoints: map[string][]string{"KAFKA_BOOTSTRAP_SERVERS": {"kafka.estate.example:9092"}}},
			SourceAccessConfigurations: []SourceAccess{{Type: "BASIC_AUTH", URI: s.arn("secretsmanager", "secret:kafka")}}, BatchSize: 100},
	} {
		m.UUID, m.FunctionArn = fmt.Sprintf("%08d-0000-4000-8000-%012x", i, hash(arn)>>16), arn
		m.LastModified = s.b.now.AddDate(0, -1, 0).Unix()
		s.region.Mappings = append(s.region.Mappings, m)
		source := m.EventSourceArn
		if source == "" {
			source = "kafka.estate.example:9092"
		}
		s.door("mapping", source, f, "")
	}
}

// doors adds the triggers that are not event source mappings, and the statement
// for each service that needs one.
func (s *site) doors(f *Function) {
	arn, r := s.arn("lambda", "function:"+f.Name), s.region
	r.Rules = []*Rule{{Name: "nightly", ScheduleExpression: "rate(1 day)", Targets: []Target{{ID: "1", ARN: arn}}},
		{Name: "orders", Bus: "shop", EventPattern: `{"source":["shop"]}`, Targets: []Target{{ID: "1", ARN: arn}}}}
	r.Buses = []*Bus{{Name: "shop"}}
	r.Schedules = []*Schedule{{Name: "hourly", Expression: "rate(1 hour)", Target: arn, Role: "arn:aws:iam::" + s.account.ID + ":role/runner", Created: s.b.now.AddDate(0, -2, 0)}}
	bucket := "estate-" + s.account.ID + "-" + s.name
	r.Buckets = []*Bucket{{Name: bucket, Created: s.b.now.AddDate(-1, 0, 0), Notifications: []Notification{{ID: "in", ARN: arn, Events: []string{"s3:ObjectCreated:*"}, Suffix: ".csv"}}},
		{Name: bucket + "-quiet", Created: s.b.now.AddDate(-1, 0, 0)}}
	r.Topics = []*Topic{{Name: "news", Subscriptions: []Subscription{{ID: "s1", Protocol: "lambda", Endpoint: arn}, {ID: "s2", Protocol: "email", Endpoint: "ops@estate.example"}}}}
	r.LogGroups = []*LogGroup{{Name: "/estate/shared", Retention: 30, Filters: []SubscriptionFilter{{Name: "ship", Destination: arn}}}, {Name: "/aws/lambda/" + f.Name}}
	s.door("eventbridge", s.arn("events", "rule/nightly"), f, "")
	s.door("eventbridge", s.arn("events", "rule/shop/orders"), f, "")
	s.door("scheduler", s.arn("scheduler", "schedule/default/hourly"), f, "")
	s.door("s3", bucket, f, "")
	s.door("sns", s.arn("sns", "news"), f, "")
	s.door("logs", "/estate/shared", f, "")
	var statements []Statement
	for _, name := range []string{"events", "s3", "sns", "logs", "apigateway", "elasticloadbalancing"} {
		statements = append(statements, Statement{Sid: name, Principal: service(name), Condition: from("arn:aws:"+name+":*:"+s.account.ID+":*", s.account.ID)})
	}
	f.Policies = map[string]*Policy{"": {Statements: statements}}
	f.reach[""] = "account"
}

// apis adds an HTTP API with an open route and a guarded one, and a REST API
// with an open method.
func (s *site) apis(f *Function) {
	arn := s.arn("lambda", "function:"+f.Name)
	id := fmt.Sprintf("%010x", hash(arn)>>24)
	s.region.HTTPAPIs = []*HTTPAPI{{ID: "h" + id[1:], Name: "shop", Stages: []Stage{{Name: "$default"}},
		Routes: []Route{{ID: "r1", Key: "GET /open", Target: "integrations/i1", AuthorizationType: "NONE"},
			{ID: "r2", Key: "POST /guarded", Target: "integrations/i1", AuthorizationType: "JWT", AuthorizerID: "a1"}},
		Integrations: []Integration{{ID: "i1", Type: "AWS_PROXY", URI: arn, Method: "POST", Payload: "2.0"}},
		Authorizers:  []Authorizer{{ID: "a1", Name: "customers", Type: "JWT", JWT: &JWT{Audience: []string{"shop"}, Issuer: "https://id.estate.example"}}}}}
	s.region.RestAPIs = []*RestAPI{{ID: "r" + id[1:], Name: "old-shop", Stages: []Stage{{Name: "prod", Deployment: "d1"}},
		Resources: []*APIResource{{ID: "p0", Path: "/"}, {ID: "p1", Parent: "p0", Path: "/pay", Methods: []Method{{Verb: "POST",
			Integration: "arn:aws:apigateway:" + s.name + ":lambda:path/2015-03-31/functions/" + arn + "/invocations"}}}}}}
	s.door("http-api", "h"+id[1:]+" GET /open", f, "public")
	s.door("http-api", "h"+id[1:]+" POST /guarded", f, "authenticated")
	s.door("rest-api", "r"+id[1:]+" POST /pay", f, "public")
}

// balancer adds a load balancer on the internet that forwards to a function.
func (s *site) balancer(f *Function) {
	group, balancer := s.arn("elasticloadbalancing", "targetgroup/fn/0123"), s.arn("elasticloadbalancing", "loadbalancer/app/front/0123")
	listener := s.arn("elasticloadbalancing", "listener/app/front/0123/4567")
	forward := []Action{{Type: "forward", TargetGroup: group}}
	s.region.TargetGroups = []*TargetGroup{{ARN: group, Name: "fn", Targets: []string{s.arn("lambda", "function:"+f.Name)}, LoadBalancers: []string{balancer}}}
	s.region.LoadBalancers = []*LoadBalancer{{ARN: balancer, Name: "front", DNS: "front-0123." + s.name + ".elb.amazonaws.com", Listeners: []*Listener{{
		ARN: listener, Port: 443, Actions: []Action{{Type: "fixed-response"}}, Rules: []*ListenerRule{{ARN: listener + "/89ab", Priority: "1", Paths: []string{"/fn/*"}, Actions: forward}}}}}}
	s.door("load-balancer", balancer, f, "public")
}
