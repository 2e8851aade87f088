package aws_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
)

// own is the organization that policies of these tests name.
func own() inventory.Own { return inventory.Own{Organization: "o-abcdefghij"} }

// allow wraps members of a statement into a policy.
func allow(members string) string {
	return `{"Version":"2012-10-17","Statement":[{"Sid":"s","Effect":"Allow","Action":"lambda:InvokeFunction",` + members + `}]}`
}

func TestPrincipalForms(t *testing.T) {
	const actions = "lambda:InvokeFunction"
	for name, c := range map[string]struct {
		members string
		want    inventory.Grant
		reach   inventory.Reach
	}{
		"a star":   {`"Principal":"*"`, inventory.Grant{Everyone: true}, inventory.ReachPublic},
		"AWS star": {`"Principal":{"AWS":"*"}`, inventory.Grant{Everyone: true}, inventory.ReachPublic},
		"AWS list with a star": {`"Principal":{"AWS":["111122223333","*"]}`,
			inventory.Grant{Everyone: true, Principals: []string{account}, Accounts: []string{account}}, inventory.ReachPublic},
		"an account": {`"Principal":{"AWS":"111122223333"}`, inventory.Grant{Principals: []string{account}, Accounts: []string{account}}, inventory.ReachAccount},
		"a root ARN": {`"Principal":{"AWS":"arn:aws:iam::999999999999:root"}`,
			inventory.Grant{Principals: []string{"arn:aws:iam::999999999999:root"}, Accounts: []string{outside}}, inventory.ReachPartner},
		"two accounts": {`"Principal":{"AWS":["arn:aws:iam::444455556666:role/x","111122223333"]}`,
			inventory.Grant{Principals: []string{account, "arn:aws:iam::444455556666:role/x"}, Accounts: []string{account, other}}, inventory.ReachPartner},
		"what a deleted role left": {`"Principal":{"AWS":"AROAEXAMPLEEXAMPLE01"}`, inventory.Grant{Principals: []string{"AROAEXAMPLEEXAMPLE01"}}, inventory.ReachPrivate},
		"a service":                {`"Principal":{"Service":"s3.amazonaws.com"}`, inventory.Grant{Services: []string{"s3.amazonaws.com"}}, inventory.ReachAuthenticated},
		"services":                 {`"Principal":{"Service":["sns.amazonaws.com","s3.amazonaws.com"]}`, inventory.Grant{Services: []string{"s3.amazonaws.com", "sns.amazonaws.com"}}, inventory.ReachAuthenticated},
		"a federation":             {`"Principal":{"Federated":"cognito-identity.amazonaws.com"}`, inventory.Grant{Federated: []string{"cognito-identity.amazonaws.com"}}, inventory.ReachPartner},
		"a canonical user is somebody's account": {`"Principal":{"CanonicalUser":"abc"}`,
			inventory.Grant{Principals: []string{"CanonicalUser:abc"}, Accounts: []string{"*"}, Unjudged: []string{"Principal CanonicalUser"}}, inventory.ReachAuthenticated},
		"a principal that is none is somebody's account": {`"Principal":{"AWS":"whoever"}`,
			inventory.Grant{Principals: []string{"whoever"}, Accounts: []string{"*"}, Unjudged: []string{"Principal"}}, inventory.ReachAuthenticated},
		"everybody but one": {`"NotPrincipal":{"AWS":"111122223333"}`, inventory.Grant{Everyone: true, Unjudged: []string{"NotPrincipal"}}, inventory.ReachPublic},
		"none":              {`"Resource":"*"`, inventory.Grant{}, inventory.ReachPrivate},
		"a version":         {`"Principal":"*","Resource":"` + fn + `:live"`, inventory.Grant{Everyone: true, Qualifier: "live"}, inventory.ReachPublic},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.ID, c.want.Actions = "s", []string{actions}
			checkPolicy(t, allow(c.members), c.want, c.reach)
		})
	}
}

func checkPolicy(t *testing.T, text string, want inventory.Grant, reach inventory.Reach) {
	t.Helper()
	got, err := aws.ParsePolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]inventory.Grant{want}, got); diff != "" {
		t.Error(diff)
	}
	if r := got[0].Reach(account, own()); r != reach {
		t.Errorf("reach %s, want %s", r, reach)
	}
}

func TestOnlyConditionsThatACallerCannotChooseNarrow(t *testing.T) {
	for name, c := range map[string]struct {
		condition string
		want      inventory.Grant
		reach     inventory.Reach
	}{
		"source ARN": {`{"ArnLike":{"aws:SourceArn":"arn:aws:sns:eu-west-1:111122223333:t"}}`,
			inventory.Grant{Everyone: true, Sources: []string{"arn:aws:sns:eu-west-1:111122223333:t"}}, inventory.ReachAccount},
		"source ARN, whatever the case of the key": {`{"StringEquals":{"AWS:SOURCEARN":["arn:aws:sns:eu-west-1:111122223333:t"]}}`,
			inventory.Grant{Everyone: true, Sources: []string{"arn:aws:sns:eu-west-1:111122223333:t"}}, inventory.ReachAccount},
		"source account":       {`{"StringEquals":{"aws:SourceAccount":"111122223333"}}`, inventory.Grant{Everyone: true, SourceAccounts: []string{account}}, inventory.ReachAccount},
		"organization":         {`{"StringEquals":{"aws:PrincipalOrgID":"o-abcdefghij"}}`, inventory.Grant{Everyone: true, Organizations: []string{"o-abcdefghij"}}, inventory.ReachOrganization},
		"path of organization": {`{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-abcdefghij/*"}}`, inventory.Grant{Everyone: true, Organizations: []string{"o-abcdefghij"}}, inventory.ReachOrganization},
		"account of caller":    {`{"StringEquals":{"aws:PrincipalAccount":["111122223333"]}}`, inventory.Grant{Accounts: []string{account}}, inventory.ReachAccount},
		"ARN of caller": {`{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}}`,
			inventory.Grant{Accounts: []string{account}, Principals: []string{"arn:aws:iam::111122223333:role/*"}}, inventory.ReachAccount},
		"signed URL":                       {`{"StringEquals":{"lambda:FunctionUrlAuthType":"AWS_IAM"}}`, inventory.Grant{Everyone: true, Auth: "AWS_IAM"}, inventory.ReachAuthenticated},
		"open URL":                         {`{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}`, inventory.Grant{Everyone: true, Auth: "NONE"}, inventory.ReachPublic},
		"signed or open":                   {`{"StringEquals":{"lambda:FunctionUrlAuthType":["AWS_IAM","NONE"]}}`, inventory.Grant{Everyone: true}, inventory.ReachPublic},
		"open URL in any case":             {`{"StringEqualsIgnoreCase":{"lambda:FunctionUrlAuthType":"none"}}`, inventory.Grant{Everyone: true, Auth: "NONE"}, inventory.ReachPublic},
		"open URL by a pattern":            {`{"StringLike":{"lambda:FunctionUrlAuthType":"N*"}}`, inventory.Grant{Everyone: true, Unjudged: []string{"lambda:FunctionUrlAuthType"}}, inventory.ReachPublic},
		"by URL only":                      {`{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}`, inventory.Grant{Everyone: true, ViaURL: true}, inventory.ReachPublic},
		"by URL, as a flag":                {`{"Bool":{"lambda:InvokedViaFunctionUrl":true}}`, inventory.Grant{Everyone: true, ViaURL: true}, inventory.ReachPublic},
		"external id":                      {`{"StringEquals":{"sts:ExternalId":"x"}}`, inventory.Grant{Everyone: true, Secret: true}, inventory.ReachPublic},
		"any external id":                  {`{"StringLike":{"sts:ExternalId":"*"}}`, inventory.Grant{Everyone: true, Unjudged: []string{"sts:ExternalId"}}, inventory.ReachPublic},
		"a source that is any":             {`{"ArnLike":{"aws:SourceArn":"*"}}`, inventory.Grant{Everyone: true, Unjudged: []string{"aws:SourceArn"}}, inventory.ReachPublic},
		"a source of any account and name": {`{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}}`, inventory.Grant{Everyone: true, Unjudged: []string{"aws:SourceArn"}}, inventory.ReachPublic},
		"one source or any":                {`{"ArnLike":{"aws:SourceArn":["arn:aws:sns:eu-west-1:111122223333:t","*"]}}`, inventory.Grant{Everyone: true, Unjudged: []string{"aws:SourceArn"}}, inventory.ReachPublic},
		"any organization":                 {`{"StringLike":{"aws:PrincipalOrgID":"o-*"}}`, inventory.Grant{Everyone: true, Unjudged: []string{"aws:PrincipalOrgID"}}, inventory.ReachPublic},
		"a role of any account":            {`{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/x"}}`, inventory.Grant{Everyone: true, Unjudged: []string{"aws:PrincipalArn"}}, inventory.ReachPublic},
		"negated":                          {`{"StringNotEquals":{"aws:SourceAccount":"111122223333"}}`, inventory.Grant{Everyone: true, Unjudged: []string{"aws:SourceAccount"}}, inventory.ReachPublic},
		"only if it exists":                {`{"StringEqualsIfExists":{"aws:SourceAccount":"111122223333"}}`, inventory.Grant{Everyone: true, Unjudged: []string{"aws:SourceAccount"}}, inventory.ReachPublic},
		"for all values":                   {`{"ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-abcdefghij"}}`, inventory.Grant{Everyone: true, Unjudged: []string{"aws:PrincipalOrgID"}}, inventory.ReachPublic},
		"what it is not null":              {`{"Null":{"aws:SourceAccount":"false"}}`, inventory.Grant{Everyone: true, Unjudged: []string{"aws:SourceAccount"}}, inventory.ReachPublic},
		"an address":                       {`{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`, inventory.Grant{Everyone: true, Unjudged: []string{"aws:SourceIp"}}, inventory.ReachPublic},
		"an endpoint":                      {`{"StringEquals":{"aws:SourceVpce":"vpce-1"}}`, inventory.Grant{Everyone: true, Unjudged: []string{"aws:SourceVpce"}}, inventory.ReachPublic},
		"a user agent":                     {`{"StringEquals":{"aws:UserAgent":"x","aws:Referer":"y"}}`, inventory.Grant{Everyone: true}, inventory.ReachPublic},
		"a tag of the request":             {`{"StringEquals":{"aws:RequestTag/a":"x"}}`, inventory.Grant{Everyone: true}, inventory.ReachPublic},
		"two at once": {`{"StringEquals":{"aws:PrincipalOrgID":"o-abcdefghij","x:y":"z"},"StringNotLike":{"aws:SourceVpc":"v"}}`,
			inventory.Grant{Everyone: true, Organizations: []string{"o-abcdefghij"}, Unjudged: []string{"aws:SourceVpc", "x:y"}}, inventory.ReachOrganization},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.ID, c.want.Actions = "s", []string{"lambda:InvokeFunction"}
			checkPolicy(t, allow(`"Principal":"*","Condition":`+c.condition), c.want, c.reach)
		})
	}
}

func TestAConditionNeverWidensNamedPrincipals(t *testing.T) {
	checkPolicy(t, allow(`"Principal":{"AWS":"111122223333"},"Condition":{"StringEquals":{"aws:PrincipalAccount":"999999999999"}}`),
		inventory.Grant{ID: "s", Actions: []string{"lambda:InvokeFunction"}, Principals: []string{account}, Accounts: []string{account}}, inventory.ReachAccount)
}

func TestPolicyShapes(t *testing.T) {
	one := inventory.Grant{Everyone: true, Actions: []string{"a"}}
	deny := inventory.Grant{Everyone: true, Deny: true, Actions: []string{"b"}}
	not := inventory.Grant{Everyone: true, Actions: []string{"*"}, Unjudged: []string{"NotAction"}}
	const s, d = `{"Effect":"Allow","Principal":"*","Action":"a"}`, `{"Effect":"Deny","Principal":"*","Action":["b"]}`
	for name, c := range map[string]struct {
		text string
		want []inventory.Grant
	}{
		"a list":              {`{"Statement":[` + s + "," + d + `]}`, []inventory.Grant{one, deny}},
		"a single statement":  {`{"Statement":` + s + `}`, []inventory.Grant{one}},
		"a bare statement":    {s, []inventory.Grant{one}},
		"no statements":       {`{"Statement":[]}`, nil},
		"URL-encoded":         {url.PathEscape(`{"Statement":` + s + `}`), []inventory.Grant{one}},
		"with lines between":  {"\n {\n\"Statement\":\n" + s + "\n}\n", []inventory.Grant{one}},
		"all but some":        {`{"Statement":{"Effect":"Allow","Principal":"*","NotAction":"a"}}`, []inventory.Grant{not}},
		"keys of other cases": {`{"statement":{"effect":"allow","principal":"*","action":"a"}}`, []inventory.Grant{one}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := aws.ParsePolicy(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAPolicyThatCannotBeReadWholeIsAnError(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "hidden": "HIDDEN_DUE_TO_SECURITY_REASONS", "a list": "[]", "no statement": "{}", "cut": `{"Statement":[`,
		"followed by more": `{"Statement":[]}{}`, "a statement of text": `{"Statement":["x"]}`,
		"one of two without effect": `{"Statement":[{"Effect":"Allow","Principal":"*"},{"Principal":"*"}]}`,
		"damaged encoding":          "%7B%2", "a condition of text": allow(`"Principal":"*","Condition":"x"`),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := aws.ParsePolicy(text)
			if err == nil || got != nil {
				t.Fatalf("got %v, error %v", got, err)
			}
			if !strings.HasPrefix(err.Error(), "parse policy: ") || (text != "" && strings.Contains(err.Error(), text)) {
				t.Errorf("error text %q", err)
			}
		})
	}
}
