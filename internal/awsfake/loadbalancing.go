package awsfake

import "slices"

const elbNamespace = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"

func loadbalancingOperations() []operation {
	op := func(name string, size int, serve func(*call) answer) operation {
		return operation{service: "elasticloadbalancingv2", name: name, size: size, serve: serve}
	}
	return []operation{
		op("DescribeLoadBalancers", 400, describeLoadBalancers),
		op("DescribeListeners", 400, describeListeners),
		op("DescribeRules", 400, describeRules),
		op("DescribeTargetGroups", 400, describeTargetGroups),
		op("DescribeTargetHealth", 0, describeTargetHealth),
	}
}

func describeLoadBalancers(c *call) answer {
	var of []*LoadBalancer
	wanted := c.texts("LoadBalancerArns")
	for _, b := range c.region().LoadBalancers {
		if len(wanted) == 0 || slices.Contains(wanted, b.ARN) {
			of = append(of, b)
		}
	}
	return c.members(elbNamespace, "LoadBalancers", len(of), func(x *xmlWriter, i int) {
		b := of[i]
		x.text("LoadBalancerArn", b.ARN).text("LoadBalancerName", b.Name).text("DNSName", b.DNS)
		x.text("Scheme", or(b.Scheme, "internet-facing")).text("Type", "application")
		x.open("State").text("Code", "active").close("State")
	})
}

func describeListeners(c *call) answer {
	for _, b := range c.region().LoadBalancers {
		if b.ARN != c.text("LoadBalancerArn") {
			continue
		}
		return c.members(elbNamespace, "Listeners", len(b.Listeners), func(x *xmlWriter, i int) {
			l := b.Listeners[i]
			x.text("ListenerArn", l.ARN).text("LoadBalancerArn", b.ARN).num("Port", l.Port).text("Protocol", or(l.Protocol, "HTTPS"))
			actions(x, "DefaultActions", l.Actions)
		})
	}
	return c.missing()
}

func actions(x *xmlWriter, list string, all []Action) {
	x.open(list)
	for i, a := range all {
		x.open("member").text("Type", a.Type).text("TargetGroupArn", a.TargetGroup).num("Order", i+1).close("member")
	}
	x.close(list)
}

// describeRules answers the rules of a listener and, at last, its default.
func describeRules(c *call) answer {
	for _, b := range c.region().LoadBalancers {
		for _, l := range b.Listeners {
			if l.ARN != c.text("ListenerArn") {
				continue
			}
			rules := append(slices.Clone(l.Rules), &ListenerRule{ARN: l.ARN + "/default", Priority: "default", Actions: l.Actions})
			return c.members(elbNamespace, "Rules", len(rules), func(x *xmlWriter, i int) { rules[i].write(x) })
		}
	}
	return c.missing()
}

func (r *ListenerRule) write(x *xmlWriter) {
	x.text("RuleArn", r.ARN).text("Priority", r.Priority).yes("IsDefault", r.Priority == "default").open("Conditions")
	if len(r.Paths) > 0 {
		x.open("member").text("Field", "path-pattern").open("PathPatternConfig").members("Values", r.Paths).close("PathPatternConfig").close("member")
	}
	if len(r.Hosts) > 0 {
		x.open("member").text("Field", "host-header").open("HostHeaderConfig").members("Values", r.Hosts).close("HostHeaderConfig").close("member")
	}
	x.close("Conditions")
	actions(x, "Actions", r.Actions)
}

func describeTargetGroups(c *call) answer {
	var of []*TargetGroup
	wanted, balancer := c.texts("TargetGroupArns"), c.text("LoadBalancerArn")
	for _, g := range c.region().TargetGroups {
		if (len(wanted) == 0 || slices.Contains(wanted, g.ARN)) && (balancer == "" || slices.Contains(g.LoadBalancers, balancer)) {
			of = append(of, g)
		}
	}
	return c.members(elbNamespace, "TargetGroups", len(of), func(x *xmlWriter, i int) {
		g := of[i]
		x.text("TargetGroupArn", g.ARN).text("TargetGroupName", g.Name).text("TargetType", or(g.Type, "lambda"))
		x.members("LoadBalancerArns", g.LoadBalancers)
	})
}

func describeTargetHealth(c *call) answer {
	for _, g := range c.region().TargetGroups {
		if g.ARN != c.text("TargetGroupArn") {
			continue
		}
		return c.members(elbNamespace, "TargetHealthDescriptions", len(g.Targets), func(x *xmlWriter, i int) {
			x.open("Target").text("Id", g.Targets[i]).close("Target")
			x.open("TargetHealth").text("State", "unavailable").text("Reason", "Target.HealthCheckDisabled").close("TargetHealth")
		})
	}
	return c.missing()
}
