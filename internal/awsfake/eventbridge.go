package awsfake

import (
	"slices"
	"strings"
)

func eventbridgeOperations() []operation {
	op := func(name string, serve func(*call) answer) operation {
		return operation{service: "eventbridge", name: name, size: 100, serve: serve}
	}
	return []operation{
		op("ListEventBuses", listEventBuses),
		op("ListRules", listRules),
		op("ListTargetsByRule", listTargetsByRule),
		op("ListRuleNamesByTarget", listRuleNamesByTarget),
	}
}

// buses are the buses of a region; "default" is always there and comes first.
func (r *Region) buses() []*Bus {
	for _, b := range r.Buses {
		if b.Name == "default" {
			return r.Buses
		}
	}
	return append([]*Bus{{Name: "default"}}, r.Buses...)
}

func listEventBuses(c *call) answer {
	buses := c.region().buses()
	return c.list("EventBuses", len(buses), func(w *jsonWriter, i int) {
		b := buses[i]
		w.open('{').str("Name", b.Name).str("Arn", c.arn("events", "event-bus/"+b.Name)).str("Policy", b.Policy).close('}')
	})
}

// bus is the bus that a call means: given by name or ARN, or the default one.
// ok is false if there is none.
func (c *call) bus() (name string, ok bool) {
	name = c.text("EventBusName")
	name = or(name[strings.LastIndexByte(name, '/')+1:], "default")
	return name, slices.ContainsFunc(c.region().buses(), func(b *Bus) bool { return b.Name == name })
}

// rules are the rules of the bus that the call means.
func (c *call) rules() ([]*Rule, bool) {
	bus, ok := c.bus()
	var of []*Rule
	for _, r := range c.region().Rules {
		if or(r.Bus, "default") == bus {
			of = append(of, r)
		}
	}
	return of, ok
}

func listRules(c *call) answer {
	rules, ok := c.rules()
	if !ok {
		return c.missing()
	}
	prefix := c.text("NamePrefix")
	rules = slices.DeleteFunc(rules, func(r *Rule) bool { return !strings.HasPrefix(r.Name, prefix) })
	return c.list("Rules", len(rules), func(w *jsonWriter, i int) {
		r, bus, name := rules[i], or(rules[i].Bus, "default"), rules[i].Name
		if bus != "default" {
			name = bus + "/" + name
		}
		w.open('{').str("Name", r.Name).str("Arn", c.arn("events", "rule/"+name)).str("EventPattern", r.EventPattern)
		w.str("ScheduleExpression", r.ScheduleExpression).str("State", or(r.State, "ENABLED")).str("EventBusName", bus).close('}')
	}, prefix, c.text("EventBusName"))
}

func listTargetsByRule(c *call) answer {
	rules, ok := c.rules()
	i := slices.IndexFunc(rules, func(r *Rule) bool { return r.Name == c.text("Rule") })
	if !ok || i < 0 {
		return c.missing()
	}
	targets := rules[i].Targets
	return c.list("Targets", len(targets), func(w *jsonWriter, i int) {
		t := targets[i]
		w.open('{').str("Id", t.ID).str("Arn", t.ARN).str("RoleArn", t.RoleARN).str("Input", t.Input).close('}')
	}, c.text("EventBusName"))
}

func listRuleNamesByTarget(c *call) answer {
	rules, ok := c.rules()
	if !ok {
		return c.missing()
	}
	target := c.text("TargetArn")
	var names []string
	for _, r := range rules {
		if slices.ContainsFunc(r.Targets, func(t Target) bool { return t.ARN == target }) {
			names = append(names, r.Name)
		}
	}
	return c.list("RuleNames", len(names), func(w *jsonWriter, i int) { w.value(names[i]) }, c.text("EventBusName"))
}
