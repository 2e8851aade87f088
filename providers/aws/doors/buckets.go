package doors

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/estray/estray/inventory"
)

// mostBuckets asks for pages: without a size an answer holds up to 10,000.
const mostBuckets = 1000

// readBuckets reads the notifications of each bucket of the region: a function
// is told only by buckets of its own region.
func readBuckets(ctx context.Context, g *reading) {
	client := s3.NewFromConfig(g.region.Config(), func(o *s3.Options) { o.UsePathStyle = g.region.CustomEndpoint() })
	var buckets []types.Bucket
	g.list(ctx, "ListBuckets", func(token *string) (*string, error) {
		out, err := client.ListBuckets(ctx, &s3.ListBucketsInput{BucketRegion: aws.String(g.region.Name), MaxBuckets: aws.Int32(mostBuckets), ContinuationToken: token})
		if err != nil {
			return nil, err
		}
		page := slices.DeleteFunc(out.Buckets, func(b types.Bucket) bool { // a server that does not know the filter
			return b.BucketRegion != nil && *b.BucketRegion != g.region.Name
		})
		buckets = append(buckets, page...)
		g.tally.Add(len(page))
		return out.ContinuationToken, nil
	})
	each(g, buckets, func(b types.Bucket) { readNotifications(ctx, g, client, aws.ToString(b.Name)) })
	g.tally.Done()
}

func readNotifications(ctx context.Context, g *reading, client *s3.Client, bucket string) {
	const operation = "GetBucketNotificationConfiguration"
	g.about(ctx, operation, func(*string) (*string, error) {
		out, err := client.GetBucketNotificationConfiguration(ctx, &s3.GetBucketNotificationConfigurationInput{Bucket: aws.String(bucket)})
		if err != nil {
			return nil, err
		}
		for _, c := range out.LambdaFunctionConfigurations {
			id := aws.ToString(c.Id)
			g.starts(operation, aws.ToString(c.LambdaFunctionArn), inventory.Trigger{
				Kind: "bucket-notification", ID: id, Name: id, Source: "arn:" + g.region.Account.Partition + ":s3:::" + bucket,
				Account: g.region.Account.ID, Enabled: true, Detail: notificationDetail(c),
			})
		}
		return nil, nil
	})
}

// notificationDetail tells the events and the names of objects that start it.
func notificationDetail(c types.LambdaFunctionConfiguration) string {
	var parts []string
	for _, e := range c.Events {
		parts = append(parts, string(e))
	}
	slices.Sort(parts)
	if c.Filter != nil && c.Filter.Key != nil {
		for _, rule := range c.Filter.Key.FilterRules {
			parts = append(parts, strings.ToLower(string(rule.Name))+"="+aws.ToString(rule.Value))
		}
	}
	return strings.Join(parts, " ")
}
