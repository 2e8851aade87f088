package configs_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/configs"
)

// TestOnlyWhoAsksForAWSGetsIt tells a block that is empty from none.
func TestOnlyWhoAsksForAWSGetsIt(t *testing.T) {
	defaults := &configs.AWS{Rate: 5, Lookup: true, Parallel: 16}
	with := func(change func(*configs.AWS)) *configs.AWS {
		a := *defaults
		change(&a)
		return &a
	}
	tests := []struct {
		name, file string
		environ    []string
		want       *configs.AWS
	}{
		{"no file", "", nil, nil},
		{"no block", "providers:\n  archives: []\n", nil, nil},
		{"nothing behind providers", "providers:\n", nil, nil},
		{"an empty block", "providers: {aws: {}}\n", nil, defaults},
		{"nothing behind the name", "providers:\n  aws:\n  archives: []\n", nil, defaults},
		{"an alias of an empty block", "providers:\n  aws: &none {}\nrules: *none\n", nil, defaults},
		{"a key with nothing behind it", "providers: {aws: {accounts: }}\n", nil, defaults},
		{"an empty section", "providers: {aws: {events: {}}}\n", nil, defaults},
		{"an empty list of accounts", "providers: {aws: {accounts: []}}\n", nil, defaults},
		{"a key that says the default", "providers: {aws: {regions: all}}\n", nil, defaults},
		{"the organization", "providers: {aws: {accounts: organization, role: a}}\n", nil,
			with(func(a *configs.AWS) { a.Organization, a.Role = true, "a" })},
		{"one account without role, which may be the own", "providers: {aws: {accounts: [\"111122223333\"]}}\n", nil,
			with(func(a *configs.AWS) { a.Accounts = []string{"111122223333"} })},
		{"the organization from a variable of the file's", "providers: {aws: {accounts: \"${WHO}\", role: a}}\n", []string{"WHO=organization"},
			with(func(a *configs.AWS) { a.Organization, a.Role = true, "a" })},
		{"no limit of ours", "providers: {aws: {rate: 0}}\n", nil, with(func(a *configs.AWS) { a.Rate = 0 })},
		{"a variable alone", "", []string{"ESTRAY_PROVIDERS_AWS_REGIONS=all"}, defaults},
		{"empty variables", "", []string{"ESTRAY_PROVIDERS_AWS_ACCOUNTS=", "ESTRAY_PROVIDERS_AWS_ROLE="}, nil},
		{"empty variables for a block of the file", "providers: {aws: {accounts: organization, role: a}}\n",
			[]string{"ESTRAY_PROVIDERS_AWS_ACCOUNTS=", "ESTRAY_PROVIDERS_AWS_ROLE="}, defaults},
		{"a role from a variable for a block of the file", "providers: {aws: {accounts: organization}}\n", []string{"ESTRAY_PROVIDERS_AWS_ROLE=a"},
			with(func(a *configs.AWS) { a.Organization, a.Role = true, "a" })},
		{"variables take the organization away again", "providers: {aws: {accounts: organization}}\n", []string{"ESTRAY_PROVIDERS_AWS_ACCOUNTS=111122223333"},
			with(func(a *configs.AWS) { a.Accounts = []string{"111122223333"} })},
		{"a variable that the file refers to", "providers: {archives: [{kind: snapshot, url: \"${ESTRAY_EXTERNAL_ID}\"}]}\n", []string{"ESTRAY_EXTERNAL_ID=x"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := load(t, configs.Inputs{Dir: folder(t, tt.file), Environ: tt.environ})
			if diff := cmp.Diff(tt.want, c.Providers.AWS); diff != "" {
				t.Error(diff)
			}
			want := "default"
			if tt.want == nil {
				want = "default, not read"
			}
			if got := source(t, c, "providers.aws.parallel").Source; got != want {
				t.Errorf("config show says %q, want %q", got, want)
			}
		})
	}
}

func TestMistakesOfAWS(t *testing.T) {
	at := func(place, text string) []string { return []string{"estray.yaml:" + place + ": " + text} }
	const role = "providers.aws.role"
	long := strings.Repeat("x", 65)
	tests := []struct {
		name, file string
		want       []string
	}{
		{"unknown key", "providers:\n  aws:\n    account: organization\n",
			at("3:5", `unknown key "providers.aws.account"; the nearest known key is "providers.aws.accounts"`)},
		{"unknown key of events", "providers: {aws: {events: {lokup: true}}}\n",
			at("1:28", `unknown key "providers.aws.events.lokup"; the nearest known key is "providers.aws.events.lookup"`)},
		{"text for the block", "providers: {aws: all}\n", at("1:18", `providers.aws must hold keys and values, not text`)},
		{"organization without role", "providers:\n  aws:\n    accounts: organization\n",
			at("3:15", `providers.aws.accounts: the accounts of an organization are read through a role in each; name it in `+role)},
		{"other accounts without role", "providers:\n  aws:\n    accounts: [\"111122223333\", \"444455556666\"]\n",
			at("3:15", `providers.aws.accounts: accounts beyond that of the credentials are read through a role in each; name it in `+role)},
		{"external id without role", "providers: {aws: {external_id: CANARY}}\n",
			at("1:32", `providers.aws.external_id: it is used when a role is taken, and none is; name one in `+role)},
		{"a wrong role is one mistake", "providers: {aws: {accounts: organization, role: \"a b\"}}\n",
			at("1:49", `providers.aws.role: "a b" is no role; write its name, or PATH/NAME, in letters, digits and +=,.@-_`)},
		{"a role of another form is one mistake", "providers: {aws: {accounts: organization, role: [a]}}\n",
			at("1:49", `providers.aws.role must be text, not a list`)},
		{"a role's ARN", "providers: {aws: {role: \"arn:aws:iam::111122223333:role/a\"}}\n",
			at("1:25", `providers.aws.role: "arn:aws:iam::111122223333:role/a" is an ARN; write what stands behind :role/ in it, since the role is taken in every account`)},
		{"a role that begins with a slash", "providers: {aws: {role: /a}}\n",
			at("1:25", `providers.aws.role: "/a" is no role; write its name, or PATH/NAME, in letters, digits and +=,.@-_`)},
		{"a long role", "providers: {aws: {role: p/" + long + "}}\n",
			at("1:25", `providers.aws.role: "p/`+long+`" is longer than the name of a role can be, 64 characters`)},
		{"an external id is not repeated", "providers: {aws: {role: a, external_id: \"CANARY ${X}\"}}\n",
			at("1:41", `providers.aws.external_id: must be 2 to 1224 letters, digits and +=,.@:/-_`)},
		{"an external id that is a number", "providers: {aws: {role: a, external_id: 4711}}\n",
			at("1:41", `providers.aws.external_id must be text, not a number; quote it, since an unquoted number loses its leading zeros`)},
		{"an account that is no list", "providers: {aws: {accounts: \"111122223333\"}}\n",
			at("1:29", `providers.aws.accounts: "111122223333" must be the word organization, or a list, as in ["111122223333"]`)},
		{"the word in a list", "providers: {aws: {accounts: [organization, \"111122223333\"]}}\n",
			at("1:30", `providers.aws.accounts: "organization" stands alone, not in a list`)},
		{"an account without quotes", "providers: {aws: {accounts: [111122223333]}}\n",
			at("1:30", `providers.aws.accounts must be text, not a number; quote it, since an unquoted number loses its leading zeros`)},
		{"an account twice", "providers: {aws: {role: a, accounts: [\"111122223333\", \"111122223333\"]}}\n",
			at("1:55", `providers.aws.accounts: "111122223333" is given twice; remove one`)},
		{"no account", "providers: {aws: {accounts: [\"1\"]}}\n",
			at("1:30", `providers.aws.accounts: "1" is no account id; write its 12 digits, in quotes`)},
		{"a region that is no list", "providers: {aws: {regions: eu-west-1}}\n",
			at("1:28", `providers.aws.regions: "eu-west-1" must be the word all, or a list, as in ["eu-west-1"]`)},
		{"no regions", "providers: {aws: {regions: []}}\n",
			at("1:28", `providers.aws.regions: the list is empty; write the word all, or what to read`)},
		{"a zone", "providers: {aws: {regions: [eu-west-1a]}}\n",
			at("1:29", `providers.aws.regions: "eu-west-1a" is no region; write it as in eu-west-1`)},
		{"regions of another form", "providers: {aws: {regions: [Europe, eu-west, \"\"]}}\n",
			[]string{`estray.yaml:1:29: providers.aws.regions: "Europe" is no region; write it as in eu-west-1`,
				`estray.yaml:1:37: providers.aws.regions: "eu-west" is no region; write it as in eu-west-1`,
				`estray.yaml:1:46: providers.aws.regions: "" is no region; write it as in eu-west-1`}},
		{"a negative rate", "providers: {aws: {rate: -0.5}}\n", at("1:25", `providers.aws.rate: "-0.5" must be a number of at least 0`)},
		{"a rate that is none", "providers: {aws: {rate: .nan}}\n", at("1:25", `providers.aws.rate: ".nan" must be a number of at least 0`)},
		{"a rate without end", "providers: {aws: {rate: \"${INF}\"}}\n", at("1:25", `providers.aws.rate: "${INF}" must be a number of at least 0`)},
		{"text for a rate", "providers: {aws: {rate: \"5\"}}\n", at("1:25", `providers.aws.rate must be a number, not text`)},
		{"text for a switch", "providers: {aws: {get_function: yes}}\n", at("1:33", `providers.aws.get_function must be true or false, not text`)},
		{"too many at once", "providers: {aws: {parallel: 257}}\n", at("1:29", `providers.aws.parallel: "257" must be a whole number from 1 to 256`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := mistakes(t, configs.Inputs{Dir: folder(t, tt.file), Environ: []string{"X=x", "INF=Inf"}})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMistakesOfAWSInVariables(t *testing.T) {
	in := configs.Inputs{Dir: t.TempDir(), Environ: []string{"ESTRAY_PROVIDERS_AWS_ACCOUNTS=organization,111122223333",
		"ESTRAY_PROVIDERS_AWS_REGIONS=", "ESTRAY_PROVIDERS_AWS_EXTERNAL_ID=CANARY!", "ESTRAY_PROVIDERS_AWS=true"}}
	want := []string{
		`ESTRAY_PROVIDERS_AWS: unknown variable; the nearest known one is ESTRAY_PROVIDERS_AWS_ROLE`,
		`ESTRAY_PROVIDERS_AWS_ACCOUNTS: providers.aws.accounts: "organization" stands alone, not in a list`,
		`ESTRAY_PROVIDERS_AWS_EXTERNAL_ID: providers.aws.external_id: must be 2 to 1224 letters, digits and +=,.@:/-_`,
		`ESTRAY_PROVIDERS_AWS_REGIONS: providers.aws.regions: the list is empty; write the word all, or what to read`,
	}
	if diff := cmp.Diff(want, mistakes(t, in)); diff != "" {
		t.Error(diff)
	}
	in.Environ = []string{"ESTRAY_PROVIDERS_AWS_ACCOUNTS=organization"}
	want = []string{`ESTRAY_PROVIDERS_AWS_ACCOUNTS: providers.aws.accounts: the accounts of an organization are read through a role in each; name it in providers.aws.role`}
	if diff := cmp.Diff(want, mistakes(t, in)); diff != "" {
		t.Error(diff)
	}
}

// TestNoExternalIDIsEverShown: taken or refused, no value and no message
// repeats it.
func TestNoExternalIDIsEverShown(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		id := "CANARY" + rapid.StringMatching(`[-a-zA-Z0-9+=,.@:/_ !"#]{0,12}`).Draw(t, "id") + "CANARY"
		role := rapid.SampledFrom([]string{"", "role: a, "}).Draw(t, "role")
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(id)
		for _, in := range []configs.Inputs{
			{Dir: dir, Environ: []string{"ESTRAY_PROVIDERS_AWS_EXTERNAL_ID=" + id}},
			{Dir: dir, File: fileWith(t, dir, "providers: {aws: {"+role+`external_id: "`+quoted+"\"}}\n")},
			{Dir: dir, File: fileWith(t, dir, "providers: {aws: {"+role+"external_id: '${ID}'}}\n"), Environ: []string{"ID=" + id}},
		} {
			shown := ""
			if c, err := configs.Load(in); err != nil {
				shown = err.Error()
			} else {
				for _, v := range c.Values() {
					shown += v.Value + "\n"
				}
			}
			if strings.Contains(shown, "CANARY") {
				t.Fatalf("shown: %s", shown)
			}
		}
	})
}
