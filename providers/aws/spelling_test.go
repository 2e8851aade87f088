package aws_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pair is a member of an object of which the order and the repetitions count.
type pair struct {
	name  string
	value any
}

// pairs is such an object.
type pairs []pair

// speller writes JSON in one of its many spellings.
type speller struct{ *rand.Rand }

func newSpeller(seed uint64) speller { return speller{rand.New(rand.NewPCG(seed, 1))} }

// one reports true in one of n cases.
func (s speller) one(n int) bool { return s.IntN(n) == 0 }

// of picks one of some values.
func (s speller) of(values ...any) any { return values[s.IntN(len(values))] }

func (s speller) space() string {
	if !s.one(20) {
		return ""
	}
	return s.of(" ", "\n", "\t ", "\r\n  ").(string)
}

// spell writes a value: pairs, a list, a string, or what encoding/json takes.
func (s speller) spell(v any) string {
	switch t := v.(type) {
	case pairs:
		var b strings.Builder
		for i, p := range t {
			if i > 0 {
				b.WriteString(",")
			}
			b.WriteString(s.space() + s.quote(p.name) + s.space() + ":" + s.space() + s.spell(p.value) + s.space())
		}
		return "{" + s.space() + b.String() + "}"
	case []any:
		var parts []string
		for _, x := range t {
			parts = append(parts, s.space()+s.spell(x)+s.space())
		}
		return "[" + strings.Join(parts, ",") + s.space() + "]"
	case string:
		return s.quote(t)
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// quote writes a string, at times with escapes that nobody needs.
func (s speller) quote(text string) string {
	escapes := s.one(60)
	var b strings.Builder
	for i, c := range text {
		switch {
		case c == utf8.RuneError: // what is no UTF-8 stays so
			b.WriteByte(text[i])
		case (c == '"' || c == '\\') && s.one(2):
			b.WriteString(`\` + string(c))
		case c < ' ' || c == '"' || c == '\\' || escapes && c < 0x10000 && s.one(3):
			fmt.Fprintf(&b, s.of(`\u%04x`, `\u%04X`).(string), c)
		default:
			b.WriteRune(c)
		}
	}
	return `"` + b.String() + `"`
}

// object gives members another order, and at times repeats one, drops one, or
// writes its name in another case. What it repeats has one of the odd values.
func (s speller) object(members pairs, odd ...any) pairs {
	out := append(pairs{}, members...)
	if s.one(3) {
		s.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	}
	for s.one(12) && len(out) > 0 {
		i := s.IntN(len(out))
		out = append(out[:i], out[i+1:]...)
	}
	for s.one(12) && len(out) > 0 {
		i := s.IntN(len(out))
		out[i].value = s.of(odd...)
	}
	for s.one(12) && len(out) > 0 {
		again := pair{out[s.IntN(len(out))].name, s.of(odd...)}
		i := s.IntN(len(out) + 1)
		out = append(out[:i], append(pairs{again}, out[i:]...)...)
	}
	for s.one(15) && len(out) > 0 {
		i := s.IntN(len(out))
		out[i].name = s.otherCase(out[i].name)
	}
	return out
}

func (s speller) otherCase(name string) string {
	if s.one(3) {
		return strings.ToLower(name)
	}
	letters := []rune(name)
	i := s.IntN(len(letters))
	letters[i] = unicode.ToUpper(letters[i])
	return string(letters)
}

// record makes a record by somebody, of some call.
func (s speller) record() pairs {
	odd := []any{nil, "", 7, true, pairs{}, []any{}, "x", "AssumedRole", "e-2", "111122223333", "\xff", "é", pairs{{"type", "Role"}, {"dryRun", true}}}
	decoy := pairs{{"eventID", "no"}, {"userIdentity", pairs{{"type", "Role"}}}, {"text", `quoted "words" \ and }{][ `}, {"list", []any{1, -2.5e3, nil, pairs{{"arn", "no"}}}}}
	issuer := s.object(pairs{{"type", "Role"}, {"principalId", "AROA1"}, {"arn", s.of("arn:aws:iam::111122223333:role/a/ci", "arn:aws:iam::1:role/é")}, {"accountId", account}}, odd...)
	session := s.object(pairs{{"sessionIssuer", issuer}, {"attributes", pairs{{"mfaAuthenticated", "false"}, {"sessionIssuer", decoy}}}, {"webIdFederationData", pairs{}}}, odd...)
	who := pairs{
		{"type", s.of("AssumedRole", "AssumedRole", "AssumedRole", "Role", "IAMUser", "AWSService")}, {"principalId", "AROA1:x"},
		{"arn", s.of("arn:aws:sts::1:assumed-role/ci/x", "arn:aws:iam::1:role/ci")}, {"accountId", s.of(account, other)}, {"sessionContext", session},
	}
	if s.one(2) {
		issued := s.of(fn, fn, fn+":$LATEST", fn+":", fn+":1:2", "arn:aws:lambda:::function:pay", "pay", "arn:aws:lambda:eu-west-1:1:layer:x", "arn::lambda:r:1:function:f", fn+"\xff", "123456789012:function:pay")
		home := pairs{{"issuerType", s.of("AWS::Lambda::Function", "AWS::Lambda::Function", "AWS::EC2::Instance")}, {"credentialsIssuedTo", issued}, {"credentialsIssuedToVersion", "no"}}
		who = append(who, pair{"inScopeOf", s.object(home, odd...)})
	}
	if s.one(6) {
		who = append(who, pair{"invokedBy", s.of("AWS Internal", "")})
	}
	all := pairs{
		{"eventVersion", "1.10"}, {"userIdentity", s.object(who, odd...)},
		{"eventTime", s.of("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z", "2026-03-01T12:00:00.25+02:00", "1999-01-01T00:00:00Z", "soon")},
		{"eventSource", s.of("lambda.amazonaws.com", "ec2.amazonaws.com", "iam.amazonaws.com")},
		{"eventName", s.of("Invoke", "UpdateFunctionCode20150331v2", "CreateAccessKey", "20150331", "RunInstances")},
		{"awsRegion", region}, {"sourceIPAddress", s.of("198.51.100.7", "10.1.2.3", "2600::1", "fe80::1%eth0", "::ffff:10.0.0.1", "AWS Internal", "08.1.250.216", "100.64.0.1", "1.2.3", "1.2.3.256")},
		{"userAgent", "x"}, {"requestParameters", s.of(nil, "text", []any{"dryRun"}, s.object(append(pairs{{"dryRun", s.of(true, false, "true")}}, decoy...), odd...), decoy,
			pairs{{"omitted", s.of(true, false)}, {"dryRun", true}})},
		{"responseElements", s.of(nil, decoy, []any{decoy, "]"})}, {"eventID", "e-1"}, {"eventType", s.of("AwsApiCall", "AwsApiCall", "AwsApiCall", "AwsVpceEvent")},
		{"recipientAccountId", account}, {"eventCategory", s.of("Management", "Data", "Management", "Insight")},
	}
	if s.one(4) {
		all = append(all, pair{"errorCode", s.of("AccessDenied", "", nil)})
	}
	if s.one(6) {
		all = append(all, pair{"vpcEndpointId", s.of("vpce-1", "")})
	}
	if s.one(8) {
		all = append(all, pair{"addendum", s.object(pairs{{"reason", s.of("UPDATED_DATA", "DELIVERY_DELAY")}, {"originalEventID", s.of("e-0", "")}}, odd...)})
	}
	return s.object(all, odd...)
}
