package doors

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/estray/estray/inventory"
	awslogs "github.com/estray/estray/providers/aws"
)

// mostRules is the largest page of EventBridge (API reference, Limit).
const mostRules = 100

// rule is a rule with the bus that it listens to.
type rule struct {
	types.Rule
	bus types.EventBus
}

// readEventRules reads the rules of all buses, and the targets of each: a rule
// does not tell its targets.
func readEventRules(ctx context.Context, g *reading) {
	client := eventbridge.NewFromConfig(g.region.Config())
	var buses []types.EventBus
	g.list(ctx, "ListEventBuses", func(token *string) (*string, error) {
		out, err := client.ListEventBuses(ctx, &eventbridge.ListEventBusesInput{NextToken: token, Limit: aws.Int32(mostRules)})
		if err != nil {
			return nil, err
		}
		buses = append(buses, out.EventBuses...)
		return out.NextToken, nil
	})
	var rules []rule
	each(g, buses, func(bus types.EventBus) {
		g.about(ctx, "ListRules", func(token *string) (*string, error) {
			out, err := client.ListRules(ctx, &eventbridge.ListRulesInput{EventBusName: bus.Name, NextToken: token, Limit: aws.Int32(mostRules)})
			if err != nil {
				return nil, err
			}
			for _, r := range out.Rules {
				rules = append(rules, rule{r, bus})
			}
			g.tally.Add(len(out.Rules))
			return out.NextToken, nil
		})
	})
	each(g, rules, func(r rule) { readTargets(ctx, g, client, r) })
	g.tally.Done()
}

func readTargets(ctx context.Context, g *reading, client *eventbridge.Client, r rule) {
	g.about(ctx, "ListTargetsByRule", func(token *string) (*string, error) {
		out, err := client.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: r.Name, EventBusName: r.bus.Name, NextToken: token, Limit: aws.Int32(mostRules)})
		if err != nil {
			return nil, err
		}
		for _, t := range out.Targets { // what a target sends (Input) may be secret, and is dropped here
			g.starts("ListTargetsByRule", aws.ToString(t.Arn), r.trigger())
		}
		return out.NextToken, nil
	})
}

// trigger is what all targets of a rule have in common. A rule in a state that
// is not known is not taken for switched off.
func (r rule) trigger() inventory.Trigger {
	managed := ""
	if by := aws.ToString(r.ManagedBy); by != "" {
		managed = "managed by " + by
	}
	return inventory.Trigger{
		Kind: "event-rule", ID: aws.ToString(r.Arn), Name: aws.ToString(r.Name), Source: aws.ToString(r.bus.Arn),
		Account: awslogs.AccountOfARN(aws.ToString(r.Arn)), Enabled: r.State != types.RuleStateDisabled,
		Detail: joined("; ", managed, aws.ToString(r.ScheduleExpression), aws.ToString(r.EventPattern)),
	}
}
