package doors_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/doors"
	"github.com/estray/estray/providers/aws/session"
)

// everything is a region in which each service has something, answered one
// thing a page.
func everything(partition, region string) *awsfake.World {
	arn := func(service, account, rest string) string {
		return "arn:" + partition + ":" + service + ":" + region + ":" + account + ":" + rest
	}
	pay := arn("lambda", home, "function:pay")
	address := func(arn string) string {
		return "arn:" + partition + ":apigateway:" + region + ":lambda:path/2015-03-31/functions/" + arn + "/invocations"
	}
	balancer, group := arn("elasticloadbalancing", home, "loadbalancer/app/shop/1"), arn("elasticloadbalancing", home, "targetgroup/pay/1")
	place := &awsfake.Region{
		Buses: []*awsfake.Bus{{Name: "orders"}},
		Rules: []*awsfake.Rule{
			{Name: "nightly", ScheduleExpression: "rate(1 day)", Targets: []awsfake.Target{{ID: "1", ARN: pay + ":live"}, {ID: "2", ARN: arn("lambda", other, "function:theirs")}}},
			{Name: "off", State: "DISABLED", EventPattern: "{}", Targets: []awsfake.Target{{ID: "1", ARN: pay}}},
			{Name: "new", Bus: "orders", EventPattern: "{}", Targets: []awsfake.Target{{ID: "1", ARN: pay + ":7"}}},
		},
		Schedules: []*awsfake.Schedule{{Name: "hourly", Target: pay}, {Name: "weekly", Target: pay, State: "DISABLED"}},
		RestAPIs: []*awsfake.RestAPI{{ID: "a0"}, {ID: "a1", Stages: []awsfake.Stage{{Name: "prod", Deployment: "d1"}},
			Resources: []*awsfake.APIResource{{ID: "r1", Path: "/"}, {ID: "r2", Path: "/pay", Methods: []awsfake.Method{{Verb: "GET", Authorization: "CUSTOM", Authorizer: "w1", Integration: address(pay)}}},
				{ID: "r3", Path: "/open", Methods: []awsfake.Method{{Verb: "ANY", Integration: address(pay + ":live")}}}},
			Authorizers: []awsfake.RestAuthorizer{{ID: "w0", Name: "pool", Type: "COGNITO_USER_POOLS"}, {ID: "w1", Name: "guard", Type: "TOKEN", URI: address(arn("lambda", home, "function:guard"))}}}},
		HTTPAPIs: []*awsfake.HTTPAPI{{ID: "h0"}, {ID: "h1", Stages: []awsfake.Stage{{Name: "test"}, {Name: "$default"}},
			Routes:       []awsfake.Route{{ID: "r1", Key: "GET /web", Target: "integrations/i0", AuthorizationType: "NONE"}, {ID: "r2", Key: "GET /pay", Target: "integrations/i1", AuthorizationType: "CUSTOM", AuthorizerID: "w1"}},
			Integrations: []awsfake.Integration{{ID: "i0", Type: "HTTP_PROXY", URI: "https://example.com"}, {ID: "i1", Type: "AWS_PROXY", URI: pay}},
			Authorizers:  []awsfake.Authorizer{{ID: "w0", Name: "jwt", Type: "JWT"}, {ID: "w1", Name: "guard", Type: "REQUEST", URI: address(arn("lambda", home, "function:guard"))}}}},
		Topics: []*awsfake.Topic{{Name: "news", Subscriptions: []awsfake.Subscription{{ID: "s1", Protocol: "lambda", Endpoint: pay}, {ID: "s2", Protocol: "email", Endpoint: "ann@example.com"}}}},
		Buckets: []*awsfake.Bucket{{Name: "in-box", Notifications: []awsfake.Notification{{ID: "n1", ARN: pay, Events: []string{"s3:ObjectCreated:*"}}, {ID: "n2", ARN: arn("sqs", home, "q")}}},
			{Name: "quiet", EventBridge: true}},
		LogPolicies: []*awsfake.LogPolicy{{Name: "all", Document: `{"DestinationArn":"` + pay + `"}`}},
		LogGroups: []*awsfake.LogGroup{{Name: "/a", Filters: []awsfake.SubscriptionFilter{{Name: "k", Destination: arn("kinesis", home, "stream/s")}, {Name: "f", Destination: pay}}},
			{Name: "/b"}},
		TargetGroups: []*awsfake.TargetGroup{{ARN: arn("elasticloadbalancing", home, "targetgroup/web/1"), Type: "instance"}, {ARN: group, Targets: []string{pay + ":live"}, LoadBalancers: []string{balancer}}},
		LoadBalancers: []*awsfake.LoadBalancer{{ARN: arn("elasticloadbalancing", home, "loadbalancer/app/web/1")}, {ARN: balancer, DNS: "shop-1.elb", Listeners: []*awsfake.Listener{
			{ARN: arn("elasticloadbalancing", home, "listener/app/shop/1/1"), Actions: []awsfake.Action{{Type: "redirect"}}},
			{ARN: arn("elasticloadbalancing", home, "listener/app/shop/1/2"), Actions: []awsfake.Action{{Type: "fixed-response"}},
				Rules: []*awsfake.ListenerRule{{ARN: "rule", Priority: "1", Paths: []string{"/pay/*"}, Actions: []awsfake.Action{{Type: "forward", TargetGroup: group}}}}}}}},
	}
	w := &awsfake.World{Partition: partition, Home: home, PageSize: map[string]int{}, EmptyPages: map[string]int{},
		Accounts: []*awsfake.Account{{ID: home, Places: map[string]*awsfake.Region{region: place}}}}
	for _, op := range awsfake.Operations() {
		w.PageSize[op.Name] = 1
	}
	return w
}

// whole serves everything, and what was found of it undisturbed.
func whole(t *testing.T) (*awsfake.Server, *session.Region, doors.Found) {
	t.Helper()
	s := awsfake.New(everything("aws", region))
	r := open(t, s, region)
	s.Reset()
	sound := read(t, r)
	for _, w := range sound.Coverage {
		if w.State != inventory.Complete || targets(sound, w.Cell.Capability) == 0 {
			t.Fatalf("undisturbed, %s is %s (%s), and %d were found", w.Cell.Capability, w.State, w.Why, targets(sound, w.Cell.Capability))
		}
	}
	return s, r, sound
}

// asked are the operations of a reading, each with how many pages it had at most.
func asked(s *awsfake.Server) map[awsfake.Operation]int {
	out := map[awsfake.Operation]int{}
	for _, c := range s.Calls() {
		op := awsfake.Operation{Service: c.Service, Name: c.Operation}
		out[op] = max(out[op], c.Page)
	}
	return out
}

// capabilityOf says which capability a service is asked for.
func capabilityOf(service string) inventory.Capability {
	return map[string]inventory.Capability{
		"apigateway": inventory.CapAPIGateway, "apigatewayv2": inventory.CapAPIGateway, "eventbridge": inventory.CapEventRules,
		"scheduler": inventory.CapSchedules, "sns": inventory.CapTopics, "s3": inventory.CapBucketNotifications,
		"logs": inventory.CapLogSubscriptions, "elasticloadbalancingv2": inventory.CapLoadBalancers,
	}[service]
}

// targets is how many ways and triggers were found of a capability.
func targets(f doors.Found, c inventory.Capability) int {
	n := 0
	for _, ways := range f.Ways {
		n += len(ways[c])
	}
	for _, triggers := range f.Triggers {
		n += len(triggers[c])
	}
	return n
}

// spares fails if anything of another capability than own is told otherwise.
func spares(t *testing.T, sound, found doors.Found, own inventory.Capability) {
	t.Helper()
	for i, w := range found.Coverage {
		if c := w.Cell.Capability; c != own && (!cmp.Equal(sound.Coverage[i], w) || targets(found, c) != targets(sound, c)) {
			t.Errorf("spoils %s: %s (%s), %d", c, w.State, w.Why, targets(found, c))
		}
	}
}

// TestEachCallThatIsDeniedIsAHoleOfItsOwnCapability denies in turn each
// operation that a whole reading calls, and each from its second page. The
// operations are those that were called, so that a new one cannot be forgotten.
func TestEachCallThatIsDeniedIsAHoleOfItsOwnCapability(t *testing.T) {
	s, r, sound := whole(t)
	calls := asked(s)
	if len(calls) != 24 {
		t.Errorf("%d operations: %v", len(calls), calls)
	}
	for op, pages := range calls {
		own := capabilityOf(op.Service)
		s.SetFaults(awsfake.Fault{Service: op.Service, Operation: op.Name, Effect: awsfake.DenyMissing()})
		found := read(t, r)
		spares(t, sound, found, own)
		w := word(t, found, own)
		if w.Why.Operation != op.Name || w.Why.Code == "" || w.State != inventory.Partial && w.State != inventory.Denied || w.State == inventory.Denied != (w.Seen == 0) {
			t.Errorf("%v denied: %s with %d seen, %s", op, w.State, w.Seen, w.Why)
		}
		if pages == 1 {
			continue
		}
		s.SetFaults(awsfake.Fault{Service: op.Service, Operation: op.Name, Page: 2, Effect: awsfake.DenyMissing()})
		found = read(t, r)
		spares(t, sound, found, own)
		if w := word(t, found, own); w.State != inventory.Partial || w.Why.Operation != op.Name || w.Why.Code == "" {
			t.Errorf("%v denied on page 2: %s, %s", op, w.State, w.Why)
		}
	}
}

// TestATokenThatComesBackEndsTheListing in each listing that has pages.
func TestATokenThatComesBackEndsTheListing(t *testing.T) {
	s, r, sound := whole(t)
	paged := 0
	for op, pages := range asked(s) {
		if pages == 1 {
			continue
		}
		paged++
		own := capabilityOf(op.Service)
		s.SetFaults(awsfake.Fault{Service: op.Service, Operation: op.Name, Page: 2, Effect: awsfake.RepeatToken()})
		found := read(t, r)
		spares(t, sound, found, own)
		if w := word(t, found, own); w.State != inventory.Partial || w.Why.Operation != op.Name || !strings.Contains(w.Why.Message, "same page token twice") {
			t.Errorf("%v: %s, %s", op, w.State, w.Why)
		}
	}
	if paged < 17 {
		t.Errorf("only %d listings had pages", paged)
	}
}

// TestAnEmptyPageIsNotTheEnd of a listing where it has a token.
func TestAnEmptyPageIsNotTheEnd(t *testing.T) {
	s, r, sound := whole(t)
	s.Change(func(w *awsfake.World) {
		for op, pages := range asked(s) {
			if pages > 1 {
				w.EmptyPages[op.Name] = 1
			}
		}
	})
	if diff := cmp.Diff(sound, read(t, r)); diff != "" {
		t.Error(diff)
	}
}

// TestWhatWentAwayIsNoFailure answers each call about one thing as if it had
// been deleted since it was listed.
func TestWhatWentAwayIsNoFailure(t *testing.T) {
	s, r, sound := whole(t)
	for op := range asked(s) {
		switch op.Name {
		case "GetRestApis", "GetApis", "ListEventBuses", "ListSchedules", "ListSubscriptions", "ListBuckets", "DescribeAccountPolicies",
			"DescribeLogGroups", "DescribeTargetGroups", "DescribeLoadBalancers":
			continue // these name nothing
		}
		s.SetFaults(awsfake.Fault{Service: op.Service, Operation: op.Name, Effect: awsfake.Missing()})
		found := read(t, r)
		own := capabilityOf(op.Service)
		spares(t, sound, found, own)
		if w := word(t, found, own); w.State != inventory.Complete || targets(found, own) >= targets(sound, own) {
			t.Errorf("%v: %s, %s", op, w.State, w.Why)
		}
	}
}

// TestTheEstateIsReadAsItIs holds what is found against what the estate says of
// its own doors.
func TestTheEstateIsReadAsItIs(t *testing.T) {
	estate := awsfake.Estate(awsfake.EstateOptions{})
	var want, got []string
	for _, d := range estate.Doors {
		if d.Kind != "mapping" { // an event source mapping belongs to Lambda
			want = append(want, joinDoor(d.Function, d.Source, d.Reach))
		}
	}
	for _, a := range estate.World.Accounts {
		estate.World.Home = a.ID
		for region := range a.Places {
			r := openAs(t, awsfake.New(estate.World), a.ID, region)
			found := read(t, r)
			for id, parts := range found.Ways {
				for _, w := range slices.Concat(slices.Collect(maps.Values(parts))...) {
					source := w.Source
					if w.Kind == "api-gateway" {
						source = source[strings.LastIndex(source, "/")+1:] + " " + w.Route
					}
					got = append(got, joinDoor(string(id), source, w.Reach.String()))
				}
			}
			for id, parts := range found.Triggers {
				for _, trigger := range slices.Concat(slices.Collect(maps.Values(parts))...) {
					source := trigger.Source
					switch trigger.Kind {
					case "event-rule", "schedule":
						source = trigger.ID
					case "bucket-notification", "log-subscription":
						source = source[strings.LastIndex(source, ":")+1:]
					}
					got = append(got, joinDoor(string(id), source, ""))
				}
			}
			for _, w := range found.Coverage {
				if w.State != inventory.Complete {
					t.Errorf("%s is %s (%s)", w.Cell, w.State, w.Why)
				}
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(want) == 0 {
		t.Fatal("the estate has no doors")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func joinDoor(parts ...string) string { return strings.Join(parts, " | ") }

// TestAnEndedRunIsCancelled calls nothing and says so for each capability.
func TestAnEndedRunIsCancelled(t *testing.T) {
	s, r, _ := whole(t)
	s.Reset()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	found := doors.Read(ctx, r, doors.Config{Source: "aws-doors"})
	for i, capability := range doors.Capabilities() {
		w := found.Coverage[i]
		if w.State != inventory.Cancelled || w.Why != (inventory.Reason{Message: "the run was ended"}) || w.Cell != (inventory.Cell{Source: "aws-doors", Scope: r.Scope(), Capability: capability}) {
			t.Errorf("%+v", w)
		}
	}
	if n := len(s.Calls()); n != 0 || len(found.Coverage) != 7 {
		t.Errorf("%d words, %d calls", len(found.Coverage), n)
	}
}

// TestTheSameFactsAreToldTheSame whatever the order of maps.
func TestTheSameFactsAreToldTheSame(t *testing.T) {
	_, r, first := whole(t)
	for range 5 {
		if diff := cmp.Diff(first, read(t, r)); diff != "" {
			t.Fatal(diff)
		}
	}
	if !slices.IsSorted(doors.Capabilities()) {
		t.Error("the capabilities are not sorted")
	}
}

// TestOtherPartitionsHaveTheirOwnNames in ARNs and hostnames.
func TestOtherPartitionsHaveTheirOwnNames(t *testing.T) {
	for _, c := range []struct{ partition, region, suffix string }{
		{"aws-cn", "cn-north-1", "amazonaws.com.cn"}, {"aws-us-gov", "us-gov-west-1", "amazonaws.com"}, {"aws-eusc", "eusc-de-east-1", "amazonaws.eu"},
	} {
		r := open(t, awsfake.New(everything(c.partition, c.region)), c.region)
		found := read(t, r)
		id := inventory.AssetID("arn:" + c.partition + ":lambda:" + c.region + ":" + home + ":function:pay")
		got := found.Ways[id][inventory.CapAPIGateway]
		if len(got) != 3 || got[0].Hostname != "h1.execute-api."+c.region+"."+c.suffix || got[0].Source != "arn:"+c.partition+":apigateway:"+c.region+"::/apis/h1" {
			t.Errorf("%+v", got)
		}
		for _, w := range found.Coverage {
			if w.State != inventory.Complete || targets(found, w.Cell.Capability) == 0 {
				t.Errorf("%s is %s, %d", w.Cell, w.State, targets(found, w.Cell.Capability))
			}
		}
	}
}

// TestARunThatEndsInBetweenCancelsTheRest keeps what was whole before.
func TestARunThatEndsInBetweenCancelsTheRest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := awsfake.New(everything("aws", region))
	r := open(t, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if strings.HasSuffix(q.Header.Get("X-Amz-Target"), ".ListTargetsByRule") {
			cancel()
		}
		s.ServeHTTP(w, q)
	}), region)
	found := doors.Read(ctx, r, doors.Config{Source: "aws-doors"})
	for i, state := range []inventory.State{inventory.Complete, inventory.Complete, inventory.Cancelled, inventory.Cancelled, inventory.Cancelled, inventory.Cancelled, inventory.Cancelled} {
		if w := found.Coverage[i]; w.State != state {
			t.Errorf("%s is %s, want %s", w.Cell.Capability, w.State, state)
		}
	}
}

// TestNoMoreIsAskedForThanStartsFunctions of the region: other policies of logs
// start nothing, and the buckets of all other regions would be listed again and
// again.
func TestNoMoreIsAskedForThanStartsFunctions(t *testing.T) {
	c, r := start(t, nil)
	read(t, r)
	for _, text := range []string{`"policyType":"SUBSCRIPTION_FILTER_POLICY"`, "bucket-region=" + region} {
		if !slices.ContainsFunc(c.raw, func(q string) bool { return strings.Contains(q, text) }) {
			t.Errorf("no call says %s: %q", text, c.raw)
		}
	}
}

// TestNothingSecretIsKept of what services answer beside what is asked of them.
func TestNothingSecretIsKept(t *testing.T) {
	s := restAPI("", method("GET", "NONE", invocation(function("pay")), ""))
	maps.Copy(s, rules())
	s["GET /restapis/a1/stages"] = `{"item":[{"stageName":"prod","deploymentId":"d1","variables":{"password":"hunter2"}}]}`
	s["ListTargetsByRule new"] = `{"Targets":[{"Id":"1","Arn":"` + function("report") + `","Input":"hunter2","HttpParameters":{"HeaderParameters":{"K":"hunter2"}}}]}`
	_, r := start(t, s)
	found := read(t, r)
	if text := fmt.Sprintf("%+v", found); strings.Contains(text, "hunter2") || len(found.Ways) == 0 || len(found.Triggers) == 0 {
		t.Errorf("a secret was kept, or nothing: %s", text)
	}
}

// FuzzAddress holds that whatever an integration's address says, keys are
// unqualified functions of the account and region, and the word is told.
func FuzzAddress(f *testing.F) {
	for _, seed := range []string{invocation(function("pay")), invocation("arn:aws:lambda:eu-west-1:444455556666:function:pay:live"), "${stageVariables.x}", "arn:aws:lambda:::function:", ":lambda:", "arn:aws-cn:lambda:eu-west-1:111122223333:function:pay"} {
		f.Add(seed)
	}
	c, r := start(f, nil)
	f.Fuzz(func(t *testing.T, address string) {
		text, err := json.Marshal(address)
		if err != nil {
			t.Fatal(err)
		}
		s := restAPI("", method("GET", "NONE", "ADDRESS", ""))
		s["GET /restapis/a1/resources"] = strings.Replace(s["GET /restapis/a1/resources"], `"ADDRESS"`, string(text), 1)
		c.script = s
		found := doors.Read(t.Context(), r, doors.Config{Source: "aws-doors"})
		for id := range found.Ways {
			name, ok := strings.CutPrefix(string(id), function(""))
			if !ok || name == "" || strings.Contains(name, ":") {
				t.Errorf("the address %q leads to %q", address, id)
			}
		}
		if w := word(t, found, inventory.CapAPIGateway); w.State != inventory.Complete && w.State != inventory.Partial {
			t.Errorf("the address %q makes it %s", address, w.State)
		}
	})
}
