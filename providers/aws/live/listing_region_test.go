package live_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/live"
)

func value[T any](t *testing.T, f inventory.Facet[T]) T {
	t.Helper()
	v, ok := f.Get()
	if !ok {
		t.Errorf("the facet is not known: %s", f.Doubt())
	}
	return v
}

// TestListing: what the list tells of a function is told.
func TestListing(t *testing.T) {
	const foreign = "arn:aws:lambda:eu-west-1:999988887777:layer:spy:3"
	f := fn("f", func(f *awsfake.Function) {
		f.Architectures = []string{"x86_64", "arm64"}
		f.Layers = []string{foreign, "arn:aws:lambda:eu-west-1:" + home + ":layer:own:1"}
		f.VPC = &awsfake.VPC{ID: "vpc-1", Subnets: []string{"subnet-2", "subnet-1"}, SecurityGroups: []string{"sg-1"}}
		f.KMSKey, f.Tracing, f.SnapStart, f.Tenancy = "arn:aws:kms:k", "Active", "PublishedVersions", "PER_TENANT"
		f.Durable = &awsfake.Durable{ExecutionTimeout: 60, RetentionPeriodInDays: 7}
		f.CapacityProvider = "arn:cp"
		f.FileSystems = []awsfake.FileSystem{{ARN: "arn:fs", MountPath: "/mnt/a"}}
		f.ConfigSHA256 = "config"
		f.Runtime = "weird99"
	})
	serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{f}}))
	a := scan(t, config(), found{}).assets[arn("f")]
	want := inventory.Configuration{
		Runtime: "weird99", Handler: "app.main", Package: "Zip", Architectures: []string{"arm64", "x86_64"}, MemoryMB: 128, TimeoutSeconds: 3,
		VPC: "vpc-1", KMSKey: "arn:aws:kms:k", Digest: "config", Revision: "rev-f", EphemeralMB: 512, CapacityProvider: "arn:cp",
		Durable: &inventory.Durable{TimeoutSeconds: 60, RetentionDays: 7}, Tenancy: "PER_TENANT", SnapStart: true,
		Subnets: []string{"subnet-1", "subnet-2"}, SecurityGroups: []string{"sg-1"}, FileSystems: []string{"arn:fs"}, Tracing: "Active",
	}
	if diff := cmp.Diff(want, value(t, a.Configuration)); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	code := inventory.Code{Digest: "c2hh-f", Size: 100, Layers: []inventory.Layer{{ID: foreign, Account: "999988887777"},
		{ID: "arn:aws:lambda:eu-west-1:" + home + ":layer:own:1", Account: home}}}
	if diff := cmp.Diff(code, value(t, a.Code)); diff != "" {
		t.Errorf("code (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(inventory.Identity{ID: "arn:aws:iam::" + home + ":role/f"}, value(t, a.Identity)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	if !a.Modified.Equal(at().Add(-48 * time.Hour)) {
		t.Errorf("modified = %s", a.Modified)
	}
	if a.Name != "f" || a.Kind != inventory.LambdaFunction || len(a.Sightings) != 1 || a.Sightings[0].Cell.Capability != inventory.CapFunctions {
		t.Errorf("asset = %+v", a)
	}
}

// TestLogGroup: a function that names no log group has the one of its name.
func TestLogGroup(t *testing.T) {
	s := serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f")}}))
	for body, want := range map[string]string{
		``: "/aws/lambda/f", `,"LoggingConfig":{"LogGroup":"shared"}`: "shared", `,"LoggingConfig":{"LogFormat":"JSON"}`: "/aws/lambda/f",
	} {
		s.SetFaults(awsfake.Fault{Operation: "ListFunctions", Effect: awsfake.Answer(200,
			`{"Functions":[{"FunctionName":"f","FunctionArn":"`+string(arn("f"))+`"`+body+`}]}`)})
		a := scan(t, config(), found{}).assets[arn("f")]
		if got := value(t, a.Logging).Group; got != want {
			t.Errorf("%s: log group = %q, want %q", body, got, want)
		}
	}
}

// TestTimes: both forms of the time are read; RFC 3339 alone would lose AWS's.
func TestTimes(t *testing.T) {
	s := serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f")}}))
	for text, want := range map[string]time.Time{
		"2026-01-02T03:04:05.000+0000":   time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		"2026-01-02T03:04:05.123456789Z": time.Date(2026, 1, 2, 3, 4, 5, 123456789, time.UTC),
		"yesterday":                      {},
		"9999-12-31T23:59:59-01:00":      {}, // no year of four digits at Greenwich
	} {
		s.SetFaults(awsfake.Fault{Operation: "ListFunctions", Effect: awsfake.Answer(200,
			`{"Functions":[{"FunctionName":"f","FunctionArn":"`+string(arn("f"))+`","LastModified":"`+text+`"}]}`)})
		if got := scan(t, config(), found{}).assets[arn("f")].Modified; !got.Equal(want) {
			t.Errorf("%s was read as %s", text, got)
		}
	}
}

// TestEnvironment: of the environment the names are told, and no value of it is
// in any fact. Where it cannot be decrypted, its names are not known.
func TestEnvironment(t *testing.T) {
	broken := fn("broken", func(f *awsfake.Function) { f.Environment, f.EnvironmentError = nil, "AccessDeniedException" })
	bare := fn("bare", func(f *awsfake.Function) { f.Environment = nil })
	serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f"), broken, bare}}))
	for _, cfg := range []live.Config{config(), config(full)} {
		got := scan(t, cfg, found{})
		want := []inventory.Binding{{Kind: "environment", Name: "MODE"}, {Kind: "environment", Name: "TOKEN"}}
		if diff := cmp.Diff(want, value(t, got.assets[arn("f")].Bindings)); diff != "" {
			t.Errorf("bindings (-want +got):\n%s", diff)
		}
		if b := value(t, got.assets[arn("bare")].Bindings); len(b) != 0 {
			t.Errorf("bindings of a bare function = %v", b)
		}
		if b := got.assets[arn("broken")].Bindings; !b.IsUnknown() || b.Doubt().Code != "AccessDeniedException" {
			t.Errorf("bindings that cannot be decrypted = %+v", b)
		}
		text, err := json.Marshal(got.facts)
		if err != nil || strings.Contains(string(text), secret) {
			t.Errorf("a value of the environment was kept (%v)", err)
		}
	}
}

// TestKinds: images and edge replicas are told apart.
func TestKinds(t *testing.T) {
	image := fn("image", func(f *awsfake.Function) {
		f.PackageType, f.ImageURI, f.ResolvedImageURI = "Image", "repo:tag", "repo@sha256:1"
	})
	replica := fn("us-east-1.edge", func(f *awsfake.Function) { f.MasterARN = "arn:aws:lambda:us-east-1:" + home + ":function:edge:7" })
	serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{image, replica}}))
	got := scan(t, config(), found{})
	c := value(t, got.assets[arn("image")].Configuration)
	if c.Package != "Image" || c.Runtime != "" || c.Handler != "" {
		t.Errorf("image = %+v", c)
	}
	if o := value(t, got.assets[arn("us-east-1.edge")].Configuration).Origin; o != inventory.AssetID("arn:aws:lambda:us-east-1:"+home+":function:edge") {
		t.Errorf("origin = %q", o)
	}
}

// TestGetFunction: only where it is allowed is the call made that hands out
// code, for images alone; and the link that it hands out is nowhere.
func TestGetFunction(t *testing.T) {
	image := fn("image", func(f *awsfake.Function) {
		f.PackageType, f.ImageURI, f.ResolvedImageURI = "Image", "repo:tag", "repo@sha256:1"
	})
	s := serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{image, fn("zip")}}))
	scan(t, config(full), found{})
	if n := calls(s)["GetFunction"]; n != 0 {
		t.Errorf("GetFunction was called %d times without leave", n)
	}
	cfg := config(func(c *live.Config) { c.GetFunction = true })
	s.SetFaults(awsfake.Fault{Operation: "GetFunction", Effect: awsfake.Answer(200, `{"Code":{"ResolvedImageUri":"repo@sha256:1","Location":"`+awsfake.CanaryLink+`"},`+
		`"Configuration":{"State":"Active","Environment":{"Variables":{"A":"`+secret+`"}}},"Concurrency":{"ReservedConcurrentExecutions":0}}`)})
	got := scan(t, cfg, found{})
	if n := calls(s)["GetFunction"]; n != 1 {
		t.Errorf("GetFunction was called %d times, want once for the image", n)
	}
	if c := value(t, got.assets[arn("image")].Code); c.Image != "repo@sha256:1" || c.Digest != "c2hh-image" {
		t.Errorf("code = %+v", c)
	}
	if s := value(t, got.assets[arn("image")].Settings); s.State != "Active" || s.ReservedConcurrency == nil || *s.ReservedConcurrency != 0 {
		t.Errorf("settings = %+v, want active, and 0 reserved: switched off", s)
	}
	if s := got.assets[arn("zip")].Settings; !s.IsZero() {
		t.Errorf("settings of a function that was not asked = %+v", s)
	}
	text, err := json.Marshal(got.facts)
	if err != nil || strings.Contains(string(text), "canary") {
		t.Errorf("a link or a value was kept (%v)", err)
	}
}

// TestMappings: what starts a function is told, from whichever account and also
// where no ARN names it.
func TestMappings(t *testing.T) {
	to := string(arn("f"))
	serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f"), fn("g")}, Mappings: []*awsfake.Mapping{
		{UUID: "2", EventSourceArn: "arn:aws:sqs:eu-west-1:" + partner + ":queue", FunctionArn: to + ":live", State: "Enabled"},
		{UUID: "1", FunctionArn: to, State: "Disabled", Topics: []string{"orders"},
			SelfManagedEventSource: &awsfake.SelfManaged{Endpoints: map[string][]string{"KAFKA_BOOTSTRAP_SERVERS": {"b:9092", "a:9092"}}}},
	}}))
	got := scan(t, config(), found{})
	want := inventory.Triggers{
		{Kind: "event-source-mapping", ID: "1", Source: "a:9092,b:9092", Detail: "orders"},
		{Kind: "event-source-mapping", ID: "2", Source: "arn:aws:sqs:eu-west-1:" + partner + ":queue", Account: partner, Enabled: true, Qualifier: "live"},
	}
	if diff := cmp.Diff(want, value(t, got.assets[arn("f")].Triggers[inventory.CapMappings])); diff != "" {
		t.Errorf("triggers (-want +got):\n%s", diff)
	}
	if g := value(t, got.assets[arn("g")].Triggers[inventory.CapMappings]); len(g) != 0 {
		t.Errorf("triggers of another function = %v", g)
	}
}

// TestMappingStates: a mapping that is being changed starts the function, and so
// may one in a state that came later.
func TestMappingStates(t *testing.T) {
	for state, want := range map[string]bool{"Creating": true, "Enabling": true, "Enabled": true, "Updating": true, "Resting": true,
		"Disabling": false, "Disabled": false, "Deleting": false} {
		serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f")}, Mappings: []*awsfake.Mapping{
			{UUID: "1", EventSourceArn: "arn:aws:sqs:eu-west-1:" + home + ":q", FunctionArn: string(arn("f")), State: state}}}))
		got := value(t, scan(t, config(), found{}).assets[arn("f")].Triggers[inventory.CapMappings])
		if len(got) != 1 || got[0].Enabled != want {
			t.Errorf("%s: triggers = %+v, want enabled = %t", state, got, want)
		}
	}
}

// TestAround: tags, code signing and capacity providers come from listings of
// the whole region.
func TestAround(t *testing.T) {
	const csc = "arn:aws:lambda:eu-west-1:" + home + ":code-signing-config:csc-1"
	serve(t, world(&awsfake.Region{
		Functions:          []*awsfake.Function{fn("f", func(f *awsfake.Function) { f.Tags, f.CodeSigningConfig = map[string]string{"owner": "pay"}, csc }), fn("g")},
		CodeSigningConfigs: []*awsfake.CodeSigningConfig{{ID: "csc-1"}},
		CapacityProviders:  []*awsfake.CapacityProvider{{Name: "cp", Subnets: []string{"subnet-1"}, OperatorRole: "arn:role", Modified: old()}},
	}))
	got := scan(t, config(), found{})
	if diff := cmp.Diff(inventory.Labels{"owner": "pay"}, value(t, got.assets[arn("f")].Labels)); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if l := value(t, got.assets[arn("g")].Labels); len(l) != 0 {
		t.Errorf("labels of a function without tags = %v", l)
	}
	if c := value(t, got.assets[arn("f")].CodeSigning); c.Config != csc {
		t.Errorf("code signing = %q", c.Config)
	}
	if c := value(t, got.assets[arn("g")].CodeSigning); c.Config != "" {
		t.Errorf("code signing of an unguarded function = %q", c.Config)
	}
	cp := got.assets["arn:aws:lambda:eu-west-1:"+home+":capacity-provider:cp"]
	if cp.Kind != inventory.CapacityProvider || cp.Name != "cp" || value(t, cp.Identity).ID != "arn:role" || value(t, cp.Settings).State != "Active" {
		t.Errorf("capacity provider = %+v", cp)
	}
	for _, w := range got.words {
		if w.State != inventory.Complete && w.Cell.Source == live.SourceLambda && !door(w.Cell.Capability) {
			t.Errorf("%s is %s: %s", w.Cell, w.State, w.Why)
		}
	}
}

// TestAliases: aliases are told with the shares of their versions, and published
// versions in their order.
func TestAliases(t *testing.T) {
	f := fn("f", func(f *awsfake.Function) {
		for _, n := range []string{"1", "2", "10"} {
			f.Versions = append(f.Versions, &awsfake.Version{Number: n, Settings: awsfake.Settings{CodeSHA256: "v" + n, LastModified: old()}})
		}
		f.Aliases = []*awsfake.Alias{{Name: "live", Version: "10", Weights: map[string]float64{"2": 0.25}}}
	})
	serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{f, fn("g")}}))
	got := scan(t, config(), found{})
	want := []inventory.Alias{{Name: "live", Version: "10", Weights: map[string]float64{"2": 0.25}}}
	if diff := cmp.Diff(want, value(t, got.assets[arn("f")].VersionAliases)); diff != "" {
		t.Errorf("aliases (-want +got):\n%s", diff)
	}
	published := inventory.Versions{Published: []inventory.Version{{Name: "1", Digest: "v1", Modified: old()}, {Name: "2", Digest: "v2", Modified: old()}, {Name: "10", Digest: "v10", Modified: old()}}}
	if diff := cmp.Diff(published, value(t, got.assets[arn("f")].Versions)); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
	if g := got.assets[arn("g")]; len(value(t, g.VersionAliases)) != 0 || len(value(t, g.Versions).Published) != 0 {
		t.Errorf("a function without either has %+v", g)
	}
}

// TestSameName: functions of one name in two regions are two.
func TestSameName(t *testing.T) {
	w := world(&awsfake.Region{Functions: []*awsfake.Function{fn("f", link("", "NONE", old()), policy("", public()))}})
	w.Accounts[0].Places["eu-central-1"] = &awsfake.Region{Functions: []*awsfake.Function{fn("f")}}
	serve(t, w)
	reach := map[inventory.AssetID]inventory.Reach{}
	for _, s := range regionsOf(t, config(func(c *live.Config) { c.Regions = []string{place, "eu-central-1"} })) {
		err := s.Read(t.Context(), nothing, func(f inventory.Fact) error {
			if a, ok := f.(inventory.Asset); ok {
				reach[a.ID], _ = a.Reach()
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	want := map[inventory.AssetID]inventory.Reach{arn("f"): inventory.ReachPublic,
		"arn:aws:lambda:eu-central-1:" + home + ":function:f": inventory.ReachPrivate}
	if diff := cmp.Diff(want, reach); diff != "" {
		t.Errorf("reach (-want +got):\n%s", diff)
	}
}

// nothing is what Since answers where nothing was read before.
func nothing(c inventory.Cell) inventory.Coverage { return inventory.Coverage{Cell: c} }

// TestDeletedRole: a role that is in no list was deleted, unless it may be newer
// than the list.
func TestDeletedRole(t *testing.T) {
	for name, c := range map[string]struct {
		modified time.Time
		absent   bool
	}{
		"the function is older than the list":                   {at().Add(-time.Hour), true},
		"the function was changed while the account was read":   {at().Add(time.Minute), false},
		"the function was changed about when the reading began": {at().Add(-time.Minute), false},
		"nobody tells when the function was changed":            {time.Time{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f", func(f *awsfake.Function) { f.LastModified = c.modified })}}))
			rights := scan(t, config(), found{}).assets[arn("f")].Rights
			if rights.IsAbsent() != c.absent || rights.IsUnknown() == c.absent {
				t.Errorf("absent = %t, unknown = %t, want absent = %t", rights.IsAbsent(), rights.IsUnknown(), c.absent)
			}
		})
	}
}
