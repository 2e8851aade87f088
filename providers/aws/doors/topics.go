package doors

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/estray/estray/inventory"
	awslogs "github.com/estray/estray/providers/aws"
)

// readTopics reads the account's subscriptions in the region, whoever owns the
// topic.
func readTopics(ctx context.Context, g *reading) {
	client := sns.NewFromConfig(g.region.Config())
	g.list(ctx, "ListSubscriptions", func(token *string) (*string, error) {
		out, err := client.ListSubscriptions(ctx, &sns.ListSubscriptionsInput{NextToken: token})
		if err != nil {
			return nil, err
		}
		g.tally.Add(len(out.Subscriptions))
		for _, s := range out.Subscriptions { // endpoints that are no function may be addresses of people, and are dropped
			addSubscription(g, s)
		}
		return out.NextToken, nil
	})
	g.tally.Done()
}

// addSubscription: in place of its ARN, a subscription that nobody confirmed has
// the word PendingConfirmation, and one that was deleted the word Deleted.
func addSubscription(g *reading, s types.Subscription) {
	id, topic := aws.ToString(s.SubscriptionArn), aws.ToString(s.TopicArn)
	if id == "Deleted" {
		return
	}
	g.starts("ListSubscriptions", aws.ToString(s.Endpoint), inventory.Trigger{
		Kind: "topic", ID: id, Source: topic, Name: topic[strings.LastIndex(topic, ":")+1:], Account: awslogs.AccountOfARN(topic),
		Enabled: id != "PendingConfirmation",
	})
}
