package aws_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
)

// recordings reads the records of every file of a set; some files hold a list,
// some one record.
func recordings(t testing.TB, set string) map[string][]json.RawMessage {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testparts.Data(t), set, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("find recordings of %s: %d files, %v", set, len(files), err)
	}
	out := map[string][]json.RawMessage{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var records []json.RawMessage
		if err := json.Unmarshal(data, &records); err != nil {
			records = []json.RawMessage{data}
		}
		out[strings.TrimSuffix(filepath.Base(f), ".json")] = records
	}
	return out
}

// decodeAll decodes records and returns those that are kept.
func decodeAll(t testing.TB, records []json.RawMessage) (kept []aws.Decoded) {
	t.Helper()
	for i, r := range records {
		d, err := aws.NewDecoder("test").Decode(r, inventory.Provenance{Object: "o", Record: i})
		if err != nil {
			t.Errorf("record %d: %v", i, err)
		}
		if d.Keep {
			kept = append(kept, d)
		}
	}
	return kept
}

func TestRecordedAttacksGiveTheirEventsAndNoOthers(t *testing.T) {
	got := map[string][]string{}
	for file, records := range recordings(t, "stratus") {
		for _, d := range decodeAll(t, records) {
			e := d.Event
			got[file] = append(got[file], strings.Join([]string{string(e.Action), e.Name, string(e.Outcome), e.Code}, " "))
		}
		slices.Sort(got[file])
	}
	maps.DeleteFunc(got, func(_ string, v []string) bool { return len(v) == 0 })
	want := map[string][]string{
		"aws.defense-evasion.cloudtrail-delete":                  {"logging-off DeleteTrail succeeded "},
		"aws.defense-evasion.cloudtrail-event-selectors":         {"logging-off PutEventSelectors succeeded "},
		"aws.defense-evasion.cloudtrail-stop":                    {"logging-off StopLogging succeeded "},
		"aws.defense-evasion.dns-delete-logs":                    {"logging-off DeleteResolverQueryLogConfig succeeded "},
		"aws.defense-evasion.organizations-leave":                {"logging-off LeaveOrganization failed AccessDenied"},
		"aws.defense-evasion.vpc-remove-flow-logs":               {"logging-off DeleteFlowLogs succeeded "},
		"aws.persistence.iam-backdoor-role":                      {"identity UpdateAssumeRolePolicy succeeded "},
		"aws.persistence.iam-backdoor-user":                      {"identity CreateAccessKey succeeded "},
		"aws.persistence.iam-create-admin-user":                  {"identity AttachUserPolicy succeeded ", "identity CreateAccessKey succeeded ", "identity CreateUser succeeded "},
		"aws.persistence.iam-create-backdoor-role":               {"identity AttachRolePolicy succeeded ", "identity CreateRole succeeded "},
		"aws.persistence.iam-create-user-login-profile":          {"identity CreateLoginProfile succeeded ", "identity DeleteLoginProfile failed EntityTemporarilyUnmodifiableException"},
		"aws.persistence.lambda-backdoor-function":               {"grant AddPermission succeeded "},
		"aws.persistence.lambda-layer-extension":                 {"update-config UpdateFunctionConfiguration succeeded "},
		"aws.persistence.lambda-overwrite-code":                  {"update-code UpdateFunctionCode succeeded "},
		"aws.persistence.rolesanywhere-create-trust-anchor":      {"identity CreateProfile succeeded ", "identity CreateTrustAnchor succeeded "},
		"aws.persistence.sts-federation-token":                   {"identity GetFederationToken succeeded "},
		"aws.privilege-escalation.iam-update-user-login-profile": {"identity UpdateLoginProfile succeeded "},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kept events (-want +got):\n%s", diff)
	}
}

func TestRefusedSamplesAreAttemptsAndTellNothingOfAssets(t *testing.T) {
	kept, failed := 0, 0
	for file, records := range recordings(t, "traildiscover/logs") {
		for _, d := range decodeAll(t, records) {
			kept++
			if d.Event.Outcome != inventory.Failed {
				continue
			}
			failed++
			if len(d.Assets) > 0 || d.Event.Mutates() || d.Event.Code == "" {
				t.Errorf("%s: a refused call gave assets %v, mutates %v, code %q", file, d.Assets, d.Event.Mutates(), d.Event.Code)
			}
		}
	}
	if want := [2]int{56, 49}; [2]int{kept, failed} != want {
		t.Errorf("kept and failed = %v, want %v", [2]int{kept, failed}, want)
	}
}

func TestNoRecordedTokenLeavesTheDecoder(t *testing.T) {
	planted := 0
	for _, set := range []string{"stratus", "traildiscover/logs"} {
		for file, records := range recordings(t, set) {
			for i, r := range records {
				planted += strings.Count(string(r), "ESTRAY-CANARY")
				d, err := aws.NewDecoder("test").Decode(r, inventory.Provenance{})
				out, _ := json.Marshal(d)
				if strings.Contains(string(out), "ESTRAY-CANARY") || (err != nil && strings.Contains(err.Error(), "ESTRAY-CANARY")) {
					t.Errorf("%s record %d: a session token left the decoder", file, i)
				}
			}
		}
	}
	if planted == 0 {
		t.Error("the recordings hold no canary: the test proves nothing")
	}
}
