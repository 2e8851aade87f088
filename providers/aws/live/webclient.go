package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const (
	webService = "Lambda Web"
	// mostAnswer bounds an answer in bytes: a page has at most 50 functions.
	mostAnswer = 4 << 20
)

// webCall is one request of the API of web functions, which has no client. in is
// nil where the request has no body.
type webCall struct {
	operation, method, path string
	in                      any
}

// web makes the request and decodes the answer. The request is one of the
// client of Lambda whose path and body are exchanged before it is signed: so it
// has that client's endpoint, signature, rate and retries.
func (r *reading) web(ctx context.Context, c webCall, out any) error {
	var body []byte
	if c.in != nil {
		var err error
		if body, err = json.Marshal(c.in); err != nil {
			return fmt.Errorf("encode %s: %w", c.operation, err)
		}
	}
	var answer []byte
	_, err := r.lambda.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{}, func(o *lambda.Options) {
		o.APIOptions = append(o.APIOptions, c.exchange(body), capture(&answer))
	})
	var operation *smithy.OperationError
	if errors.As(err, &operation) {
		return &smithy.OperationError{ServiceID: webService, OperationName: c.operation, Err: operation.Err}
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return unreadable(c.operation, "the answer is not of the API of web functions")
	}
	return nil
}

// exchange puts the call's request in the place of the client's.
func (c webCall) exchange(body []byte) func(*middleware.Stack) error {
	return func(s *middleware.Stack) error {
		return s.Serialize.Add(middleware.SerializeMiddlewareFunc("EstrayWebRequest",
			func(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
				request, ok := in.Request.(*smithyhttp.Request)
				if !ok {
					return middleware.SerializeOutput{}, middleware.Metadata{}, fmt.Errorf("send %s: the request is no HTTP request", c.operation)
				}
				request.Method = c.method
				request.URL.Path, request.URL.RawPath, request.URL.RawQuery = c.path, "", ""
				if body != nil {
					var err error
					if request, err = request.SetStream(bytes.NewReader(body)); err != nil {
						return middleware.SerializeOutput{}, middleware.Metadata{}, fmt.Errorf("send %s: %w", c.operation, err)
					}
					request.Header.Set("Content-Type", "application/json")
					in.Request = request
				}
				return next.HandleSerialize(ctx, in)
			}), middleware.After)
	}
}

// capture keeps the body of an answer before the client reads it as its own.
func capture(to *[]byte) func(*middleware.Stack) error {
	return func(s *middleware.Stack) error {
		return s.Deserialize.Add(middleware.DeserializeMiddlewareFunc("EstrayWebAnswer",
			func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
				out, meta, err := next.HandleDeserialize(ctx, in)
				response, ok := out.RawResponse.(*smithyhttp.Response)
				if err != nil || !ok {
					return out, meta, err
				}
				body, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer))
				err = errors.Join(err, response.Body.Close())
				if err != nil {
					return out, meta, &smithy.DeserializationError{Err: err}
				}
				*to = body
				response.Body = io.NopCloser(bytes.NewReader(body))
				return out, meta, nil
			}), middleware.After)
	}
}
