package aws_test

import (
	"net/url"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
)

const (
	everything  = `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	makes       = `{"Statement":{"Effect":"Allow","Action":["lambda:CreateFunction","lambda:InvokeFunction"],"Resource":"*"}}`
	passes      = `{"Statement":{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}}}`
	allButIAM   = `{"Statement":{"Effect":"Allow","NotAction":["iam:*","organizations:*"],"Resource":"*"}}`
	deniesAll   = `{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`
	deniesS3    = `{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}`
	allOfS3     = `{"Statement":{"Effect":"Allow","Action":"S3:*","Resource":"*"}}`
	logsAlone   = `{"Statement":{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:PutLogEvents"],"Resource":"*"}}`
	oneFunction = `{"Statement":{"Effect":"Allow","Action":["iam:PassRole","lambda:UpdateFunctionCode"],"Resource":["arn:aws:iam::111122223333:role/x","arn:aws:lambda:eu-west-1:111122223333:function:f"]}}`
)

func TestJudgeRights(t *testing.T) {
	for name, c := range map[string]struct {
		documents []string
		want      inventory.Rights
	}{
		"no policy allows nothing":                 {nil, inventory.Rights{}},
		"one policy of all":                        {[]string{logsAlone, everything}, inventory.Rights{Admin: true, Why: []string{"* on all resources"}}},
		"what two policies allow adds up":          {[]string{makes, passes}, inventory.Rights{Admin: true, Why: []string{"lambda:* with iam:PassRole"}, Weighs: []string{"lambda:CreateFunction on all resources"}}},
		"all but IAM, and a role to pass":          {[]string{allButIAM, passes}, inventory.Rights{Admin: true, Why: []string{"lambda:* with iam:PassRole"}, Weighs: []string{"all but some actions"}}},
		"all but IAM":                              {[]string{allButIAM}, inventory.Rights{Weighs: []string{"all but some actions"}}},
		"functions without a role to pass":         {[]string{makes}, inventory.Rights{Weighs: []string{"lambda:CreateFunction on all resources"}}},
		"a deny of one policy takes from another":  {[]string{everything, deniesAll}, inventory.Rights{}},
		"a deny of a service takes that alone":     {[]string{everything, deniesS3}, inventory.Rights{Admin: true, Why: []string{"* on all resources"}}},
		"a service as a whole weighs":              {[]string{allOfS3}, inventory.Rights{Weighs: []string{"s3:* on all resources"}}},
		"a service as a whole, denied":             {[]string{allOfS3, deniesS3}, inventory.Rights{}},
		"what passes a role weighs on one":         {[]string{oneFunction}, inventory.Rights{Weighs: []string{"iam:PassRole on some resources", "lambda:UpdateFunctionCode on some resources"}}},
		"what passes a role on one, denied":        {[]string{oneFunction, deniesAll}, inventory.Rights{}},
		"secrets and keys weigh":                   {[]string{`{"Statement":{"Effect":"Allow","Action":["secretsmanager:Get*","kms:Decrypt"],"Resource":"*"}}`}, inventory.Rights{Weighs: []string{"kms:Decrypt on all resources", "secretsmanager:GetSecretValue on all resources"}}},
		"a secret of one name does not":            {[]string{`{"Statement":{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"}}`}, inventory.Rights{}},
		"a condition is told":                      {[]string{passes}, inventory.Rights{Weighs: []string{"iam:PassRole under a condition"}}},
		"what cannot be read is an administrator":  {[]string{logsAlone, `{"Statement":`}, inventory.Rights{Admin: true, Why: []string{"a policy could not be read"}}},
		"a deny beside what cannot be read":        {[]string{`{`, deniesAll}, inventory.Rights{Admin: true, Why: []string{"a policy could not be read"}}},
		"two reasons":                              {[]string{everything, `[]`}, inventory.Rights{Admin: true, Why: []string{"* on all resources", "a policy could not be read"}}},
		"all of a bucket's keys weighs on nothing": {[]string{`{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/*"}}`}, inventory.Rights{}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, encode := range []func(string) string{func(s string) string { return s }, url.PathEscape} {
				var all []aws.Permits
				for _, d := range c.documents {
					all = append(all, aws.ReadPermits(encode(d)))
				}
				if diff := cmp.Diff(c.want, aws.JudgeRights(all...)); diff != "" {
					t.Errorf("rights (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// What is kept of a policy must not hold its document: an account has thousands.
func TestPermitsLetTheDocumentGo(t *testing.T) {
	const n, size = 500, 64 << 10
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	all := make([]aws.Permits, n)
	for i := range all {
		document := strings.Replace(allOfS3, `"*"`, `"*","Sid":"`+strings.Repeat("x", size)+`"`, 1)
		all[i] = aws.ReadPermits(document)
	}
	if kept := int64(heap()) - int64(before); kept > n*size/10 {
		t.Errorf("%d bytes are kept of %d", kept, n*size)
	}
	if got := aws.JudgeRights(all...).Weighs; len(got) != 1 {
		t.Errorf("what weighs: %q", got)
	}
}

// A role's name may hold a plus, which path encoding leaves as it is. Read as
// form encoding it would become a space, and the policy another one.
func TestPlusInAnEncodedPolicyIsAPlus(t *testing.T) {
	trust := `{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/a+b"},"Action":"sts:AssumeRole"}}`
	got, _ := aws.Trusts(strings.ReplaceAll(url.QueryEscape(trust), "%2B", "+"))
	if diff := cmp.Diff([]string{"arn:aws:iam::111122223333:role/a+b"}, got); diff != "" {
		t.Errorf("trusts (-want +got):\n%s", diff)
	}
}

func TestAdminLikeReadsEncodedPolicies(t *testing.T) {
	if got, why := aws.AdminLike(url.PathEscape(logsAlone)); got {
		t.Errorf("an encoded policy of logs is an administrator's: %q", why)
	}
	if got, _ := aws.AdminLike("%zz"); !got {
		t.Error("a damaged encoding passes for harmless")
	}
}

func TestPermitsByName(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:aws:iam::aws:policy/AdministratorAccess":          "* on all resources",
		"arn:aws-cn:iam::aws:policy/AdministratorAccess":       "* on all resources",
		"arn:aws:iam::aws:policy/IAMFullAccess":                "iam:* on all resources",
		"arn:aws:iam::aws:policy/PowerUserAccess":              "all but some actions",
		"arn:aws:iam::111122223333:policy/AdministratorAccess": "",
		"arn:aws:iam::aws:policy/ReadOnlyAccess":               "",
	} {
		p, ok := aws.PermitsByName(arn)
		r := aws.JudgeRights(p)
		if got := strings.Join(append(r.Why, r.Weighs...), ", "); ok != (want != "") || got != want {
			t.Errorf("%s: known %v, %q, want %q", arn, ok, got, want)
		}
	}
}

func TestTrusts(t *testing.T) {
	st := func(principal, more string) string {
		return `{"Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"` + more + `}]}`
	}
	for name, c := range map[string]struct {
		document string
		others   []string
		lambda   bool
	}{
		"Lambda alone":              {st(`{"Service":"lambda.amazonaws.com"}`, ""), nil, true},
		"Lambda and its edge":       {st(`{"Service":["edgelambda.amazonaws.com","lambda.amazonaws.com"]}`, ""), nil, true},
		"Lambda of China":           {st(`{"Service":"lambda.amazonaws.com.cn"}`, ""), nil, true},
		"another service":           {st(`{"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]}`, ""), []string{"ec2.amazonaws.com"}, true},
		"a name that ends alike":    {st(`{"Service":"notlambda.amazonaws.com"}`, ""), []string{"notlambda.amazonaws.com"}, false},
		"anybody":                   {st(`"*"`, ""), []string{"*"}, true},
		"an account":                {st(`{"AWS":"arn:aws:iam::444455556666:root"}`, ""), []string{"arn:aws:iam::444455556666:root"}, false},
		"with an external id":       {st(`{"AWS":"444455556666"}`, `,"Condition":{"StringEquals":{"sts:ExternalId":"x"}}`), []string{"444455556666, with an external id"}, false},
		"with a second factor":      {st(`{"AWS":"444455556666"}`, `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`), []string{"444455556666, under conditions on aws:MultiFactorAuthPresent"}, false},
		"our organization":          {st(`"*"`, `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`), []string{"*, of organization o-1"}, true},
		"accounts by condition":     {st(`"*"`, `,"Condition":{"StringEquals":{"aws:PrincipalAccount":"444455556666"}}`), []string{"444455556666"}, false},
		"a source":                  {st(`{"Service":"events.amazonaws.com"}`, `,"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:events:eu-west-1:1:rule/x"}}`), []string{"events.amazonaws.com, for source arn:aws:events:eu-west-1:1:rule/x"}, false},
		"people of a provider":      {`{"Statement":{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::1:oidc-provider/x"},"Action":"sts:AssumeRoleWithWebIdentity"}}`, []string{"arn:aws:iam::1:oidc-provider/x"}, false},
		"everybody but some":        {`{"Statement":{"Effect":"Allow","NotPrincipal":{"AWS":"444455556666"},"Action":"sts:*"}}`, []string{"*, under conditions on NotPrincipal"}, true},
		"to tag alone takes none":   {`{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:TagSession"}}`, nil, false},
		"a deny lets nobody in":     {`{"Statement":{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}}`, nil, false},
		"what cannot be read is so": {`{`, []string{"the trust policy could not be read"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			others, lambda := aws.Trusts(c.document)
			if diff := cmp.Diff(c.others, others); diff != "" || lambda != c.lambda {
				t.Errorf("lambda %v, want %v; others (-want +got):\n%s", lambda, c.lambda, diff)
			}
		})
	}
}

func FuzzReadPermits(f *testing.F) {
	for _, s := range []string{everything, allButIAM, oneFunction, url.PathEscape(passes), `{`, "%zz", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, document string) {
		alone := aws.JudgeRights(aws.ReadPermits(document))
		if admin, _ := aws.AdminLike(document); admin != alone.Admin {
			t.Errorf("one document is judged in two ways: %v and %v", admin, alone)
		}
		if both := aws.JudgeRights(aws.ReadPermits(document), aws.ReadPermits(everything)); !both.Admin && alone.Admin {
			t.Errorf("more rights make less of an administrator: %v", alone)
		}
		aws.Trusts(document)
	})
}
