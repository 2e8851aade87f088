package doors_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
)

const (
	balancer = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/1"
	group    = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/pay/1"
	listener = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/shop/1/2"
)

// forward is the action of a rule that leads to the function.
const forward = "<member><Type>forward</Type><TargetGroupArn>" + group + "</TargetGroupArn></member>"

func listed(operation, member, body, more string) string {
	return result(operation, "<"+member+">"+body+"</"+member+">"+more)
}

// balancers is a region with a load balancer of a scheme that leads to a
// function by the rules.
func balancers(scheme, mutual, rules string) script {
	one := "<member><LoadBalancerArn>" + balancer + "</LoadBalancerArn><DNSName>shop-1.eu-west-1.elb.amazonaws.com</DNSName><Scheme>" + scheme + "</Scheme></member>"
	return script{
		"DescribeTargetGroups": listed("DescribeTargetGroups", "TargetGroups", "<member><TargetGroupArn>arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/9</TargetGroupArn><TargetType>instance</TargetType></member>", "<NextMarker>t2</NextMarker>"),
		"DescribeTargetGroups@t2": listed("DescribeTargetGroups", "TargetGroups",
			"<member><TargetGroupArn>"+group+"</TargetGroupArn><TargetType>lambda</TargetType><LoadBalancerArns><member>"+balancer+"</member></LoadBalancerArns></member>", ""),
		"DescribeTargetHealth " + group: listed("DescribeTargetHealth", "TargetHealthDescriptions", "<member><Target><Id>"+function("pay")+":live</Id></Target></member>", ""),
		"DescribeLoadBalancers":         listed("DescribeLoadBalancers", "LoadBalancers", "", "<NextMarker>l2</NextMarker>"),
		"DescribeLoadBalancers@l2":      listed("DescribeLoadBalancers", "LoadBalancers", one, ""),
		"DescribeListeners " + balancer: listed("DescribeListeners", "Listeners", "<member><ListenerArn>"+listener+"</ListenerArn><Protocol>HTTPS</Protocol>"+mutual+"</member>", ""),
		"DescribeRules " + listener:     listed("DescribeRules", "Rules", rules, ""),
	}
}

func elbRule(conditions, actions string) string {
	return "<member><Conditions>" + conditions + "</Conditions><Actions>" + actions + "</Actions></member>"
}

func elbCondition(field, config, values string) string {
	return "<member><Field>" + field + "</Field><" + config + ">" + values + "</" + config + "></member>"
}

// TestALoadBalancerOpensWhatItsRulesSay judges scheme, actions and conditions.
func TestALoadBalancerOpensWhatItsRulesSay(t *testing.T) {
	oidc := func(otherwise string) string {
		return "<member><Type>authenticate-oidc</Type><AuthenticateOidcConfig><OnUnauthenticatedRequest>" + otherwise + "</OnUnauthenticatedRequest></AuthenticateOidcConfig></member>"
	}
	path := elbCondition("path-pattern", "PathPatternConfig", "<Values><member>/pay/*</member></Values>") +
		elbCondition("http-request-method", "HttpRequestMethodConfig", "<Values><member>POST</member></Values>") +
		elbCondition("host-header", "HostHeaderConfig", "<Values><member>shop.example</member></Values>")
	secret := elbCondition("http-header", "HttpHeaderConfig", "<HttpHeaderName>X-Origin</HttpHeaderName><Values><member>hunter2</member></Values>")
	weighted := "<member><Type>forward</Type><ForwardConfig><TargetGroups><member><TargetGroupArn>" + group + "</TargetGroupArn><Weight>1</Weight></member></TargetGroups></ForwardConfig></member>"
	for _, c := range []struct {
		name, scheme, mutual, conditions, actions string
		want                                      inventory.Exposure
	}{
		{"the internet", "internet-facing", "", "", forward, inventory.Exposure{Reach: inventory.ReachPublic, Route: "ANY /*"}},
		{"the own network", "internal", "", "", forward, inventory.Exposure{Reach: inventory.ReachAccount, Route: "ANY /*"}},
		{"a scheme that is not known", "odd", "", "", forward, inventory.Exposure{Route: "ANY /*"}},
		{"a weighted path", "internet-facing", "", path, weighted, inventory.Exposure{Reach: inventory.ReachPublic, Route: "POST /pay/*", Note: "asks for host-header shop.example"}},
		{"authenticated", "internet-facing", "", "", oidc("deny") + forward, inventory.Exposure{Reach: inventory.ReachAuthenticated, Route: "ANY /*", Auth: "authenticate-oidc"}},
		{"authenticated or not", "internet-facing", "", "", oidc("allow") + forward, inventory.Exposure{Reach: inventory.ReachPublic, Route: "ANY /*", Note: "lets in also whoever is not authenticated"}},
		{"authenticated in the own network", "internal", "", "", oidc("deny") + forward, inventory.Exposure{Reach: inventory.ReachAccount, Route: "ANY /*", Auth: "authenticate-oidc"}},
		{"certificates", "internet-facing", "<MutualAuthentication><Mode>verify</Mode></MutualAuthentication>", "", forward, inventory.Exposure{Reach: inventory.ReachAuthenticated, Route: "ANY /*", Auth: "mutual-tls"}},
		{"a header's value is not kept", "internet-facing", "", secret, forward, inventory.Exposure{Reach: inventory.ReachPublic, Route: "ANY /*", UpperBound: true, Note: "asks for http-header X-Origin"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			redirect := elbRule("", "<member><Type>redirect</Type></member>")
			_, r := start(t, balancers(c.scheme, c.mutual, redirect+elbRule(c.conditions, c.actions)))
			found := read(t, r)
			want(t, found, inventory.CapLoadBalancers, inventory.Complete, "", "")
			c.want.Kind, c.want.Hostname, c.want.Source, c.want.Qualifier = "load-balancer", "shop-1.eu-west-1.elb.amazonaws.com", balancer, "live"
			if diff := cmp.Diff([]inventory.Exposure{c.want}, found.Ways[inventory.AssetID(function("pay"))][inventory.CapLoadBalancers]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRulesThatCannotBeReadLeaveTheDoorOpen: the widest that the scheme allows.
func TestRulesThatCannotBeReadLeaveTheDoorOpen(t *testing.T) {
	for _, c := range []struct {
		call  string
		reach inventory.Reach
	}{
		{"DescribeListeners " + balancer, inventory.ReachPublic},
		{"DescribeRules " + listener, inventory.ReachPublic},
		{"DescribeLoadBalancers@l2", inventory.ReachUnknown},
	} {
		s := balancers("internet-facing", "", elbRule("", forward))
		s[c.call] = "!AccessDenied"
		_, r := start(t, s)
		found := read(t, r)
		operation, _, _ := strings.Cut(c.call, " ")
		operation, _, _ = strings.Cut(operation, "@")
		want(t, found, inventory.CapLoadBalancers, inventory.Partial, operation, "AccessDenied")
		got := found.Ways[inventory.AssetID(function("pay"))][inventory.CapLoadBalancers]
		if len(got) != 1 || got[0].Reach != c.reach {
			t.Errorf("%s: %+v", c.call, got)
		}
	}
}

// TestARuleThatWasNotReadMayBeOpen though another of its group asks who calls.
func TestARuleThatWasNotReadMayBeOpen(t *testing.T) {
	asks := elbRule("", "<member><Type>authenticate-oidc</Type></member>"+forward)
	s := balancers("internet-facing", "", asks)
	s["DescribeRules "+listener] = listed("DescribeRules", "Rules", asks, "<NextMarker>r2</NextMarker>")
	s["DescribeRules "+listener+"@r2"] = "!AccessDenied"
	_, r := start(t, s)
	got := read(t, r).Ways[inventory.AssetID(function("pay"))][inventory.CapLoadBalancers]
	if len(got) != 2 || (inventory.Exposures{Ways: got}).Reach() != inventory.ReachPublic {
		t.Errorf("%+v", got)
	}
}

// TestALoadBalancerThatWentAwayIsNoFailure between any two calls.
func TestALoadBalancerThatWentAwayIsNoFailure(t *testing.T) {
	for call, code := range map[string]string{
		"DescribeTargetHealth " + group: "TargetGroupNotFound", "DescribeListeners " + balancer: "LoadBalancerNotFound", "DescribeRules " + listener: "ListenerNotFound",
	} {
		s := balancers("internet-facing", "", elbRule("", forward))
		s[call] = "!" + code
		_, r := start(t, s)
		found := read(t, r)
		want(t, found, inventory.CapLoadBalancers, inventory.Complete, "", "")
		if len(found.Ways) != 0 {
			t.Errorf("%s: %+v", call, found.Ways)
		}
	}
	s := balancers("internet-facing", "", elbRule("", forward))
	s["DescribeLoadBalancers@l2"] = listed("DescribeLoadBalancers", "LoadBalancers", "", "")
	_, r := start(t, s)
	if found := read(t, r); len(found.Ways) != 0 {
		t.Errorf("%+v", found.Ways)
	}
}

// TestWithoutFunctionsBehindThemLoadBalancersCostOneCall for each page.
func TestWithoutFunctionsBehindThemLoadBalancersCostOneCall(t *testing.T) {
	s := balancers("internet-facing", "", "")
	s["DescribeTargetGroups@t2"] = listed("DescribeTargetGroups", "TargetGroups", "", "")
	c, r := start(t, s)
	want(t, read(t, r), inventory.CapLoadBalancers, inventory.Complete, "", "")
	if n := c.count("Describe"); n != 4 { // two pages, and two listings of logs
		t.Errorf("%d calls: %q", n, c.asked)
	}
}
