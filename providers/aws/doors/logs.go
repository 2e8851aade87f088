package doors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

const (
	// mostGroups is the largest page of DescribeLogGroups (API reference, limit).
	mostGroups = 50
	// defaultLogGroups bounds the calls where Config does not.
	defaultLogGroups = 2000
)

// errEnough ends a listing of which no more is read.
var errEnough = errors.New("enough was listed")

// readLogSubscriptions reads the subscription that the account has for all its
// log groups, and those of each group: no call lists them all.
func readLogSubscriptions(ctx context.Context, g *reading) {
	client := cloudwatchlogs.NewFromConfig(g.region.Config())
	readAccountPolicies(ctx, g, client)
	groups := listLogGroups(ctx, g, client)
	if len(groups) > 0 {
		g.tally.Note(fmt.Sprintf("one call for each of %d log groups", len(groups)))
	}
	each(g, groups, func(name string) { readFilters(ctx, g, client, name) })
	g.tally.Done()
}

// readAccountPolicies reads the subscription for all log groups of the account
// in the region, of which there is one at most.
func readAccountPolicies(ctx context.Context, g *reading, client *cloudwatchlogs.Client) {
	g.list(ctx, "DescribeAccountPolicies", func(token *string) (*string, error) {
		out, err := client.DescribeAccountPolicies(ctx, &cloudwatchlogs.DescribeAccountPoliciesInput{
			PolicyType: types.PolicyTypeSubscriptionFilterPolicy, NextToken: token,
		})
		if err != nil {
			return nil, err
		}
		for _, p := range out.AccountPolicies {
			addAccountPolicy(g, p)
		}
		return out.NextToken, nil
	})
}

func addAccountPolicy(g *reading, p types.AccountPolicy) {
	const operation = "DescribeAccountPolicies"
	name := aws.ToString(p.PolicyName)
	var document struct{ DestinationArn, FilterPattern string }
	if err := json.Unmarshal([]byte(aws.ToString(p.PolicyDocument)), &document); err != nil {
		g.unclear(inventory.Malformed, operation, "the document of policy "+name+" cannot be read")
		return
	}
	g.starts(operation, document.DestinationArn, inventory.Trigger{
		Kind: "log-subscription", ID: name, Name: name, Source: g.arn("logs", g.region.Account.ID, "log-group:*"), Account: g.region.Account.ID, Enabled: true,
		Detail: joined("; ", "all log groups of the account", aws.ToString(p.SelectionCriteria), document.FilterPattern),
	})
}

// listLogGroups lists the groups up to the limit, and says where it stopped.
func listLogGroups(ctx context.Context, g *reading, client *cloudwatchlogs.Client) []string {
	limit := g.cfg.LogGroups
	if limit == 0 {
		limit = defaultLogGroups
	}
	var groups []string
	err := session.Pages(ctx, func(token *string) (*string, error) {
		out, err := client.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{NextToken: token, Limit: aws.Int32(mostGroups)})
		if err != nil {
			return nil, err
		}
		for _, group := range out.LogGroups {
			groups = append(groups, aws.ToString(group.LogGroupName))
		}
		if len(groups) > limit {
			return nil, errEnough
		}
		return out.NextToken, nil
	})
	if errors.Is(err, errEnough) {
		groups = groups[:limit]
		g.tally.Add(len(groups))
		g.unclear(inventory.Partial, "DescribeSubscriptionFilters", fmt.Sprintf(
			"there are more log groups than %d, each of which is a call: the others were not read", limit))
		return groups
	}
	g.tally.Add(len(groups))
	if err != nil {
		g.fail("DescribeLogGroups", err)
	}
	return groups
}

// readFilters reads the subscriptions of a group, two at most.
func readFilters(ctx context.Context, g *reading, client *cloudwatchlogs.Client, group string) {
	const operation = "DescribeSubscriptionFilters"
	g.about(ctx, operation, func(token *string) (*string, error) {
		out, err := client.DescribeSubscriptionFilters(ctx, &cloudwatchlogs.DescribeSubscriptionFiltersInput{LogGroupName: aws.String(group), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, f := range out.SubscriptionFilters {
			name, source := aws.ToString(f.FilterName), g.arn("logs", g.region.Account.ID, "log-group:"+group)
			g.starts(operation, aws.ToString(f.DestinationArn), inventory.Trigger{
				Kind: "log-subscription", ID: name, Name: name, Source: source, Account: g.region.Account.ID, Enabled: true,
				Detail: aws.ToString(f.FilterPattern),
			})
		}
		return out.NextToken, nil
	})
}
