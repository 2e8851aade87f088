package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/providers/aws/session"
)

// State is what is known of a permission.
type State string

// The states. There is no zero state: an Answer always has one of these.
const (
	// Works: the permission is there.
	Works State = "works"
	// Denied: it is not.
	Denied State = "denied"
	// Unused: there is nothing in the account that it would be needed for.
	Unused State = "unused"
	// Unclear: the answer tells neither.
	Unclear State = "unclear"
)

// Answer is what a probe found out.
type Answer struct {
	Operation Operation
	State     State
	// Code and Message are the vendor's, where the call did not succeed and the
	// failure was not the one that proves the permission.
	Code, Message string
}

// Probe tries the permission of an operation by a harmless call in the region.
// An operation that is not in the table is Unclear.
func Probe(ctx context.Context, r *session.Region, op Operation) Answer {
	all := rows()
	i := slices.IndexFunc(all, func(x row) bool { return x.Service == op.Service && x.Name == op.Name })
	if i < 0 {
		return Answer{Operation: op, State: Unclear, Message: fmt.Sprintf("there is no probe for %s of %s", op.Name, op.Service)}
	}
	return all[i].judge(all[i].try(ctx, r))
}

// judge says what the outcome of the call means for the permission.
func (r row) judge(err error) Answer {
	a := Answer{Operation: r.Operation, State: Works}
	code := session.Code(err)
	if err == nil || r.proof != "" && code == r.proof {
		return a
	}
	_, why := session.Explain(err)
	a.Code, a.Message = why.Code, why.Message
	switch {
	case code == "AWSOrganizationsNotInUseException", errors.Is(err, errNoBucket):
		a.State = Unused
	case session.Denied(err) && r.tells(code):
		a.State = Denied
	default:
		a.State = Unclear
	}
	return a
}

// tells: what has no code is the answer of something in between. Where an
// endpoint does not know the API of web functions, it may refuse with a code of
// its own.
func (r row) tells(code string) bool {
	if r.Service == webFunctions {
		return strings.HasPrefix(code, "AccessDenied")
	}
	return code != "" && code != "UnknownError"
}
