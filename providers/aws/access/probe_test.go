package access_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/access"
)

func TestEveryPermissionWorksWhereNothingIsDenied(t *testing.T) {
	c := open(t, world())
	for _, op := range tried() {
		if d := cmp.Diff(access.Answer{Operation: op, State: access.Works}, c.probe(t, op)); d != "" {
			t.Errorf("%s %s: -want +got\n%s", op.Service, op.Name, d)
		}
	}
}

func TestAProbeMakesTheCallThatTheTableNames(t *testing.T) {
	c := open(t, world())
	for _, op := range tried() {
		c.fake.Reset()
		c.probe(t, op)
		calls := c.fake.Calls()
		if len(calls) == 0 {
			t.Errorf("%s of %s: no call was made", op.Name, op.Service)
			continue
		}
		last := calls[len(calls)-1]
		if last.Service != fakeService(op) || last.Operation != op.Name {
			t.Errorf("%s of %s: the call was %s of %s", op.Name, op.Service, last.Operation, last.Service)
		}
	}
}

// TestAMissingPermissionIsNamed denies each operation in turn: that one is
// denied and no other, and the vendor names the action of the table.
func TestAMissingPermissionIsNamed(t *testing.T) {
	c := open(t, world())
	for _, denied := range tried() {
		c.fake.SetFaults(awsfake.Fault{Service: fakeService(denied), Operation: denied.Name, Effect: awsfake.DenyMissing()})
		got := c.probe(t, denied)
		if got.State != access.Denied || got.Code == "" {
			t.Errorf("%s of %s: %+v, want it denied", denied.Name, denied.Service, got)
		}
		if denied.Action != "" && !strings.Contains(got.Message, "not authorized to perform: "+denied.Action) {
			t.Errorf("%s of %s: the table says %s, the vendor says %q", denied.Name, denied.Service, denied.Action, got.Message)
		}
		for _, other := range tried() {
			if other == denied || other.Service != denied.Service {
				continue
			}
			if got := c.probe(t, other); got.State == access.Denied {
				t.Errorf("%s is denied, and %s is called denied too", denied.Name, other.Name)
			}
		}
	}
}

// TestOnlyTheRightAnswerProvesAPermission: "not found" is a proof where
// something was asked for that cannot exist, and nowhere else.
func TestOnlyTheRightAnswerProvesAPermission(t *testing.T) {
	c := open(t, world())
	for _, test := range []struct {
		name   string
		effect awsfake.Effect
		want   access.State
	}{
		{"throttled", awsfake.Throttle(0), access.Unclear},
		{"a fault of the service", awsfake.ServerError(), access.Unclear},
		{"a page of something in between", awsfake.ServerErrorHTML(), access.Unclear},
		{"expired credentials", awsfake.Answer(http.StatusForbidden, `{"__type":"ExpiredTokenException","message":"x"}`), access.Unclear},
		{"no such thing", awsfake.Missing(), access.Unclear},
		{"a service control policy", awsfake.DenyControlPolicy(), access.Denied},
		{"a permissions boundary", awsfake.DenyBoundary(), access.Denied},
	} {
		c.fake.SetFaults(awsfake.Fault{Operation: "ListFunctions", Effect: test.effect})
		if got := c.probe(t, operation(t, "Lambda", "ListFunctions")); got.State != test.want || got.Message == "" {
			t.Errorf("%s: %+v, want %s with a message", test.name, got, test.want)
		}
	}
}

// TestAnEndpointWithoutWebFunctionsDeniesNothing: it refuses paths that it does
// not know.
func TestAnEndpointWithoutWebFunctionsDeniesNothing(t *testing.T) {
	c := open(t, world())
	for _, body := range []string{`{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}`, `{}`, `<html>no</html>`} {
		c.fake.SetFaults(awsfake.Fault{Operation: "GetWebAccountSettings", Effect: awsfake.Answer(http.StatusForbidden, body)},
			awsfake.Fault{Operation: "ListFunctions", Effect: awsfake.Answer(http.StatusForbidden, `<html>no</html>`)})
		for _, op := range []access.Operation{operation(t, "Lambda Web", "GetWebAccountSettings"), operation(t, "Lambda", "ListFunctions")} {
			if got := c.probe(t, op); got.State != access.Unclear || got.Message == "" {
				t.Errorf("%s answered with %s: %+v, want it unclear", op.Name, body, got)
			}
		}
	}
}

func TestWhatIsNotInUseIsNotDenied(t *testing.T) {
	w := world()
	w.Organization = nil
	w.Accounts[0].Places[region].Buckets = nil
	c := open(t, w)
	for _, op := range []access.Operation{
		operation(t, "Organizations", "ListAccounts"), operation(t, "Organizations", "DescribeOrganization"),
		operation(t, "S3", "GetBucketNotificationConfiguration"),
	} {
		if got := c.probe(t, op); got.State != access.Unused || got.Message == "" {
			t.Errorf("%s: %+v, want it unused with a message", op.Name, got)
		}
	}
}

func TestABucketThatCannotBeFoundIsNotDenied(t *testing.T) {
	c := open(t, world())
	c.fake.SetFaults(awsfake.Fault{Operation: "ListBuckets", Effect: awsfake.DenyMissing()})
	got := c.probe(t, operation(t, "S3", "GetBucketNotificationConfiguration"))
	if got.State != access.Unclear || !strings.Contains(got.Message, "s3:ListAllMyBuckets") {
		t.Errorf("%+v, want it unclear, for want of s3:ListAllMyBuckets", got)
	}
}

// TestAProbeAsksAboutNoFunctionThatExists: one call hands out code.
func TestAProbeAsksAboutNoFunctionThatExists(t *testing.T) {
	c := open(t, world())
	for _, op := range tried() {
		c.probe(t, op)
	}
	asked := false
	for _, call := range c.fake.Calls() {
		asked = asked || call.Operation == "GetFunction"
		if call.Resource == "payments" {
			t.Errorf("%s was asked about %s", call.Operation, call.Resource)
		}
		if strings.Contains(call.Operation, "Invoke") && !strings.HasPrefix(call.Operation, "List") {
			t.Errorf("%s was called", call.Operation)
		}
	}
	if !asked {
		t.Error("GetFunction was not called: the test shows nothing")
	}
}

func TestAnOperationOutsideTheTableIsUnclear(t *testing.T) {
	c := open(t, world())
	op := access.Operation{Service: "Lambda", Name: "DeleteFunction", Capability: inventory.CapFunctions}
	if got := c.probe(t, op); got.State != access.Unclear || len(c.fake.Calls()) > 0 {
		t.Errorf("%+v after %d calls, want it unclear and not called", got, len(c.fake.Calls()))
	}
}

func TestARegionThatIsOffIsNotDenied(t *testing.T) {
	w := world()
	w.Accounts[0].Regions = []awsfake.RegionState{{Name: region, OptStatus: "DISABLED"}}
	c := open(t, w)
	if got := c.probe(t, operation(t, "Lambda", "GetPolicy")); got.State != access.Unclear || !strings.Contains(got.Message, "region") {
		t.Errorf("%+v, want it unclear, and the region told", got)
	}
}

// TestABucketIsAskedWhereItLies: the first bucket may lie in another region
// than the others are tried in.
func TestABucketIsAskedWhereItLies(t *testing.T) {
	w := world()
	w.Accounts[0].Places = map[string]*awsfake.Region{region: {}, "eu-central-1": {Buckets: []*awsfake.Bucket{{Name: "invoices"}}}}
	c := open(t, w)
	op := operation(t, "S3", "GetBucketNotificationConfiguration")
	if got := c.probe(t, op); got.State != access.Works {
		t.Errorf("%+v, want it to work", got)
	}
	calls := c.fake.Calls()
	if last := calls[len(calls)-1]; last.Operation != op.Name || last.Region != "eu-central-1" || last.Resource != "invoices" {
		t.Errorf("%s of %q was called in %s, want invoices in eu-central-1", last.Operation, last.Resource, last.Region)
	}
}

// TestABucketThatRefusesIsTold: the permission of one bucket is all that can be
// tried, so that a refusal names it.
func TestABucketThatRefusesIsTold(t *testing.T) {
	c := open(t, world())
	c.fake.SetFaults(awsfake.Fault{Operation: "GetBucketNotificationConfiguration", Effect: awsfake.DenyMissing()})
	got := c.probe(t, operation(t, "S3", "GetBucketNotificationConfiguration"))
	if got.State != access.Denied || !strings.Contains(got.Message, "invoices") {
		t.Errorf("%+v, want it denied, and the bucket named", got)
	}
}

// TestProbesKeepToThePartition: an ARN of another partition is refused as
// malformed, which would prove nothing.
func TestProbesKeepToThePartition(t *testing.T) {
	w := world()
	w.Partition = "aws-cn"
	c := open(t, w)
	for _, op := range tried() {
		c.probe(t, op)
	}
	named := 0
	for _, call := range c.fake.Calls() {
		if !strings.HasPrefix(call.Resource, "arn:") {
			continue
		}
		named++
		if !strings.HasPrefix(call.Resource, "arn:aws-cn:") {
			t.Errorf("%s was asked about %s", call.Operation, call.Resource)
		}
	}
	if named < 5 {
		t.Errorf("%d calls named an ARN: the test shows too little", named)
	}
}

// TestAProbeIsOneOrTwoCalls: a doctor must not use up the quota that deployments
// share.
func TestAProbeIsOneOrTwoCalls(t *testing.T) {
	w := world()
	w.PageSize = map[string]int{"ListFunctions": 1, "GetAccountAuthorizationDetails": 1}
	w.Accounts[0].Places[region].Functions = []*awsfake.Function{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	w.Accounts[0].Roles = []*awsfake.Role{{Name: "x", Trust: "{}"}, {Name: "y", Trust: "{}"}}
	c := open(t, w)
	for _, op := range tried() {
		c.fake.Reset()
		c.probe(t, op)
		most := 1
		if op.Name == "GetBucketNotificationConfiguration" {
			most = 2 // the bucket has to be found
		}
		if n := len(c.fake.Calls()); n > most {
			t.Errorf("%s of %s took %d calls, want at most %d", op.Name, op.Service, n, most)
		}
	}
}

// TestAStoppedProbeIsUnclear: what was not asked is not denied.
func TestAStoppedProbeIsUnclear(t *testing.T) {
	c := open(t, world())
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, op := range tried() {
		if got := access.Probe(ctx, c.place(op), op); got.State != access.Unclear || got.Message == "" {
			t.Errorf("%s of %s: %+v, want it unclear with a message", op.Name, op.Service, got)
		}
	}
}

// TestTheTakingOfARoleIsNotProbed: it is taken, or not, before there is an
// account to probe.
func TestTheTakingOfARoleIsNotProbed(t *testing.T) {
	c := open(t, world())
	if got := c.probe(t, operation(t, "STS", "AssumeRole")); got.State != access.Unclear || len(c.fake.Calls()) > 0 {
		t.Errorf("%+v after %d calls, want it unclear and not called", got, len(c.fake.Calls()))
	}
}
