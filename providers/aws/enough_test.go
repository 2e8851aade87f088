package aws_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/inventory"
)

// judgements are the catalogue's conditions in their shortest form, over the
// decoded fields alone: they prove that the fields are enough to decide, and
// that the record itself need not be read again.
func judgements() map[string]func(inventory.Event) bool {
	is := func(e inventory.Event, service, names string) bool {
		return e.Service == service+".amazonaws.com" && slices.Contains(strings.Fields(names), e.Name)
	}
	changes := func(e inventory.Event) bool { return e.Service == "lambda.amazonaws.com" && e.Mutates() }
	return map[string]func(inventory.Event) bool{
		"AWS-02": func(e inventory.Event) bool { return changes(e) && e.Action == inventory.ActionUpdateCode },
		"AWS-03": func(e inventory.Event) bool { return changes(e) && e.Change.Layers != nil && len(*e.Change.Layers) > 0 },
		"AWS-08": func(e inventory.Event) bool { return changes(e) && e.Principal.Credential == inventory.LongLivedKey },
		"AWS-09": changes,
		"AWS-14": func(e inventory.Event) bool { return changes(e) && e.Change.Publish },
		"AWS-17": func(e inventory.Event) bool {
			return changes(e) && slices.ContainsFunc(e.Change.Grants, func(g inventory.Grant) bool {
				return g.Reach(e.Scope.Account, inventory.Own{}) == inventory.ReachPublic
			})
		},
		"AWS-23": func(e inventory.Event) bool {
			return e.Mutates() && e.Action == inventory.ActionExpose && e.Change.Auth == "NONE"
		},
		"AWS-29": func(e inventory.Event) bool {
			return e.Mutates() && strings.Contains(e.Subject, ":role/") && (e.Change.AdminLike || e.Name == "DeleteRolePermissionsBoundary")
		},
		"AWS-30": func(e inventory.Event) bool {
			return e.Mutates() && slices.ContainsFunc(e.Change.Trust, func(g inventory.Grant) bool {
				return g.Everyone || slices.ContainsFunc(g.Accounts, func(a string) bool { return a != e.Scope.Account })
			})
		},
		"AWS-35": func(e inventory.Event) bool {
			made := is(e, "iam", "CreateAccessKey CreateUser CreateLoginProfile UpdateLoginProfile") || is(e, "rolesanywhere", "CreateTrustAnchor CreateProfile")
			return e.Mutates() && (made || (is(e, "iam", "AttachUserPolicy") || is(e, "sts", "GetFederationToken")) && e.Change.AdminLike)
		},
		"AWS-36": func(e inventory.Event) bool { return is(e, "cloudtrail", "StopLogging DeleteTrail") },
		"AWS-37": func(e inventory.Event) bool {
			return e.Mutates() && e.Service == "cloudtrail.amazonaws.com" && !is(e, "cloudtrail", "StopLogging DeleteTrail") && len(e.Change.Narrowed) > 0 ||
				is(e, "organizations", "LeaveOrganization")
		},
		"AWS-39": func(e inventory.Event) bool {
			telemetry := is(e, "route53resolver", "DeleteResolverQueryLogConfig") || is(e, "ec2", "DeleteFlowLogs") || strings.HasPrefix(e.Service, "guardduty.") || strings.HasPrefix(e.Service, "config.")
			return e.Mutates() && telemetry && len(e.Change.Narrowed) > 0
		},
	}
}

// verdicts lists RULE EVENT for all records of a file.
func verdicts(t *testing.T, records []json.RawMessage) []string {
	t.Helper()
	var out []string
	for _, d := range decodeAll(t, records) {
		for rule, holds := range judgements() {
			if holds(d.Event) {
				out = append(out, rule+" "+d.Event.ID)
			}
		}
	}
	slices.Sort(out)
	return out
}

func TestTheDecodedFieldsAreEnoughToDecideTheRecordedAttacks(t *testing.T) {
	for set, folder := range map[string]string{"stratus": "stratus", "traildiscover": "traildiscover/logs"} {
		want := expected(t, set)
		for file, records := range recordings(t, folder) {
			if diff := cmp.Diff(want[file+".json"], verdicts(t, records)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		}
	}
}

// expected reads which rule must fire on which event of which file.
func expected(t *testing.T, set string) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testparts.Data(t), "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	type file struct {
		Rules map[string]struct {
			IDs []string `json:"event_ids"`
		} `json:"rules"`
	}
	var all map[string]json.RawMessage
	var files map[string]file
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(all[set], &files); err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for name, f := range files {
		for rule, r := range f.Rules {
			for _, id := range r.IDs {
				out[name] = append(out[name], rule+" "+id)
			}
		}
		slices.Sort(out[name])
	}
	return out
}

// TestWhatMustChangeWithOneMember alters a recorded attack by one member, and
// says which judgements are left.
func TestWhatMustChangeWithOneMember(t *testing.T) {
	request := func(change func(map[string]any)) func(map[string]any) {
		return func(r map[string]any) { change(r["requestParameters"].(map[string]any)) }
	}
	set := func(key string, v any) func(map[string]any) { return func(m map[string]any) { m[key] = v } }
	const backdoor, overwrite, layer = "aws.persistence.lambda-backdoor-function", "aws.persistence.lambda-overwrite-code", "aws.persistence.lambda-layer-extension"
	for _, c := range []struct {
		name, file string
		change     func(map[string]any)
		want       string
	}{
		{"a refused grant", backdoor, set("errorCode", "AccessDenied"), ""},
		{"a refused update", overwrite, set("errorCode", "AccessDenied"), ""},
		{"a refused stop is an attempt", "aws.defense-evasion.cloudtrail-stop", set("errorCode", "AccessDenied"), "AWS-36"},
		{"a dry run", overwrite, request(set("dryRun", true)), ""},
		{"no version published", overwrite, request(set("publish", false)), "AWS-02 AWS-08 AWS-09"},
		{"layers in the answer alone", layer, request(func(m map[string]any) { delete(m, "layers") }), "AWS-08 AWS-09"},
		{"a source account", backdoor, request(set("sourceAccount", "880896431042")), "AWS-08 AWS-09"},
		{"another account", backdoor, request(set("principal", outside)), "AWS-08 AWS-09"},
		{"a service", backdoor, request(set("principal", "s3.amazonaws.com")), "AWS-08 AWS-09"},
		{"a name without its suffix", backdoor, set("eventName", "AddPermission"), "AWS-08 AWS-09 AWS-17"},
		{"a session's key", backdoor, func(r map[string]any) { r["userIdentity"].(map[string]any)["accessKeyId"] = "ASIAEXAMPLE" }, "AWS-09 AWS-17"},
		{"a user agent", backdoor, set("userAgent", "terraform"), "AWS-08 AWS-09 AWS-17"},
		{"selectors of all", "aws.defense-evasion.cloudtrail-event-selectors", request(func(m map[string]any) {
			s := m["eventSelectors"].([]any)[0].(map[string]any)
			s["includeManagementEvents"], s["readWriteType"] = true, "All"
		}), ""},
		{"trust in oneself", "aws.persistence.iam-backdoor-role", request(func(m map[string]any) {
			m["policyDocument"] = strings.ReplaceAll(m["policyDocument"].(string), "193672423079", "751203476945")
		}), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r map[string]any
			if err := json.Unmarshal(recordings(t, "stratus")[c.file][0], &r); err != nil {
				t.Fatal(err)
			}
			c.change(r)
			changed, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range verdicts(t, []json.RawMessage{changed}) {
				rule, _, _ := strings.Cut(v, " ")
				got = append(got, rule)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
