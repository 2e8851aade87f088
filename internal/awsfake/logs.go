package awsfake

import "strings"

func logsOperations() []operation {
	return []operation{
		{service: "logs", name: "DescribeAccountPolicies", serve: describeAccountPolicies},
		{service: "logs", name: "DescribeLogGroups", size: 50, serve: describeLogGroups},
		{service: "logs", name: "DescribeSubscriptionFilters", size: 50, serve: describeSubscriptionFilters},
	}
}

// describeAccountPolicies knows subscription filters alone.
func describeAccountPolicies(c *call) answer {
	var of []*LogPolicy
	if c.text("policyType") == "SUBSCRIPTION_FILTER_POLICY" {
		of = c.region().LogPolicies
	}
	return c.list("accountPolicies", len(of), func(w *jsonWriter, i int) {
		w.open('{').str("policyName", of[i].Name).str("policyDocument", of[i].Document).str("policyType", "SUBSCRIPTION_FILTER_POLICY")
		w.str("scope", "ALL").str("accountId", c.Account).close('}')
	})
}

func describeLogGroups(c *call) answer {
	var of []*LogGroup
	prefix := c.text("logGroupNamePrefix")
	for _, g := range c.region().LogGroups {
		if strings.HasPrefix(g.Name, prefix) {
			of = append(of, g)
		}
	}
	return c.list("logGroups", len(of), func(w *jsonWriter, i int) {
		g := of[i]
		arn := c.arn("logs", "log-group:"+g.Name)
		w.open('{').str("logGroupName", g.Name).str("arn", arn+":*").str("logGroupArn", arn)
		w.str("logGroupClass", or(g.Class, "STANDARD")).num("creationTime", joined*1000).num("storedBytes", 0)
		if g.Retention > 0 {
			w.num("retentionInDays", int64(g.Retention))
		}
		w.close('}')
	}, prefix)
}

func describeSubscriptionFilters(c *call) answer {
	for _, g := range c.region().LogGroups {
		if g.Name != c.text("logGroupName") {
			continue
		}
		return c.list("subscriptionFilters", len(g.Filters), func(w *jsonWriter, i int) {
			f := g.Filters[i]
			f.Group = g.Name
			w.element(f)
		})
	}
	return c.missing()
}
