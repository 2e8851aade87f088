package yamlfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
	"github.com/estray/estray/inventory/registry/yamlfile"
)

func options() yamlfile.Options {
	return yamlfile.Options{Rules: []string{"REC-01", "REC-06", "AWS-17"}, Now: day("2026-06-01")}
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func read(texts ...string) (registry.Content, registry.Mistakes, error) {
	var files []yamlfile.File
	for i, text := range texts {
		files = append(files, yamlfile.File{Name: string(rune('a'+i)) + ".yaml", Data: []byte(text)})
	}
	return yamlfile.Read(files, options())
}

func lines(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var ms registry.Mistakes
	if !errors.As(err, &ms) {
		t.Fatalf("error %v is no registry.Mistakes", err)
	}
	return strings.Split(ms.Error(), "\n")
}

func TestReadGivesWhatTheFileSays(t *testing.T) {
	const text = `version: 1
owners:
  - {id: pay, name: Payments, contacts: [p@example.com], principals: ["arn:aws:iam::012345678901:role/ci"]}
claims:
  - id: hooks
    owner: pay
    select: {provider: aws, kind: lambda-function, accounts: ["012345678901"], regions: [eu-west-1], id: i, name: "p-*", labels: {team: pay, empty: ""}, hostnames: [a.example, "*.b.example"]}
    transient: true
    approval:
      ticket: SEC-1
      by: ana
      on: 2026-02-01
      expires: "2027-02-01"
      limits: {reach: authenticated, deployers: [d], identities: [i], code_digests: [], regions: [eu-west-1]}
exceptions:
  - {rule: REC-01, select: {name: x, zones: [example.com]}, reason: r, by: b, expires: 2026-12-31T23:30:00+01:00}
blind_spots:
  - {provider: google, account: "0", region: r, capability: bound-scripts, reason: r, by: b, expires: 2027-01-31}
`
	got, warnings, err := read(text)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("read: %v, warnings %v", err, warnings)
	}
	at := func(line, column int) registry.Position {
		return registry.Position{File: "a.yaml", Line: line, Column: column}
	}
	want := registry.Content{
		Owners: []registry.Owner{{ID: "pay", Name: "Payments", Contacts: []string{"p@example.com"}, Principals: []string{"arn:aws:iam::012345678901:role/ci"}, At: at(3, 5)}},
		Claims: []registry.Claim{{ID: "hooks", Owner: "pay", Transient: true, At: at(5, 5),
			Select: registry.Selector{Provider: inventory.AWS, Kind: inventory.LambdaFunction, Accounts: []string{"012345678901"}, Regions: []string{"eu-west-1"},
				ID: "i", Name: "p-*", Labels: map[string]string{"team": "pay", "empty": ""}, Hostnames: []string{"a.example", "*.b.example"}},
			Approval: &registry.Approval{Ticket: "SEC-1", By: "ana", On: day("2026-02-01"), Expires: day("2027-02-02"), At: at(10, 7),
				Limits: registry.Limits{Reach: inventory.ReachAuthenticated, Deployers: []string{"d"}, Identities: []string{"i"}, Regions: []string{"eu-west-1"}}}}},
		Exceptions: []registry.Exception{{Rule: "REC-01", Select: registry.Selector{Name: "x", Zones: []string{"example.com"}}, Reason: "r", By: "b", Expires: day("2026-12-31").Add(22*time.Hour + 30*time.Minute), At: at(16, 5)}},
		BlindSpots: []registry.BlindSpot{{Provider: inventory.Google, Account: "0", Region: "r", Capability: "bound-scripts", Reason: "r", By: "b", Expires: day("2027-02-01"), At: at(18, 5)}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("content (-want +got):\n%s", diff)
	}
}

func TestADayIsItsEndWhereSomethingExpiresAndItsStartElsewhere(t *testing.T) {
	c, _, err := read(`version: 1
owners: [{id: o}]
claims: [{id: x, owner: o, select: {name: n}, approval: {by: b, on: 2026-02-28, expires: 2026-02-28}}]
exceptions: [{rule: REC-01, select: {name: n}, reason: r, by: b, expires: 2026-02-28}]
blind_spots: [{provider: aws, reason: r, by: b, expires: 2026-02-28}]
`)
	if err != nil {
		t.Fatal(err)
	}
	a := c.Claims[0].Approval
	if !a.On.Equal(day("2026-02-28")) {
		t.Errorf("on = %s, want the start of the day", a.On)
	}
	for what, got := range map[string]time.Time{"approval": a.Expires, "exception": c.Exceptions[0].Expires, "blind spot": c.BlindSpots[0].Expires} {
		if !got.Equal(day("2026-03-01")) {
			t.Errorf("%s expires = %s, want the end of the day", what, got)
		}
	}
}

func TestSeveralFilesMakeOneRegistry(t *testing.T) {
	c, _, err := read("version: 1\nclaims: [{id: x, owner: o, select: {name: n}}]\n", "version: 1\nowners: [{id: o}]\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Owners) != 1 || len(c.Claims) != 1 || c.Claims[0].At.File != "a.yaml" {
		t.Errorf("content = %+v", c)
	}
}

func TestAliasesAndAByteOrderMarkAreRead(t *testing.T) {
	c, _, err := read("\ufeffversion: 1\nowners: [{id: o}]\nclaims:\n- {id: x, owner: o, select: &s {name: n}}\n- {id: y, owner: o, select: *s}\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Claims[1].Select.Name; got != "n" {
		t.Errorf("name = %q, want n", got)
	}
}

func TestWarningsHaveThePlaceOfTheValue(t *testing.T) {
	_, warnings, err := read(`version: 1
owners: [{id: o}, {id: p}]
claims:
  - id: x
    owner: o
    select: {name: "n[0-9]"}
    approval:
      by: ana
      on: 2025-01-01
      expires: 2026-05-31
      limits: {deployers: ["google:user:ana"]}
  - {id: y, owner: o, select: {provider: google, kind: lambda-function}}
  - {id: z, owner: p, select: {provider: google, kind: lambda-function}}
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`a.yaml:6:20: the selector can match nothing: no name holds "["; only * and ? stand for other characters`,
		`a.yaml:8:11: ana approves claim x and is among its deployers (google:user:ana); let somebody else approve`,
		`a.yaml:10:16: the approval of claim x ended at the end of 2026-05-31; renew it or remove it`,
		`a.yaml:12:56: the selector can match nothing: google has no lambda-function, aws has`,
		`a.yaml:13:5: claim z and claim y (a.yaml:12:5) select the same assets with equal weight and do not say the same; make one more specific or remove it`,
		`a.yaml:13:56: the selector can match nothing: google has no lambda-function, aws has`,
	}
	if diff := cmp.Diff(want, lines(t, warnings)); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLoadExpandsPatterns(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "b.yaml"), "version: 1\nowners: [{id: b}]\n")
	write(t, filepath.Join(dir, "a.yaml"), "version: 1\nowners: [{id: a}]\n")
	write(t, filepath.Join(dir, "[x].yaml"), "version: 1\nowners: [{id: x}]\n")
	c, _, err := yamlfile.Load([]string{filepath.Join(dir, "?.yaml"), filepath.Join(dir, "b.yaml"), filepath.Join(dir, "[x].yaml")}, options())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, o := range c.Owners {
		ids = append(ids, o.ID)
	}
	if diff := cmp.Diff([]string{"x", "a", "b"}, ids); diff != "" {
		t.Errorf("owners, by file name, each once (-want +got):\n%s", diff)
	}
}

func TestLoadRefusesWhatIsNotThere(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "bad.yaml"), "version: 2\n")
	missing, bad := filepath.Join(dir, "missing.yaml"), filepath.Join(dir, "bad.yaml")
	tests := []struct {
		name  string
		paths []string
		want  string
	}{
		{"a pattern that matches nothing", []string{filepath.Join(dir, "*.yml")}, "it matches no file"},
		{"a pattern that is none", []string{filepath.Join(dir, "[")}, "expand registry pattern"},
		{"no path at all", nil, "no file is named"},
		{"a file that is missing", []string{missing}, missing + ": read registry: no such file or directory"},
		{"a folder", []string{dir}, dir + ": read registry: is a directory"},
		{"a missing file and the mistakes of the others", []string{missing, bad},
			bad + ":1:10: version 2 is not known to this version of estray, which reads version 1\n" + missing + ": read registry: no such file or directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, _, err := yamlfile.Load(tt.paths, options())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want %q", err, tt.want)
			}
			if diff := cmp.Diff(registry.Content{}, c); diff != "" {
				t.Errorf("a content came with the error:\n%s", diff)
			}
		})
	}
}
