package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/testparts"
)

// catalogue lists the rules that this version has; the recorded truth knows
// more.
func built(rule string) bool {
	later := []string{"AWS-07", "AWS-11", "AWS-12", "AWS-15", "AWS-16", "AWS-23", "AWS-25", "AWS-26", "AWS-27", "AWS-31", "AWS-32", "AWS-33", "AWS-34", "AWS-40", "AWS-41", "AWS-42", "AWS-43"}
	return !slices.Contains(later, rule)
}

// truth is what the recordings must give, by set and file.
type truth struct {
	sets      map[string]map[string]recorded
	mutations []mutation
}

type recorded struct {
	Events int `json:"events"`
	Failed int `json:"failed"`
	Rules  map[string]struct {
		Findings int      `json:"findings"`
		Attempts int      `json:"attempts"`
		EventIDs []string `json:"event_ids"`
	} `json:"rules"`
}

type mutation struct {
	Change string   `json:"change"`
	Record string   `json:"record"`
	Rules  []string `json:"rules"`
}

func readTruth(t *testing.T, data string) truth {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(data, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		t.Fatal(err)
	}
	out := truth{sets: map[string]map[string]recorded{}}
	for _, set := range []string{"stratus", "traildiscover"} {
		var files map[string]recorded
		if err := json.Unmarshal(raw[set], &files); err != nil {
			t.Fatal(err)
		}
		out.sets[set] = files
	}
	if err := json.Unmarshal(raw["mutations"], &out.mutations); err != nil {
		t.Fatal(err)
	}
	return out
}

// said is one finding as the truth counts it.
type said struct {
	Rule, Event string
	Attempt     bool
}

// TestTheRecordingsGiveWhatTheyMust scans each recorded file by itself, with
// no registry and no inventory, and compares rule and event id.
func TestTheRecordingsGiveWhatTheyMust(t *testing.T) {
	data := testparts.Data(t)
	want := readTruth(t, data)
	for set, folder := range map[string]string{"stratus": "stratus", "traildiscover": filepath.Join("traildiscover", "logs")} {
		files, err := filepath.Glob(filepath.Join(data, folder, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no recordings in %s: %v", folder, err)
		}
		for _, path := range files {
			t.Run(set+"/"+filepath.Base(path), func(t *testing.T) {
				records := readRecords(t, path)
				got := findingsOf(t, records)
				if d := cmp.Diff(wanted(want.sets[set][filepath.Base(path)]), got); d != "" {
					t.Fatalf("rule by event id (-want +got):\n%s", d)
				}
			})
		}
	}
}

func wanted(r recorded) []said {
	var out []said
	for rule, x := range r.Rules {
		for _, id := range x.EventIDs {
			if built(rule) {
				out = append(out, said{rule, id, x.Attempts > 0})
			}
		}
	}
	return sortSaid(out)
}

func sortSaid(all []said) []said {
	slices.SortFunc(all, func(a, b said) int { return strings.Compare(a.Rule+a.Event, b.Rule+b.Event) })
	return all
}

func readRecords(t *testing.T, path string) []json.RawMessage {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var records []json.RawMessage
	if json.Unmarshal(b, &records) != nil {
		return []json.RawMessage{b} // one recording holds a bare record
	}
	return records
}

// findingsOf scans records as one CloudTrail object and returns what was found
// but for coverage.
func findingsOf(t *testing.T, records []json.RawMessage) []said {
	t.Helper()
	r := newRoom(t, "providers: {archives: [{kind: cloudtrail, url: logs}]}\n")
	r.object("logs", accountOf(t, records[0]), "eu-west-1", "20260731T2359", "recorded00000000", records...)
	_, d := r.scan("--now", "2026-08-01T00:00:00Z")
	var out []said
	for _, f := range d.Findings {
		if f.Coverage {
			continue
		}
		id := ""
		if len(f.Evidence) > 0 {
			id = f.Evidence[0].Ref
		}
		out = append(out, said{f.Rule, id, f.Attempt})
	}
	return sortSaid(out)
}

func accountOf(t *testing.T, record json.RawMessage) string {
	t.Helper()
	var r struct {
		Recipient string `json:"recipientAccountId"`
	}
	if err := json.Unmarshal(record, &r); err != nil {
		t.Fatal(err)
	}
	return r.Recipient
}

// TestAChangedRecordChangesWhatIsFound applies each mutation of the recorded
// truth to its record.
func TestAChangedRecordChangesWhatIsFound(t *testing.T) {
	data := testparts.Data(t)
	for _, m := range readTruth(t, data).mutations {
		t.Run(m.Record+" "+m.Change, func(t *testing.T) {
			path, index, _ := strings.Cut(m.Record, "#")
			if index != "0" {
				t.Fatalf("the truth speaks of record %s; this test knows the first alone", index)
			}
			record := mutate(t, readRecords(t, filepath.Join(data, path))[0], m.Change)
			var got []string
			for _, s := range findingsOf(t, []json.RawMessage{record}) {
				name := s.Rule
				if s.Attempt {
					name += " (attempt)"
				}
				got = append(got, name)
			}
			want := append([]string{}, m.Rules...)
			slices.Sort(want)
			if d := cmp.Diff(want, append([]string{}, got...)); d != "" {
				t.Fatalf("(-want +got):\n%s", d)
			}
		})
	}
}

// mutate makes one change, in the words of the recorded truth.
func mutate(t *testing.T, record json.RawMessage, change string) json.RawMessage {
	t.Helper()
	var r map[string]any
	if err := json.Unmarshal(record, &r); err != nil {
		t.Fatal(err)
	}
	request, _ := r["requestParameters"].(map[string]any)
	account := r["recipientAccountId"].(string)
	apply := map[string]func(){
		"errorCode=AccessDenied, responseElements=null":                    func() { r["errorCode"], r["responseElements"] = "AccessDenied", nil },
		"requestParameters.dryRun=true":                                    func() { request["dryRun"] = true },
		"requestParameters.publish=false":                                  func() { request["publish"] = false },
		"requestParameters.layers removed (responseElements.layers stays)": func() { delete(request, "layers") },
		"layer account 999999999999": func() {
			request["layers"] = []any{"arn:aws:lambda:eu-west-1:999999999999:layer:x:1"}
		},
		"sourceAccount=own account added":          func() { request["sourceAccount"] = account },
		"principal=999999999999":                   func() { request["principal"] = "999999999999" },
		"principal=s3.amazonaws.com":               func() { request["principal"] = "s3.amazonaws.com" },
		"eventName without suffix (AddPermission)": func() { r["eventName"] = "AddPermission" },
		"userIdentity.accessKeyId ASIA...":         func() { r["userIdentity"].(map[string]any)["accessKeyId"] = "ASIAEXAMPLE" },
		"userAgent=terraform":                      func() { r["userAgent"] = "terraform" },
		"includeManagementEvents=true, readWriteType=All": func() {
			s := request["eventSelectors"].([]any)[0].(map[string]any)
			s["includeManagementEvents"], s["readWriteType"] = true, "All"
		},
		"foreign account replaced by own": func() {
			b, _ := json.Marshal(request)
			if err := json.Unmarshal([]byte(strings.ReplaceAll(string(b), "193672423079", account)), &request); err != nil {
				t.Fatal(err)
			}
			r["requestParameters"] = request
		},
	}
	do, ok := apply[change]
	if !ok {
		t.Fatalf("the truth knows a change that this test does not: %q", change)
	}
	do()
	out, err := json.Marshal(r)
	if err != nil {
		t.Fatal(fmt.Errorf("encode %s: %w", change, err))
	}
	return out
}
