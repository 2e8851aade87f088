package access_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/estray/estray/providers/aws/access"
)

// granted are the actions that a document allows, each as often as it does.
func granted(d access.Document, effect string) []string {
	var out []string
	for _, s := range d.Statement {
		if s.Effect == effect {
			out = append(out, s.Action...)
		}
	}
	slices.Sort(out)
	return out
}

// TestTheScanPolicyIsTheTable: nothing of it is missing, and nothing more is there.
func TestTheScanPolicyIsTheTable(t *testing.T) {
	for _, test := range []struct {
		name    string
		options access.Options
		leaves  []access.Option
	}{
		{"by default", access.Options{}, []access.Option{access.OptionGetFunction}},
		{"with code", access.Options{GetFunction: true}, nil},
		{"without the event history", access.Options{NoLookup: true}, []access.Option{access.OptionGetFunction, access.OptionLookup}},
	} {
		var want []string
		for _, op := range access.Operations() {
			if op.Where != access.Management && !slices.Contains(test.leaves, op.Option) {
				want = append(want, op.Action)
			}
		}
		slices.Sort(want)
		if d := cmp.Diff(slices.Compact(want), granted(access.Scan(test.options), "Allow")); d != "" {
			t.Errorf("%s: -want +got\n%s", test.name, d)
		}
	}
}

func TestTheScanPolicyNeverGivesCodeOrSecrets(t *testing.T) {
	for _, o := range []access.Options{{}, {GetFunction: true}, {NoLookup: true}} {
		d := access.Scan(o)
		deny := granted(d, "Deny")
		for _, action := range []string{"lambda:InvokeFunction", "lambda:InvokeFunctionUrl", "lambda:GetLayerVersion", "kms:Decrypt",
			"secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"} {
			if !slices.Contains(deny, action) {
				t.Errorf("%+v: %s is not denied", o, action)
			}
		}
		if slices.Contains(deny, "lambda:GetFunction") == o.GetFunction {
			t.Errorf("%+v: lambda:GetFunction is denied: %v", o, !o.GetFunction)
		}
		for _, action := range granted(d, "Allow") {
			if strings.ContainsAny(action, "*?") {
				t.Errorf("%+v: %s allows more than it names", o, action)
			}
			if slices.Contains(deny, action) {
				t.Errorf("%+v: %s is allowed and denied", o, action)
			}
		}
	}
}

// TestAPIKeysStayOutOfReach: one action reads everything of API Gateway, also
// the values of its keys.
func TestAPIKeysStayOutOfReach(t *testing.T) {
	for _, s := range access.Scan(access.Options{Partition: "aws-cn"}).Statement {
		if !slices.Contains(s.Action, "apigateway:GET") {
			continue
		}
		want := []string{"arn:aws-cn:apigateway:*::/apis", "arn:aws-cn:apigateway:*::/apis/*", "arn:aws-cn:apigateway:*::/restapis", "arn:aws-cn:apigateway:*::/restapis/*"}
		if d := cmp.Diff(want, s.Resource); d != "" {
			t.Errorf("-want +got\n%s", d)
		}
		if len(s.Action) != 1 {
			t.Errorf("other actions are bound to those paths: %v", s.Action)
		}
	}
}

func TestPoliciesFitWhereTheyGo(t *testing.T) {
	for _, o := range []access.Options{{}, {GetFunction: true}} {
		n, err := access.Scan(o).Size()
		if err != nil || n > access.ManagedLimit || n > access.InlineLimit {
			t.Errorf("%+v: %d characters (%v), want at most %d, so that it can be managed as well as inline", o, n, err, access.ManagedLimit)
		}
	}
}

func TestPoliciesOfTheOtherRoles(t *testing.T) {
	for _, test := range []struct {
		name string
		give access.Document
		want string
	}{
		{"those of an organization's accounts", access.Organization(access.Options{Partition: "aws-us-gov", Role: "audit/Reader"}), `{"Version":"2012-10-17","Statement":[
			{"Sid":"AccountsRead","Effect":"Allow","Action":["organizations:DescribeOrganization","organizations:ListAccounts"],"Resource":["*"]},
			{"Sid":"TakeTheRole","Effect":"Allow","Action":["sts:AssumeRole"],"Resource":["arn:aws-us-gov:iam::*:role/audit/Reader"],
			 "Condition":{"StringEquals":{"aws:ResourceOrgID":["${aws:PrincipalOrgID}"]}}}]}`},
		{"a bucket", access.Archive(access.Options{}, access.Bucket{Name: "org-trail"}), `{"Version":"2012-10-17","Statement":[
			{"Sid":"LogsList","Effect":"Allow","Action":["s3:ListBucket"],"Resource":["arn:aws:s3:::org-trail"]},
			{"Sid":"LogsRead","Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::org-trail/*"]},
			{"Sid":"DigestKeysRead","Effect":"Allow","Action":["cloudtrail:ListPublicKeys"],"Resource":["*"]}]}`},
		{"a folder of a bucket with a key", access.Archive(access.Options{}, access.Bucket{Name: "org-trail", Prefix: "AWSLogs", Key: "arn:aws:kms:eu-west-1:111122223333:key/k"}), `{"Version":"2012-10-17","Statement":[
			{"Sid":"LogsList","Effect":"Allow","Action":["s3:ListBucket"],"Resource":["arn:aws:s3:::org-trail"],"Condition":{"StringLike":{"s3:prefix":["AWSLogs/*"]}}},
			{"Sid":"LogsRead","Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::org-trail/AWSLogs/*"]},
			{"Sid":"DigestKeysRead","Effect":"Allow","Action":["cloudtrail:ListPublicKeys"],"Resource":["*"]},
			{"Sid":"LogsDecrypt","Effect":"Allow","Action":["kms:Decrypt"],"Resource":["arn:aws:kms:eu-west-1:111122223333:key/k"]}]}`},
	} {
		text, err := test.give.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(parse(t, test.want), parse(t, string(text))); d != "" {
			t.Errorf("%s: -want +got\n%s", test.name, d)
		}
	}
}

func parse(t *testing.T, text string) any {
	t.Helper()
	var out any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return out
}

func TestTheTextOfAPolicyIsStable(t *testing.T) {
	one, err1 := access.Scan(access.Options{}).JSON()
	two, err2 := access.Scan(access.Options{}).JSON()
	if string(one) != string(two) || err1 != nil || err2 != nil {
		t.Errorf("%v, %v, or the same policy has two texts", err1, err2)
	}
	if !strings.HasSuffix(string(one), "}\n") || strings.Contains(string(one), `\u`) {
		t.Errorf("the text does not end with a line, or hides signs:\n%s", one)
	}
}

// template is what matters of a template of CloudFormation.
type template struct {
	Parameters map[string]struct {
		Default   string `yaml:"Default"`
		NoEcho    bool   `yaml:"NoEcho"`
		MinLength int    `yaml:"MinLength"`
	} `yaml:"Parameters"`
	Resources struct {
		Role struct {
			Properties struct {
				RoleName           yaml.Node `yaml:"RoleName"`
				Path               string    `yaml:"Path"`
				MaxSessionDuration int       `yaml:"MaxSessionDuration"`
				Trust              struct {
					Statement []struct {
						Effect    string                          `yaml:"Effect"`
						Action    string                          `yaml:"Action"`
						Principal map[string]yaml.Node            `yaml:"Principal"`
						Condition map[string]map[string]yaml.Node `yaml:"Condition"`
					} `yaml:"Statement"`
				} `yaml:"AssumeRolePolicyDocument"`
				Policies []struct {
					PolicyName     string `yaml:"PolicyName"`
					PolicyDocument struct {
						Version   string `yaml:"Version"`
						Statement []struct {
							Sid      string      `yaml:"Sid"`
							Effect   string      `yaml:"Effect"`
							Action   []string    `yaml:"Action"`
							Resource []yaml.Node `yaml:"Resource"`
						} `yaml:"Statement"`
					} `yaml:"PolicyDocument"`
				} `yaml:"Policies"`
			} `yaml:"Properties"`
		} `yaml:"Role"`
	} `yaml:"Resources"`
}

func TestTheTemplateHoldsThePolicyAndTheTrust(t *testing.T) {
	for _, o := range []access.Options{{}, {GetFunction: true, Role: "audit/team/Reader"}} {
		var got template
		if err := yaml.Unmarshal([]byte(access.CloudFormation(o)), &got); err != nil {
			t.Fatal(err)
		}
		role := got.Resources.Role.Properties
		policy := access.Document{Version: role.Policies[0].PolicyDocument.Version}
		for _, s := range role.Policies[0].PolicyDocument.Statement {
			var resources []string
			for _, r := range s.Resource {
				if sub := strings.Contains(r.Value, "${"); sub != (r.Tag == "!Sub") {
					t.Errorf("%s has the tag %s", r.Value, r.Tag)
				}
				resources = append(resources, r.Value)
			}
			policy.Statement = append(policy.Statement, access.Statement{Sid: s.Sid, Effect: s.Effect, Action: s.Action, Resource: resources})
		}
		o.Partition = "${AWS::Partition}"
		if d := cmp.Diff(access.Scan(o), policy); d != "" {
			t.Errorf("the policy differs: -want +got\n%s", d)
		}
		trust := role.Trust.Statement[0]
		principal, external := trust.Principal["AWS"], trust.Condition["StringEquals"]["sts:ExternalId"]
		if trust.Effect != "Allow" || trust.Action != "sts:AssumeRole" || principal.Tag+principal.Value != "!RefTrustedPrincipalArn" || external.Tag+external.Value != "!RefExternalId" {
			t.Errorf("the trust is %+v", trust)
		}
		wantPath, wantName := "/", access.DefaultRole
		if o.Role != "" {
			wantPath, wantName = "/audit/team/", "Reader"
		}
		if role.Path != wantPath || got.Parameters["RoleName"].Default != wantName || role.RoleName.Tag+role.RoleName.Value != "!RefRoleName" {
			t.Errorf("the role is %s%s, want %s%s", role.Path, got.Parameters["RoleName"].Default, wantPath, wantName)
		}
		if p := got.Parameters["ExternalId"]; !p.NoEcho || p.MinLength != 16 {
			t.Errorf("the external id is %+v", p)
		}
	}
}

// TestTheTerraformTextHoldsThePolicy reads the blocks of statements back.
func TestTheTerraformTextHoldsThePolicy(t *testing.T) {
	for _, o := range []access.Options{{}, {GetFunction: true, Role: "audit/Reader"}} {
		text := access.Terraform(o)
		_, scan, found := strings.Cut(text, `data "aws_iam_policy_document" "estray_scan" {`)
		if !found {
			t.Fatalf("there is no policy in\n%s", text)
		}
		block := regexp.MustCompile(`(?s)statement \{\n\s+sid\s+= "(\w+)"\n\s+effect\s+= "(\w+)"\n\s+actions = \[(.*?)\]\n\s+resources = \[(.*?)\]\n`)
		word := regexp.MustCompile(`"([^"]*)"`)
		list := func(s string) (out []string) {
			for _, m := range word.FindAllStringSubmatch(s, -1) {
				out = append(out, m[1])
			}
			return out
		}
		got := access.Document{Version: "2012-10-17"} // that of Terraform's documents
		for _, m := range block.FindAllStringSubmatch(scan, -1) {
			got.Statement = append(got.Statement, access.Statement{Sid: m[1], Effect: m[2], Action: list(m[3]), Resource: list(m[4])})
		}
		o.Partition = "${data.aws_partition.current.partition}"
		if d := cmp.Diff(access.Scan(o), got); d != "" {
			t.Errorf("the policy differs: -want +got\n%s", d)
		}
		for _, must := range []string{`variable = "sts:ExternalId"`, `identifiers = [var.trusted_principal_arn]`, `data "aws_partition" "current" {}`, `name                 = var.role_name`} {
			if !strings.Contains(text, must) {
				t.Errorf("the text does not hold %s", must)
			}
		}
		if o.Role != "" && (!strings.Contains(text, `path                 = "/audit/"`) || !strings.Contains(text, `default     = "Reader"`)) {
			t.Errorf("the path and the name of %s are not told apart", o.Role)
		}
	}
}

func TestTheTextsSayWhatGetFunctionMeans(t *testing.T) {
	for name, text := range map[string]func(access.Options) string{"CloudFormation": access.CloudFormation, "Terraform": access.Terraform} {
		if said := strings.Contains(text(access.Options{GetFunction: true}), "hands out\n# links to the code"); !said {
			t.Errorf("%s: GetFunction is allowed without a word", name)
		}
		if strings.Contains(text(access.Options{}), "hands out") {
			t.Errorf("%s: it speaks of what is not allowed", name)
		}
	}
}
