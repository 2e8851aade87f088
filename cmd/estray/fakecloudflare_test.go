package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/estray/estray/internal/cloudflarefake"
)

// fakeCloudflare DENIED... starts a fake of Cloudflare and writes an estray.yaml that
// reads it. It has two accounts, "Shop" and "Data", each with a zone and the Workers
// "front" and "idle". Denied calls are written PATH[@ACCOUNT].
func fakeCloudflare(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: fakecloudflare PATH[@ACCOUNT]...")
	}
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	then := now.AddDate(-1, 0, 0)
	w := &cloudflarefake.World{Now: now, Token: cloudflarefake.Token{Kind: cloudflarefake.AccountToken, Account: scriptShop, ID: strings.Repeat("c", 32), Name: "estray"}}
	for i, id := range []string{scriptShop, scriptData} {
		zone := &cloudflarefake.Zone{ID: strings.Repeat(fmt.Sprint(i+1), 32), Name: fmt.Sprintf("example%d.com", i)}
		zone.Routes = []cloudflarefake.Route{{ID: strings.Repeat("6", 32), Pattern: zone.Name + "/*", Script: "front"}}
		a := &cloudflarefake.Account{ID: id, Name: []string{"Shop", "Data"}[i], Subdomain: fmt.Sprint("team", i), Zones: []*cloudflarefake.Zone{zone}, NoPreviews: true}
		for n, name := range []string{"front", "idle"} {
			version := fmt.Sprintf("%08d-0000-4000-8000-00000000000%d", i, n)
			a.Workers = append(a.Workers, &cloudflarefake.Worker{Tag: fmt.Sprintf("%031d%d", i+1, n), Name: name, Etag: name, CreatedOn: then, UpdatedOn: then, DeployedOn: then,
				Bindings:    []cloudflarefake.Binding{{"type": "plain_text", "name": "MODE", "text": "canary-of-a-binding"}},
				Versions:    []cloudflarefake.Version{{ID: version, Number: 1, CreatedOn: then, Source: "wrangler"}},
				Deployments: []cloudflarefake.Deployment{{ID: version, CreatedOn: then, Source: "wrangler", Versions: []cloudflarefake.Share{{VersionID: version, Percentage: 100}}}}})
		}
		w.Accounts = append(w.Accounts, a)
	}
	fake := cloudflarefake.New(w)
	var faults []cloudflarefake.Fault
	for _, arg := range args {
		path, account, _ := strings.Cut(arg, "@")
		faults = append(faults, cloudflarefake.Fault{Path: path, Account: account, Effect: cloudflarefake.Deny(10000)})
	}
	fake.SetFaults(faults...)
	server := httptest.NewServer(fake)
	ts.Defer(server.Close)
	ts.Setenv("CLOUDFLARE_API_TOKEN", "canary-of-the-token")
	ts.Check(os.WriteFile(ts.MkAbs("estray.yaml"), fmt.Appendf(nil, "providers: {cloudflare: {endpoint: %q, rate: 0}}\n", server.URL), 0o644))
}

const (
	scriptShop = "5a000000000000000000000000000001"
	scriptData = "5b000000000000000000000000000002"
)
