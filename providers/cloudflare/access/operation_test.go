package access_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/providers/cloudflare"
	"github.com/estray/estray/providers/cloudflare/access"
)

// TestTableNamesWhatIsCalled: the calls that the packages beside this one name are
// those of the table, and no others.
func TestTableNamesWhatIsCalled(t *testing.T) {
	var called []string
	for _, pattern := range []string{"../live/*.go", "../audit/*.go", "../permits/*.go", "../session/token.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %d files", pattern, err, len(files))
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`"(GET /[^" ]+)"`).FindAllStringSubmatch(string(text), -1) {
				called = append(called, m[1])
			}
		}
	}
	slices.Sort(called)
	var known []string
	for _, op := range access.Operations() {
		known = append(known, op.Name)
	}
	if d := cmp.Diff(slices.Compact(called), known); d != "" {
		t.Errorf("calls (-in the code, +in the table):\n%s", d)
	}
}

// TestTable: every row says what it is for, and nothing is granted that no call needs.
func TestTable(t *testing.T) {
	needed := map[access.Key]bool{"": true}
	for _, op := range access.Operations() {
		needed[op.Permission] = true
		if _, ok := access.PermissionOf(op.Permission); !ok && op.Permission != "" {
			t.Errorf("%s needs the permission %q, which there is not", op.Name, op.Permission)
		}
		if op.Capability == "" || op.Why == "" || op.Where == "" {
			t.Errorf("the row is not whole: %+v", op)
		}
		if zone := strings.Contains(op.Name, "/:z/"); zone != (op.Where == access.EachZone) {
			t.Errorf("%s is called %s", op.Name, op.Where)
		}
	}
	for _, p := range access.Permissions() {
		if !needed[p.Key] {
			t.Errorf("no call needs %s", p)
		}
		if p.Role == "" || p.Without == "" || p.Scope == "" {
			t.Errorf("the permission is not whole: %+v", p)
		}
	}
}

// TestNothingButReading: no permission writes, but the one that is granted on
// request.
func TestNothingButReading(t *testing.T) {
	for _, p := range access.Permissions() {
		for _, name := range p.Names() {
			writes := regexp.MustCompile(`(?i)\b(write|edit|editor|admin|administrator|deploy)\b`).MatchString(name)
			if writes != (p.Option == access.OptionLogpush) {
				t.Errorf("%s is granted", name)
			}
			if regexp.MustCompile(`KV|R2|D1|Tail|Content`).MatchString(name) {
				t.Errorf("%s reads what is stored, sent or written", name)
			}
		}
	}
}

// TestOurOwnGrantDeploysNothing by the judgement that is made of every token.
func TestOurOwnGrantDeploysNothing(t *testing.T) {
	for _, p := range access.Permissions() {
		for _, name := range p.Names() {
			if deploys, admin, known := cloudflare.Judge(name); deploys || admin || !known {
				t.Errorf("%s: deploys %v, admin %v, known %v", name, deploys, admin, known)
			}
		}
	}
}
