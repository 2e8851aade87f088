package identity

import (
	"context"
	"errors"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/estray/estray/providers/aws"
)

// Managed keeps what policies allow that are read one by one: those that AWS
// manages and that all accounts share. It may be used from several goroutines
// at once. What an account was denied is not kept: another may be let.
type Managed struct {
	mu    sync.Mutex
	known map[string]aws.Permits // by ARN
}

// NewManaged returns one that knows nothing yet.
func NewManaged() *Managed { return &Managed{known: map[string]aws.Permits{}} }

// permits gives what the policy allows, and reads it with the client if nobody
// did. Two accounts that ask at once may both read it.
func (m *Managed) permits(ctx context.Context, client *iam.Client, arn string) (aws.Permits, error) {
	m.mu.Lock()
	p, ok := m.known[arn]
	m.mu.Unlock()
	if ok {
		return p, nil
	}
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
	p = aws.ReadPermits(sdk.ToString(version.PolicyVersion.Document))
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known[arn] = p
	return p, nil
}
