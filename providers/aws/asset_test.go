package aws_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
)

// state is the answer to a creation or an update of a function.
func state(change fields) fields {
	s := fields{
		"functionName": "pay", "functionArn": fn, "runtime": "python3.13", "handler": "a.b", "packageType": "Zip",
		"architectures": []string{"arm64"}, "memorySize": 128, "timeout": 3, "role": "arn:aws:iam::111122223333:role/pay",
		"codeSha256": "digest", "codeSize": 211, "version": "$LATEST", "lastModified": "2026-03-01T09:59:58.123+0000",
		"layers":        []any{fields{"arn": "arn:aws:lambda:eu-west-1:999999999999:layer:ext:1", "codeSize": 5}},
		"loggingConfig": fields{"logFormat": "JSON", "logGroup": "/aws/lambda/pay", "applicationLogLevel": "WARN"},
		"vpcConfig":     fields{"vpcId": "vpc-1"}, "kMSKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/k", "environment": fields{},
	}
	for k, v := range change {
		s[k] = v
	}
	return s
}

func at() time.Time { return time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC) }

// sighted is what every event about the function tells.
func sighted() inventory.Asset {
	scope := inventory.Scope{Provider: inventory.AWS, Account: account, Region: region}
	return inventory.Asset{
		ID: fn, Kind: inventory.LambdaFunction, Scope: scope, Name: "pay",
		Sightings: []inventory.Sighting{{Cell: inventory.Cell{Source: "trail", Scope: scope, Capability: inventory.CapEvents}, At: at()}},
	}
}

func doubt[T any](call string) inventory.Facet[T] {
	return inventory.Unknown[T](inventory.Reason{Operation: call, Message: "event e-1 changed it, and it was not read since"}, at())
}

// asJSON compares facets by their stored form: their fields are their own.
func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func checkAssets(t *testing.T, change fields, name string, want []inventory.Asset) {
	t.Helper()
	got := call(t, "lambda", name, change).Assets
	if diff := cmp.Diff(asJSON(t, want), asJSON(t, got)); diff != "" {
		t.Error(diff)
	}
}

// told is the state of the answer, as facets.
func told(a inventory.Asset) inventory.Asset {
	a.Modified = time.Date(2026, 3, 1, 9, 59, 58, 123e6, time.UTC)
	a.Configuration = inventory.Known(inventory.Configuration{
		Runtime: "python3.13", Handler: "a.b", Package: "Zip", Architectures: []string{"arm64"}, MemoryMB: 128, TimeoutSeconds: 3,
		VPC: "vpc-1", KMSKey: "arn:aws:kms:eu-west-1:111122223333:key/k",
	}, at())
	a.Code = inventory.Known(inventory.Code{Digest: "digest", Size: 211,
		Layers: []inventory.Layer{{ID: "arn:aws:lambda:eu-west-1:999999999999:layer:ext:1", Account: outside}}}, at())
	a.Identity = inventory.Known(inventory.Identity{ID: "arn:aws:iam::111122223333:role/pay"}, at())
	a.Logging = inventory.Known(inventory.Logging{Group: "/aws/lambda/pay", Level: "WARN"}, at())
	return a
}

func TestACreationTellsTheStateAndDoubtsWhatWasReadOfAnEarlierOne(t *testing.T) {
	want := told(sighted())
	want.Created = at()
	want.Exposure = inventory.Parts[inventory.Exposures]{
		inventory.CapURLs: doubt[inventory.Exposures]("CreateFunction"), inventory.CapPolicies: doubt[inventory.Exposures]("CreateFunction"),
	}
	want.Triggers = inventory.Parts[inventory.Triggers]{inventory.CapMappings: doubt[inventory.Triggers]("CreateFunction")}
	want.VersionAliases, want.Destinations = doubt[[]inventory.Alias]("CreateFunction"), doubt[[]inventory.Destination]("CreateFunction")
	want.Versions, want.Labels = doubt[inventory.Versions]("CreateFunction"), doubt[inventory.Labels]("CreateFunction")
	want.Settings, want.CodeSigning = doubt[inventory.Settings]("CreateFunction"), doubt[inventory.CodeSigning]("CreateFunction")
	want.Bindings, want.Rights = doubt[[]inventory.Binding]("CreateFunction"), doubt[inventory.Rights]("CreateFunction")
	checkAssets(t, fields{"requestParameters": fields{"functionName": "pay", "role": "r"}, "responseElements": state(nil)},
		"CreateFunction20150331", []inventory.Asset{want})
}

func TestAnUpdateOfTheConfigurationClaimsNothingOfTheEnvironment(t *testing.T) {
	checkAssets(t, fields{"requestParameters": fields{"functionName": fn, "environment": fields{"variables": fields{"A": "b"}}}, "responseElements": state(nil)},
		"UpdateFunctionConfiguration20150331v2", []inventory.Asset{told(sighted())})
}

func TestANewRoleDoubtsTheRights(t *testing.T) {
	want := told(sighted())
	want.Rights = doubt[inventory.Rights]("UpdateFunctionConfiguration")
	checkAssets(t, fields{"requestParameters": fields{"functionName": fn, "role": "r"}, "responseElements": state(nil)},
		"UpdateFunctionConfiguration20150331v2", []inventory.Asset{want})
}

func TestAPublishedUpdateOfTheCodeDoubtsTheVersions(t *testing.T) {
	want := told(sighted())
	want.Versions = doubt[inventory.Versions]("UpdateFunctionCode")
	checkAssets(t, fields{"requestParameters": fields{"functionName": fn, "publish": true}, "responseElements": state(fields{"functionArn": fn + ":1", "version": "1"})},
		"UpdateFunctionCode20150331v2", []inventory.Asset{want})
}

func TestACutAnswerTellsNoFacet(t *testing.T) {
	want := sighted()
	want.Modified = at()
	checkAssets(t, fields{"requestParameters": fields{"functionName": fn}, "responseElements": fields{"omitted": true, "originalSize": 200000}},
		"UpdateFunctionCode20150331v2", []inventory.Asset{want})
}

func TestTheCodeOfAnImageIsToldOnlyWhereTheRequestNamesIt(t *testing.T) {
	image := state(fields{"packageType": "Image", "layers": gone, "runtime": nil, "handler": nil})
	for name, c := range map[string]struct {
		call    string
		request fields
		want    string
	}{
		"created":            {"CreateFunction20150331", fields{"functionName": "pay", "code": fields{"imageUri": "r/i:1"}}, "r/i:1"},
		"new image":          {"UpdateFunctionCode20150331v2", fields{"functionName": "pay", "imageUri": "r/i:2"}, "r/i:2"},
		"configuration only": {"UpdateFunctionConfiguration20150331v2", fields{"functionName": "pay"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := call(t, "lambda", c.call, fields{"requestParameters": c.request, "responseElements": image}).Assets[0]
			if code, ok := a.Code.Get(); code.Image != c.want || ok != (c.want != "") {
				t.Errorf("code %+v, known %v, want image %q", code, ok, c.want)
			}
		})
	}
}

// TestEventsThatTellAPartCastDoubtOnTheWhole, and on no other part: what a
// change of a policy says nothing of stays as it was read.
func TestEventsThatTellAPartCastDoubtOnTheWhole(t *testing.T) {
	for _, c := range []struct{ call, facet, part string }{
		{"AddPermission", "exposure", "policies"}, {"RemovePermission", "exposure", "policies"},
		{"PutResourcePolicy", "exposure", "policies"}, {"DeleteResourcePolicy", "exposure", "policies"},
		{"CreateFunctionUrlConfig", "exposure", "urls"}, {"UpdateFunctionUrlConfig", "exposure", "urls"}, {"DeleteFunctionUrlConfig", "exposure", "urls"},
		{"CreateEventSourceMapping", "triggers", "mappings"}, {"UpdateEventSourceMapping", "triggers", "mappings"}, {"DeleteEventSourceMapping", "triggers", "mappings"},
		{"PublishVersion", "versions", ""}, {"CreateAlias", "aliases", ""}, {"UpdateAlias", "aliases", ""}, {"DeleteAlias", "aliases", ""},
		{"PutFunctionEventInvokeConfig", "destinations", ""}, {"UpdateFunctionEventInvokeConfig", "destinations", ""}, {"DeleteFunctionEventInvokeConfig", "destinations", ""},
		{"PutFunctionConcurrency", "settings", ""}, {"DeleteFunctionConcurrency", "settings", ""},
		{"PutFunctionCodeSigningConfig", "code-signing", ""}, {"DeleteFunctionCodeSigningConfig", "code-signing", ""},
		{"TagResource", "labels", ""}, {"UntagResource", "labels", ""},
	} {
		t.Run(c.call, func(t *testing.T) {
			assets := call(t, "lambda", c.call, fields{"requestParameters": fields{"functionName": "pay"}}).Assets
			if len(assets) != 1 {
				t.Fatalf("%d assets", len(assets))
			}
			doubted := func(f inventory.FacetState) bool {
				return f.Doubt.Operation == c.call && f.Doubt.Message == "event e-1 changed it, and it was not read since"
			}
			for _, f := range assets[0].Facets() {
				if !f.Unknown || doubted(f) != (f.Name == c.facet) {
					t.Errorf("%s: %+v", f.Name, f)
				}
				for _, p := range f.Parts {
					if !p.Unknown || doubted(p) != (f.Name == c.facet && p.Name == c.part) {
						t.Errorf("%s of %s: %+v", p.Name, f.Name, p)
					}
				}
			}
			if len(assets[0].Sightings) != 1 || !assets[0].Deleted.IsZero() {
				t.Errorf("sightings %v, deleted %v", assets[0].Sightings, assets[0].Deleted)
			}
		})
	}
}

func TestANewDeadLetterQueueDoubtsTheDestinations(t *testing.T) {
	want := told(sighted())
	want.Destinations = doubt[[]inventory.Destination]("UpdateFunctionConfiguration")
	checkAssets(t, fields{"requestParameters": fields{"functionName": fn, "deadLetterConfig": fields{"targetArn": "arn:aws:sqs:eu-west-1:111122223333:q"}}, "responseElements": state(nil)},
		"UpdateFunctionConfiguration20150331v2", []inventory.Asset{want})
}

// TestTheAnswerTellsEverySettingThatAListingTells, so that an event and a
// reading of the same configuration say the same.
func TestTheAnswerTellsEverySettingThatAListingTells(t *testing.T) {
	answer := state(fields{
		"configSha256": "c", "revisionId": "r", "state": "Pending", "ephemeralStorage": fields{"size": 1024},
		"vpcConfig":         fields{"vpcId": "vpc-1", "subnetIds": []string{"b", "a"}, "securityGroupIds": []string{"g"}},
		"fileSystemConfigs": []any{fields{"arn": "arn:fs", "localMountPath": "/mnt/x"}}, "tracingConfig": fields{"mode": "Active"},
		"snapStart": fields{"applyOn": "PublishedVersions"}, "tenancyConfig": fields{"tenantIsolationMode": "PER_TENANT"},
		"durableConfig":          fields{"executionTimeout": 60, "retentionPeriodInDays": 7, "kMSKeyArn": "arn:key"},
		"capacityProviderConfig": fields{"lambdaManagedInstancesCapacityProviderConfig": fields{"capacityProviderArn": "arn:cp"}},
	})
	want, _ := told(sighted()).Configuration.Get()
	want.Digest, want.Revision, want.EphemeralMB = "c", "r", 1024
	want.Subnets, want.SecurityGroups, want.FileSystems = []string{"a", "b"}, []string{"g"}, []string{"arn:fs"}
	want.Tracing, want.SnapStart, want.Tenancy, want.CapacityProvider = "Active", true, "PER_TENANT", "arn:cp"
	want.Durable = &inventory.Durable{TimeoutSeconds: 60, RetentionDays: 7, KMSKey: "arn:key"}
	a := call(t, "lambda", "UpdateFunctionConfiguration20150331v2", fields{"requestParameters": fields{"functionName": fn}, "responseElements": answer}).Assets[0]
	got, _ := a.Configuration.Get()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestADeletionIsOfTheFunctionOnlyWithoutAQualifier(t *testing.T) {
	for name, c := range map[string]struct {
		request fields
		deleted bool
	}{
		"the function":           {fields{"functionName": "pay"}, true},
		"a version":              {fields{"functionName": "pay", "qualifier": "3"}, false},
		"a version, in the name": {fields{"functionName": "pay:3"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			a := call(t, "lambda", "DeleteFunction20150331", fields{"requestParameters": c.request}).Assets[0]
			if a.Deleted.Equal(at()) != c.deleted || a.Versions.Doubted().IsZero() != c.deleted {
				t.Errorf("deleted %v, versions doubted %v", a.Deleted, a.Versions.Doubted())
			}
		})
	}
}

func TestNothingIsToldOfAssets(t *testing.T) {
	request := fields{"functionName": "pay", "role": "r"}
	for name, c := range map[string]struct {
		call   string
		change fields
	}{
		"by a refused call":           {"CreateFunction20150331", fields{"requestParameters": request, "responseElements": state(nil), "errorCode": "AccessDenied"}},
		"by a dry run":                {"UpdateFunctionCode20150331v2", fields{"requestParameters": fields{"functionName": "pay", "dryRun": true}, "responseElements": state(nil)}},
		"by a reading call":           {"GetFunction20150331v2", fields{"requestParameters": request, "readOnly": true}},
		"by a call without a target":  {"CreateFunction20150331", nil},
		"by an invocation":            {"Invoke", fields{"requestParameters": request, "eventCategory": "Data"}},
		"of another account's assets": {"AddPermission20150331v2", fields{"requestParameters": fields{"functionName": "arn:aws:lambda:eu-west-1:999999999999:function:pay"}}},
	} {
		t.Run(name, func(t *testing.T) { checkAssets(t, c.change, c.call, nil) })
	}
}
