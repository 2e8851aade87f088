package doors

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"github.com/estray/estray/inventory"
	awslogs "github.com/estray/estray/providers/aws"
)

// mostSchedules is the largest page of ListSchedules (API reference, MaxResults).
const mostSchedules = 100

// readSchedules reads the schedules of all groups. The list tells targets and
// not when they start, which would be a call for each schedule.
func readSchedules(ctx context.Context, g *reading) {
	client := scheduler.NewFromConfig(g.region.Config())
	universal := 0
	g.list(ctx, "ListSchedules", func(token *string) (*string, error) {
		out, err := client.ListSchedules(ctx, &scheduler.ListSchedulesInput{NextToken: token, MaxResults: aws.Int32(mostSchedules)})
		if err != nil {
			return nil, err
		}
		g.tally.Add(len(out.Schedules))
		for _, s := range out.Schedules {
			if callsLambda(s) {
				universal++
			}
			addSchedule(g, s)
		}
		return out.NextToken, nil
	})
	if universal > 0 {
		g.unclear(inventory.Partial, "ListSchedules", fmt.Sprintf(
			"schedules that call Lambda by a universal target: %d; the list does not tell which functions they start", universal))
	}
	g.tally.Done()
}

// callsLambda knows the universal target, which names a call of an API in place
// of a function: arn:aws:scheduler:::aws-sdk:lambda:invoke. Which function it
// starts stands in the input, which no list tells.
func callsLambda(s types.ScheduleSummary) bool {
	if s.Target == nil {
		return false
	}
	_, call, ok := strings.Cut(strings.ToLower(aws.ToString(s.Target.Arn)), ":aws-sdk:lambda:")
	return ok && strings.HasPrefix(call, "invoke")
}

func addSchedule(g *reading, s types.ScheduleSummary) {
	if s.Target == nil {
		return
	}
	arn := aws.ToString(s.Arn)
	g.starts("ListSchedules", aws.ToString(s.Target.Arn), inventory.Trigger{
		Kind: "schedule", ID: arn, Name: aws.ToString(s.Name), Source: aws.ToString(s.GroupName), Account: awslogs.AccountOfARN(arn),
		Enabled: s.State != types.ScheduleStateDisabled,
	})
}
