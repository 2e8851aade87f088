package aws

import (
	"strings"
	"testing"
)

// TestNamesByWhichMembersAreJudgedAreLookedAt: mayTell is not exported, and what
// it wrongly passes over would be a secret kept.
func TestNamesByWhichMembersAreJudgedAreLookedAt(t *testing.T) {
	names := []string{
		"environment", "environmentVariables", "stageVariables", "code", "content",
		"credentials", "zipFile", "body", "payload", "input", "inputTemplate", "clientContext", "tokenCode", "sAMLAssertion",
		"sts:ExternalId", "externalId", "authorization",
	}
	for _, end := range []string{
		"password", "passphrase", "apiKeyValue", "secretString", "token", "secret", "secretKey", "secretAccessKey", "privateKey", "secretBinary",
	} {
		for _, before := range []string{"", "a", "lambda:Event", "someVeryLongNameOfAParameterThatEndsInA"} {
			names = append(names, before+end)
		}
	}
	for _, name := range names {
		for _, spelled := range []string{name, strings.ToLower(name), strings.ToUpper(name)} {
			lower := strings.ToLower(name)
			judged := lower == "environment" || lower == "environmentvariables" || lower == "stagevariables" || lower == "code" || lower == "content"
			if !mayTell(spelled) || !judged && !isSecretName([]byte(lower)) {
				t.Errorf("%s is passed over", spelled)
			}
		}
	}
}

// TestMostNamesAreSpared: without that, mayTell is of no use.
func TestMostNamesAreSpared(t *testing.T) {
	for _, name := range []string{"eventID", "eventTime", "userIdentity", "arn", "accountId", "requestParameters", "type"} {
		if mayTell(name) {
			t.Errorf("%s is looked at", name)
		}
	}
}
