package awsfake_test

import (
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
)

// TestForwardFillsTheGapsOfAnotherServer: the world answers the operations that
// it was given, for the account that the other server's credentials stand for;
// everything else is the other server's, what the fake does not serve included.
func TestForwardFillsTheGapsOfAnotherServer(t *testing.T) {
	const member = "333333333333"
	behind := awsfake.New(company())
	back := httptest.NewServer(behind)
	t.Cleanup(back.Close)
	target, err := url.Parse(back.URL)
	if err != nil {
		t.Fatal(err)
	}
	seven := 7
	s := awsfake.New(&awsfake.World{Now: now(), Home: "111111111111", Accounts: []*awsfake.Account{{ID: "111111111111"},
		{ID: member, Places: map[string]*awsfake.Region{"eu-west-1": {CountedFunctions: &seven}}}}})
	s.Forward(target, awsfake.Operation{Service: "lambda", Name: "GetAccountSettings"})
	front := httptest.NewServer(s)
	t.Cleanup(front.Close)
	cfg := assume(t, config(front.URL, "AKIAANYBODYSKEY00000"), audit(member))
	client := lambda.NewFromConfig(cfg)

	counted, err := client.GetAccountSettings(t.Context(), nil)
	if err != nil || counted.AccountUsage.FunctionCount != 7 {
		t.Errorf("the count is the world's: %+v, %v", counted, err)
	}
	listed, err := client.ListFunctions(t.Context(), nil)
	if err != nil || len(listed.Functions) != 50 {
		t.Errorf("the list is the other server's: %+v, %v", listed, err)
	}
	if _, err := account.NewFromConfig(cfg).GetContactInformation(t.Context(), nil); err == nil {
		t.Error("what nobody serves was answered")
	}
	s.SetFaults(awsfake.Fault{Account: member, Effect: awsfake.DenyMissing()})
	for name, call := range map[string]func() error{
		"the world":        func() error { _, err := client.GetAccountSettings(t.Context(), nil); return err },
		"the other server": func() error { _, err := client.ListFunctions(t.Context(), nil); return err },
	} {
		if err := call(); code(err) != "AccessDeniedException" {
			t.Errorf("a fault before %s: %v", name, err)
		}
	}
	var passed []string
	for _, c := range behind.Calls() {
		passed = append(passed, c.Operation)
	}
	if diff := cmp.Diff([]string{"AssumeRole", "ListFunctions", "POST /getContactInformation"}, passed); diff != "" {
		t.Errorf("calls of the other server (-want +got):\n%s", diff)
	}
}
