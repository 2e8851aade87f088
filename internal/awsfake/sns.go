package awsfake

const snsNamespace = "http://sns.amazonaws.com/doc/2010-03-31/"

func snsOperations() []operation {
	return []operation{
		{service: "sns", name: "ListTopics", size: 100, serve: listTopics},
		{service: "sns", name: "ListSubscriptions", size: 100, serve: listSubscriptions},
	}
}

// members answers one page of a query list whose entries are members.
func (c *call) members(namespace, list string, n int, entry func(x *xmlWriter, i int)) answer {
	from, to, next, ok := c.page(n)
	if !ok {
		return c.badToken()
	}
	return c.result(namespace, func(x *xmlWriter) {
		x.open(list)
		for i := from; i < to; i++ {
			x.open("member")
			entry(x, i)
			x.close("member")
		}
		x.close(list).text(pagingOf(c.Service).next, next)
	})
}

func listTopics(c *call) answer {
	topics := c.region().Topics
	return c.members(snsNamespace, "Topics", len(topics), func(x *xmlWriter, i int) {
		x.text("TopicArn", c.arn("sns", topics[i].Name))
	})
}

func listSubscriptions(c *call) answer {
	type entry struct {
		topic string
		s     Subscription
	}
	var all []entry
	for _, t := range c.region().Topics {
		for _, s := range t.Subscriptions {
			all = append(all, entry{c.arn("sns", t.Name), s})
		}
	}
	return c.members(snsNamespace, "Subscriptions", len(all), func(x *xmlWriter, i int) {
		e := all[i]
		x.text("SubscriptionArn", e.topic+":"+e.s.ID).text("Owner", or(e.s.Owner, c.account.ID))
		x.text("Protocol", e.s.Protocol).text("Endpoint", e.s.Endpoint).text("TopicArn", e.topic)
	})
}
