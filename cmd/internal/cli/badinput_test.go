package cli_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/estray/estray/findings/report"
)

// plainRecord is a deployment that nobody approved.
func plainRecord(id, at string) string {
	return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/eve","accountId":"111122223333","principalId":"AIDAEVE"},`+
		`"eventTime":%q,"eventSource":"lambda.amazonaws.com","eventName":"UpdateFunctionCode20150331v2","awsRegion":"eu-west-1","requestParameters":{"functionName":"f"},`+
		`"responseElements":{"functionName":"f","functionArn":"arn:aws:lambda:eu-west-1:111122223333:function:f","codeSha256":"d"},"eventID":%q,"readOnly":false,`+
		`"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}`, at, id)
}

func gzipped(t *testing.T, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, text := range members {
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(text)); errors.Join(err, z.Close()) != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// TestABadObjectIsAHoleAndTheRestIsRead puts one bad object beside a sound one:
// the cell is malformed with the object's place and a cure, the scan is not
// clean, and the sound records of both are read.
func TestABadObjectIsAHoleAndTheRestIsRead(t *testing.T) {
	odd := plainRecord("e-odd", "2026-03-01T10:00:00Z")
	whole := gzipped(t, `{"Records":[`+odd+`]}`)
	for _, tc := range []struct {
		name    string
		content []byte
		says    string // empty: the object is sound after all
		odd     bool   // its record is read
	}{
		{"not a gzip", []byte("PK\x03\x04 a zip"), "neither gzip nor a JSON object", false},
		{"a truncated gzip", whole[:len(whole)-12], "cut off", true},
		{"concatenated members", gzipped(t, `{"Records":[`, odd+`]}`), "", true},
		{"a record that is not an object", gzipped(t, `{"Records":[7,`+odd+`]}`), "record 0 at byte 12 is not an object", true},
		{"a record of 50 MB", gzipped(t, `{"Records":[{"x":"`+strings.Repeat("x", 50<<20)+`"},`+odd+`]}`), "larger than", true},
		{"a nest of 1,000 levels", gzipped(t, `{"Records":[`+strings.Repeat(`{"a":`, 1000)+`1`+strings.Repeat(`}`, 1000)+`,`+odd+`]}`), "nested deeper", true},
		{"bytes that are no UTF-8", gzipped(t, `{"Records":[`+strings.Replace(odd, "AIDAEVE", "AIDA\xff", 1)+`]}`), "no UTF-8", true},
		{"a byte order mark", gzipped(t, "\xef\xbb\xbf"+`{"Records":[`+odd+`]}`), "", true},
		{"zero bytes", nil, "is empty", false},
		{"Records missing", gzipped(t, `{"records":[]}`), "Records is missing", false},
		{"Records null", gzipped(t, `{"Records":null}`), "Records is null", false},
		{"Records twice", gzipped(t, `{"Records":[],"Records":[`+odd+`]}`), "Records occurs again", true},
		{"Records not first", gzipped(t, `{"a":[{"b":"]"}],"Records":[`+odd+`]}`), "", true},
		{"an impossible time", gzipped(t, `{"Records":[`+plainRecord("e-bad", "2026-02-30T10:00:00Z")+`,`+odd+`]}`), "record 0", true},
		{"a time of no form", gzipped(t, `{"Records":[`+plainRecord("e-bad", "yesterday")+`,`+odd+`]}`), "record 0", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRoom(t, "providers: {archives: [{kind: cloudtrail, url: logs}]}\nreport: {fail_on: critical}\nrules: {disable: [AWS-08, AWS-09]}\n")
			r.write(objectKey("20260301T1010", "oddoddoddoddoddo"), tc.content)
			r.write(objectKey("20260301T1110", "soundsoundsounds"), gzipped(t, `{"Records":[`+plainRecord("e-sound", "2026-03-01T11:00:00Z")+`]}`))
			code, d := r.scan("--now", canaryNow)
			cell := cellOf(t, d, "events")
			if tc.says == "" {
				if cell.State != "complete" || code == report.ExitIncomplete {
					t.Errorf("the cell is %s (%s), exit code %d", cell.State, cell.Message, code)
				}
			} else if cell.State != "malformed" || !strings.Contains(cell.Message, tc.says) || !strings.Contains(cell.Message, "oddoddoddoddoddo") ||
				!strings.Contains(cell.Message, "from the bucket again") || code != report.ExitIncomplete {
				t.Errorf("the cell is %s (%s), want %q with the object and the cure; exit code %d: %s", cell.State, cell.Message, tc.says, code, d.ExitWhy)
			}
			_, list, _ := r.estray("events", "list", "--format", "jsonl", "--now", canaryNow)
			if !strings.Contains(list, `"e-sound"`) || strings.Contains(list, `"e-odd"`) != tc.odd {
				t.Errorf("events, want the sound one, and the odd one: %v\n%s", tc.odd, list)
			}
		})
	}
}

// TestWhatIsNoLogIsToldAndNotRead: a strange key is a hole of the archive, a
// sibling that CloudTrail delivers is none.
func TestWhatIsNoLogIsToldAndNotRead(t *testing.T) {
	r := newRoom(t, "providers: {archives: [{kind: cloudtrail, url: logs}]}\n")
	r.write(objectKey("20260301T1110", "soundsoundsounds"), gzipped(t, `{"Records":[]}`))
	r.write("logs/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20260301T110000Z.json.gz", gzipped(t, `{}`))
	if _, d := r.scan("--now", canaryNow); cellOf(t, d, "objects").State != "complete" {
		t.Errorf("a digest makes a hole: %+v", cellOf(t, d, "objects"))
	}
	r.write("logs/notes.txt", []byte("no log"))
	code, d := r.scan("--now", "2026-03-03T00:00:00Z")
	if c := cellOf(t, d, "objects"); c.State != "malformed" || !strings.Contains(c.Message, "notes.txt") || !strings.Contains(c.Message, "move other files out of the archive") || code != report.ExitIncomplete {
		t.Errorf("exit code %d, %+v", code, c)
	}
}

func objectKey(at, unique string) string {
	return "logs/AWSLogs/111122223333/CloudTrail/eu-west-1/" + at[:4] + "/" + at[4:6] + "/" + at[6:8] +
		"/111122223333_CloudTrail_eu-west-1_" + at + "Z_" + unique + ".json.gz"
}

func cellOf(t *testing.T, d *report.Document, capability string) report.Coverage {
	t.Helper()
	for _, c := range d.Coverage {
		if c.Capability == capability {
			return c
		}
	}
	t.Fatalf("no cell of %s", capability)
	return report.Coverage{}
}
