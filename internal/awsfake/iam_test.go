package awsfake_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
)

// document is a policy with signs that an address and XML must escape.
const document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::a b+c/<&>%"}]}`

// people is a world with roles and policies.
func people() *awsfake.World {
	w := alone(&awsfake.Region{})
	w.Policies = []*awsfake.ManagedPolicy{{ARN: "arn:aws:iam::aws:policy/AdministratorAccess", Name: "AdministratorAccess", Created: now(),
		Versions: []awsfake.PolicyVersion{{ID: "v1", Document: document}}}}
	a := w.Accounts[0]
	a.Aliases = []string{"shop"}
	a.Roles = []*awsfake.Role{
		{Name: "pay", Path: "/app/", Created: now(), Trust: document, Inline: []awsfake.InlinePolicy{{Name: "own", Document: document}},
			Attached: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}, Boundary: "arn:aws:iam::111111111111:policy/fence",
			Tags: map[string]string{"team": "pay"}, LastUsed: &awsfake.LastUsed{Date: now(), Region: "eu-west-1"}},
		{Name: "idle", Created: now(), Trust: document},
	}
	a.Policies = []*awsfake.ManagedPolicy{{Name: "fence", Created: now(), Default: "v1",
		Versions: []awsfake.PolicyVersion{{ID: "v2", Document: "{}"}, {ID: "v1", Document: document}}}}
	return w
}

// plain undoes the escaping of a policy document.
func plain(t *testing.T, document *string) string {
	t.Helper()
	text, err := url.PathUnescape(*document)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAuthorizationDetailsArePagedAcrossKinds(t *testing.T) {
	_, cfg := serve(t, people())
	client := iam.NewFromConfig(cfg)
	got := pages(t, func(ctx context.Context, token *string) ([]string, *string, error) {
		out, err := client.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{Marker: token, MaxItems: aws.Int32(1)})
		if err != nil {
			return nil, nil, err
		}
		var names []string
		for _, r := range out.RoleDetailList {
			names = append(names, *r.Arn)
		}
		for _, p := range out.Policies {
			names = append(names, *p.Arn)
		}
		if out.IsTruncated != (out.Marker != nil) {
			t.Errorf("truncated %v with marker %v", out.IsTruncated, out.Marker)
		}
		return names, out.Marker, nil
	})
	want := [][]string{{"arn:aws:iam::111111111111:role/app/pay"}, {"arn:aws:iam::111111111111:role/idle"},
		{"arn:aws:iam::111111111111:policy/fence"}, {"arn:aws:iam::aws:policy/AdministratorAccess"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

func TestRoleDetailHoldsAllOfTheRole(t *testing.T) {
	_, cfg := serve(t, people())
	out, err := iam.NewFromConfig(cfg).GetAccountAuthorizationDetails(t.Context(),
		&iam.GetAccountAuthorizationDetailsInput{Filter: []types.EntityType{types.EntityTypeRole, types.EntityTypeLocalManagedPolicy}})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.RoleDetailList) != 2 || len(out.Policies) != 1 {
		t.Fatalf("the filter let %d roles and %d policies pass", len(out.RoleDetailList), len(out.Policies))
	}
	r := out.RoleDetailList[0]
	if plain(t, r.AssumeRolePolicyDocument) != document || plain(t, r.RolePolicyList[0].PolicyDocument) != document {
		t.Errorf("documents: %s, %s", *r.AssumeRolePolicyDocument, *r.RolePolicyList[0].PolicyDocument)
	}
	got := []string{*r.Path, *r.RoleName, *r.RolePolicyList[0].PolicyName, *r.AttachedManagedPolicies[0].PolicyName,
		*r.PermissionsBoundary.PermissionsBoundaryArn, *r.Tags[0].Value, *r.RoleLastUsed.Region, r.RoleLastUsed.LastUsedDate.Format(time.RFC3339)}
	want := []string{"/app/", "pay", "own", "AdministratorAccess", "arn:aws:iam::111111111111:policy/fence", "pay", "eu-west-1", "2026-11-24T09:00:00Z"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("role (-want +got):\n%s", diff)
	}
	if idle := out.RoleDetailList[1]; idle.RoleLastUsed.LastUsedDate != nil || idle.PermissionsBoundary != nil {
		t.Errorf("the idle role: %+v", idle)
	}
	versions := out.Policies[0].PolicyVersionList
	if *out.Policies[0].DefaultVersionId != "v1" || versions[0].IsDefaultVersion || !versions[1].IsDefaultVersion {
		t.Errorf("policy: %+v", out.Policies[0])
	}
}

func TestSingleCallsSayTheSameOfARole(t *testing.T) {
	_, cfg := serve(t, people())
	client, name := iam.NewFromConfig(cfg), aws.String("pay")
	role, err := client.GetRole(t.Context(), &iam.GetRoleInput{RoleName: name})
	if err != nil {
		t.Fatal(err)
	}
	attached, err := client.ListAttachedRolePolicies(t.Context(), &iam.ListAttachedRolePoliciesInput{RoleName: name})
	if err != nil {
		t.Fatal(err)
	}
	inline, err := client.ListRolePolicies(t.Context(), &iam.ListRolePoliciesInput{RoleName: name})
	if err != nil {
		t.Fatal(err)
	}
	own, err := client.GetRolePolicy(t.Context(), &iam.GetRolePolicyInput{RoleName: name, PolicyName: &inline.PolicyNames[0]})
	if err != nil {
		t.Fatal(err)
	}
	managed, err := client.GetPolicy(t.Context(), &iam.GetPolicyInput{PolicyArn: attached.AttachedPolicies[0].PolicyArn})
	if err != nil {
		t.Fatal(err)
	}
	version, err := client.GetPolicyVersion(t.Context(), &iam.GetPolicyVersionInput{PolicyArn: managed.Policy.Arn, VersionId: managed.Policy.DefaultVersionId})
	if err != nil {
		t.Fatal(err)
	}
	if *role.Role.MaxSessionDuration != 3600 || *role.Role.RoleLastUsed.Region != "eu-west-1" ||
		plain(t, own.PolicyDocument) != document || plain(t, version.PolicyVersion.Document) != document {
		t.Errorf("role %+v, own %s, managed %s", role.Role, *own.PolicyDocument, *version.PolicyVersion.Document)
	}
	list, err := client.ListRoles(t.Context(), &iam.ListRolesInput{PathPrefix: aws.String("/app/")})
	if err != nil || len(list.Roles) != 1 || list.Roles[0].RoleLastUsed != nil {
		t.Errorf("ListRoles: %+v, %v", list, err)
	}
	aliases, err := client.ListAccountAliases(t.Context(), nil)
	if err != nil || aliases.AccountAliases[0] != "shop" {
		t.Errorf("aliases: %+v, %v", aliases, err)
	}
}

func TestDeletedIdentityIsNoSuchEntity(t *testing.T) {
	_, cfg := serve(t, people())
	client := iam.NewFromConfig(cfg)
	_, role := client.GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("gone")})
	_, policy := client.GetPolicy(t.Context(), &iam.GetPolicyInput{PolicyArn: aws.String("arn:aws:iam::111111111111:policy/gone")})
	_, version := client.GetPolicyVersion(t.Context(), &iam.GetPolicyVersionInput{PolicyArn: aws.String("arn:aws:iam::111111111111:policy/fence"), VersionId: aws.String("v9")})
	_, inline := client.GetRolePolicy(t.Context(), &iam.GetRolePolicyInput{RoleName: aws.String("pay"), PolicyName: aws.String("gone")})
	for _, err := range []error{role, policy, version, inline} {
		if code(err) != "NoSuchEntity" || status(err) != 404 {
			t.Errorf("got %v", err)
		}
	}
}
