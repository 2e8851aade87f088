package access_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/providers/aws/access"
)

func TestTheTableIsSortedAndWhole(t *testing.T) {
	ops := access.Operations()
	if !slices.IsSortedFunc(ops, func(a, b access.Operation) int {
		return strings.Compare(a.Service+"\x00"+a.Name, b.Service+"\x00"+b.Name)
	}) {
		t.Error("the table is not sorted")
	}
	form := regexp.MustCompile(`^[a-z0-9]+:[A-Z][A-Za-z]+$`)
	for i, op := range ops {
		if i > 0 && ops[i-1].Service == op.Service && ops[i-1].Name == op.Name {
			t.Errorf("%s of %s stands twice", op.Name, op.Service)
		}
		if op.Capability == "" || op.Why == "" || op.Where == "" {
			t.Errorf("%s of %s says too little: %+v", op.Name, op.Service, op)
		}
		if !form.MatchString(op.Action) && op.Name != "GetCallerIdentity" {
			t.Errorf("%s of %s: %q is no action", op.Name, op.Service, op.Action)
		}
	}
}

// TestNoOperationOfTheTableChangesAnything guards the promise that estray reads.
func TestNoOperationOfTheTableChangesAnything(t *testing.T) {
	reads := regexp.MustCompile(`^(Get|List|Describe|Lookup)`)
	for _, op := range access.Operations() {
		if !reads.MatchString(op.Name) && op.Name != "AssumeRole" {
			t.Errorf("%s of %s does not read", op.Name, op.Service)
		}
	}
}

// TestTheTableBelongsToTheCaller: it is made anew each time.
func TestTheTableBelongsToTheCaller(t *testing.T) {
	access.Operations()[0].Name = "changed"
	if access.Operations()[0].Name == "changed" {
		t.Error("a caller changed the table of the others")
	}
}

// TestTheFakeServesTheTable: what the fake does not know no test could deny.
func TestTheFakeServesTheTable(t *testing.T) {
	served := map[awsfake.Operation]bool{}
	for _, op := range awsfake.Operations() {
		served[op] = true
	}
	for _, op := range access.Operations() {
		if !served[awsfake.Operation{Service: fakeService(op), Name: op.Name}] {
			t.Errorf("the fake does not serve %s of %s", op.Name, op.Service)
		}
	}
}
