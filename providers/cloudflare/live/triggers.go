package live

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
	"github.com/estray/estray/providers/cloudflare/session"
)

// starts are what starts Workers, by the Worker's name.
type starts struct {
	queues, workflows, mail          map[string][]inventory.Trigger
	queuesWhy, workflowsWhy, mailWhy *inventory.Reason
}

const (
	opQueues     = "GET /accounts/:a/queues"
	opWorkflows  = "GET /accounts/:a/workflows"
	opEmailRules = "GET /zones/:z/email/routing/rules"
)

type queueIn struct {
	ID        string `json:"queue_id"`
	Name      string `json:"queue_name"`
	Consumers []struct {
		ID         text `json:"consumer_id"`
		Type       text
		Script     text
		ScriptName text `json:"script_name"`
		Service    text
	}
}

// listQueues reads which Workers consume queues. The list of Workers tells it too,
// and may tell it where queues cannot be read.
func (r *reading) listQueues(ctx context.Context) {
	r.starts.queues = map[string][]inventory.Trigger{}
	t := r.of(inventory.CapQueues)
	all, err := readList(ctx, opQueues, func(ctx context.Context) ([]json.RawMessage, error) {
		return r.api.paged(ctx, opQueues, 100, "", r.api.listQueues())
	}, func(in *queueIn) bool { return in.ID != "" })
	r.starts.queuesWhy = r.counted(t, len(all), err)
	for _, q := range all {
		for _, c := range q.Consumers {
			name := string(cmp.Or(c.Script, c.ScriptName, c.Service))
			r.named(name, "queues")
			r.consumes(name, inventory.Trigger{Kind: "queue", ID: string(c.ID), Source: q.ID, Name: q.Name, Enabled: true})
		}
	}
	for _, w := range r.list {
		if w.listed == nil {
			continue
		}
		for _, q := range w.listed.References.Queues {
			r.consumes(w.name, inventory.Trigger{Kind: "queue", ID: string(q.QueueConsumerID), Source: string(q.QueueID), Name: string(q.QueueName), Enabled: true})
		}
	}
}

// consumes notes a consumer, once.
func (r *reading) consumes(name string, t inventory.Trigger) {
	known := func(o inventory.Trigger) bool { return o.Source == t.Source }
	if name == "" || slices.ContainsFunc(r.starts.queues[name], known) {
		return
	}
	r.starts.queues[name] = append(r.starts.queues[name], t)
	r.hold(name, cloudflare.QueueID(r.api.account, t.Source))
}

type workflowIn struct {
	ID, Name   string
	ScriptName string `json:"script_name"`
	ClassName  string `json:"class_name"`
}

// listWorkflows reads which Workers hold the code of workflows.
func (r *reading) listWorkflows(ctx context.Context) {
	r.starts.workflows = map[string][]inventory.Trigger{}
	t := r.of(inventory.CapWorkflows)
	all, err := readList(ctx, opWorkflows, func(ctx context.Context) ([]json.RawMessage, error) {
		return r.api.paged(ctx, opWorkflows, 50, "", r.api.listWorkflows())
	}, func(in *workflowIn) bool { return in.ID != "" })
	r.starts.workflowsWhy = r.counted(t, len(all), err)
	for _, in := range all {
		r.named(in.ScriptName, "workflows")
		r.starts.workflows[in.ScriptName] = append(r.starts.workflows[in.ScriptName],
			inventory.Trigger{Kind: "workflow", ID: in.ID, Name: in.Name, Detail: cut(in.ClassName), Enabled: true})
	}
}

type emailRuleIn struct {
	ID, Tag, Name string
	Enabled       bool
	Matchers      []struct{ Type, Value text }
	Actions       []struct {
		Type  text
		Value []text
	}
}

// listEmailRules reads which mail is handed to Workers. A zone without email
// routing has no rules.
func (r *reading) listEmailRules(ctx context.Context) {
	r.starts.mail = map[string][]inventory.Trigger{}
	if why := r.zones.unasked(); why != nil {
		r.starts.mailWhy = &inventory.Reason{Operation: opEmailRules, Code: why.Code, Message: why.Message}
	}
	for _, z := range r.zones.read {
		t := r.tally[r.zoneCell(inventory.CapEmailRules, z.id)]
		all, err := readList(ctx, opEmailRules, func(ctx context.Context) ([]json.RawMessage, error) {
			return r.tried(ctx, opEmailRules, func() ([]json.RawMessage, error) {
				return r.api.paged(ctx, opEmailRules, 50, "", r.api.listEmailRules(z.id))
			})
		}, func(in *emailRuleIn) bool { return in.ID != "" || in.Tag != "" })
		if ctx.Err() != nil {
			return
		}
		if err != nil && session.NotOffered(err) {
			t.FailAs(inventory.Disabled, inventory.Reason{Operation: opEmailRules, Message: "the zone has no email routing"})
			continue
		}
		r.starts.mailWhy = cmp.Or(r.starts.mailWhy, z.in(r.counted(t, len(all), err)))
		for _, in := range all {
			r.mail(z, in)
		}
	}
}

// mail notes a rule that hands mail to Workers. Of an address the domain alone is
// kept.
func (r *reading) mail(z zone, in emailRuleIn) {
	detail := ""
	for _, m := range in.Matchers {
		if _, domain, ok := strings.Cut(string(m.Value), "@"); ok {
			detail = "to an address of " + domain
		} else if m.Type == "all" {
			detail = "all mail of the zone"
		}
	}
	for _, a := range in.Actions {
		if a.Type != "worker" {
			continue
		}
		for _, name := range a.Value {
			r.named(string(name), "email rules")
			r.starts.mail[string(name)] = append(r.starts.mail[string(name)], inventory.Trigger{Kind: "email", ID: cmp.Or(in.ID, in.Tag),
				Source: z.id, Name: cut(in.Name), Detail: cut(detail), Enabled: in.Enabled})
		}
	}
}

// started gives the Worker what lists tell of what starts it.
func (r *reading) started(w *worker) {
	of := func(all map[string][]inventory.Trigger, why *inventory.Reason) inventory.Facet[inventory.Triggers] {
		found := slices.SortedFunc(slices.Values(all[w.name]), func(a, b inventory.Trigger) int {
			return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Name, b.Name))
		})
		return part(inventory.Triggers(found), len(found) > 0, why, r.cfg.Now)
	}
	w.asset.Triggers[inventory.CapQueues] = of(r.starts.queues, r.starts.queuesWhy)
	w.asset.Triggers[inventory.CapWorkflows] = of(r.starts.workflows, r.starts.workflowsWhy)
	w.asset.Triggers[inventory.CapEmailRules] = of(r.starts.mail, r.starts.mailWhy)
}
