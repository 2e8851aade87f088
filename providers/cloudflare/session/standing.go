package session

import (
	"fmt"
	"sync"

	"github.com/estray/estray/inventory"
)

// mostSilent is how many calls in a row may get no answer in time, before no more
// are made. Each has waited for three, half a minute at the least, so that five are
// no accident; and a scan makes thousands.
const mostSilent = 5

// standing is what is known of our token and of the endpoint that ends all calls.
type standing struct {
	mu     sync.Mutex
	worked bool
	ended  *Error // why the token is refused; nil: it is not known to be
	silent int    // calls in a row without an answer in time
}

// works notes that the token was accepted.
func (s *standing) works() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.worked = true
}

// heard notes whether the last attempt of a call was answered.
func (s *standing) heard(a *attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case a.lost != nil && late(a.lost), a.broken != nil && late(a.broken): // a drip is no answer
		s.silent++
	case a.status != 0:
		s.silent = 0
	}
}

// end notes that the token is refused as such, and says what to do.
func (s *standing) end(e Error) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	advice := "the token is not accepted: check that it is whole, not revoked and not expired"
	if s.worked {
		advice = "the token ended while the account was read: scan again with one that lasts longer"
	}
	if s.ended == nil {
		e.Message = join(e.Message, advice)
		s.ended = &e
	}
	return advice
}

// refused fails a call that would be in vain.
func (s *standing) refused(op Op) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended != nil:
		e := *s.ended
		e.Operation = op.Name
		return &e
	case s.silent >= mostSilent:
		return &Error{State: inventory.Unavailable, Operation: op.Name, Message: fmt.Sprintf("not asked: the %d calls before got no answer in time", mostSilent)}
	}
	return nil
}
