package awsfake_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
)

// event makes a record of a call, age before now.
func event(id, source, name string, age time.Duration, more string) []byte {
	return fmt.Appendf(nil, `{"eventVersion":"1.11","eventID":%q,"eventSource":%q,"eventName":%q,"eventTime":%q,`+
		`"userIdentity":{"type":"AssumedRole","principalId":"AROA1:ann","accessKeyId":"ASIA1"},"awsRegion":"eu-west-1"%s}`,
		id, source, name, now().Add(-age).Format(time.RFC3339), more)
}

const day = 24 * time.Hour

// recorded is a world with events of several kinds, in no order.
func recorded() *awsfake.World {
	return alone(&awsfake.Region{Events: [][]byte{
		event("e2", "lambda.amazonaws.com", "UpdateFunctionCode20150331v2", 2*day, `,"readOnly":false,"requestParameters":{"functionName":"pay"}`),
		event("e1", "lambda.amazonaws.com", "CreateFunction20150331", 3*day, `,"readOnly":false,"resources":[{"ARN":"arn:x","type":"AWS::Lambda::Function"}]`),
		event("e3", "lambda.amazonaws.com", "ListFunctions20150331", day, `,"readOnly":true`),
		event("e4", "iam.amazonaws.com", "CreateRole", day, `,"readOnly":false`),
		event("data", "lambda.amazonaws.com", "Invoke", day, `,"managementEvent":false`),
		event("old", "lambda.amazonaws.com", "CreateFunction20150331", 91*day, ``),
		[]byte("no record"),
	}})
}

// ids looks events up and joins their ids.
func ids(t *testing.T, cfg aws.Config, in cloudtrail.LookupEventsInput) string {
	t.Helper()
	got := pages(t, func(ctx context.Context, token *string) ([]string, *string, error) {
		in.NextToken = token
		out, err := cloudtrail.NewFromConfig(cfg).LookupEvents(ctx, &in)
		if err != nil {
			return nil, nil, err
		}
		var ids []string
		for _, e := range out.Events {
			ids = append(ids, *e.EventId)
		}
		return ids, out.NextToken, nil
	})
	var lines []string
	for _, p := range got {
		lines = append(lines, strings.Join(p, " "))
	}
	return strings.Join(lines, "|")
}

func by(key types.LookupAttributeKey, value string) []types.LookupAttribute {
	return []types.LookupAttribute{{AttributeKey: key, AttributeValue: &value}}
}

func TestEventHistoryIsLookedUp(t *testing.T) {
	_, cfg := serve(t, recorded())
	for _, tc := range []struct {
		name string
		in   cloudtrail.LookupEventsInput
		want string
	}{
		{"newest first, without data events and what is too old", cloudtrail.LookupEventsInput{}, "e3 e4 e2 e1"},
		{"page by page", cloudtrail.LookupEventsInput{MaxResults: aws.Int32(3)}, "e3 e4 e2|e1"},
		{"by source", cloudtrail.LookupEventsInput{LookupAttributes: by("EventSource", "lambda.amazonaws.com")}, "e3 e2 e1"},
		{"by name", cloudtrail.LookupEventsInput{LookupAttributes: by("EventName", "CreateRole")}, "e4"},
		{"by what only reads", cloudtrail.LookupEventsInput{LookupAttributes: by("ReadOnly", "true")}, "e3"},
		{"by id", cloudtrail.LookupEventsInput{LookupAttributes: by("EventId", "e1")}, "e1"},
		{"by user", cloudtrail.LookupEventsInput{LookupAttributes: by("Username", "ann")}, "e3 e4 e2 e1"},
		{"by key", cloudtrail.LookupEventsInput{LookupAttributes: by("AccessKeyId", "ASIA2")}, ""},
		{"by kind of resource", cloudtrail.LookupEventsInput{LookupAttributes: by("ResourceType", "AWS::Lambda::Function")}, "e2 e1"},
		{"by resource", cloudtrail.LookupEventsInput{LookupAttributes: by("ResourceName", "pay")}, "e2"},
		{"both ends of the window count", cloudtrail.LookupEventsInput{StartTime: aws.Time(now().Add(-3 * day)), EndTime: aws.Time(now().Add(-2 * day))}, "e2 e1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := ids(t, cfg, tc.in); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestEventCarriesItsRecord(t *testing.T) {
	w := recorded()
	_, cfg := serve(t, w)
	out, err := cloudtrail.NewFromConfig(cfg).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{LookupAttributes: by("EventId", "e2")})
	if err != nil {
		t.Fatal(err)
	}
	e := out.Events[0]
	if *e.CloudTrailEvent != string(w.Accounts[0].Places["eu-west-1"].Events[0]) || *e.ReadOnly != "false" || !e.EventTime.Equal(now().Add(-2*day)) ||
		*e.Username != "ann" || *e.Resources[0].ResourceName != "pay" {
		t.Errorf("got %+v", e)
	}
}

func TestLookupIsRefusedAsTheVendorDoes(t *testing.T) {
	_, cfg := serve(t, recorded())
	client := cloudtrail.NewFromConfig(cfg)
	first, err := client.LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(1), StartTime: aws.Time(now().Add(-3 * day))})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		in   cloudtrail.LookupEventsInput
		want string
	}{
		{"a token with other parameters", cloudtrail.LookupEventsInput{NextToken: first.NextToken, StartTime: aws.Time(now().Add(-2 * day))}, "InvalidNextTokenException"},
		{"a token with an attribute more", cloudtrail.LookupEventsInput{NextToken: first.NextToken, StartTime: aws.Time(now().Add(-3 * day)), LookupAttributes: by("EventName", "CreateRole")}, "InvalidNextTokenException"},
		{"a token that is none", cloudtrail.LookupEventsInput{NextToken: aws.String("x")}, "InvalidNextTokenException"},
		{"two attributes", cloudtrail.LookupEventsInput{LookupAttributes: append(by("EventName", "a"), by("EventId", "b")...)}, "InvalidLookupAttributesException"},
		{"an unknown attribute", cloudtrail.LookupEventsInput{LookupAttributes: by("Colour", "a")}, "InvalidLookupAttributesException"},
		{"a page too large", cloudtrail.LookupEventsInput{MaxResults: aws.Int32(51)}, "InvalidMaxResultsException"},
		{"a window that ends first", cloudtrail.LookupEventsInput{StartTime: aws.Time(now()), EndTime: aws.Time(now().Add(-day))}, "InvalidTimeRangeException"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := client.LookupEvents(t.Context(), &tc.in); code(err) != tc.want {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

func TestEventsThatComeLaterAreSeenAfterAChange(t *testing.T) {
	s, cfg := serve(t, recorded())
	before := ids(t, cfg, cloudtrail.LookupEventsInput{})
	s.Change(func(w *awsfake.World) {
		r := w.Accounts[0].Places["eu-west-1"]
		r.Events = append(r.Events, event("e5", "lambda.amazonaws.com", "DeleteFunction20150331", time.Hour, ""))
	})
	if got := ids(t, cfg, cloudtrail.LookupEventsInput{}); got != "e5 "+before {
		t.Errorf("got %q after %q", got, before)
	}
}

// watched is a world with trails of several kinds.
func watched() *awsfake.World {
	w := alone(&awsfake.Region{})
	w.Accounts[0].Trails = []*awsfake.Trail{
		{Name: "main", Home: "us-east-1", Bucket: "logs", Prefix: "p", MultiRegion: true, GlobalEvents: true, Validated: true, Logging: true, LatestDelivery: now(), Started: now().Add(-day)},
		{Name: "local", Home: "eu-west-1", Bucket: "logs", DeliveryError: "AccessDenied", Stopped: now(),
			Selectors: []awsfake.Selector{{ReadWriteType: "ReadOnly", Management: true, Excluded: []string{"kms.amazonaws.com"}}}},
		{Name: "fine", Home: "eu-west-1", Advanced: []awsfake.AdvancedSelector{{Name: "m", FieldSelectors: []awsfake.FieldSelector{{Field: "eventCategory", Equals: []string{"Management"}}}}}},
		{Name: "org", Home: "eu-central-1", ARN: "arn:aws:cloudtrail:eu-central-1:999999999999:trail/org", MultiRegion: true, Organization: true},
	}
	return w
}

func TestTrailsAreDescribedFromEachRegion(t *testing.T) {
	_, cfg := serve(t, watched())
	names := func(cfg aws.Config, in *cloudtrail.DescribeTrailsInput) (out []string) {
		got, err := cloudtrail.NewFromConfig(cfg).DescribeTrails(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range got.TrailList {
			out = append(out, fmt.Sprint(*v.Name, " ", *v.HomeRegion, " ", *v.IsMultiRegionTrail, *v.IsOrganizationTrail, *v.HasCustomEventSelectors))
		}
		return out
	}
	want := []string{"main us-east-1 true false false", "local eu-west-1 false false true", "fine eu-west-1 false false true", "org eu-central-1 true true false"}
	if diff := cmp.Diff(want, names(cfg, nil)); diff != "" {
		t.Errorf("eu-west-1 (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[1:3], names(cfg, &cloudtrail.DescribeTrailsInput{IncludeShadowTrails: aws.Bool(false)})); diff != "" {
		t.Errorf("without shadows (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{want[0], want[3]}, names(in(cfg, "sa-east-1"), nil)); diff != "" {
		t.Errorf("sa-east-1 (-want +got):\n%s", diff)
	}
	got, err := cloudtrail.NewFromConfig(cfg).ListTrails(t.Context(), nil)
	if err != nil || len(got.Trails) != 4 || *got.Trails[3].TrailARN != "arn:aws:cloudtrail:eu-central-1:999999999999:trail/org" {
		t.Errorf("ListTrails: %+v, %v", got, err)
	}
}

func TestTrailTellsItsStateAndSelectors(t *testing.T) {
	_, cfg := serve(t, watched())
	client := cloudtrail.NewFromConfig(cfg)
	main, err := client.GetTrailStatus(t.Context(), &cloudtrail.GetTrailStatusInput{Name: aws.String("arn:aws:cloudtrail:us-east-1:111111111111:trail/main")})
	if err != nil || !*main.IsLogging || !main.LatestDeliveryTime.Equal(now()) || main.StopLoggingTime != nil {
		t.Errorf("main: %+v, %v", main, err)
	}
	local, err := client.GetTrailStatus(t.Context(), &cloudtrail.GetTrailStatusInput{Name: aws.String("local")})
	if err != nil || *local.IsLogging || *local.LatestDeliveryError != "AccessDenied" || !local.StopLoggingTime.Equal(now()) {
		t.Errorf("local: %+v, %v", local, err)
	}
	if _, err := client.GetTrailStatus(t.Context(), &cloudtrail.GetTrailStatusInput{Name: aws.String("main")}); code(err) != "TrailNotFoundException" {
		t.Errorf("a shadow by its bare name: %v", err)
	}
	selectors := func(name string) *cloudtrail.GetEventSelectorsOutput {
		got, err := client.GetEventSelectors(t.Context(), &cloudtrail.GetEventSelectorsInput{TrailName: &name})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	basic := selectors("local").EventSelectors[0]
	if basic.ReadWriteType != "ReadOnly" || !*basic.IncludeManagementEvents || basic.ExcludeManagementEventSources[0] != "kms.amazonaws.com" {
		t.Errorf("basic: %+v", basic)
	}
	if fine := selectors("fine"); len(fine.EventSelectors) != 0 || *fine.AdvancedEventSelectors[0].FieldSelectors[0].Field != "eventCategory" {
		t.Errorf("advanced: %+v", fine)
	}
	if usual := selectors("arn:aws:cloudtrail:us-east-1:111111111111:trail/main").EventSelectors[0]; usual.ReadWriteType != "All" || !*usual.IncludeManagementEvents {
		t.Errorf("default: %+v", usual)
	}
}
