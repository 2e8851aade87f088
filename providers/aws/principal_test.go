package aws_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
)

func TestPrincipal(t *testing.T) {
	const role = "arn:aws:iam::111122223333:role/ci/deployer"
	issuer := fields{"type": "Role", "principalId": "AROAEXAMPLEEXAMPLE01", "arn": role, "accountId": account, "userName": "deployer"}
	session := "arn:aws:sts::111122223333:assumed-role/deployer/run-7"
	for name, c := range map[string]struct {
		identity fields
		want     inventory.Principal
	}{
		"a user with a long-lived key": {
			fields{"type": "IAMUser", "principalId": "AIDA1", "arn": "arn:aws:iam::111122223333:user/ops/ana", "accountId": account, "accessKeyId": "AKIA1", "userName": "ana"},
			inventory.Principal{ID: "arn:aws:iam::111122223333:user/ops/ana", Type: "user", UniqueID: "AIDA1", Account: account, Credential: inventory.LongLivedKey},
		},
		"a user with a session and an issuer of nothing": {
			fields{"type": "IAMUser", "principalId": "AIDA1", "arn": "arn:aws:iam::111122223333:user/ana", "accountId": account, "accessKeyId": "ASIA1",
				"sessionContext": fields{"sessionIssuer": fields{}, "webIdFederationData": fields{}, "attributes": fields{"mfaAuthenticated": "true"}}},
			inventory.Principal{ID: "arn:aws:iam::111122223333:user/ana", Type: "user", UniqueID: "AIDA1", Account: account, Credential: inventory.SessionKey},
		},
		"a user without an ARN or a key": {
			fields{"type": "IAMUser", "principalId": "AIDA1", "accountId": account, "accessKeyId": ""},
			inventory.Principal{ID: "user:AIDA1", Type: "user", UniqueID: "AIDA1", Account: account},
		},
		"a role's session is its issuer": {
			fields{"type": "AssumedRole", "principalId": "AROAEXAMPLEEXAMPLE01:run-7", "arn": session, "accountId": account, "accessKeyId": "ASIA1",
				"sessionContext": fields{"sessionIssuer": issuer, "sourceIdentity": "ana"}, "invokedBy": "cloudformation.amazonaws.com"},
			inventory.Principal{ID: role, Type: "assumed-role", UniqueID: "AROAEXAMPLEEXAMPLE01", Account: account, Session: "run-7",
				Credential: inventory.SessionKey, InvokedBy: "cloudformation.amazonaws.com",
				Chain: []string{role, "session:run-7", "source-identity:ana", "invoked-by:cloudformation.amazonaws.com"}},
		},
		"a role's session without an issuer is never its session ARN": {
			fields{"type": "AssumedRole", "principalId": "AROAEXAMPLEEXAMPLE01:run-7", "arn": session},
			inventory.Principal{ID: "assumed-role:AROAEXAMPLEEXAMPLE01", Type: "assumed-role", UniqueID: "AROAEXAMPLEEXAMPLE01", Account: account,
				Session: "run-7", Chain: []string{"assumed-role:AROAEXAMPLEEXAMPLE01", "session:run-7"}},
		},
		"a function's session names the function, unqualified": {
			fields{"type": "AssumedRole", "principalId": "AROAEXAMPLEEXAMPLE01:pay", "arn": "arn:aws:sts::111122223333:assumed-role/deployer/pay", "accountId": account,
				"sessionContext": fields{"sessionIssuer": issuer},
				"inScopeOf":      fields{"issuerType": "AWS::Lambda::Function", "credentialsIssuedTo": fn + ":$LATEST"}},
			inventory.Principal{ID: role, Type: "assumed-role", UniqueID: "AROAEXAMPLEEXAMPLE01", Account: account, Session: "pay", Function: fn,
				Chain: []string{role, "session:pay"}},
		},
		"an instance's session names no function": {
			fields{"type": "AssumedRole", "principalId": "AROAEXAMPLEEXAMPLE01:i-1", "accountId": account, "sessionContext": fields{"sessionIssuer": issuer},
				"inScopeOf": fields{"issuerType": "AWS::EC2::Instance", "credentialsIssuedTo": fn}},
			inventory.Principal{ID: role, Type: "assumed-role", UniqueID: "AROAEXAMPLEEXAMPLE01", Account: account, Session: "i-1", Chain: []string{role, "session:i-1"}},
		},
		"a role of single sign-on is kept as its issuer": {
			fields{"type": "AssumedRole", "principalId": "AROA1:ana@example.com", "accountId": account,
				"sessionContext": fields{"sessionIssuer": fields{"arn": "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef", "principalId": "AROA1"}},
				"onBehalfOf":     fields{"userId": "u-1", "identityStoreArn": "arn:aws:identitystore::111122223333:identitystore/d-1"}},
			inventory.Principal{ID: "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef", Type: "assumed-role", UniqueID: "AROA1",
				Account: account, Session: "ana@example.com", Chain: []string{
					"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef", "session:ana@example.com", "on-behalf-of:u-1"}},
		},
		"a session of an OIDC identity": {
			fields{"type": "AssumedRole", "principalId": "AROA1:gh", "accountId": account, "sessionContext": fields{
				"sessionIssuer": fields{"arn": role, "principalId": "AROA1"},
				"webIdFederationData": fields{
					"federatedProvider": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
					"attributes":        fields{"token.actions.githubusercontent.com:aud": "sts", "token.actions.githubusercontent.com:sub": "repo:a/b:ref:refs/heads/main"}}}},
			inventory.Principal{ID: role, Type: "assumed-role", UniqueID: "AROA1", Account: account, Session: "gh",
				Provider: "token.actions.githubusercontent.com", Subject: "repo:a/b:ref:refs/heads/main", Chain: []string{role, "session:gh"}},
		},
		"a federated user is the IAM user who issued him": {
			fields{"type": "FederatedUser", "principalId": "111122223333:bob", "arn": "arn:aws:sts::111122223333:federated-user/bob", "accountId": account,
				"sessionContext": fields{"sessionIssuer": fields{"type": "IAMUser", "principalId": "AIDA1", "arn": "arn:aws:iam::111122223333:user/ana"}}},
			inventory.Principal{ID: "arn:aws:iam::111122223333:user/ana", Type: "federated-user", UniqueID: "AIDA1", Account: account, Session: "bob",
				Chain: []string{"arn:aws:iam::111122223333:user/ana", "session:bob"}},
		},
		"root": {
			fields{"type": "Root", "principalId": account, "arn": "arn:aws:iam::111122223333:root", "accountId": account},
			inventory.Principal{ID: "111122223333:root", Type: "root", UniqueID: account, Account: account},
		},
		"a service": {
			fields{"type": "AWSService", "invokedBy": "replicator.lambda.amazonaws.com"},
			inventory.Principal{ID: "service:replicator.lambda.amazonaws.com", Type: "service", InvokedBy: "replicator.lambda.amazonaws.com",
				Chain: []string{"invoked-by:replicator.lambda.amazonaws.com"}},
		},
		"a service without a type": {
			fields{"accountId": account, "invokedBy": "secretsmanager.amazonaws.com"},
			inventory.Principal{ID: "service:secretsmanager.amazonaws.com", Type: "service", Account: account, InvokedBy: "secretsmanager.amazonaws.com",
				Chain: []string{"invoked-by:secretsmanager.amazonaws.com"}},
		},
		"another account": {
			fields{"type": "AWSAccount", "principalId": "AIDA9", "accountId": outside},
			inventory.Principal{ID: "account:AIDA9", Type: "account", UniqueID: "AIDA9", Account: outside},
		},
		"a session of another account is known without the name that it chose": {
			fields{"type": "AWSAccount", "principalId": "AROA9:ci", "accountId": outside},
			inventory.Principal{ID: "account:AROA9", Type: "account", UniqueID: "AROA9", Account: outside, Session: "ci", Chain: []string{"session:ci"}},
		},
		"a user of the identity centre": {
			fields{"type": "IdentityCenterUser", "accountId": account, "onBehalfOf": fields{"userId": "u-1"}, "credentialId": "c"},
			inventory.Principal{ID: "identity-center-user:u-1", Type: "identity-center-user", Account: account, Chain: []string{"on-behalf-of:u-1"}},
		},
		"a type that is new": {
			fields{"type": "Robot", "principalId": "R2"},
			inventory.Principal{ID: "unknown:R2", Type: "unknown", UniqueID: "R2"},
		},
		"nothing at all": {fields{}, inventory.Principal{Type: "unknown"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := call(t, "lambda", "Invoke", fields{"userIdentity": c.identity}).Event.Principal
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOnlyTheRecordsOwnFieldTellsTheConsole(t *testing.T) {
	for name, c := range map[string]struct {
		change fields
		want   bool
	}{
		"the text true":     {fields{"sessionCredentialFromConsole": "true"}, true},
		"the text false":    {fields{"sessionCredentialFromConsole": "false"}, false},
		"a user agent only": {fields{"userAgent": "console.amazonaws.com"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := call(t, "lambda", "Invoke", c.change).Event.Principal.Console; got != c.want {
				t.Errorf("console %v", got)
			}
		})
	}
}
