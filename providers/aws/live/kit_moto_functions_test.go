package live_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
)

// deploy makes the functions of a site, and what the fake says of them:
//
//	pay     started by an event rule, called by a partner
//	resize  a container image
//	orders  two versions, an alias over both with a URL, a layer; may pass roles
//	open    a URL for everybody; may do everything
//	feed    reads a queue; fenced in
//	shared  called by anybody of the organization
//	bulk... in one region of shop
//
// A policy of an alias is not made: moto answers one and the same policy for
// the function and all its aliases.
func (e *emulated) deploy(t *testing.T, s site, fake *awsfake.Region) {
	t.Helper()
	m := builder{t, e, s, lambda.NewFromConfig(s.cfg), fake}
	pay := m.create(made{name: "pay", role: "runner", tags: map[string]string{"owner": "payments"}})
	m.schedule(pay)
	m.permit("pay", "rule", "lambda:InvokeFunction", "events.amazonaws.com", func(in *lambda.AddPermissionInput) {
		in.SourceArn = aws.String("arn:aws:events:" + s.region + ":" + s.account + ":rule/nightly")
	})
	m.permit("pay", "partner", "lambda:InvokeFunction", partner, nil)
	m.create(made{name: "resize", role: "runner", image: s.account + ".dkr.ecr." + s.region + ".amazonaws.com/resize:1"})
	m.orders()
	m.open()
	m.feed()
	m.create(made{name: "shared", role: "runner"})
	m.permit("shared", "all", "lambda:InvokeFunction", "*", func(in *lambda.AddPermissionInput) { in.PrincipalOrgID = &e.organization })
	if s.account == e.shop && s.region == place {
		for i := range e.bulk { // the last of them have no tag
			f := made{name: fmt.Sprintf("bulk%03d", i), role: "runner"}
			if i < e.bulk-2 {
				f.tags = map[string]string{"n": fmt.Sprint(i)}
			}
			m.create(f)
		}
	}
	m.agree()
}

// builder makes the functions of one site.
type builder struct {
	t *testing.T
	*emulated
	site
	client *lambda.Client
	fake   *awsfake.Region
}

// create makes a function in moto, with values in its environment.
func (m builder) create(f made) inventory.AssetID {
	m.t.Helper()
	f.site = m.site
	in := &lambda.CreateFunctionInput{
		FunctionName: &f.name, Role: aws.String("arn:aws:iam::" + m.account + ":role/" + f.role), MemorySize: aws.Int32(256), Timeout: aws.Int32(7),
		Environment: &types.Environment{Variables: map[string]string{"TOKEN": secret, "MODE": secret}}, Tags: f.tags,
	}
	if f.image != "" {
		in.PackageType, in.Code = types.PackageTypeImage, &types.FunctionCode{ImageUri: &f.image}
	} else {
		in.Code, in.Runtime, in.Handler = &types.FunctionCode{}, types.RuntimePython313, aws.String("app.main")
		in.Code.ZipFile, f.digest = archive(m.t, m.account+m.region+f.name)
	}
	if f.layer != "" {
		in.Layers = []string{f.layer}
	}
	got := must(m.client.CreateFunction(m.t.Context(), in))(m.t)
	if f.modified = *got.LastModified; f.image != "" {
		f.digest = *got.CodeSha256 // moto makes one up
	}
	id := inventory.AssetID(*got.FunctionArn)
	m.made[id] = f
	m.fake.Functions = append(m.fake.Functions, &awsfake.Function{Name: f.name})
	return id
}

// note changes what is known of a function that was made.
func (m builder) note(id inventory.AssetID, change func(*made)) {
	f := m.made[id]
	change(&f)
	m.made[id] = f
}

// last is what the fake has of the function that was made last.
func (m builder) last() *awsfake.Function { return m.fake.Functions[len(m.fake.Functions)-1] }

// permit adds a statement to the policy of a function.
func (m builder) permit(name, id, action, principal string, change func(*lambda.AddPermissionInput)) {
	m.t.Helper()
	in := &lambda.AddPermissionInput{FunctionName: &name, StatementId: &id, Action: &action, Principal: &principal}
	if change != nil {
		change(in)
	}
	must(m.client.AddPermission(m.t.Context(), in))(m.t)
}

// schedule makes an event rule that starts a function.
func (m builder) schedule(id inventory.AssetID) {
	m.t.Helper()
	client, name := eventbridge.NewFromConfig(m.cfg), aws.String("nightly")
	must(client.PutRule(m.t.Context(), &eventbridge.PutRuleInput{Name: name, ScheduleExpression: aws.String("rate(1 day)")}))(m.t)
	must(client.PutTargets(m.t.Context(), &eventbridge.PutTargetsInput{Rule: name,
		Targets: []ebtypes.Target{{Id: aws.String("1"), Arn: aws.String(string(id))}}}))(m.t)
}

func (m builder) orders() {
	m.t.Helper()
	name := aws.String("orders")
	code, _ := archive(m.t, "layer")
	layer := must(m.client.PublishLayerVersion(m.t.Context(), &lambda.PublishLayerVersionInput{
		LayerName: aws.String("tools"), Content: &types.LayerVersionContentInput{ZipFile: code}}))(m.t)
	id := m.create(made{name: *name, role: "passer", layer: *layer.LayerVersionArn})
	must(m.client.PublishVersion(m.t.Context(), &lambda.PublishVersionInput{FunctionName: name}))(m.t)
	code, digest := archive(m.t, m.account+m.region+*name+" again") // or there is nothing to publish
	got := must(m.client.UpdateFunctionCode(m.t.Context(), &lambda.UpdateFunctionCodeInput{FunctionName: name, ZipFile: code}))(m.t)
	must(m.client.PublishVersion(m.t.Context(), &lambda.PublishVersionInput{FunctionName: name}))(m.t)
	m.note(id, func(f *made) { f.digest, f.modified = digest, *got.LastModified })
	must(m.client.CreateAlias(m.t.Context(), &lambda.CreateAliasInput{FunctionName: name, Name: aws.String("live"), FunctionVersion: aws.String("2"),
		RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"1": 0.25}}}))(m.t)
	m.last().URLs = []*awsfake.URL{{Qualifier: "live", ID: "live" + m.account, AuthType: "AWS_IAM", Created: old()}}
}

func (m builder) open() {
	m.t.Helper()
	name := aws.String("open")
	id := m.create(made{name: *name, role: "chief"})
	got := must(m.client.CreateFunctionUrlConfig(m.t.Context(), &lambda.CreateFunctionUrlConfigInput{FunctionName: name, AuthType: types.FunctionUrlAuthTypeNone}))(m.t)
	m.permit(*name, "url", "lambda:InvokeFunctionUrl", "*", func(in *lambda.AddPermissionInput) { in.FunctionUrlAuthType = types.FunctionUrlAuthTypeNone })
	u := must(url.Parse(*got.FunctionUrl))(m.t)
	m.note(id, func(f *made) { f.host = u.Host })
	label, _, _ := strings.Cut(u.Host, ".")
	m.last().URLs = []*awsfake.URL{{ID: label, AuthType: "NONE", Created: old()}}
}

func (m builder) feed() {
	m.t.Helper()
	m.queue("jobs")
	id := m.create(made{name: "feed", role: "fenced"})
	got := must(m.client.CreateEventSourceMapping(m.t.Context(), &lambda.CreateEventSourceMappingInput{
		FunctionName: aws.String("feed"), EventSourceArn: aws.String("arn:aws:sqs:" + m.region + ":" + m.account + ":jobs"), Enabled: aws.Bool(true)}))(m.t)
	m.note(id, func(f *made) { f.mapping = *got.UUID })
}

// queue makes a queue by a request of SQS's query protocol, for which the
// project has no client.
func (m builder) queue(name string) {
	m.t.Helper()
	body := url.Values{"Action": {"CreateQueue"}, "QueueName": {name}, "Version": {"2012-11-05"}}.Encode()
	r := must(http.NewRequestWithContext(m.t.Context(), http.MethodPost, *m.cfg.BaseEndpoint+"/", strings.NewReader(body)))(m.t)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sum := sha256.Sum256([]byte(body))
	keys := must(m.cfg.Credentials.Retrieve(m.t.Context()))(m.t)
	if err := v4.NewSigner().SignHTTP(context.Background(), keys, r, hex.EncodeToString(sum[:]), "sqs", m.region, at()); err != nil {
		m.t.Fatal(err)
	}
	answer := must(m.cfg.HTTPClient.Do(r))(m.t)
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		m.t.Fatalf("make a queue: %s", answer.Status)
	}
}

// agree lets the newer policy call, which is the fake's, tell what the older
// one does, which is moto's.
func (m builder) agree() {
	m.t.Helper()
	for _, f := range m.fake.Functions {
		if f.Name != "pay" && f.Name != "open" && f.Name != "shared" {
			continue
		}
		got := must(m.client.GetPolicy(m.t.Context(), &lambda.GetPolicyInput{FunctionName: &f.Name}))(m.t)
		f.Policies = map[string]*awsfake.Policy{"": {Raw: *got.Policy}}
	}
}
