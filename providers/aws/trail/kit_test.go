package trail_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
	"github.com/estray/estray/providers/aws/trail"
)

const (
	home   = "111122223333"
	owner  = "999900001111"
	region = "eu-west-1"
	source = "aws-cloudtrail"
	day    = 24 * time.Hour
)

func now() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }

func ago(d time.Duration) time.Time { return now().Add(-d) }

// act is a record as a test writes it. The service is Lambda's if none is given.
type act struct {
	id, service, name string
	at                time.Time
	function          string
	request           string // in JSON, in place of one that names the function
	code              string
	reads             bool
}

func (a act) json() []byte {
	service, request, code := a.service, "null", ""
	if service == "" {
		service = "lambda"
	}
	if a.function != "" {
		request = fmt.Sprintf(`{"functionName":%q}`, a.function)
	}
	if a.request != "" {
		request = a.request
	}
	if a.code != "" {
		code = fmt.Sprintf(`"errorCode":%q,`, a.code)
	}
	return fmt.Appendf(nil, `{"eventVersion":"1.11","eventID":%q,"eventTime":%q,"eventSource":"%s.amazonaws.com","eventName":%q,`+
		`"awsRegion":"eu-west-1","recipientAccountId":%q,"readOnly":%v,%s"requestParameters":%s,"responseElements":null,`+
		`"eventType":"AwsApiCall","eventCategory":"Management","managementEvent":true,"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ann"}}`,
		a.id, a.at.UTC().Format(time.RFC3339), service, a.name, home, a.reads, code, request)
}

// update is a change of a function.
func update(id string, at time.Time) act {
	return act{id: id, at: at, name: "UpdateFunctionCode20150331v2", function: "f"}
}

// updates are n changes, one each step, the last one step before the instant.
func updates(n int, step time.Duration, before time.Time) []act {
	out := make([]act, 0, n)
	for i := range n {
		out = append(out, update(fmt.Sprintf("event-%04d", i), before.Add(-step*time.Duration(n-i))))
	}
	return out
}

// place is a fake of AWS with one account that happened to do something.
type place struct {
	server  *awsfake.Server
	account *session.Account
}

func records(acts []act) [][]byte {
	var out [][]byte
	for _, a := range acts {
		out = append(out, a.json())
	}
	return out
}

// open starts a fake in which the acts happened, and opens its account.
func open(t *testing.T, acts ...act) *place {
	t.Helper()
	return serve(t, &awsfake.Account{ID: home, Places: map[string]*awsfake.Region{region: {Events: records(acts)}}}, session.Options{Attempts: 2, MaxBackoff: time.Millisecond, Timeout: 10 * time.Second})
}

func serve(t *testing.T, account *awsfake.Account, options session.Options) *place {
	t.Helper()
	p := &place{server: awsfake.New(&awsfake.World{Now: now(), Accounts: []*awsfake.Account{account}})}
	h := httptest.NewServer(p.server)
	t.Cleanup(h.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": h.URL, "AWS_ACCESS_KEY_ID": "AKIAANYBODYSKEY00000", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": region,
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	own, err := session.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	p.account = own.Own()
	p.server.Reset()
	return p
}

// heard is what a reading gave.
type heard struct {
	trail.History
	ids    []string // of events, sorted
	assets int
}

func (p *place) lookup(t *testing.T, cfg trail.LookupConfig) heard {
	t.Helper()
	var out heard
	if cfg.Now.IsZero() {
		cfg.Now = now()
	}
	cfg.Source = source
	history, err := trail.Lookup(t.Context(), p.account.Region(region), cfg, func(f inventory.Fact) error {
		switch f := f.(type) {
		case inventory.Event:
			if f.Provenance.API != "LookupEvents" {
				t.Errorf("event %s comes from %+v", f.ID, f.Provenance)
			}
			out.ids = append(out.ids, f.ID)
		case inventory.Asset:
			out.assets++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out.ids)
	if again := slices.Compact(slices.Clone(out.ids)); len(again) != len(out.ids) {
		t.Errorf("%d events were given twice", len(out.ids)-len(again))
	}
	out.History = history
	return out
}

func idsOf(acts []act) []string {
	var out []string
	for _, a := range acts {
		out = append(out, a.id)
	}
	slices.Sort(out)
	return out
}

// calls counts the calls of the operation.
func (p *place) calls(operation string) (n int) {
	for _, c := range p.server.Calls() {
		if c.Operation == operation {
			n++
		}
	}
	return n
}

// onlyLambda is the mark of a reading without functions and global services.
func onlyLambda() string { return "lambda.amazonaws.com cloudtrail.amazonaws.com" }

// says reports whether the reason's message holds the text.
func says(c inventory.Coverage, text string) bool { return strings.Contains(c.Why.Message, text) }
