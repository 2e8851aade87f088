package aws_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
)

func TestEveryListedCallIsKeptAsItsAction(t *testing.T) {
	for _, c := range slices.SortedFunc(maps.Keys(aws.Calls()), aws.CompareCalls) {
		want := aws.Calls()[c]
		service := strings.TrimSuffix(c.Service, ".amazonaws.com")
		for _, suffix := range []string{"", "20150331", "20150331v2", "2020_05_31"} {
			e := call(t, service, c.Name+suffix, nil).Event
			if e.Action != want || e.Name != c.Name || e.LoggedName != c.Name+suffix {
				t.Errorf("%s %s: read as %s %s (%s), want %s", service, c.Name+suffix, e.Action, e.Name, e.LoggedName, want)
			}
		}
	}
}

// TestTheActionMapIsThatOfTheFacts holds the table against the words of the
// catalogue, name by name.
func TestTheActionMapIsThatOfTheFacts(t *testing.T) {
	for action, names := range map[inventory.Action]string{
		inventory.ActionCreate:     "CreateFunction CreateWebFunction CreateMicrovmImage CreateCapacityProvider",
		inventory.ActionUpdateCode: "UpdateFunctionCode PublishLayerVersion CreateWebFunctionRevision UpdateMicrovmImage",
		inventory.ActionUpdateConfig: "UpdateFunctionConfiguration PutFunctionConcurrency DeleteFunctionConcurrency PutFunctionEventInvokeConfig " +
			"UpdateFunctionEventInvokeConfig DeleteFunctionEventInvokeConfig PutRuntimeManagementConfig PutFunctionRecursionConfig " +
			"PutFunctionCodeSigningConfig PutProvisionedConcurrencyConfig TagResource UntagResource",
		inventory.ActionWeaken:        "DeleteFunctionCodeSigningConfig UpdateCodeSigningConfig DisablePublicAccessBlockConfig",
		inventory.ActionPublish:       "PublishVersion",
		inventory.ActionDeploy:        "CreateAlias UpdateAlias",
		inventory.ActionDelete:        "DeleteFunction DeleteAlias DeleteLayerVersion",
		inventory.ActionGrant:         "AddPermission PutResourcePolicy AddLayerVersionPermission",
		inventory.ActionRevoke:        "RemovePermission DeleteResourcePolicy RemoveLayerVersionPermission",
		inventory.ActionExpose:        "CreateFunctionUrlConfig UpdateFunctionUrlConfig CreateWebFunctionEndpoint",
		inventory.ActionUnexpose:      "DeleteFunctionUrlConfig",
		inventory.ActionAttachTrigger: "CreateEventSourceMapping UpdateEventSourceMapping",
		inventory.ActionDetachTrigger: "DeleteEventSourceMapping LambdaESMDisabled",
		inventory.ActionReadSecret:    "GetFunction GetFunctionConfiguration ListFunctions",
		inventory.ActionEnumerate:     "GetPolicy ListAliases ListTags GetWhateverComesNext ListWhateverComesNext",
		inventory.ActionInvoke:        "Invoke InvokeFunctionUrl",
		inventory.ActionOther:         "EnableReplication DisableReplication SetAccountSettings RollbackFunction WhateverComesNext",
	} {
		for name := range strings.FieldsSeq(names) {
			if got := call(t, "lambda", name, nil).Event.Action; got != action {
				t.Errorf("%s: read as %s, want %s", name, got, action)
			}
		}
	}
}

func TestServicesAreThoseOfTheTable(t *testing.T) {
	got := aws.Services()
	if !slices.IsSorted(got) || !slices.Contains(got, "lambda.amazonaws.com") || slices.Contains(got, "ssm.amazonaws.com") {
		t.Errorf("services %v", got)
	}
}

// TestSuffixesAreStrippedAsTheFactsSay holds the hand-written reader against
// the regular expression that was tried on the logged names.
func TestSuffixesAreStrippedAsTheFactsSay(t *testing.T) {
	facts := regexp.MustCompile(`(20\d{2}_?\d{2}_?\d{2})(v\d+)?$`)
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.StringMatching(`[A-Z][a-zA-Z0-9_]{0,6}(20[0-9]{0,2}_?[0-9]{0,2}_?[0-9]{0,3})?(v[0-9]{0,2})?`).Draw(r, "name")
		if got, want := call(t, "lambda", name, nil).Event.Name, facts.ReplaceAllString(name, ""); got != want {
			r.Errorf("%s: name %q, want %q", name, got, want)
		}
	})
}

func TestReadingCallsAreReadOnlyWhereTheRecordDoesNotSay(t *testing.T) {
	for name, want := range map[string]bool{"GetPolicy": true, "GetFunction": true, "UpdateAlias": false} {
		if got := call(t, "lambda", name, fields{"readOnly": gone}).Event.ReadOnly; got != want {
			t.Errorf("%s: read-only %v, want %v", name, got, want)
		}
	}
}

// TestMattersWhereDecodeKeeps holds the filter against the decoder, by records
// without a request, in which nothing says that no function is concerned.
func TestMattersWhereDecodeKeeps(t *testing.T) {
	d := aws.NewDecoder("trail")
	services := append(aws.Services(), "ssm.amazonaws.com", "", "lambda", "Lambda.amazonaws.com")
	var names []string
	for c := range aws.Calls() {
		names = append(names, c.Name)
	}
	names = append(slices.Compact(slices.Sorted(slices.Values(names))), "WhateverComesNext", "RunInstances")
	rapid.Check(t, func(r *rapid.T) {
		service := rapid.SampledFrom(services).Draw(r, "service")
		name := rapid.SampledFrom(names).Draw(r, "name") + rapid.SampledFrom([]string{"", "20150331", "20150331v2", "2020_05_31", "v2", "2", "V2"}).Draw(r, "suffix")
		got, err := d.Decode(record(t, service, name, fields{"eventSource": service}), inventory.Provenance{})
		if err != nil && service != "" {
			r.Fatal(err)
		}
		if matters := d.Matters([]byte(service), []byte(name)); matters != got.Keep {
			r.Errorf("%s %s matters: %v, is kept: %v", service, name, matters, got.Keep)
		}
	})
}

func TestMattersNeedsNoMemory(t *testing.T) {
	d := aws.NewDecoder("trail")
	service, name := []byte("iam.amazonaws.com"), []byte("CreateAccessKey20150331v2")
	if n := testing.AllocsPerRun(100, func() { d.Matters(service, name) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkMatters(b *testing.B) {
	d := aws.NewDecoder("bench")
	for _, c := range []struct{ service, name string }{
		{"lambda.amazonaws.com", "GetFunction20150331v2"}, {"ec2.amazonaws.com", "DescribeInstances"}, {"dynamodb.amazonaws.com", "GetItem"},
		{"cloudfront.amazonaws.com", "UpdateDistribution2020_05_31"},
	} {
		service, name := []byte(c.service), []byte(c.name)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.Matters(service, name)
			}
		})
	}
}
