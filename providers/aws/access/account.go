package access

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// errByTaking is the answer of a probe that nobody needs: the role is taken, or
// not, before there is an account to probe.
var errByTaking = errors.New("it is tried by taking the role")

// planRows are the operations that find out what there is to read.
func planRows() []row {
	org := service{"Organizations", "organizations", Management}
	tokens := service{"STS", "sts", Management}
	return []row{
		service{"Account", "account", Account}.row("ListRegions", inventory.CapRegions, "which regions are on",
			ask(account.NewFromConfig, (*account.Client).ListRegions, plain(account.ListRegionsInput{MaxResults: aws.Int32(1)}))),
		org.row("DescribeOrganization", inventory.CapOrganization, "which organization is ours",
			ask(organizations.NewFromConfig, (*organizations.Client).DescribeOrganization, plain(organizations.DescribeOrganizationInput{}))).ifAsked(OptionOrganization),
		org.row("ListAccounts", inventory.CapScopes, "which accounts the organization has",
			ask(organizations.NewFromConfig, (*organizations.Client).ListAccounts, plain(organizations.ListAccountsInput{MaxResults: aws.Int32(1)}))).ifAsked(OptionOrganization),
		tokens.row("AssumeRole", inventory.CapScopes, "everything in the account",
			func(context.Context, *session.Region) error { return errByTaking }).ifAsked(OptionRole),
		tokens.row("GetCallerIdentity", inventory.CapScopes, "whose the credentials are",
			ask(sts.NewFromConfig, (*sts.Client).GetCallerIdentity, plain(sts.GetCallerIdentityInput{}))).by(""),
	}
}

// iamRows are the operations on roles, once for each account.
func iamRows() []row {
	s := service{"IAM", "iam", Account}
	none := func(r *session.Region) *string {
		return aws.String("arn:" + r.Account.Partition + ":iam::" + r.Account.ID + ":policy/" + nobody)
	}
	const gone = "NoSuchEntity"
	return []row{
		s.row("GetAccountAuthorizationDetails", inventory.CapRoles, "what functions may do, and who may take their roles",
			ask(iam.NewFromConfig, (*iam.Client).GetAccountAuthorizationDetails, plain(iam.GetAccountAuthorizationDetailsInput{
				Filter: []iamtypes.EntityType{iamtypes.EntityTypeRole}, MaxItems: aws.Int32(1)}))),
		s.row("GetPolicy", inventory.CapRoles, "what managed policies of AWS allow",
			ask(iam.NewFromConfig, (*iam.Client).GetPolicy, func(r *session.Region) *iam.GetPolicyInput {
				return &iam.GetPolicyInput{PolicyArn: none(r)}
			})).missing(gone),
		s.row("GetPolicyVersion", inventory.CapRoles, "what managed policies of AWS allow",
			ask(iam.NewFromConfig, (*iam.Client).GetPolicyVersion, func(r *session.Region) *iam.GetPolicyVersionInput {
				return &iam.GetPolicyVersionInput{PolicyArn: none(r), VersionId: aws.String("v1")}
			})).missing(gone),
	}
}

// trailRows are the operations on the audit log.
func trailRows() []row {
	s := service{"CloudTrail", "cloudtrail", Account}
	trail := func(r *session.Region) *string { return arnOf(r, "cloudtrail", "trail/"+nobody) }
	const gone = "TrailNotFoundException"
	return []row{
		service{"CloudTrail", "cloudtrail", Region}.row("LookupEvents", inventory.CapEvents, "who changed what in the last 90 days",
			ask(cloudtrail.NewFromConfig, (*cloudtrail.Client).LookupEvents, plain(cloudtrail.LookupEventsInput{MaxResults: aws.Int32(1)}))).ifAsked(OptionLookup),
		s.row("DescribeTrails", inventory.CapTrails, "whether the audit log is kept",
			ask(cloudtrail.NewFromConfig, (*cloudtrail.Client).DescribeTrails, plain(cloudtrail.DescribeTrailsInput{IncludeShadowTrails: aws.Bool(false)}))),
		s.row("GetTrailStatus", inventory.CapTrails, "whether trails are switched on",
			ask(cloudtrail.NewFromConfig, (*cloudtrail.Client).GetTrailStatus, func(r *session.Region) *cloudtrail.GetTrailStatusInput {
				return &cloudtrail.GetTrailStatusInput{Name: trail(r)}
			})).missing(gone),
		s.row("GetEventSelectors", inventory.CapTrails, "what trails leave out",
			ask(cloudtrail.NewFromConfig, (*cloudtrail.Client).GetEventSelectors, func(r *session.Region) *cloudtrail.GetEventSelectorsInput {
				return &cloudtrail.GetEventSelectorsInput{TrailName: trail(r)}
			})).missing(gone),
	}
}
