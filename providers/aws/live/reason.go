package live

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// answerError says that the vendor gave an answer that makes no sense.
type answerError struct{ why inventory.Reason }

// Error names the call and what is wrong with its answer.
func (e *answerError) Error() string { return e.why.String() }

func unreadable(operation, message string) error {
	return &answerError{inventory.Reason{Operation: operation, Message: message}}
}

// named gives an error that names no call the one that it comes from.
func named(operation string, err error) error {
	if !errors.Is(err, session.ErrRepeated) {
		return err
	}
	return &smithy.OperationError{ServiceID: lambda.ServiceID, OperationName: operation, Err: err}
}

// explain says what an error means, be it the vendor's or of an answer.
func explain(err error) (inventory.State, inventory.Reason) {
	var answer *answerError
	if errors.As(err, &answer) {
		return inventory.Malformed, answer.why
	}
	return session.Explain(err)
}

// fail counts a failure of the cell and gives its reason.
func fail(t *session.Tally, err error) inventory.Reason {
	state, why := explain(err)
	t.FailAs(state, why)
	return why
}
