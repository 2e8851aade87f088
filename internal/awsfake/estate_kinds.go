package awsfake

import "fmt"

// kind is a kind of function of the estate.
type kind struct {
	name string
	make func(s *site, m *made)
}

// made is a function in the making, with its reach by qualifier.
type made struct {
	*Function
	kind  string
	reach map[string]string
}

// kinds are the twenty kinds, in the order in which they are made.
func kinds() []kind {
	return []kind{
		{"public", public}, {"closed", closed}, {"signed", signed}, {"partner", partner}, // aliases, URLs and policies
		{"hidden", hidden}, // a URL on an alias only
		{"sourced", sourced}, {"confused", confused}, {"orphan", orphan}, {"sister", sister}, {"canary", aliasPolicy},
		{"image", image}, {"layered", layered}, {"admin", admin}, {"roleless", roleless}, {"passer", passing},
		{"pooled", pooled}, {"fenced", fenced}, {"worker", plainly}, {"door", plainly}, {"busy", busy},
	}
}

// add makes the k-th function of a site.
func (s *site) add(k int) {
	all := kinds()
	kd := all[k%len(all)]
	name := fmt.Sprintf("%s-%02d", kd.name, k)
	born := s.b.now.AddDate(0, 0, -1-k%80)
	id := hash(s.account.ID + s.name + name)
	m := &made{kind: kd.name, reach: map[string]string{}, Function: &Function{Name: name, Settings: Settings{
		Description: "the " + kd.name + " function", Role: "arn:aws:iam::" + s.account.ID + ":role/runner",
		CodeSHA256: fmt.Sprintf("%043x=", id), RevisionID: fmt.Sprintf("00000000-0000-4000-8000-%012x", id>>16), CodeSize: int64(1000 + k), LastModified: born,
		Environment: map[string]string{"STAGE": Canary + "-stage", "API_TOKEN": Canary + "-token"},
	}}}
	if k%2 == 0 {
		m.Tags = map[string]string{"owner": "team-" + kd.name, "stage": "prod"}
	}
	kd.make(s, m)
	m.Function.kind, m.Function.reach = m.kind, m.reach
	s.region.Functions = append(s.region.Functions, m.Function)
	s.record(m)
}

// live gives a function a version and the alias that points to it.
func (m *made) live() {
	m.Versions = append(m.Versions, &Version{Number: "1", Settings: m.Settings})
	m.Aliases = append(m.Aliases, &Alias{Name: "live", Version: "1", RevisionID: m.RevisionID})
}

// url gives a function a URL.
func (s *site) url(m *made, qualifier, auth string) {
	id := fmt.Sprintf("%032x", hash(s.account.ID+s.name+m.Name+qualifier))
	m.URLs = append(m.URLs, &URL{Qualifier: qualifier, ID: id, AuthType: auth, Created: m.LastModified})
}

// let adds statements to the policy of a qualifier, which then reaches so far.
func (m *made) let(qualifier, reach string, statements ...Statement) {
	if m.Policies == nil {
		m.Policies = map[string]*Policy{}
	}
	m.Policies[qualifier] = &Policy{Statements: statements, RevisionID: m.RevisionID}
	m.reach[qualifier] = reach
}

// through are the two statements that a function URL needs since October 2025.
func through(principal any, auth string) []Statement {
	return []Statement{
		{Sid: "url", Principal: principal, Action: "lambda:InvokeFunctionUrl", Condition: map[string]map[string]any{"StringEquals": {"lambda:FunctionUrlAuthType": auth}}},
		{Sid: "url-call", Principal: principal, Action: "lambda:InvokeFunction", Condition: map[string]map[string]any{"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}},
	}
}

// root is an account as a principal.
func root(account string) any { return map[string]string{"AWS": "arn:aws:iam::" + account + ":root"} }

// service is a service as a principal.
func service(name string) any { return map[string]string{"Service": name + ".amazonaws.com"} }

// from is the condition that a service acts for a source of an account.
func from(arn, account string) map[string]map[string]any {
	return map[string]map[string]any{"ArnLike": {"aws:SourceArn": arn}, "StringEquals": {"aws:SourceAccount": account}}
}

// public: anybody without a signature calls the function, and whoever the
// account lets, its alias.
func public(s *site, m *made) {
	m.live()
	s.url(m, "", "NONE")
	s.url(m, "live", "AWS_IAM")
	m.let("", "public", through("*", "NONE")...)
	m.let("live", "account", through(root(s.account.ID), "AWS_IAM")...)
}

// closed: the URL asks for no signature, but no statement opens it. Its alias
// is for the organization.
func closed(s *site, m *made) {
	m.live()
	s.url(m, "", "NONE")
	m.let("", "account", Statement{Sid: "own", Principal: root(s.account.ID)})
	m.let("live", "organization", Statement{Sid: "org", Principal: "*",
		Condition: map[string]map[string]any{"StringEquals": {"aws:PrincipalOrgID": s.b.out.World.Organization.ID}}})
}

// signed: anybody with an AWS account calls the function.
func signed(s *site, m *made) {
	m.live()
	s.url(m, "", "AWS_IAM")
	m.let("", "authenticated", through("*", "AWS_IAM")...)
	m.let("live", "account", Statement{Sid: "own", Principal: root(s.account.ID)})
}

// partner: an account outside the organization calls function and alias.
func partner(s *site, m *made) {
	m.live()
	s.url(m, "live", "AWS_IAM")
	m.let("", "partner", Statement{Sid: "them", Principal: root(Foreign)})
	m.let("live", "partner", through(root(Foreign), "AWS_IAM")...)
}

// hidden: the only URL hangs on an alias, and so does the only policy.
func hidden(s *site, m *made) {
	m.live()
	s.url(m, "live", "NONE")
	m.let("live", "public", through("*", "NONE")...)
}

// sourced: a service calls for a source of the account.
func sourced(s *site, m *made) {
	m.let("", "account", Statement{Sid: "s3", Principal: service("s3"), Condition: from("arn:aws:s3:::estate-*", s.account.ID)})
}

// confused: a service calls, for whomever.
func confused(_ *site, m *made) {
	m.let("", "authenticated", Statement{Sid: "sns", Principal: service("sns")})
}

// orphan: the principal was deleted, and only its unique id is left.
func orphan(_ *site, m *made) {
	m.let("", "private", Statement{Sid: "gone", Principal: map[string]string{"AWS": "AROAEXAMPLEDELETED1234"}})
}

// sister: another account of the organization calls.
func sister(s *site, m *made) {
	other := Shop
	if s.account.ID == Shop {
		other = Data
	}
	m.let("", "organization", Statement{Sid: "sister", Principal: root(other)})
}

// aliasPolicy: the only policy is that of an alias without a URL; calls are
// split between two versions.
func aliasPolicy(_ *site, m *made) {
	m.live()
	m.Versions = append(m.Versions, &Version{Number: "2", Settings: m.Settings})
	m.Aliases[0].Weights = map[string]float64{"2": 0.1}
	m.let("live", "partner", Statement{Sid: "them", Principal: root(Foreign)})
}

func image(s *site, m *made) {
	m.PackageType = "Image"
	repository := s.account.ID + ".dkr.ecr." + s.name + ".amazonaws.com/" + m.Name
	m.ImageURI, m.ResolvedImageURI = repository+":latest", repository+"@sha256:"+fmt.Sprintf("%064x", hash(repository))
}

func layered(s *site, m *made) {
	m.Layers = []string{"arn:aws:lambda:" + s.name + ":" + LayerOwner + ":layer:agent:7", s.arn("lambda", "layer:shared:1")}
}

func admin(s *site, m *made) { m.Role = "arn:aws:iam::" + s.account.ID + ":role/allmighty" }

func roleless(s *site, m *made) { m.Role = "arn:aws:iam::" + s.account.ID + ":role/gone" }

func passing(s *site, m *made) { m.Role = "arn:aws:iam::" + s.account.ID + ":role/apps/passer" }

func pooled(s *site, m *made) {
	m.CapacityProvider = s.arn("lambda", "capacity-provider:pool")
	m.Durable = &Durable{ExecutionTimeout: 3600, RetentionPeriodInDays: 14}
}

func fenced(s *site, m *made) {
	m.VPC = &VPC{ID: "vpc-0123", Subnets: []string{"subnet-0123"}, SecurityGroups: []string{"sg-0123"}}
	m.CodeSigningConfig = s.arn("lambda", "code-signing-config:csc-0123456789abcdef0")
	m.SigningProfile = s.arn("signer", "/signing-profiles/estate/0123")
}

func plainly(*site, *made) {}

func busy(s *site, m *made) {
	reserved := 5
	m.Reserved = &reserved
	m.LogGroup = "/estate/shared"
	m.Invoke = []InvokeConfig{{OnSuccess: s.arn("sqs", "done"), OnFailure: "arn:aws:sqs:" + s.name + ":" + Foreign + ":failed", LastModified: m.LastModified}}
}

// edge adds an edge function in us-east-1 and its replica in the other region.
func (s *site) edge() {
	const master = "edge"
	f := &Function{Name: master, kind: "edge", Settings: Settings{Role: "arn:aws:iam::" + s.account.ID + ":role/runner", LastModified: s.b.now.AddDate(0, -6, 0),
		Environment: map[string]string{"ORIGIN": Canary + "-origin"}}}
	if s.name == "us-east-1" {
		f.Versions = []*Version{{Number: "1", Settings: f.Settings}}
	} else {
		f.Name, f.kind = "us-east-1."+master, "replica"
		f.MasterARN = "arn:aws:lambda:us-east-1:" + s.account.ID + ":function:" + master + ":1"
	}
	s.region.Functions = append(s.region.Functions, f)
}
