package doors_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/doors"
)

// everything is a region in which each service has something, on two pages
// where it has pages.
func everything() script {
	all := script{}
	rest := restAPI("", method("GET", "CUSTOM", invocation(function("pay")), `,"authorizerId":"w1"`))
	rest["GET /restapis/a1/authorizers"] = `{"item":[{"id":"w1","name":"guard","authorizerUri":"` + invocation(function("guard")) + `"}]}`
	for _, s := range []script{rest, rules(), schedules(), buckets(), groups(),
		httpAPI("HTTP", httpRoute("GET /own", "i1", "CUSTOM", `,"authorizerId":"w1"`)), balancers("internet-facing", "", elbRule("", forward))} {
		maps.Copy(all, s)
	}
	// The first page of these is empty and has a token, as the vendor may do.
	maps.Copy(all, script{
		"GET /restapis@p2":              all["GET /restapis"],
		"GET /restapis":                 `{"item":[{"id":"a0"}],"position":"p2"}`,
		"GET /restapis/a0/resources":    `{"item":[]}`,
		"GET /restapis/a1/resources@p2": all["GET /restapis/a1/resources"],
		"GET /restapis/a1/resources":    `{"item":[],"position":"p2"}`,
		"GET /v2/apis@p2":               all["GET /v2/apis"],
		"GET /v2/apis":                  `{"items":[{"apiId":"h0"}],"nextToken":"p2"}`,
		"GET /v2/apis/h0/integrations":  `{"items":[]}`,
		"GET /v2/apis/h0/routes":        `{"items":[]}`,
		"GET /v2/apis/h1/routes@p2":     all["GET /v2/apis/h1/routes"],
		"GET /v2/apis/h1/routes":        `{"items":[],"nextToken":"p2"}`,
		"ListSubscriptions@p2":          result("ListSubscriptions", "<Subscriptions></Subscriptions>"),
		"ListSubscriptions": result("ListSubscriptions", "<Subscriptions><member><SubscriptionArn>arn:aws:sns:eu-west-1:111122223333:t:1</SubscriptionArn><Protocol>lambda</Protocol><Endpoint>"+
			function("pay")+"</Endpoint><TopicArn>arn:aws:sns:eu-west-1:111122223333:t</TopicArn></member></Subscriptions><NextToken>p2</NextToken>"),
	})
	return all
}

// capabilityOf says which capability a question is asked for.
func capabilityOf(question string) inventory.Capability {
	for prefix, c := range map[string]inventory.Capability{
		"GET /restapis": inventory.CapAPIGateway, "GET /v2/apis": inventory.CapAPIGateway, "GET /schedules": inventory.CapSchedules,
		"ListEventBuses": inventory.CapEventRules, "ListRules": inventory.CapEventRules, "ListTargetsByRule": inventory.CapEventRules,
		"ListSubscriptions": inventory.CapTopics, "DescribeLogGroups": inventory.CapLogSubscriptions,
		"DescribeAccountPolicies": inventory.CapLogSubscriptions, "DescribeSubscriptionFilters": inventory.CapLogSubscriptions,
		"DescribeTarget": inventory.CapLoadBalancers, "DescribeLoadBalancers": inventory.CapLoadBalancers,
		"DescribeListeners": inventory.CapLoadBalancers, "DescribeRules": inventory.CapLoadBalancers,
	} {
		if strings.HasPrefix(question, prefix) {
			return c
		}
	}
	return inventory.CapBucketNotifications
}

// codeOf is a refusal in the protocol of a question.
func codeOf(c inventory.Capability) string {
	switch c {
	case inventory.CapBucketNotifications, inventory.CapLoadBalancers:
		return "AccessDenied"
	case inventory.CapTopics:
		return "AuthorizationError"
	}
	return "AccessDeniedException"
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

// TestEachCallThatIsDeniedIsAHoleOfItsOwnCapability denies in turn each call
// that a whole reading makes, first and later pages alike. The questions are
// those that were asked, so that a new call cannot be forgotten.
func TestEachCallThatIsDeniedIsAHoleOfItsOwnCapability(t *testing.T) {
	c, r := start(t, everything())
	sound := read(t, r)
	for _, w := range sound.Coverage {
		if w.State != inventory.Complete {
			t.Fatalf("undisturbed, %s is %s (%s)", w.Cell.Capability, w.State, w.Why)
		}
		if targets(sound, w.Cell.Capability) == 0 {
			t.Fatalf("undisturbed, %s found nothing", w.Cell.Capability)
		}
	}
	if len(c.asked) < 30 {
		t.Fatalf("only %d questions", len(c.asked))
	}
	for _, question := range c.asked {
		t.Run(question, func(t *testing.T) {
			own := capabilityOf(question)
			s := everything()
			s[question] = "!" + codeOf(own)
			_, r := start(t, s)
			found := read(t, r)
			for i, w := range found.Coverage {
				if w.Cell.Capability != own {
					if diff := cmp.Diff(sound.Coverage[i], w); diff != "" || targets(found, w.Cell.Capability) != targets(sound, w.Cell.Capability) {
						t.Errorf("spoils %s: %s", w.Cell.Capability, diff)
					}
					continue
				}
				operation, _, _ := strings.Cut(strings.SplitN(question, " ", 2)[0], "@")
				if w.Why.Code != codeOf(own) || w.Why.Operation == "" || operation != "GET" && operation != w.Why.Operation {
					t.Errorf("why %s", w.Why)
				}
				if partial := w.Seen > 0; w.State != inventory.Partial && partial || w.State != inventory.Denied && !partial {
					t.Errorf("%s with %d seen", w.State, w.Seen)
				}
				if strings.Contains(question, "@") && w.State != inventory.Partial {
					t.Errorf("a later page makes it %s", w.State)
				}
			}
		})
	}
}

// TestATokenThatComesBackEndsTheListing in each listing that has pages.
func TestATokenThatComesBackEndsTheListing(t *testing.T) {
	c, r := start(t, everything())
	read(t, r)
	pages := slices.DeleteFunc(slices.Clone(c.asked), func(q string) bool { return !strings.Contains(q, "@") })
	if len(pages) < 11 {
		t.Fatalf("only %q", pages)
	}
	for _, question := range pages {
		s := everything()
		first, _, _ := strings.Cut(question, "@")
		s[question] = s[first] // the first page again, with its token
		c, r := start(t, s)
		w := word(t, read(t, r), capabilityOf(question))
		if w.State != inventory.Partial || w.Why.Operation == "" || !strings.Contains(w.Why.Message, "same page token twice") {
			t.Errorf("%s: %s, %s", question, w.State, w.Why)
		}
		if n := c.count(question); n != 1 {
			t.Errorf("%s was asked %d times", question, n)
		}
	}
}

// TestAnEndedRunIsCancelled calls nothing and says so for each capability.
func TestAnEndedRunIsCancelled(t *testing.T) {
	c, r := start(t, everything())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	found := doors.Read(ctx, r, doors.Config{Source: "aws-doors"})
	for i, capability := range doors.Capabilities() {
		w := found.Coverage[i]
		if w.State != inventory.Cancelled || w.Why != (inventory.Reason{Message: "the run was ended"}) || w.Cell != (inventory.Cell{Source: "aws-doors", Scope: r.Scope(), Capability: capability}) {
			t.Errorf("%+v", w)
		}
	}
	if len(c.asked) != 0 || len(found.Coverage) != 7 {
		t.Errorf("%d words, calls %q", len(found.Coverage), c.asked)
	}
}

// TestTheSameFactsAreToldTheSame whatever the order of maps.
func TestTheSameFactsAreToldTheSame(t *testing.T) {
	_, r := start(t, everything())
	first := read(t, r)
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
		rename := strings.NewReplacer("arn:aws:", "arn:"+c.partition+":", region, c.region)
		moved := script{}
		for k, v := range everything() {
			moved[rename.Replace(k)] = rename.Replace(v)
		}
		r := open(t, &cloud{partition: c.partition, script: moved}, c.region)
		found := read(t, r)
		id := inventory.AssetID("arn:" + c.partition + ":lambda:" + c.region + ":" + home + ":function:pay")
		got := found.Ways[id][inventory.CapAPIGateway]
		if len(got) != 2 || got[0].Hostname != "h1.execute-api."+c.region+"."+c.suffix || got[0].Source != "arn:"+c.partition+":apigateway:"+c.region+"::/apis/h1" {
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
	c, r := start(t, everything())
	ctx, cancel := context.WithCancel(t.Context())
	c.seen = func(question string) {
		if question == "ListTargetsByRule" {
			cancel()
		}
	}
	found := doors.Read(ctx, r, doors.Config{Source: "aws-doors"})
	for i, state := range []inventory.State{inventory.Complete, inventory.Complete, inventory.Cancelled, inventory.Cancelled, inventory.Cancelled, inventory.Cancelled, inventory.Cancelled} {
		if w := found.Coverage[i]; w.State != state {
			t.Errorf("%s is %s, want %s", w.Cell.Capability, w.State, state)
		}
	}
	if n := c.count("ListTargetsByRule"); n != 1 {
		t.Errorf("%d calls after the end", n)
	}
}

// TestCallsAskForWhatIsNeeded: filters without which answers lack or exceed it.
func TestCallsAskForWhatIsNeeded(t *testing.T) {
	c, r := start(t, everything())
	read(t, r)
	for _, text := range []string{"embed=methods", "bucket-region=eu-west-1", `"policyType":"SUBSCRIPTION_FILTER_POLICY"`} {
		if !slices.ContainsFunc(c.raw, func(q string) bool { return strings.Contains(q, text) }) {
			t.Errorf("no call has %s", text)
		}
	}
}

// TestNothingSecretIsKept of what services answer beside what is asked of them.
func TestNothingSecretIsKept(t *testing.T) {
	s := everything()
	s["GET /restapis/a1/stages"] = `{"item":[{"stageName":"prod","deploymentId":"d1","variables":{"password":"hunter2"}}]}`
	s["ListTargetsByRule new"] = `{"Targets":[{"Id":"1","Arn":"` + function("report") + `","Input":"hunter2","HttpParameters":{"HeaderParameters":{"K":"hunter2"}}}]}`
	_, r := start(t, s)
	if found := read(t, r); strings.Contains(fmt.Sprintf("%+v", found), "hunter2") {
		t.Error("a secret was kept")
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
