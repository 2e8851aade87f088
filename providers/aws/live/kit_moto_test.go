package live_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	cttypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/inventory"
)

const (
	// manager is the account of moto to which any credentials belong that it did
	// not hand out.
	manager = "123456789012"
	// away is a region that the accounts have off.
	away = "ap-east-1"
)

// motoRegions are the two that have functions.
func motoRegions() []string { return []string{"eu-west-1", "us-east-1"} }

// gaps are the operations that the fake answers instead of moto 5.2.5, because
// moto has them not at all (404 or 500, in HTML) or, of URLs, wrong: there the
// URL of an alias overwrites that of the function, so that none is made. All
// others are moto's.
func gaps() []awsfake.Operation {
	return []awsfake.Operation{
		{Service: "account", Name: "ListRegions"},
		{Service: "cloudtrail", Name: "LookupEvents"},
		{Service: "lambda", Name: "GetAccountSettings"},
		{Service: "lambda", Name: "GetResourcePolicy"},
		{Service: "lambda", Name: "ListCapacityProviders"},
		{Service: "lambda", Name: "ListCodeSigningConfigs"},
		{Service: "lambda", Name: "ListFunctionUrlConfigs"},
		{Service: "lambda-web", Name: "GetWebAccountSettings"},
		{Service: "logs", Name: "DescribeAccountPolicies"},
	}
}

// emulated is a company in moto: three accounts of an organization, of which
// shop and data have functions of the same names in two regions each.
type emulated struct {
	// front is the fake before moto. Its world holds what it answers, and counts
	// what moto has.
	front        *awsfake.Server
	shop, data   string // ids
	organization string // id
	made         map[inventory.AssetID]made
	bulk         int

	moto    aws.Config // of the managing account
	members map[string]aws.Config
}

// made is a function as moto said that it made it, and what was given for it.
type made struct {
	site
	name, role string
	image      string // URI
	digest     string // of the code
	modified   string // as moto writes it
	tags       map[string]string
	layer      string // ARN of the version that it mounts
	host       string // of the URL of the function
	mapping    string // id
}

// site is an account and region of moto.
type site struct {
	account, region string
	cfg             aws.Config
}

// emulate starts moto, builds the company through the vendor's own SDK, with so
// many functions more in one region of shop, and points the environment to the
// fake before it.
func emulate(t *testing.T, bulk int) *emulated {
	t.Helper()
	address := testparts.Moto(t)
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	// Of its own, since the end of any test server closes connections of the default one.
	client := &http.Client{Transport: ended{http.DefaultTransport.(*http.Transport).Clone()}}
	e := &emulated{bulk: bulk, made: map[inventory.AssetID]made{}, members: map[string]aws.Config{}, moto: aws.Config{
		Region: "us-east-1", BaseEndpoint: &address, HTTPClient: client,
		Credentials: credentials.NewStaticCredentialsProvider(awsfake.AccessKey(manager), "secret", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}}
	w := &awsfake.World{Now: at(), Home: manager, Accounts: []*awsfake.Account{places(manager)}}
	e.organize(t)
	for _, id := range []string{e.shop, e.data} {
		account := places(id)
		w.Accounts = append(w.Accounts, account)
		e.hire(t, id)
		for _, region := range motoRegions() {
			s := site{id, region, e.members[id].Copy()}
			s.cfg.Region = region
			e.deploy(t, s, account.Places[region])
		}
	}
	e.watch(t)
	e.front = awsfake.New(w)
	e.front.Forward(target, gaps()...)
	h := httptest.NewServer(e.front)
	t.Cleanup(func() {
		h.Close()
		client.CloseIdleConnections()
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	})
	pointTo(t, h.URL, manager)
	return e
}

// ended reads an answer of moto whole. Its answers have no length and end with the
// connection; on a busy machine this side at times has closed it before it sees
// that end.
type ended struct{ next *http.Transport }

// CloseIdleConnections closes those that wait.
func (e ended) CloseIdleConnections() { e.next.CloseIdleConnections() }

// RoundTrip implements http.RoundTripper.
func (e ended) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := e.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// places is an account with two regions and one that is off.
func places(id string) *awsfake.Account {
	a := &awsfake.Account{ID: id, Places: map[string]*awsfake.Region{}, Regions: []awsfake.RegionState{{Name: away, OptStatus: "DISABLED"}}}
	for _, r := range motoRegions() {
		a.Places[r] = &awsfake.Region{}
		a.Regions = append(a.Regions, awsfake.RegionState{Name: r, OptStatus: "ENABLED_BY_DEFAULT"})
	}
	return a
}

// organize makes the organization, and credentials for its members.
func (e *emulated) organize(t *testing.T) {
	t.Helper()
	client := organizations.NewFromConfig(e.moto)
	org := must(client.CreateOrganization(t.Context(), &organizations.CreateOrganizationInput{FeatureSet: orgtypes.OrganizationFeatureSetAll}))(t)
	e.organization = *org.Organization.Id
	for name, id := range map[string]*string{"shop": &e.shop, "data": &e.data} {
		in := &organizations.CreateAccountInput{AccountName: &name, Email: aws.String(name + "@company.example")}
		*id = *must(client.CreateAccount(t.Context(), in))(t).CreateAccountStatus.AccountId
		got := must(sts.NewFromConfig(e.moto).AssumeRole(t.Context(), &sts.AssumeRoleInput{
			RoleArn: aws.String("arn:aws:iam::" + *id + ":role/Builder"), RoleSessionName: aws.String("build")}))(t).Credentials
		cfg := e.moto.Copy()
		cfg.Credentials = credentials.NewStaticCredentialsProvider(*got.AccessKeyId, *got.SecretAccessKey, *got.SessionToken)
		e.members[*id] = cfg
	}
}

// document is a policy of one statement.
func document(action, resource string) *string {
	return aws.String(fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":%q,"Resource":%q}]}`, action, resource))
}

// hire makes the roles of an account: runner may write its log, passer may pass
// on every role, chief may do everything by a policy of the account's own, and
// fenced too but for its boundary.
func (e *emulated) hire(t *testing.T, account string) {
	t.Helper()
	client := iam.NewFromConfig(e.members[account])
	trust := aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
	all := must(client.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: aws.String("everything"), PolicyDocument: document("*", "*")}))(t).Policy.Arn
	fence := must(client.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: aws.String("fence"), PolicyDocument: document("s3:GetObject", "*")}))(t).Policy.Arn
	for _, name := range []string{"runner", "passer", "chief", "fenced"} {
		in := &iam.CreateRoleInput{RoleName: aws.String(name), AssumeRolePolicyDocument: trust}
		if name == "fenced" {
			in.PermissionsBoundary = fence
		}
		must(client.CreateRole(t.Context(), in))(t)
	}
	for name, text := range map[string]*string{"runner": document("logs:PutLogEvents", "*"), "passer": document("iam:PassRole", "*")} {
		must(client.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: aws.String(name), PolicyName: aws.String("own"), PolicyDocument: text}))(t)
	}
	for _, name := range []string{"chief", "fenced"} {
		must(client.AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: aws.String(name), PolicyArn: all}))(t)
	}
}

// watch gives the account shop a trail over everything, and data none.
func (e *emulated) watch(t *testing.T) {
	t.Helper()
	bucket, name := aws.String("trail-of-everything"), aws.String("everything")
	files := s3.NewFromConfig(e.members[e.shop], func(o *s3.Options) { o.UsePathStyle = true })
	must(files.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: bucket}))(t)
	client := cloudtrail.NewFromConfig(e.members[e.shop])
	must(client.CreateTrail(t.Context(), &cloudtrail.CreateTrailInput{Name: name, S3BucketName: bucket, IsMultiRegionTrail: aws.Bool(true), IncludeGlobalServiceEvents: aws.Bool(true)}))(t)
	must(client.PutEventSelectors(t.Context(), &cloudtrail.PutEventSelectorsInput{TrailName: name,
		EventSelectors: []cttypes.EventSelector{{IncludeManagementEvents: aws.Bool(true), ReadWriteType: cttypes.ReadWriteTypeAll}}}))(t)
	must(client.StartLogging(t.Context(), &cloudtrail.StartLoggingInput{Name: name}))(t)
}

// archive is the code of a function, and its digest as Lambda writes it.
func archive(t *testing.T, name string) (code []byte, digest string) {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f := must(w.Create("app.py"))(t)
	must(io.WriteString(f, "# "+name+"\ndef main(event, context): return event\n"))(t)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b.Bytes())
	return b.Bytes(), base64.StdEncoding.EncodeToString(sum[:])
}

// must ends the test where a call failed: must(client.Call(...))(t).
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
