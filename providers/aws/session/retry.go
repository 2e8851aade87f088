package session

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// retryer is the vendor's standard one, which knows throttling, server errors
// and connections, and repeats besides an answer that was cut: the vendor's
// takes a body that ends early, at status 200, for final. Its bucket of retries
// is one client's, so that one throttled account does not slow the others.
func (o Options) retryer() aws.Retryer {
	return retry.NewStandard(func(s *retry.StandardOptions) {
		s.MaxAttempts = o.Attempts
		if o.MaxBackoff > 0 {
			s.MaxBackoff = o.MaxBackoff
		}
		s.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(cut)}, s.Retryables...)
	})
}

// cut reports whether an answer of status 200 could not be decoded.
func cut(err error) aws.Ternary {
	var decoding *smithy.DeserializationError
	if !errors.As(err, &decoding) || errors.Is(err, context.Canceled) {
		return aws.UnknownTernary
	}
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) && answer.HTTPStatusCode() != http.StatusOK {
		return aws.UnknownTernary
	}
	return aws.TrueTernary
}
