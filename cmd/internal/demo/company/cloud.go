package company

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/estray/estray/internal/awsfake"
)

const (
	// audit is the account that scans: it runs no functions, and the
	// organization lets it list the others.
	audit = "222233334444"
	// auditRole is the role that it takes in the others.
	auditRole, externalID = "EstrayAudit", "demo-external-id-0001"
)

// Cloud is the company as AWS would answer for it: the same functions, roles,
// policies and events as in the exports, and what the audit role is denied.
func Cloud(seed uint64) (*awsfake.World, []awsfake.Fault, error) {
	c := newCompany(seed)
	w := &awsfake.World{Now: taken(), Home: audit, Organization: &awsfake.Organization{ID: "o-demo1234567", Management: shop, Delegated: []string{audit}}}
	w.Policies = []*awsfake.ManagedPolicy{
		managed("AdministratorAccess", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`),
		managed("service-role/AWSLambdaBasicExecutionRole", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`),
	}
	for _, id := range []string{shop, data, sandbox, audit} {
		w.Accounts = append(w.Accounts, c.account(id))
	}
	for _, a := range c.acts() {
		record, err := json.Marshal(c.record(a))
		if err != nil {
			return nil, nil, fmt.Errorf("make events: %w", err)
		}
		place := w.Account(a.account).Places[a.region]
		place.Events = append(place.Events, record)
	}
	return w, denials(), nil
}

// denials are what the snapshot's coverage tells as denied.
func denials() []awsfake.Fault {
	return []awsfake.Fault{
		{Service: "lambda", Account: sandbox, Region: "us-east-1", Effect: awsfake.DenyControlPolicy()},
		{Service: "lambda", Operation: "GetPolicy", Account: shop, Resource: "payments-payout", Effect: awsfake.DenyMissing()},
		{Service: "lambda", Operation: "ListEventSourceMappings", Account: data, Region: "us-east-1", Effect: awsfake.DenyMissing()},
	}
}

func managed(name, document string) *awsfake.ManagedPolicy {
	short := name[strings.LastIndex(name, "/")+1:]
	return &awsfake.ManagedPolicy{ARN: "arn:aws:iam::aws:policy/" + name, Name: short, Path: strings.TrimSuffix("/"+name, short),
		Versions: []awsfake.PolicyVersion{{ID: "v1", Document: document}}}
}

func (c *company) account(id string) *awsfake.Account {
	names := map[string]string{shop: "shop", data: "data", sandbox: "sandbox", audit: "audit"}
	a := &awsfake.Account{ID: id, Name: names[id], Email: names[id] + "@shop.example", Role: auditRole, ExternalID: externalID,
		Places: map[string]*awsfake.Region{"eu-west-1": {}, "us-east-1": {}},
		Regions: []awsfake.RegionState{{Name: "af-south-1", OptStatus: "DISABLED"}, {Name: "eu-west-1", OptStatus: "ENABLED_BY_DEFAULT"},
			{Name: "us-east-1", OptStatus: "ENABLED_BY_DEFAULT"}},
		Trails: []*awsfake.Trail{{Name: "org-trail", ARN: "arn:aws:cloudtrail:eu-west-1:" + shop + ":trail/org-trail", Home: "eu-west-1", Bucket: "shop-org-trail",
			MultiRegion: true, Organization: true, GlobalEvents: true, Validated: true, Logging: true, Started: logStart().AddDate(-2, 0, 0), LatestDelivery: taken().Add(-4 * time.Minute),
			Selectors: []awsfake.Selector{{ReadWriteType: "All", Management: true}}}},
	}
	roles := map[string]bool{}
	for _, f := range c.functions {
		if f.account != id {
			continue
		}
		place := a.Places[f.region]
		place.Functions = append(place.Functions, f.deployed())
		if !roles[f.role] {
			roles[f.role] = true
			a.Roles = append(a.Roles, f.executionRole())
		}
	}
	return a
}

// deployed is the function as Lambda holds it.
func (f *function) deployed() *awsfake.Function {
	env := map[string]string{}
	for _, name := range f.env {
		env[name] = "demo-value-of-" + strings.ToLower(name)
	}
	out := &awsfake.Function{Name: f.name, Tags: f.labels(), Settings: awsfake.Settings{
		Runtime: "python3.13", Handler: "app.handler", Role: f.role, CodeSHA256: f.digest, CodeSize: 48213, Timeout: 30, MemorySize: 256,
		LastModified: f.modified, Architectures: []string{"arm64"}, Environment: env, LogFormat: "JSON",
		RevisionID: fmt.Sprintf("%.8s-demo", strings.ToLower(hashOf(f.arn()+f.digest))),
	}}
	if f.layer != "" {
		out.Layers = []string{f.layer}
	}
	var statements []awsfake.Statement
	if f.public {
		out.URLs = []*awsfake.URL{{ID: urlID(f), AuthType: "NONE", Created: f.modified, Modified: f.modified}}
		statements = append(statements, awsfake.Statement{Sid: "open", Principal: "*", Action: "lambda:InvokeFunctionUrl", Resource: f.arn(),
			Condition: map[string]map[string]any{"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}})
	}
	if f.partner {
		statements = append(statements, awsfake.Statement{Sid: "share", Principal: map[string]string{"AWS": "arn:aws:iam::" + foreign + ":root"},
			Action: "lambda:InvokeFunction", Resource: f.arn()})
	}
	if len(statements) > 0 {
		out.Policies = map[string]*awsfake.Policy{"": {Statements: statements}}
	}
	return out
}

// executionRole is the role that the function runs as.
func (f *function) executionRole() *awsfake.Role {
	r := &awsfake.Role{Name: f.role[strings.LastIndex(f.role, "/")+1:], Created: logStart().AddDate(-1, 0, 0),
		Trust:    `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
		Attached: []string{"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}}
	if f.admin {
		r.Attached = append(r.Attached, "arn:aws:iam::aws:policy/AdministratorAccess")
	}
	return r
}
