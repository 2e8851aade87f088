package trail_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
	"github.com/estray/estray/providers/aws/trail"
)

// whole is a trail that logs all, changed as a test says.
func whole(name string, change func(*awsfake.Trail)) *awsfake.Trail {
	t := &awsfake.Trail{Name: name, Home: region, MultiRegion: true, GlobalEvents: true, Logging: true, Started: ago(300 * day)}
	if change != nil {
		change(t)
	}
	return t
}

// foreign is an organization's trail as a member sees it.
func foreign(t *awsfake.Trail) {
	t.Organization, t.ARN = true, "arn:aws:cloudtrail:eu-west-1:"+owner+":trail/"+t.Name
}

func basic(s ...awsfake.Selector) func(*awsfake.Trail) {
	return func(t *awsfake.Trail) { t.Selectors = s }
}

func advanced(s ...[]awsfake.FieldSelector) func(*awsfake.Trail) {
	return func(t *awsfake.Trail) {
		for _, fields := range s {
			t.Advanced = append(t.Advanced, awsfake.AdvancedSelector{FieldSelectors: fields})
		}
	}
}

func is(field string, values ...string) awsfake.FieldSelector {
	return awsfake.FieldSelector{Field: field, Equals: values}
}

func trails(t *testing.T, faults []awsfake.Fault, all ...*awsfake.Trail) (inventory.Coverage, *place) {
	t.Helper()
	p := serve(t, &awsfake.Account{ID: home, Trails: all, Places: map[string]*awsfake.Region{region: {}}}, session.Options{Attempts: 2, MaxBackoff: time.Millisecond, Timeout: 5 * time.Second})
	p.server.SetFaults(faults...)
	return trail.Trails(t.Context(), p.account, p.account.Region(region), source), p
}

func coverage(state inventory.State, continuity inventory.Continuity, seen int, why inventory.Reason) inventory.Coverage {
	return inventory.Coverage{Cell: inventory.Cell{Source: source, Scope: inventory.Scope{Provider: "aws", Account: home}, Capability: "trails"},
		State: state, Continuity: continuity, Seen: seen, Why: why}
}

func TestOneWholeTrailIsEnough(t *testing.T) {
	for name, change := range map[string]func(*awsfake.Trail){
		"as the vendor sets it":        nil,
		"all, asked for":               basic(awsfake.Selector{ReadWriteType: "All", Management: true}),
		"reads and writes apart":       basic(awsfake.Selector{ReadWriteType: "ReadOnly", Management: true}, awsfake.Selector{ReadWriteType: "WriteOnly", Management: true}),
		"data events besides":          basic(awsfake.Selector{ReadWriteType: "All"}, awsfake.Selector{ReadWriteType: "All", Management: true}),
		"advanced":                     advanced([]awsfake.FieldSelector{is("eventCategory", "Management")}),
		"advanced, and data events":    advanced([]awsfake.FieldSelector{is("eventCategory", "Data"), is("resources.type", "AWS::S3::Object")}, []awsfake.FieldSelector{is("eventCategory", "Management")}),
		"advanced, of both kinds":      advanced([]awsfake.FieldSelector{is("eventCategory", "Management"), is("readOnly", "true", "false")}),
		"advanced, kinds apart":        advanced([]awsfake.FieldSelector{is("eventCategory", "Management"), is("readOnly", "true")}, []awsfake.FieldSelector{is("eventCategory", "Management"), is("readOnly", "false")}),
		"the organization's":           foreign,
		"homed in another region":      func(t *awsfake.Trail) { t.Home = "ap-south-1" },
		"with a file that is verified": func(t *awsfake.Trail) { t.Validated = true },
	} {
		t.Run(name, func(t *testing.T) {
			main := whole("main", change)
			got, p := trails(t, nil, main, whole("small", func(t *awsfake.Trail) { t.MultiRegion = false }))
			if diff := cmp.Diff(coverage(inventory.Complete, inventory.Assumed, 2, inventory.Reason{}), got); diff != "" {
				t.Errorf("coverage (-want +got):\n%s", diff)
			}
			for _, c := range p.server.Calls() {
				if c.Operation != "DescribeTrails" && strings.HasSuffix(c.Resource, "/main") && c.Region != main.Home {
					t.Errorf("asked elsewhere than in its home region: %+v", c)
				}
			}
		})
	}
}

func TestNoTrailLogsAll(t *testing.T) {
	const head = "no trail logs the management events of all regions: "
	for name, c := range map[string]struct {
		trails []*awsfake.Trail
		want   string
	}{
		"there is none":  {nil, head + "there is no trail"},
		"it is stopped":  {[]*awsfake.Trail{whole("x", func(t *awsfake.Trail) { t.Logging, t.Stopped = false, ago(day) })}, head + "trail x is stopped since 2026-11-23T09:00:00Z"},
		"never started":  {[]*awsfake.Trail{whole("x", func(t *awsfake.Trail) { t.Logging = false })}, head + "trail x is stopped"},
		"of one region":  {[]*awsfake.Trail{whole("y", func(t *awsfake.Trail) { t.MultiRegion = false })}, head + "trail y is of one region (eu-west-1)"},
		"without global": {[]*awsfake.Trail{whole("y", func(t *awsfake.Trail) { t.GlobalEvents = false })}, head + "trail y leaves out the services without regions"},
		"writes alone":   {[]*awsfake.Trail{whole("y", basic(awsfake.Selector{ReadWriteType: "WriteOnly", Management: true}))}, head + "trail y logs no management events that only read"},
		"reads alone":    {[]*awsfake.Trail{whole("y", basic(awsfake.Selector{ReadWriteType: "ReadOnly", Management: true}))}, head + "trail y logs no management events that change something"},
		"no management":  {[]*awsfake.Trail{whole("y", basic(awsfake.Selector{ReadWriteType: "All"}))}, head + "trail y logs no management events"},
		"not of keys":    {[]*awsfake.Trail{whole("y", basic(awsfake.Selector{ReadWriteType: "All", Management: true, Excluded: []string{"kms.amazonaws.com"}}))}, head + "trail y leaves out management events by its selectors (kms.amazonaws.com)"},
		"data alone":     {[]*awsfake.Trail{whole("y", advanced([]awsfake.FieldSelector{is("eventCategory", "Data")}))}, head + "trail y logs no management events"},
		"advanced writes": {[]*awsfake.Trail{whole("y", advanced([]awsfake.FieldSelector{is("eventCategory", "Management"), is("readOnly", "false")}))},
			head + "trail y logs no management events that only read"},
		"advanced, not of a service": {[]*awsfake.Trail{whole("y", advanced([]awsfake.FieldSelector{is("eventCategory", "Management"), {Field: "eventSource", NotEquals: []string{"lambda.amazonaws.com"}}}))},
			head + "trail y leaves out management events by its selectors (eventSource)"},
		"two, each lacking": {[]*awsfake.Trail{whole("y", func(t *awsfake.Trail) { t.MultiRegion = false }), whole("x", func(t *awsfake.Trail) { t.Logging, t.GlobalEvents = false, false })},
			head + "trail x leaves out the services without regions, is stopped; trail y is of one region (eu-west-1)"},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := trails(t, nil, c.trails...)
			if diff := cmp.Diff(coverage(inventory.Complete, inventory.Broken, len(c.trails), inventory.Reason{Message: c.want}), got); diff != "" {
				t.Errorf("coverage (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFilesThatCannotBeDeliveredAreTold(t *testing.T) {
	got, _ := trails(t, nil, whole("x", func(t *awsfake.Trail) { t.DeliveryError = "AccessDenied" }))
	if diff := cmp.Diff(coverage(inventory.Complete, inventory.Assumed, 1, inventory.Reason{Message: "trail x cannot deliver to its bucket: AccessDenied"}), got); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
}

// TestTrailsThatCannotBeRead: a reading that fails claims neither that all is
// logged nor that it is not.
func TestTrailsThatCannotBeRead(t *testing.T) {
	deny := func(operation string) []awsfake.Fault {
		return []awsfake.Fault{{Operation: operation, Effect: awsfake.DenyMissing()}}
	}
	orgOnly := "whether the organization's trail org logs is told in account " + owner + " alone: scan that account too"
	for name, c := range map[string]struct {
		operation  string
		trails     []*awsfake.Trail
		state      inventory.State
		continuity inventory.Continuity
		text       string
	}{
		"the list is denied":                  {"DescribeTrails", []*awsfake.Trail{whole("x", nil)}, inventory.Denied, inventory.ContinuityNone, ""},
		"the status is denied":                {"GetTrailStatus", []*awsfake.Trail{whole("x", nil)}, inventory.Partial, inventory.ContinuityNone, ""},
		"the selectors are denied":            {"GetEventSelectors", []*awsfake.Trail{whole("x", nil)}, inventory.Partial, inventory.ContinuityNone, ""},
		"of one region, the status is denied": {"GetTrailStatus", []*awsfake.Trail{whole("x", func(t *awsfake.Trail) { t.MultiRegion = false })}, inventory.Partial, inventory.Broken, ""},
		"the organization's, denied":          {"GetTrailStatus", []*awsfake.Trail{whole("org", foreign)}, inventory.Complete, inventory.ContinuityNone, orgOnly},
		"the organization's selectors":        {"GetEventSelectors", []*awsfake.Trail{whole("org", foreign)}, inventory.Complete, inventory.ContinuityNone, orgOnly},
		"of another account, of nobody's organization": {"GetTrailStatus", []*awsfake.Trail{whole("x", func(t *awsfake.Trail) {
			foreign(t)
			t.Organization = false
		})}, inventory.Partial, inventory.ContinuityNone, ""},
		"our own trail of the organization": {"GetTrailStatus", []*awsfake.Trail{whole("org", func(t *awsfake.Trail) { t.Organization = true })}, inventory.Partial, inventory.ContinuityNone, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := trails(t, deny(c.operation), c.trails...)
			if got.State != c.state || got.Continuity != c.continuity || c.text != "" && got.Why.Message != c.text {
				t.Errorf("coverage %+v", got)
			}
			if c.text == "" && (got.Why.Operation != c.operation || got.Why.Code == "") {
				t.Errorf("reason %+v", got.Why)
			}
		})
	}
	t.Run("the organization's fails otherwise", func(t *testing.T) {
		got, _ := trails(t, []awsfake.Fault{{Operation: "GetTrailStatus", Effect: awsfake.ServerError()}}, whole("org", foreign))
		if got.State != inventory.Partial || got.Continuity != inventory.ContinuityNone {
			t.Errorf("coverage %+v", got)
		}
	})
	t.Run("one of two is denied, and the other logs all", func(t *testing.T) {
		got, _ := trails(t, []awsfake.Fault{{Operation: "GetTrailStatus", Times: 1, Effect: awsfake.DenyMissing()}}, whole("a", nil), whole("b", nil))
		if got.State != inventory.Partial || got.Continuity != inventory.Assumed || got.Seen != 2 {
			t.Errorf("coverage %+v", got)
		}
	})
}
