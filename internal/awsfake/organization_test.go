package awsfake_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	organizationstypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
)

func audit(account string) *sts.AssumeRoleInput {
	return &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + account + ":role/Audit"),
		RoleSessionName: aws.String("run-1"), ExternalId: aws.String("x-1")}
}

func TestCredentialsBelongToTheAccountWhoseRoleWasAssumed(t *testing.T) {
	s, cfg := serve(t, company())
	member := assume(t, cfg, audit("333333333333"))
	for _, tc := range []struct {
		cfg           aws.Config
		account, want string
	}{
		{cfg, "111111111111", "arn:aws:iam::111111111111:user/base"},
		{member, "333333333333", "arn:aws:sts::333333333333:assumed-role/Audit/run-1"},
		{as(cfg, "222222222222"), "222222222222", "arn:aws:iam::222222222222:user/base"},
	} {
		got, err := sts.NewFromConfig(tc.cfg).GetCallerIdentity(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if *got.Account != tc.account || *got.Arn != tc.want {
			t.Errorf("got %s %s, want %s", *got.Account, *got.Arn, tc.want)
		}
	}
	if last := s.Calls()[2]; last.Account != "333333333333" || last.Operation != "GetCallerIdentity" {
		t.Errorf("log says %+v", last)
	}
}

func TestRoleIsAssumedOnlyAsTheAccountOffersIt(t *testing.T) {
	_, cfg := serve(t, company())
	for _, tc := range []struct {
		name string
		edit func(in *sts.AssumeRoleInput)
		want string
	}{
		{"right", func(*sts.AssumeRoleInput) {}, ""},
		{"another role", func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::333333333333:role/Other") }, "AccessDenied"},
		{"another external id", func(in *sts.AssumeRoleInput) { in.ExternalId = aws.String("x-2") }, "AccessDenied"},
		{"no external id", func(in *sts.AssumeRoleInput) { in.ExternalId = nil }, "AccessDenied"},
		{"an account that is nobody's", func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::999999999999:role/Audit") }, "AccessDenied"},
		{"a suspended account", func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::444444444444:role/Audit") }, "AccessDenied"},
		{"an account without the role", func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::111111111111:role/Audit") }, "AccessDenied"},
		{"another partition", func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws-cn:iam::333333333333:role/Audit") }, "AccessDenied"},
		{"a session name of one letter", func(in *sts.AssumeRoleInput) { in.RoleSessionName = aws.String("a") }, "ValidationError"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := audit("333333333333")
			tc.edit(in)
			_, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), in)
			if got := code(err); got != tc.want {
				t.Errorf("got %q (%v), want %q", got, err, tc.want)
			}
		})
	}
}

func TestCredentialsLastAsLongAsTheAccountSays(t *testing.T) {
	_, cfg := serve(t, company())
	got, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), audit("333333333333"))
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(*got.Credentials.Expiration); left < 59*time.Minute || left > time.Hour {
		t.Errorf("credentials are good for %v, want an hour", left)
	}
}

func TestSessionExpiresAfterItsRequests(t *testing.T) {
	w := company()
	w.Account("333333333333").SessionRequests = 2
	_, cfg := serve(t, w)
	member := assume(t, cfg, audit("333333333333"))
	for i, want := range []string{"", "", "ExpiredTokenException"} {
		if _, err := lambda.NewFromConfig(member).GetAccountSettings(t.Context(), nil); code(err) != want {
			t.Errorf("request %d: %v, want %q", i+1, err, want)
		}
	}
	if _, err := iam.NewFromConfig(member).ListRoles(t.Context(), nil); code(err) != "ExpiredToken" {
		t.Errorf("query protocol: %v", err)
	}
	again := assume(t, cfg, audit("333333333333"))
	if _, err := lambda.NewFromConfig(again).GetAccountSettings(t.Context(), nil); err != nil {
		t.Errorf("a new session: %v", err)
	}
}

func TestSessionEndsAtAnInstant(t *testing.T) {
	w := company()
	w.Account("333333333333").SessionEnds = time.Now().Add(-time.Minute)
	_, cfg := serve(t, w)
	member := assume(t, cfg, audit("333333333333"))
	if _, err := lambda.NewFromConfig(member).GetAccountSettings(t.Context(), nil); code(err) != "ExpiredTokenException" {
		t.Errorf("got %v", err)
	}
	if _, err := lambda.NewFromConfig(cfg).GetAccountSettings(t.Context(), nil); err != nil {
		t.Errorf("base credentials: %v", err)
	}
}

func listAccounts(cfg aws.Config, size int32) func(context.Context, *string) ([]organizationstypes.Account, *string, error) {
	return func(ctx context.Context, token *string) ([]organizationstypes.Account, *string, error) {
		got, err := organizations.NewFromConfig(cfg).ListAccounts(ctx,
			&organizations.ListAccountsInput{NextToken: token, MaxResults: aws.Int32(size)})
		if err != nil {
			return nil, nil, err
		}
		return got.Accounts, got.NextToken, nil
	}
}

func TestAccountsArePagedAndAPageMayBeEmpty(t *testing.T) {
	w := company()
	w.EmptyPages = map[string]int{"ListAccounts": 2}
	_, cfg := serve(t, w)
	got := pages(t, listAccounts(cfg, 3))
	if diff := cmp.Diff([]int{3, 0, 1}, sizes(got)); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	old := got[2][0]
	if *old.Id != "444444444444" || old.State != "SUSPENDED" || *old.Arn != "arn:aws:organizations::111111111111:account/o-abcdefghij/444444444444" {
		t.Errorf("got %+v", old)
	}
}

func TestOrganizationIsAnsweredOnlyToThoseWhoMayAsk(t *testing.T) {
	w := company()
	_, cfg := serve(t, w)
	for id, want := range map[string]string{"111111111111": "", "222222222222": "", "333333333333": "AccessDeniedException"} {
		_, err := organizations.NewFromConfig(as(cfg, id)).ListAccounts(t.Context(), nil)
		if code(err) != want {
			t.Errorf("%s: got %v, want %q", id, err, want)
		}
	}
	got, err := organizations.NewFromConfig(as(cfg, "333333333333")).DescribeOrganization(t.Context(), nil)
	if err != nil || *got.Organization.Id != "o-abcdefghij" || *got.Organization.MasterAccountId != "111111111111" {
		t.Errorf("got %+v, %v", got, err)
	}

	w.Organization = nil
	_, err = organizations.NewFromConfig(cfg).ListAccounts(t.Context(), nil)
	if code(err) != "AWSOrganizationsNotInUseException" {
		t.Errorf("without an organization: %v", err)
	}
}

func TestRegionsAreFilteredAndPaged(t *testing.T) {
	w := company()
	w.PageSize = map[string]int{"ListRegions": 1}
	w.Account("111111111111").Regions = []awsfake.RegionState{
		{Name: "us-east-1", OptStatus: "ENABLED_BY_DEFAULT"}, {Name: "ap-east-1", OptStatus: "DISABLED"},
		{Name: "eu-west-1", OptStatus: "ENABLED_BY_DEFAULT"}, {Name: "af-south-1", OptStatus: "ENABLED"},
	}
	_, cfg := serve(t, w)
	client := account.NewFromConfig(cfg)
	got := pages(t, func(ctx context.Context, token *string) ([]types.Region, *string, error) {
		out, err := client.ListRegions(ctx, &account.ListRegionsInput{NextToken: token,
			RegionOptStatusContains: []types.RegionOptStatus{types.RegionOptStatusEnabled, types.RegionOptStatusEnabledByDefault}})
		if err != nil {
			return nil, nil, err
		}
		return out.Regions, out.NextToken, nil
	})
	var names []string
	for _, p := range got {
		names = append(names, *p[0].RegionName)
	}
	if diff := cmp.Diff([]string{"us-east-1", "eu-west-1", "af-south-1"}, names); diff != "" {
		t.Errorf("regions (-want +got):\n%s", diff)
	}
	_, err := lambda.NewFromConfig(in(cfg, "ap-east-1")).ListFunctions(t.Context(), nil)
	if code(err) != "UnrecognizedClientException" {
		t.Errorf("a region that is off: %v", err)
	}
	if _, err := lambda.NewFromConfig(in(cfg, "sa-east-1")).ListFunctions(t.Context(), nil); err != nil {
		t.Errorf("a region that is not listed: %v", err)
	}
}

func TestRegionsOfAnotherAccountAreToldToThoseWhoManage(t *testing.T) {
	_, cfg := serve(t, company())
	for _, tc := range []struct{ name, asks, of, want, code string }{
		{"the management account", "111111111111", "333333333333", "[eu-west-1 us-east-1]", ""},
		{"a delegate", "222222222222", "333333333333", "[eu-west-1 us-east-1]", ""},
		{"a member of itself", "333333333333", "", "[eu-west-1 us-east-1]", ""},
		{"a member of another", "333333333333", "111111111111", "", "AccessDeniedException"},
		{"of nobody", "111111111111", "999999999999", "", "AccessDeniedException"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := &account.ListRegionsInput{}
			if tc.of != "" {
				in.AccountId = &tc.of
			}
			out, err := account.NewFromConfig(as(cfg, tc.asks)).ListRegions(t.Context(), in)
			if code(err) != tc.code {
				t.Fatalf("got %v, want %q", err, tc.code)
			}
			if err != nil {
				return
			}
			var names []string
			for _, r := range out.Regions { // nothing was said of them: where there is something, it is on
				if r.RegionOptStatus != types.RegionOptStatusEnabledByDefault {
					t.Errorf("%s is %s", *r.RegionName, r.RegionOptStatus)
				}
				names = append(names, *r.RegionName)
			}
			if got := fmt.Sprint(names); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}
