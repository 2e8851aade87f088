package main

import (
	"net/http/httptest"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/estray/estray/internal/awsfake"
)

// fakeAWS DENIED... starts a fake of AWS and points the environment at it. It
// has an organization of three accounts, of which 111122223333 is that of the
// credentials, 222233334444 has the role EstrayAudit and 333344445555 is
// suspended. Denied operations are written SERVICE.OPERATION[@ACCOUNT].
func fakeAWS(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: fakeaws SERVICE.OPERATION[@ACCOUNT]...")
	}
	places := func() map[string]*awsfake.Region {
		return map[string]*awsfake.Region{"eu-west-1": {
			Functions: []*awsfake.Function{{Name: "payments"}}, Buckets: []*awsfake.Bucket{{Name: "invoices"}},
		}}
	}
	fake := awsfake.New(&awsfake.World{
		Now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), Home: "111122223333",
		Organization: &awsfake.Organization{ID: "o-a1b2c3d4e5", Management: "111122223333"},
		Accounts: []*awsfake.Account{
			{ID: "111122223333", Places: places()},
			{ID: "222233334444", Role: "EstrayAudit", Places: places()},
			{ID: "333344445555", State: "SUSPENDED", Status: "SUSPENDED"},
		},
	})
	var faults []awsfake.Fault
	for _, arg := range args {
		call, account, _ := strings.Cut(arg, "@")
		service, operation, ok := strings.Cut(call, ".")
		if !ok {
			ts.Fatalf("%q is not written SERVICE.OPERATION[@ACCOUNT]", arg)
		}
		faults = append(faults, awsfake.Fault{Service: service, Operation: operation, Account: account, Effect: awsfake.DenyMissing()})
	}
	fake.SetFaults(faults...)
	server := httptest.NewServer(fake)
	ts.Defer(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "AKIAANYBODYSKEY00000", "AWS_SECRET_ACCESS_KEY": "x",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
	} {
		ts.Setenv(name, value)
	}
}
