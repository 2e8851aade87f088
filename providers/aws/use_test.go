package aws_test

import (
	"encoding/json"
	"io"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/jsonscan"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
)

// used is a Use in words.
type used struct {
	ID, Identity, Asset, Service, Name, Account, Region string
	Outcome                                             inventory.Outcome
	Time                                                time.Time
	Outside                                             bool
}

func inWords(u aws.Use) used {
	return used{string(u.ID), string(u.Identity), string(u.Asset), string(u.Service), string(u.Name), string(u.Account), string(u.Region), u.Outcome, u.Time, u.Outside}
}

// FuzzUse holds, by records in any spelling, what a glance tells against what
// reading the whole tells, and both against a naive reading by encoding/json.
func FuzzUse(f *testing.F) {
	for seed := range uint64(1500) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		s := newSpeller(seed)
		record := []byte(s.spell(s.record()))
		for _, of := range []inventory.Counted{inventory.CountRoles, inventory.CountFunctions} {
			var use, whole aws.Use
			ok, err := uses(of)(record, &use)
			ok2, err2 := aws.UsesWhole(of)(record, &whole)
			if ok != ok2 || (err == nil) != (err2 == nil) || err != nil && err.Error() != err2.Error() {
				t.Fatalf("%s\nglanced at: %v %v, read whole: %v %v", record, ok, err, ok2, err2)
			}
			want, ok3, failed := naiveUse(t, string(record), of)
			if ok != ok3 || (err != nil) != failed {
				t.Fatalf("%s\n%s: got %v %v, want %v, an error: %v", record, of, ok, err, ok3, failed)
			}
			if !ok {
				continue
			}
			if diff := cmp.Diff(want, inWords(use)); diff != "" {
				t.Errorf("%s\n%s (-want +got):\n%s", record, of, diff)
			}
			if diff := cmp.Diff(want, inWords(whole)); diff != "" {
				t.Errorf("%s\n%s, read whole (-want +got):\n%s", record, of, diff)
			}
		}
	})
}

// FuzzUseOfBytes holds, by whatever bytes, that a glance never tells of JSON
// what reading the whole does not.
func FuzzUseOfBytes(f *testing.F) {
	for seed := range uint64(200) {
		s := newSpeller(seed)
		f.Add([]byte(s.spell(s.record())))
	}
	f.Add([]byte(byRole("iam.amazonaws.com", "CreateRole", inScope)))
	f.Add([]byte(`{"userIdentity":`))
	f.Add([]byte(`{"userIdentity"`))
	f.Add([]byte(`{"a":"\`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var use, whole aws.Use
		ok, err := uses(inventory.CountRoles)(b, &use)
		ok2, err2 := aws.UsesWhole(inventory.CountRoles)(b, &whole)
		if !json.Valid(b) {
			return
		}
		if ok != ok2 || (err == nil) != (err2 == nil) || ok && !cmp.Equal(inWords(use), inWords(whole)) {
			t.Errorf("glanced at: %v %v %+v\nread whole: %v %v %+v", ok, err, inWords(use), ok2, err2, inWords(whole))
		}
	})
}

// naive is an object as the text has it.
type naive []pair

// get follows the rule of names: the last of the exact ones, else the last in
// another case.
func (n naive) get(name string) any {
	var exact, near any
	found := false
	for _, p := range n {
		switch {
		case p.name == name:
			exact, found = p.value, true
		case len(p.name) == len(name) && strings.EqualFold(p.name, name):
			near = p.value
		}
	}
	if found {
		return exact
	}
	return near
}

func (n naive) child(name string) naive {
	o, _ := n.get(name).(naive)
	return o
}

// text is a string, or a number or boolean as it is written.
func (n naive) text(name string) string {
	switch t := n.get(name).(type) {
	case string:
		return t
	case json.Number:
		return t.String()
	case bool:
		return strconv.FormatBool(t)
	}
	return ""
}

func (n naive) only(name string) string {
	s, _ := n.get(name).(string)
	return s
}

// parseNaive reads JSON token by token.
func parseNaive(t *testing.T, d *json.Decoder) any {
	t.Helper()
	token, err := d.Token()
	if err != nil {
		t.Fatal(err)
	}
	switch token {
	case json.Delim('{'):
		out := naive{}
		for d.More() {
			name := parseNaive(t, d).(string)
			out = append(out, pair{name, parseNaive(t, d)})
		}
		_, _ = d.Token()
		return out
	case json.Delim('['):
		out := []any{}
		for d.More() {
			out = append(out, parseNaive(t, d))
		}
		_, _ = d.Token()
		return out
	}
	return token
}

// naiveUse is what a record tells of use, written down once more from the facts.
func naiveUse(t *testing.T, text string, of inventory.Counted) (want used, ok, failed bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	r := parseNaive(t, d).(naive)
	if _, err := d.Token(); err != io.EOF {
		t.Fatalf("%s: more than one value", text)
	}
	who := r.child("userIdentity")
	kind, category, event := who.text("type"), r.only("eventCategory"), r.only("eventType")
	asset := naiveFunction(who.child("inScopeOf"))
	switch {
	case kind != "AssumedRole" && kind != "Role", r.child("addendum").text("reason") == "UPDATED_DATA" && r.child("addendum").text("originalEventID") != "",
		category == "Insight", category == "NetworkActivity", event == "AwsCloudTrailInsight", event == "AwsVpceEvent",
		of == inventory.CountFunctions && asset == "":
		return used{}, false, false
	}
	at, err := time.Parse(time.RFC3339, r.only("eventTime"))
	if err != nil || at.UTC().Year() < 2013 || at.UTC().Year() > 2100 {
		return used{}, false, true
	}
	want = used{
		ID: r.only("eventID"), Identity: naiveRole(who), Asset: asset, Service: r.only("eventSource"), Name: r.only("eventName"),
		Account: r.only("recipientAccountId"), Region: r.only("awsRegion"), Outcome: inventory.Succeeded, Time: at.UTC(),
		Outside: r.text("vpcEndpointId") == "" && who.text("invokedBy") == "" && naivePublic(r.text("sourceIPAddress")),
	}
	if want.ID == "" || want.Service == "" || want.Name == "" || want.Identity == "" {
		return used{}, false, true
	}
	if short := regexp.MustCompile(`(20\d{2}_?\d{2}_?\d{2})(v\d+)?$`).ReplaceAllString(want.Name, ""); short != "" {
		want.Name = short
	}
	if want.Account == "" {
		want.Account = who.only("accountId")
	}
	request := r.child("requestParameters")
	switch code := r.get("errorCode"); {
	case code != nil && code != "":
		want.Outcome = inventory.Failed
	case strings.EqualFold(request.text("dryRun"), "true") && !strings.EqualFold(request.text("omitted"), "true"):
		want.Outcome = inventory.DryRun
	}
	return want, true, false
}

func naiveFunction(home naive) string {
	parts := regexp.MustCompile(`^(arn:[^:]+:lambda:[^:]+:[^:]+:function:[A-Za-z0-9_.-]+)(:\$?[A-Za-z0-9_.-]+|:)?$`).FindStringSubmatch(home.text("credentialsIssuedTo"))
	if home.text("issuerType") != "AWS::Lambda::Function" || parts == nil {
		return ""
	}
	return parts[1]
}

func naiveRole(who naive) string {
	issuer := who.child("sessionContext").child("sessionIssuer")
	if arn := issuer.text("arn"); arn != "" {
		return arn
	}
	if arn := who.text("arn"); strings.Contains(arn, ":iam:") {
		return arn
	}
	unique, _, _ := strings.Cut(who.text("principalId"), ":")
	for _, id := range []string{issuer.text("principalId"), unique, who.text("accountId"), issuer.text("accountId"), aws.AccountOfARN(who.text("arn"))} {
		if id != "" {
			return "assumed-role:" + id
		}
	}
	return ""
}

func naivePublic(address string) bool {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	ip = ip.Unmap()
	for _, inside := range []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10", "224.0.0.0/4", "0.0.0.0/32",
		"::/128", "::1/128", "fe80::/10", "fc00::/7", "ff00::/8"} {
		if netip.MustParsePrefix(inside).Contains(ip.WithZone("")) {
			return false
		}
	}
	return true
}

// TestSpellingsReachEveryCase: without it the fuzz test could prove nothing.
func TestSpellingsReachEveryCase(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(1500) {
		s := newSpeller(seed)
		record := []byte(s.spell(s.record()))
		var use aws.Use
		ok, err := uses(inventory.CountRoles)(record, &use)
		glanced := aws.Glances(record)
		switch {
		case glanced && ok:
			seen["counted by a glance"]++
		case glanced && err != nil:
			seen["refused by a glance"]++
		case glanced:
			seen["left out by a glance"]++
		case ok:
			seen["counted whole"]++
		case err != nil:
			seen["refused whole"]++
		default:
			seen["left out whole"]++
		}
		if ok {
			seen[string(use.Outcome)]++
			seen["asset: "+strconv.FormatBool(len(use.Asset) > 0)]++
			seen["outside: "+strconv.FormatBool(use.Outside)]++
		}
	}
	for _, c := range []string{"counted by a glance", "refused by a glance", "left out by a glance", "counted whole", "refused whole", "left out whole",
		"succeeded", "failed", "dry-run", "asset: true", "asset: false", "outside: true", "outside: false"} {
		if seen[c] < 15 {
			t.Errorf("%s: %d of 1500 records", c, seen[c])
		}
	}
}

func TestOnlyFirstCallsOfCountedIdentitiesAreUse(t *testing.T) {
	role := byRole("dynamodb.amazonaws.com", "GetItem", "")
	ofFunction := byRole("dynamodb.amazonaws.com", "GetItem", inScope)
	with := func(member string) string {
		return strings.Replace(ofFunction, `{"eventVersion"`, "{"+member+`,"eventVersion"`, 1)
	}
	for name, c := range map[string]struct {
		record           string
		roles, functions bool
	}{
		"a role":                        {role, true, false},
		"a function":                    {ofFunction, true, true},
		"an instance":                   {strings.Replace(ofFunction, "AWS::Lambda::Function", "AWS::EC2::Instance", 1), true, false},
		"a user":                        {strings.Replace(ofFunction, `"AssumedRole"`, `"IAMUser"`, 1), false, false},
		"a service":                     {strings.Replace(ofFunction, `"AssumedRole"`, `"AWSService"`, 1), false, false},
		"a record of type Role":         {strings.Replace(ofFunction, `"AssumedRole"`, `"Role"`, 1), true, true},
		"an insight":                    {strings.Replace(ofFunction, `"Management"`, `"Insight"`, 1), false, false},
		"network activity":              {strings.Replace(ofFunction, `"Management"`, `"NetworkActivity"`, 1), false, false},
		"an insight by its type":        {strings.Replace(ofFunction, "AwsApiCall", "AwsCloudTrailInsight", 1), false, false},
		"a correction":                  {with(`"addendum":{"reason":"UPDATED_DATA","originalEventID":"e-0"}`), false, false},
		"a correction of nobody knows":  {with(`"addendum":{"reason":"UPDATED_DATA"}`), true, true},
		"a late record":                 {with(`"addendum":{"reason":"DELIVERY_DELAY"}`), true, true},
		"a user without an id":          {`{"userIdentity":{"type":"IAMUser"}}`, false, false},
		"an identity inside a request":  {`{"requestParameters":` + ofFunction + `}`, false, false},
		"the last identity is a user":   {strings.Replace(ofFunction, `,"eventTime"`, `,"userIdentity":{"type":"IAMUser"},"eventTime"`, 1), false, false},
		"the last identity is the role": {with(`"userIdentity":{"type":"IAMUser"}`), true, true},
	} {
		t.Run(name, func(t *testing.T) {
			for of, want := range map[inventory.Counted]bool{inventory.CountRoles: c.roles, inventory.CountFunctions: c.functions} {
				var use aws.Use
				if ok, err := uses(of)([]byte(c.record), &use); ok != want || err != nil {
					t.Errorf("%s: %v %v, want %v", of, ok, err, want)
				}
			}
		})
	}
	if aws.Uses(inventory.CountNone) != nil {
		t.Error("use is read though nobody's is counted")
	}
}

func TestUseTellsWhatTheRecordTells(t *testing.T) {
	var use aws.Use
	ok, err := uses(inventory.CountRoles)([]byte(byRole("lambda.amazonaws.com", "GetFunction20150331v2", inScope)), &use)
	want := used{
		ID: "5d0f6f6a-9c0b-4f33-8a1e-3d2f5c9b7a10", Identity: "arn:aws:iam::111122223333:role/service/pay-role", Asset: fn,
		Service: "lambda.amazonaws.com", Name: "GetFunction", Account: account, Region: region,
		Outcome: inventory.Succeeded, Time: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), Outside: true,
	}
	if diff := cmp.Diff(want, inWords(use)); diff != "" || !ok || err != nil {
		t.Errorf("%v %v (-want +got):\n%s", ok, err, diff)
	}
}

func TestUseThatCannotBeUnderstoodIsAnErrorWithoutContent(t *testing.T) {
	role := byRole("dynamodb.amazonaws.com", "GetItem", "")
	without := func(member string) string { return strings.Replace(role, `"`+member+`"`, `"x"`, 1) }
	for name, c := range map[string]struct{ record, want string }{
		"no object":     {"[]", "decode record: it is no JSON object"},
		"cut short":     {role[:len(role)-1], "decode record: invalid JSON at byte " + strconv.Itoa(len(role)-1)},
		"more behind":   {role + "x", "decode record: invalid JSON at byte " + strconv.Itoa(len(role)+1)},
		"no id":         {without("eventID"), "decode record: it has no eventID"},
		"no source":     {without("eventSource"), "decode record: it has no eventSource"},
		"no name":       {without("eventName"), "decode record: it has no eventName"},
		"no time":       {without("eventTime"), "decode record: it has no eventTime"},
		"no such time":  {strings.Replace(role, "2026-03-01T10", "2026-02-30T10", 1), "decode record: eventTime is no time of RFC 3339"},
		"an early time": {strings.Replace(role, "2026-03-01T10", "2012-03-01T10", 1), "decode record: eventTime lies in the year 2012"},
		"no role":       {`{"userIdentity":{"type":"AssumedRole"},"eventID":"1","eventSource":"s","eventName":"n","eventTime":"2026-03-01T10:00:00Z"}`, "decode record: it names no role"},
		"too much":      {role + strings.Repeat(" ", 9<<20), "decode record: it has " + strconv.Itoa(len(role)+9<<20) + " bytes, and CloudTrail writes at most 1 MB"},
	} {
		t.Run(name, func(t *testing.T) {
			var use aws.Use
			ok, err := uses(inventory.CountRoles)([]byte(c.record), &use)
			if ok || err == nil || err.Error() != c.want {
				t.Errorf("%v, error %v, want %s", ok, err, c.want)
			}
		})
	}
}

func TestOutsideIsThePublicNetworkAlone(t *testing.T) {
	role := byRole("dynamodb.amazonaws.com", "GetItem", "")
	for address, want := range map[string]bool{
		"198.51.100.7": true, "1.1.1.1": true, "2600:1f18::1": true, "::ffff:1.1.1.1": true, "100.63.255.255": true, "100.128.0.1": true,
		"10.0.0.1": false, "172.16.0.1": false, "172.32.0.1": true, "192.168.1.1": false, "127.0.0.1": false, "169.254.1.1": false,
		"100.64.0.1": false, "100.127.255.255": false, "0.0.0.0": false, "224.0.0.1": false, "239.255.255.255": false,
		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd12::1": false, "ff02::1": false, "::ffff:10.0.0.1": false,
		"AWS Internal": false, "lambda.amazonaws.com": false, "": false, "08.1.250.216": false, "1.2.3": false, "1.2.3.4.5": false, "1.2.3.256": false, "1.2.3.": false, "1..2.3": false, "0001.2.3.4": false,
	} {
		for of, change := range map[string]string{
			address:                             address,
			address + " by an endpoint":         address + `","vpcEndpointId":"vpce-1`,
			address + " with an empty endpoint": address + `","vpcEndpointId":"`,
		} {
			var use aws.Use
			record := strings.Replace(role, "198.51.100.7", change, 1)
			if ok, err := uses(inventory.CountRoles)([]byte(record), &use); !ok || err != nil || use.Outside != (want && !strings.Contains(of, "by an endpoint")) {
				t.Errorf("%s: %v %v, outside %v", of, ok, err, use.Outside)
			}
		}
	}
	var use aws.Use
	through := strings.Replace(role, `"accessKeyId"`, `"invokedBy":"athena.amazonaws.com","accessKeyId"`, 1)
	if ok, err := uses(inventory.CountRoles)([]byte(through), &use); !ok || err != nil || use.Outside {
		t.Errorf("through a service: %v %v, outside %v", ok, err, use.Outside)
	}
}

func TestUseNeedsNoMemory(t *testing.T) {
	for name, record := range map[string]string{
		"a role": byRole("dynamodb.amazonaws.com", "GetItem", ""), "a function": byRole("lambda.amazonaws.com", "GetFunction20150331v2", inScope),
	} {
		read, text := aws.Uses(inventory.CountRoles)(), jsonscan.Mark([]byte(record))
		var use aws.Use
		if n := testing.AllocsPerRun(100, func() { _, _ = read(text, &use) }); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// TestUseOfRecordings holds what is told of use against Decode, by recordings.
func TestUseOfRecordings(t *testing.T) {
	counted := 0
	for _, set := range []string{"stratus", "traildiscover/logs"} {
		for file, records := range recordings(t, set) {
			for i, r := range records {
				var use aws.Use
				ok, err := uses(inventory.CountRoles)(r, &use)
				d, err2 := aws.NewDecoder("test").Decode(r, inventory.Provenance{})
				if err != nil || err2 != nil {
					t.Errorf("%s record %d: %v, %v", file, i, err, err2)
				}
				if ok {
					counted++
				}
				if e := d.Event; d.Keep && (ok != (e.Principal.Type == "assumed-role") || ok && (e.Principal.ID != string(use.Identity) ||
					e.ID != string(use.ID) || e.Name != string(use.Name) || e.Outcome != use.Outcome || !e.Time.Equal(use.Time))) {
					t.Errorf("%s record %d: use %v %+v, event %+v", file, i, ok, inWords(use), e)
				}
			}
		}
	}
	if counted == 0 {
		t.Error("no recording tells of use: the test proves nothing")
	}
}

func TestWhatIsNoUTF8IsReplacedAsInEvents(t *testing.T) {
	for part, of := range map[string]func(used) string{
		"5d0f6f6a": func(u used) string { return u.ID }, "role/service": func(u used) string { return u.Identity },
		"eu-west-1": func(u used) string { return u.Region }, "Describe": func(u used) string { return u.Name },
	} {
		var use aws.Use
		record := strings.Replace(byRole("dynamodb.amazonaws.com", "DescribeTable", ""), part, part+"\xff", 1)
		if ok, err := uses(inventory.CountRoles)([]byte(record), &use); !ok || err != nil || !strings.Contains(of(inWords(use)), part+"\ufffd") {
			t.Errorf("%s: %v %v, %q", part, ok, err, of(inWords(use)))
		}
	}
}

// uses reads records of which nothing is known.
func uses(of inventory.Counted) func([]byte, *aws.Use) (bool, error) {
	read := aws.Uses(of)()
	return func(record []byte, use *aws.Use) (bool, error) { return read(jsonscan.Mark(record), use) }
}
