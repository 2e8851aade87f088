package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/testparts"
)

const (
	// canary stands for every secret.
	canary = "ESTRAY-CANARY"
	// keptMark stands beside the secrets and must be found: what searches for
	// canaries can find something.
	keptMark = "kept-beside-the-secret"
)

const canaryNow = "2026-03-02T00:00:00Z"

// searched is everything that came out of the program.
type searched struct {
	t    *testing.T
	room room
}

// none fails if a text holds a canary.
func (s searched) none(where string, text []byte) {
	s.t.Helper()
	if i := bytes.Index(text, []byte(canary)); i >= 0 {
		s.t.Errorf("%s holds a secret: ...%s...", where, text[max(0, i-200):min(len(text), i+60)])
	}
}

// run runs a command whose streams must hold no canary.
func (s searched) run(args ...string) (int, string) {
	s.t.Helper()
	code, out, errs := s.room.estray(append(args, "--log-level", "debug", "--now", canaryNow)...)
	s.none("standard output of estray "+strings.Join(args, " "), []byte(out))
	s.none("standard error of estray "+strings.Join(args, " "), []byte(errs))
	return code, out + errs
}

// commands runs every command that shows something of a store.
func (s searched) commands(state string) {
	s.t.Helper()
	at := func(args ...string) []string { return append(args, "--state", state) }
	for _, format := range []string{"table", "json", "jsonl", "csv"} {
		for _, list := range [][]string{{"inventory", "list", "--gone"}, {"events", "list"}, {"findings", "list", "--which", "all"}, {"coverage"}, {"findings", "diff"}, {"config", "show"}, {"rules", "list"}} {
			if code, said := s.run(at(append(list, "--format", format)...)...); code != report.ExitClean {
				s.t.Errorf("%s --format %s: exit code %d\n%s", strings.Join(list, " "), format, code, said)
			}
		}
	}
	for _, kind := range [][]string{{"inventory", "show"}, {"inventory", "history"}, {"findings", "show"}} {
		ids := s.ids(state, kind)
		if len(ids) == 0 {
			s.t.Errorf("%s: nothing to show, so nothing was searched", strings.Join(kind, " "))
		}
		for i, id := range ids {
			if i%(len(ids)/5+1) != 0 {
				continue // each judges the whole store; a few of each kind do
			}
			code, said := s.run(at(append(kind, id, "--format", "json")...)...)
			text, _ := s.run(at(append(kind, id)...)...)
			if code != report.ExitClean || text != report.ExitClean {
				s.t.Errorf("%s %s: exit code %d\n%s", strings.Join(kind, " "), id, code, said)
			}
		}
	}
}

// ids are what the shell completes.
func (s searched) ids(state string, kind []string) []string {
	s.t.Helper()
	_, said, errs := s.room.estray("__complete", kind[0], kind[1], "--state", state, "--now", canaryNow, "")
	s.none("completion of "+kind[1], []byte(said+errs))
	var out []string
	for line := range strings.Lines(said) {
		id, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if id != "" && !strings.HasPrefix(id, ":") {
			out = append(out, id)
		}
	}
	return out
}

// scan scans, reports, and searches the files and the commands.
func (s searched) scan(config, state string) {
	s.t.Helper()
	out := s.t.TempDir()
	outputs := []string{"--state", state, "--config", config, "--output", "json=" + filepath.Join(out, "r.json"), "--output", "text=" + filepath.Join(out, "r.txt"),
		"--output", "html=" + filepath.Join(out, "r.html"), "--output", "csv=" + filepath.Join(out, "csv")}
	for _, command := range []string{"scan", "scan", "report"} { // twice: findings diff wants two runs
		if code, said := s.run(append([]string{command}, outputs...)...); code == report.ExitFailed || code == report.ExitUsage {
			s.t.Fatalf("%s: exit code %d\n%s", command, code, said)
		}
	}
	for name, text := range readTree(s.t, out) {
		s.none("report "+name, []byte(text))
	}
	for _, format := range []string{"text", "json", "html"} {
		s.run("report", "--state", state, "--config", config, "--output", format)
	}
}

// secretPlaces are the places of a record that may hold a secret.
func secretPlaces() []string {
	policy := `{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Condition\":{\"StringEquals\":{\"lambda:EventSourceToken\":\"CANARY\",\"sts:ExternalId\":\"CANARY\"}}}]}`
	link := "https://awslambda-x.s3.amazonaws.com/snapshots/1?X-Amz-Security-Token=CANARY&X-Amz-Signature=CANARY"
	return []string{
		`"responseElements":{"credentials":{"accessKeyId":"CANARY","sessionToken":"CANARY","expiration":"CANARY"}}`,
		`"responseElements":{"credentials":"CANARY"}`,
		`"responseElements":{"a":[{"SessionToken":"CANARY"}],"accessKey":{"secretAccessKey":"CANARY"}}`,
		`"requestParameters":{"functionName":"f","environment":{"variables":{"A":"CANARY","B":{"c":"CANARY"}}}}`,
		`"requestParameters":{"functionName":"f","environment":[{"name":"A","value":"CANARY"}]}`,
		`"requestParameters":{"functionName":"f","environment":{"variables":"CANARY","error":{"password":"CANARY"}}}`,
		`"responseElements":{"functionName":"f","Environment":{"Variables":{"A":"CANARY"}}}`,
		`"requestParameters":{"functionName":"f","serviceConfig":{"environmentVariables":{"A":"CANARY"}},"stageVariables":{"a":"CANARY"}}`,
		`"responseElements":{"code":{"location":"CANARY","repositoryType":"S3"},"content":{"location":"CANARY"},"other":["` + link + `"]}`,
		`"requestParameters":{"functionName":"f","endpoint":"https://ana:CANARY@example.com/x"}`,
		`"requestParameters":{"functionName":"f","zipFile":"CANARY","code":{"zipFile":"CANARY"},"content":{"zipFile":"CANARY"}}`,
		`"requestParameters":{"functionName":"f","code":"CANARY"}`,
		`"requestParameters":{"functionName":"f","password":"CANARY","newPassword":"CANARY","masterUserPassword":"CANARY","privateKey":"CANARY"}`,
		`"requestParameters":{"functionName":"f","eventSourceToken":"CANARY","principal":"*","statementId":"s","action":"lambda:InvokeFunction"}`,
		`"requestParameters":{"functionName":"f","policy":"` + policy + `"},"responseElements":{"statement":"` + policy + `"}`,
		`"requestParameters":{"functionName":"f","policy":"` + policy[:len(policy)-5] + `"}`,
		`"requestParameters":{"functionName":"f","tokenCode":"CANARY","webIdentityToken":"CANARY","nextToken":"CANARY","authToken":"CANARY","sAMLAssertion":"CANARY"}`,
		`"requestParameters":{"functionName":"f","body":"CANARY","payload":{"a":"CANARY"},"clientContext":"CANARY","targets":[{"input":"CANARY"}]}`,
		`"requestParameters":"{\"password\":\"CANARY\"}"`,
		`"additionalEventData":{"sessionToken":"CANARY"}`,
		`"requestParameters":{"functionName":"f","a":` + strings.Repeat(`{"a":`, 80) + `"CANARY"` + strings.Repeat("}", 80) + `}`,
	}
}

// secretRecords is every call with every place of a secret, one succeeded and
// one refused.
func secretRecords() []json.RawMessage {
	calls := [][2]string{
		{"lambda", "CreateFunction20150331"}, {"lambda", "UpdateFunctionConfiguration20150331v2"}, {"lambda", "UpdateFunctionCode20150331v2"},
		{"lambda", "AddPermission20150331v2"}, {"lambda", "CreateEventSourceMapping20150331"}, {"lambda", "CreateFunctionUrlConfig"},
		{"lambda", "GetFunction20150331v2"}, {"lambda", "PublishLayerVersion20181031"}, {"lambda", "NeverHeardOf"},
		{"sts", "AssumeRole"}, {"iam", "CreateAccessKey"}, {"iam", "PutRolePolicy"}, {"cloudtrail", "StopLogging"},
	}
	var out []json.RawMessage
	for _, call := range calls {
		for _, place := range secretPlaces() {
			for _, failed := range []string{"", `"errorCode":"AccessDenied","errorMessage":"` + keptMark + `",`} {
				record := fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/%s","accountId":"111122223333","principalId":"AIDAEVE"},`+
					`"eventTime":"2026-03-01T11:50:00Z","eventSource":"%s.amazonaws.com","eventName":%q,"awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.9",%s"eventID":"e-%05d",`+
					`"readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management",%s}`,
					keptMark, call[0], call[1], failed, len(out), strings.ReplaceAll(place, "CANARY", canary))
				out = append(out, json.RawMessage(record))
			}
		}
	}
	return out
}

// brokenObjects carry secrets in what cannot be read.
func brokenObjects(r room) {
	record := string(secretRecords()[0])
	for i, text := range []string{
		`{"Records":[` + record[:len(record)-1],                                     // cut
		`{"Records":["sessionToken ` + canary + `"]}`,                               // no object
		`{"Records":{"sessionToken":"` + canary + `"}}`,                             // no list
		`{"sessionToken":"` + canary + `","Records":null}`,                          // nothing
		`{"Records":[` + strings.Replace(record, `"e-00000"`, canary, 1) + `]}`,     // no JSON
		`{"Records":[{"eventID":["` + canary + `"],"eventTime":"` + canary + `"}]}`, // wrong types
		`sessionToken=` + canary,
	} {
		r.plain("broken", "111122223333", "eu-west-1", "20260301T1200", fmt.Sprintf("%016d", i), []byte(text))
	}
}

const secretSnapshot = `{"schema":"estray.snapshot/v1","taken":"2026-03-01T00:00:00Z","token":"CANARY"}
{"source":"aws-lambda","provider":"aws","account":"111122223333","region":"eu-west-1","capability":"functions","state":"complete","seen":3,"session_token":"CANARY"}
{"id":"arn:aws:lambda:eu-west-1:111122223333:function:a","provider":"aws","kind":"lambda-function","account":"111122223333","region":"eu-west-1","name":"kept-beside-the-secret","environment":{"variables":{"X":"CANARY"}},"code":{"location":"https://x.s3.amazonaws.com/1?X-Amz-Signature=CANARY"},"exposures":[{"kind":"policy","reach":"public","token":"CANARY"}],"seen_by":["aws-lambda"]}
{"id":"arn:aws:lambda:eu-west-1:111122223333:function:b","provider":"aws","kind":"lambda-function","account":"111122223333","region":"eu-west-1","name":"b","seen_by":["aws-lambda"],"facets":{"configuration":{"state":"known","value":{"runtime":"python3.13","environment":{"variables":{"X":"CANARY"}}},"seen":"2026-03-01T00:00:00Z"},"code":{"state":"known","value":{"digest":"d","location":"CANARY"},"seen":"2026-03-01T00:00:00Z","secret":"CANARY"},"bindings":{"state":"known","value":[{"kind":"environment","name":"API_TOKEN","value":"CANARY"}],"seen":"2026-03-01T00:00:00Z"},"secrets":{"state":"known","value":["CANARY"]}}}
{"id":"arn:aws:lambda:eu-west-1:111122223333:function:c","provider":"aws","kind":"lambda-function","account":"111122223333","region":"eu-west-1","name":"c","seen_by":["aws-lambda"]}
`

const brokenSnapshot = `{"id":"arn:aws:lambda:eu-west-1:111122223333:function:d","provider":"aws","name":["CANARY"],"seen_by":[]}
{"id":"arn:aws:lambda:eu-west-1:111122223333:function:e","provider":"aws","created":"CANARY","seen_by":[]}
{"id":"arn:aws:lambda:eu-west-1:111122223333:function:f","provider":"aws","seen_by":[],"facets":{"bindings":{"state":"CANARY","value":[]}}}
{"id":"arn:aws:lambda:eu-west-1:111122223333:function:g","provider":"aws","seen_by":[],"facets":{"bindings":{"state":"known","value":"CANARY"}}}
{"source":"aws-lambda","capability":"functions","state":"CANARY"}
{"token":"CANARY"}
"CANARY"
CANARY {"token":
{"id":"x","provider":"aws","environment":{"variables":{"X":"CANARY"
`

// secretRoom holds inputs with a canary in every place, sound ones and broken
// ones.
func secretRoom(t *testing.T) room {
	t.Helper()
	r := newRoom(t, "registry: {files: [registry.yaml]}\nproviders: {archives: [{kind: cloudtrail, url: logs}, {kind: snapshot, url: sound.jsonl}]}\n")
	r.write("broken.yaml", []byte("providers: {archives: [{kind: cloudtrail, url: logs}, {kind: cloudtrail, url: broken}, {kind: snapshot, url: sound.jsonl}, {kind: snapshot, url: broken.jsonl}]}\n"))
	r.write("registry.yaml", []byte("version: 1\nowners: [{id: o}]\nclaims: [{id: x, owner: o, select: {name: b}}]\n"))
	r.write("sound.jsonl", []byte(strings.ReplaceAll(secretSnapshot, "CANARY", canary)))
	head, _, _ := strings.Cut(secretSnapshot, "\n")
	r.write("broken.jsonl", []byte(strings.ReplaceAll(head+"\n"+brokenSnapshot, "CANARY", canary)))
	r.object("logs", "111122223333", "eu-west-1", "20260301T1200", "0123456789abcdef", secretRecords()...)
	brokenObjects(r)
	return r
}

// TestNoSecretIsKept plants canaries in every place of every input, sound and
// broken, and looks for them in the store, in every report, in what every
// command prints and in the log.
func TestNoSecretIsKept(t *testing.T) {
	server := testparts.StartPostgres(t)
	for _, config := range []string{"estray.yaml", "broken.yaml"} {
		t.Run("sqlite "+config, func(t *testing.T) {
			r := secretRoom(t)
			s := searched{t, r}
			state := r.sqlite("kept/estray.db")
			r.write("kept/mark", nil)
			s.scan(config, state)
			s.commands(state)
			s.files(filepath.Join(r.dir, "kept"), len(secretRecords()))
		})
		t.Run("postgres "+config, func(t *testing.T) {
			s := searched{t, secretRoom(t)}
			dsn := server.Database(t)
			s.scan(config, dsn)
			s.commands(dsn)
			s.tables(dsn)
		})
	}
}

// files searches the files of a store; a mark beside the secrets must be there.
func (s searched) files(dir string, records int) {
	s.t.Helper()
	var all []byte
	for name, text := range readTree(s.t, dir) {
		s.none("store file "+name, []byte(text))
		all = append(all, text...)
	}
	if n := bytes.Count(all, []byte(keptMark)); n < records/2 {
		s.t.Errorf("the store holds %d marks of %d records: the search shows nothing", n, records)
	}
}

// tables searches every row of a PostgreSQL database.
func (s searched) tables(dsn string) {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), dsn)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close(s.t.Context())
	rows, err := conn.Query(s.t.Context(), "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
	if err != nil {
		s.t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || !slices.Contains(names, "events") {
		s.t.Fatalf("tables %v: %v", names, err)
	}
	marks := 0
	for _, name := range names {
		rows, err := conn.Query(s.t.Context(), "SELECT * FROM "+pgx.Identifier{name}.Sanitize())
		if err != nil {
			s.t.Fatal(err)
		}
		for rows.Next() {
			for _, raw := range rows.RawValues() {
				s.none("table "+name, raw)
				marks += bytes.Count(raw, []byte(keptMark))
			}
		}
		if rows.Err() != nil {
			s.t.Fatal(rows.Err())
		}
	}
	if marks < len(secretRecords())/2 {
		s.t.Errorf("the tables hold %d marks: the search shows nothing", marks)
	}
}

// TestNoSecretOfTheRecordingsIsKept does the same with recorded attacks, whose
// tokens are canaries.
func TestNoSecretOfTheRecordingsIsKept(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testparts.Data(t), "stratus", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	r := newRoom(t, "providers: {archives: [{kind: cloudtrail, url: logs}]}\n")
	planted := 0
	for i, path := range files {
		records := readRecords(t, path)
		for _, record := range records {
			planted += bytes.Count(record, []byte(canary))
		}
		r.object("logs", accountOf(t, records[0]), "eu-west-1", "20260301T2359", fmt.Sprintf("%016d", i), records...)
	}
	if planted == 0 {
		t.Fatal("the recordings hold no canary: the search shows nothing")
	}
	s := searched{t, r}
	r.write("kept/mark", nil)
	state := r.sqlite("kept/estray.db")
	s.scan("estray.yaml", state)
	s.commands(state)
	s.files(filepath.Join(r.dir, "kept"), 0)
}

// TestNoSecretOfAMistakeIsRepeated gives secrets where they do not belong: the
// message says the place and never the secret.
func TestNoSecretOfAMistakeIsRepeated(t *testing.T) {
	const archives = "providers: {archives: [{kind: snapshot, url: sound.jsonl}]}\n"
	for _, tc := range []struct {
		name, config, registry string
		env, args              []string
		code                   int
		says                   string
	}{
		{name: "a password in the variable of the store", env: []string{"ESTRAY_STATE=postgres://me:" + canary + "@127.0.0.1:1/x"}, code: 1, says: "127.0.0.1:1"},
		{name: "a password as a parameter", env: []string{"ESTRAY_STATE=postgres://me@127.0.0.1:1/x?password=" + canary}, code: 1, says: "127.0.0.1:1"},
		{name: "a store that cannot be understood", env: []string{"ESTRAY_STATE=postgres://me:" + canary + "%zz@127.0.0.1:1/x"}, code: 2, says: "ESTRAY_STATE"},
		{name: "a store of another kind", args: []string{"--state", "mysql://me:" + canary + "@x/y"}, code: 2, says: "sqlite:FILE"},
		{name: "a password in clear", config: "state: postgres://me:" + canary + "@127.0.0.1:1/x\n", code: 2, says: "estray.yaml:1:8"},
		{name: "an unknown key", config: "api_token: " + canary + "\n", code: 2, says: "estray.yaml:1:1"},
		{name: "a token in clear", config: "providers: {cloudflare: {token: " + canary + "}}\n", code: 2, says: "cloudflare"},
		{name: "a configuration that is no YAML", config: "token: " + canary + ": x\n", code: 2, says: "estray.yaml:1"},
		{name: "an unknown variable", env: []string{"ESTRAY_TOKEN=" + canary}, code: 2, says: "ESTRAY_TOKEN"},
		{name: "registry: an unknown key", registry: "version: 1\ntoken: " + canary + "\n", code: 2, says: "registry.yaml:2:1"},
		{name: "registry: a wrong type", registry: "version: 1\nowners: " + canary + "\n", code: 2, says: "registry.yaml:2:9"},
		{name: "registry: a wrong type of an entry", registry: "version: 1\nowners: [" + canary + ", {id: [" + canary + "]}, {id: {a: " + canary + "}}]\n", code: 2, says: "registry.yaml:2:10"},
		{name: "registry: no YAML", registry: "version: 1\nowners: {" + canary + "\n", code: 2, says: "registry.yaml:"},
		{name: "registry: no number", registry: "version: " + canary + "\n", code: 2, says: "registry.yaml:1:10"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRoom(t, archives)
			r.env = tc.env
			r.write("sound.jsonl", []byte(secretSnapshot))
			if tc.config != "" {
				r.write("estray.yaml", []byte(tc.config))
			}
			if tc.registry != "" {
				r.write("registry.yaml", []byte(tc.registry))
				r.write("estray.yaml", []byte("registry: {files: [registry.yaml]}\n"+archives))
			}
			s := searched{t, r}
			for _, command := range [][]string{{"scan"}, {"report"}, {"findings", "list"}, {"events", "list"}, {"config", "show"}, {"config", "check"}, {"registry", "check"}} {
				code, said := s.run(append(command, tc.args...)...)
				if command[0] == "scan" && (code != tc.code || !strings.Contains(said, tc.says)) {
					t.Errorf("scan: exit code %d, want %d, and words on %q:\n%s", code, tc.code, tc.says, said)
				}
			}
			if _, err := os.Stat(filepath.Join(r.dir, "estray.db")); err == nil {
				t.Error("a store was made")
			}
		})
	}
}
