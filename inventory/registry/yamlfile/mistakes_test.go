package yamlfile_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory/registry"
	"github.com/estray/estray/inventory/registry/yamlfile"
)

// claimWith is a file whose one claim holds the text.
func claimWith(text string) string {
	return "version: 1\nowners: [{id: o}]\nclaims:\n- id: x\n  owner: o\n" + text
}

func TestReadSaysEachMistakeWithItsPlace(t *testing.T) {
	const ok = "version: 1\n"
	const live = "reason: r, by: b, expires: 2027-01-01"
	tests := []struct {
		name string
		text string
		want []string
	}{
		{"an empty file", "", []string{"a.yaml:1:1: the file is empty; it must begin with version: 1, see: estray registry init"}},
		{"a file of comments", "# nothing\n", []string{"a.yaml:1:1: the file is empty; it must begin with version: 1, see: estray registry init"}},
		{"not YAML", ok + "owners: [\n", []string{"a.yaml:2:1: the file is not YAML: did not find expected node content"}},
		{"not YAML in a list", ok + "owners: [a\nclaims: []\n", []string{"a.yaml:2:1: the file is not YAML: did not find expected ',' or ']'"}},
		{"not YAML in a nest", ok + "owners:\n- id: o\n   name: n\n", []string{"a.yaml:4:4: the file is not YAML: mapping values are not allowed in this context"}},
		{"a key out of line, told where its list begins", ok + "owners:\n  - id: o\n    name: n\n   contacts: []\n", []string{"a.yaml:3:3: the file is not YAML: did not find expected '-' indicator"}},
		{"an unknown anchor", ok + "owners: *all\n", []string{"a.yaml:2:1: the file is not YAML: unknown anchor 'all' referenced"}},
		{"a tab", ok + "owners:\n\t- id: x\n", []string{"a.yaml:3:1: the file is not YAML: a tab indents this line; use spaces"}},
		{"not UTF-8", ok + "owners: [{id: \"é\xff\"}]\n", []string{"a.yaml:2:17: the file is not UTF-8 here (byte 0xff); save it as UTF-8"}},
		{"UTF-16", "\xff\xfev\x00", []string{"a.yaml:1:1: the file is not UTF-8 here (byte 0xff); save it as UTF-8"}},
		{"binary", ok + "\x00", []string{"a.yaml:2:1: the file is not text here (control character 0x00)"}},
		{"the character delete", ok + "\x7f", []string{"a.yaml:2:1: the file is not text here (control character 0x7f)"}},
		{"not keys and values", "- version: 1\n", []string{"a.yaml:1:1: the file must hold keys and values, not a list"}},
		{"two documents", ok + "---\nversion: 1\n", []string{"a.yaml:2:1: a second document begins here; put it into a file of its own, or remove the line ---"}},
		{"no version", "owners: []\n", []string{"a.yaml:1:1: the file does not say its version; begin it with version: 1"}},
		{"a version in quotes", "version: \"1\"\n", []string{"a.yaml:1:10: version must be the number 1, not text"}},
		{"a duplicate key", ok + "owners: []\nowners: []\n", []string{`a.yaml:3:1: key "owners" is given twice, first on line 2`}},
		{"an unknown key", ok + "blindspots: []\n", []string{`a.yaml:2:1: unknown key "blindspots" in the file; the nearest known key is "blind_spots"`}},
		{"a list that is none", ok + "owners: {id: x}\n", []string{"a.yaml:2:9: owners must be a list, not keys and values"}},
		{"an entry that is none", ok + "owners: [x]\n", []string{"a.yaml:2:10: an entry of owners must hold keys and values, not text"}},
		{"a merge", claimWith("  select: {<<: {name: n}, name: n}\n"), []string{"a.yaml:6:12: a key must be a name, not a merge (<<), which is not read here"}},

		{"an owner twice", ok + "owners: [{id: o}, {id: o}]\n", []string{`a.yaml:2:24: owner id "o" is given twice, first at a.yaml:2:10`}},
		{"an owner without id", ok + "owners: [{name: o}]\n", []string{"a.yaml:2:10: an owner needs an id"}},
		{"a claim without anything", ok + "claims: [{}]\n", []string{
			"a.yaml:2:10: a claim needs a selector with at least one key; an empty one would select everything", "a.yaml:2:10: a claim needs an id", "a.yaml:2:10: a claim needs an owner"}},
		{"an unknown owner", ok + "claims: [{id: x, owner: nobody, select: {name: n}}]\n", []string{`a.yaml:2:25: owner "nobody" is not known; add it under owners`}},
		{"an empty selector", claimWith("  select: {}\n"), []string{"a.yaml:6:11: a claim needs a selector with at least one key; an empty one would select everything"}},
		{"a selector of empty lists", claimWith("  select: {accounts: []}\n"), []string{"a.yaml:6:11: a claim needs a selector with at least one key; an empty one would select everything"}},
		{"a selector with nothing behind it", claimWith("  select:\n"), []string{"a.yaml:6:10: select is empty; give it a value or remove it"}},
		{"an unquoted account", claimWith("  select: {accounts: [012345678901]}\n"),
			[]string{`a.yaml:6:23: select.accounts must be text, not a number; quote it, since an unquoted number loses its leading zeros: "012345678901"`}},
		{"one account without its list", claimWith("  select: {accounts: \"1\"}\n"), []string{`a.yaml:6:22: select.accounts must be a list, not text; write ["1"]`}},
		{"one zone without its list", claimWith("  select: {zones: example.com}\n"), []string{`a.yaml:6:19: select.zones must be a list, not text; write ["example.com"]`}},
		{"an empty hostname", claimWith("  select: {name: n, hostnames: [\"\"]}\n"), []string{"a.yaml:6:32: select.hostnames holds an empty text; remove it"}},
		{"hostnames with nothing behind them", claimWith("  select: {name: n, hostnames: }\n"), []string{"a.yaml:6:32: select.hostnames is empty; give it a value or remove it"}},
		{"an empty account", claimWith("  select: {accounts: [\"\"]}\n"), []string{"a.yaml:6:22: select.accounts holds an empty text; remove it"}},
		{"an empty name", claimWith("  select: {name: \"\", provider: aws}\n"), []string{"a.yaml:6:18: select.name is empty; give it a value or remove it"}},
		{"a name that is true", claimWith("  select: {name: true}\n"), []string{`a.yaml:6:18: select.name must be text, not true or false; quote it: "true"`}},
		{"a selector key of a later provider", claimWith("  select: {name: n, domains: [z]}\n"), []string{"a.yaml:6:21: select.domains is for providers that this version does not read; remove it"}},
		{"a selector key misspelt", claimWith("  select: {name: n, account: [z]}\n"), []string{`a.yaml:6:21: unknown key "account" in select; the nearest known key is "accounts"`}},
		{"labels that are no texts", claimWith("  select: {labels: {a: 1}}\n"), []string{`a.yaml:6:24: select.labels must be text, not a number; quote it, since an unquoted number loses its leading zeros: "1"`}},
		{"a label twice", claimWith("  select: {labels: {a: b, a: c}}\n"), []string{`a.yaml:6:27: select.labels holds "a" twice`}},
		{"transient that is no switch", claimWith("  select: {name: n}\n  transient: sometimes\n"), []string{"a.yaml:7:14: transient must be true or false, not text"}},

		{"an approval without by, on and expires", claimWith("  select: {name: n}\n  approval: {ticket: T}\n"), []string{
			"a.yaml:7:13: an approval needs by: who gave it", "a.yaml:7:13: an approval needs expires: its last day", "a.yaml:7:13: an approval needs on: the day on which it was given"}},
		{"an approval with nothing behind it", claimWith("  select: {name: n}\n  approval:\n"), []string{"a.yaml:7:12: approval is empty; give it a value or remove it"}},
		{"an approval that is a text", claimWith("  select: {name: n}\n  approval: yes\n"), []string{"a.yaml:7:13: approval must hold keys and values, not text"}},
		{"a day that is not in the calendar", claimWith("  select: {name: n}\n  approval: {by: b, on: 2026-02-30, expires: 2027-01-01}\n"),
			[]string{`a.yaml:7:25: approval.on "2026-02-30" is no date; write a day of the calendar such as 2026-02-01, or an instant such as 2026-02-01T18:00:00Z`}},
		{"a date of another country", claimWith("  select: {name: n}\n  approval: {by: b, on: 2026-02-01, expires: 1.2.2027}\n"),
			[]string{`a.yaml:7:46: approval.expires "1.2.2027" is no date; write a day of the calendar such as 2026-02-01, or an instant such as 2026-02-01T18:00:00Z`}},
		{"a year alone", claimWith("  select: {name: n}\n  approval: {by: b, on: 2026-02-01, expires: 2027}\n"), []string{"a.yaml:7:46: approval.expires must be a day such as 2026-02-01, not a number"}},
		{"an end without end", claimWith("  select: {name: n}\n  approval: {by: b, on: 2026-02-01, expires: 9999-12-31}\n"),
			[]string{"a.yaml:7:46: the date lies outside the years 1 to 9999; give one that somebody will look at again"}},
		{"reversed dates", claimWith("  select: {name: n}\n  approval: {by: b, on: 2027-01-02, expires: 2027-01-01}\n"),
			[]string{"a.yaml:7:46: the approval ends (2027-01-01) before it begins (2027-01-02)"}},
		{"an unknown reach", claimWith("  select: {name: n}\n  approval: {by: b, on: 2026-01-02, expires: 2027-01-01, limits: {reach: world}}\n"),
			[]string{`a.yaml:7:74: approval.limits.reach "world" is no reach; the nearest is "public"`}},
		{"a limit with nothing behind it", claimWith("  select: {name: n}\n  approval: {by: b, on: 2026-01-02, expires: 2027-01-01, limits: {regions: }}\n"),
			[]string{"a.yaml:7:76: approval.limits.regions is empty; give it a value or remove it"}},

		{"an exception without anything", ok + "exceptions: [{}]\n", []string{
			"a.yaml:2:14: an exception needs a reason", "a.yaml:2:14: an exception needs a selector with at least one key; an empty one would select everything",
			"a.yaml:2:14: an exception needs by: who accepts it", "a.yaml:2:14: an exception needs expires: its last day", "a.yaml:2:14: an exception needs the rule that it accepts findings of"}},
		{"an unknown rule", ok + "exceptions: [{rule: REC-07, select: {name: n}, " + live + "}]\n", []string{`a.yaml:2:21: rule "REC-07" is no rule; the nearest is "REC-01", see: estray rules list`}},
		{"a blind spot without anything", ok + "blind_spots: [{}]\n", []string{
			"a.yaml:2:15: a blind spot needs a provider, account, region or capability; an empty one would hide everything", "a.yaml:2:15: a blind spot needs a reason",
			"a.yaml:2:15: a blind spot needs by: who accepts it", "a.yaml:2:15: a blind spot needs expires: its last day"}},
		{"a blind spot over everything", ok + "blind_spots: [{" + live + "}]\n", []string{"a.yaml:2:15: a blind spot needs a provider, account, region or capability; an empty one would hide everything"}},
		{"a reason of blanks", ok + "blind_spots: [{provider: aws, reason: \" \", by: b, expires: 2027-01-01}]\n", []string{"a.yaml:2:39: a blind spot needs a reason"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, _, err := read(tt.text)
			if diff := cmp.Diff(tt.want, lines(t, err)); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(registry.Content{}, c); diff != "" {
				t.Errorf("a content came with the mistakes:\n%s", diff)
			}
		})
	}
}

func TestAllMistakesOfAllFilesComeAtOnceInOrder(t *testing.T) {
	_, _, err := read(
		"version: 1\nowners: [{id: o}, {id: 7}]\nclaims:\n- {id: x, ownr: o, select: {name: n}}\n",
		"version: 1\nowners: [{id: o}]\nclaims:\n- {id: x, owner: o, select: {}}\n")
	want := []string{
		`a.yaml:2:24: id must be text, not a number; quote it, since an unquoted number loses its leading zeros: "7"`,
		`a.yaml:4:3: a claim needs an owner`,
		`a.yaml:4:11: unknown key "ownr" in a claim; the nearest known key is "owner"`,
		`b.yaml:2:15: owner id "o" is given twice, first at a.yaml:2:10`,
		`b.yaml:4:8: claim id "x" is given twice, first at a.yaml:4:3`,
		`b.yaml:4:29: a claim needs a selector with at least one key; an empty one would select everything`,
	}
	if diff := cmp.Diff(want, lines(t, err)); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}

func TestAnUnreadableFileMakesNoOwnerUnknown(t *testing.T) {
	_, _, err := read("version: 1\nowners: [{id: o}\n", "version: 1\nclaims: [{id: x, owner: o, select: {name: n}}]\n")
	if got := lines(t, err); len(got) != 1 || !strings.HasPrefix(got[0], "a.yaml:") {
		t.Errorf("mistakes = %q, want one of a.yaml", got)
	}
}

// TestAliasesAreBounded plants aliases that stand for 18 million texts; to
// gather them all would take more than the memory that is allowed here.
func TestAliasesAreBounded(t *testing.T) {
	const many, allowed = 3000, 100 << 20
	var b strings.Builder
	b.WriteString("version: 1\nowners: [{id: o}]\nx-texts: &texts [" + strings.Repeat("t, ", many) + "]\n")
	b.WriteString("x-select: &select {accounts: *texts, regions: *texts}\nx-claim: &claim {id: c, owner: o, select: *select}\n")
	b.WriteString("claims: &claims [" + strings.Repeat("*claim, ", many) + "]\n")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := read(b.String())
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > allowed {
		t.Errorf("it took %d MiB", used>>20)
	}
	if err == nil || !strings.Contains(err.Error(), "repeat too much") {
		t.Errorf("error = %.200v, want a word on aliases", err)
	}
}

func TestTheUsualBombIsHarmless(t *testing.T) {
	text := "version: 1\na: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c <= 'z'; c++ {
		text += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.Repeat(fmt.Sprintf("*%c, ", c-1), 9))
	}
	_, _, err := read(text + "owners: *z\n")
	if err == nil {
		t.Error("the bomb was read as a registry")
	}
}

func TestDeepNestsAndLongFilesAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"nest": "version: 1\nowners: " + strings.Repeat("[", 20000),
		"long": "version: 1\n#" + strings.Repeat("x", yamlfile.MaxSize),
	} {
		if _, _, err := read(text); err == nil {
			t.Errorf("%s: no mistake", name)
		}
	}
}

func TestWithoutRulesTheyAreNotChecked(t *testing.T) {
	text := "version: 1\nexceptions: [{rule: ANY-1, select: {name: n}, reason: r, by: b, expires: 2027-01-01}]\n"
	if _, _, err := yamlfile.Read([]yamlfile.File{{Name: "a.yaml", Data: []byte(text)}}, yamlfile.Options{}); err != nil {
		t.Error(err)
	}
}

func TestWhatLoadsIsAcceptedByTheRegistry(t *testing.T) {
	c, _, err := yamlfile.Read([]yamlfile.File{{Name: "a.yaml", Data: yamlfile.Example()}}, yamlfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := registry.New(c); err != nil {
		t.Error(err)
	}
}
