package identity

import (
	"context"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
	"github.com/estray/estray/providers/aws/session"
)

// role is what is kept of a role until it is judged.
type role struct {
	inline   aws.Permits
	attached []string // ARNs of policies
	boundary string
	trusts   []string
	lambda   bool // Lambda may take it
	used     time.Time
	region   string
}

// listing is what the account's own listing told.
type listing struct {
	roles map[string]*role       // by ARN
	local map[string]aws.Permits // the account's own policies, by ARN
	whole bool
	why   inventory.Reason // why it is not whole
}

// list reads the listing, page by page. What was read before a failure stays.
func list(ctx context.Context, client *iam.Client, t *session.Tally) listing {
	l := listing{roles: map[string]*role{}, local: map[string]aws.Permits{}}
	in := &iam.GetAccountAuthorizationDetailsInput{Filter: []types.EntityType{types.EntityTypeRole, types.EntityTypeLocalManagedPolicy}}
	cut := false
	err := session.Pages(ctx, func(token *string) (*string, error) {
		in.Marker = token
		page, err := client.GetAccountAuthorizationDetails(ctx, in)
		if err != nil {
			return nil, err
		}
		l.add(page)
		t.Add(len(page.RoleDetailList))
		if !page.IsTruncated {
			return nil, nil
		}
		cut = sdk.ToString(page.Marker) == ""
		return page.Marker, nil
	})
	switch {
	case err != nil:
		state, why := session.Explain(err)
		if why.Operation == "" {
			why.Operation = operation
		}
		l.why = why
		t.FailAs(state, why)
	case cut:
		l.why = inventory.Reason{Operation: operation, Message: "the answer says that more follows and does not say where"}
		t.FailAs(inventory.Malformed, l.why)
	default:
		l.whole = true
		t.Done()
	}
	l.prune()
	return l
}

const operation = "GetAccountAuthorizationDetails"

func (l listing) add(page *iam.GetAccountAuthorizationDetailsOutput) {
	for _, p := range page.Policies {
		for _, v := range p.PolicyVersionList {
			// Older versions allow nothing.
			if v.IsDefaultVersion && v.Document != nil {
				l.local[sdk.ToString(p.Arn)] = aws.ReadPermits(*v.Document)
			}
		}
	}
	for _, d := range page.RoleDetailList {
		l.roles[sdk.ToString(d.Arn)] = newRole(d)
	}
}

func newRole(d types.RoleDetail) *role {
	r := &role{}
	var inline []aws.Permits
	for _, p := range d.RolePolicyList {
		inline = append(inline, aws.ReadPermits(sdk.ToString(p.PolicyDocument)))
	}
	r.inline = aws.JoinPermits(inline...)
	for _, p := range d.AttachedManagedPolicies {
		r.attached = append(r.attached, sdk.ToString(p.PolicyArn))
	}
	if d.PermissionsBoundary != nil {
		r.boundary = sdk.ToString(d.PermissionsBoundary.PermissionsBoundaryArn)
	}
	r.trusts, r.lambda = aws.Trusts(sdk.ToString(d.AssumeRolePolicyDocument))
	if u := d.RoleLastUsed; u != nil && u.LastUsedDate != nil {
		r.used, r.region = u.LastUsedDate.UTC(), sdk.ToString(u.Region)
	}
	return r
}

// prune drops the account's policies that no role has: they belong to users.
func (l listing) prune() {
	used := map[string]bool{}
	for _, r := range l.roles {
		used[r.boundary] = true
		for _, arn := range r.attached {
			used[arn] = true
		}
	}
	for arn := range l.local {
		if !used[arn] {
			delete(l.local, arn)
		}
	}
}

// accountOf is the account of a role's ARN; empty where it is none.
func accountOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[2] != "iam" || !strings.HasPrefix(parts[5], "role/") {
		return ""
	}
	return parts[4]
}
