package identity

import (
	"context"
	"errors"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/estray/estray/providers/aws"
)

// readManaged gives what a policy allows that AWS manages: no listing of roles
// holds its document. Accounts do not share what was read, although all see the
// same policies: whether one that is denied them has a hole must not depend on
// which of them was read first.
func readManaged(ctx context.Context, client *iam.Client, arn string) (aws.Permits, error) {
	policy, err := client.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &arn})
	if err != nil {
		return aws.Permits{}, err
	}
	if policy.Policy == nil || policy.Policy.DefaultVersionId == nil {
		return aws.Permits{}, errors.New("the answer to GetPolicy names no version that is in force")
	}
	version, err := client.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: policy.Policy.DefaultVersionId})
	if err != nil {
		return aws.Permits{}, err
	}
	if version.PolicyVersion == nil || version.PolicyVersion.Document == nil {
		return aws.Permits{}, errors.New("the answer to GetPolicyVersion holds no document")
	}
	return aws.ReadPermits(sdk.ToString(version.PolicyVersion.Document)), nil
}
