package session

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// plainBodies hands requests on with bodies that can be read and closed, and
// nothing more. The vendor's bodies (smithy-go 1.28.8, safeWriteToReadCloser)
// write themselves too, and once the vendor has closed one that answers io.EOF,
// which no writer may. Where an answer comes back before net/http looked
// whether the request's body holds more, net/http takes that for a failed
// request and closes the connection, in the middle of the answer.
type plainBodies struct{ client aws.HTTPClient }

// Do implements [aws.HTTPClient].
func (p plainBodies) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return p.client.Do(r)
}
