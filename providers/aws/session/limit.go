package session

import (
	"context"
	"sync"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/time/rate"
)

type stack = middleware.Stack

// limits are the token buckets of one account: one for each region and group.
// Several sources read one account side by side, so that they share it.
type limits struct {
	rate    float64
	mu      sync.Mutex
	buckets map[bucketKey]*rate.Limiter
}

type bucketKey struct{ region, group string }

func newLimits(perSecond float64) *limits {
	return &limits{rate: perSecond, buckets: map[bucketKey]*rate.Limiter{}}
}

// quota is a group of operations that AWS counts together, and how many of them
// a second it allows an account in a region. Sources: Lambda quotas "API
// requests" and CloudTrail quotas; services whose quota is not published or
// differs by operation count as a group of 15.
func quota(service, operation string) (group string, perSecond float64) {
	switch {
	case service == "Lambda" && operation == "GetFunction":
		return "lambda:GetFunction", 100
	case service == "Lambda" && operation == "GetPolicy":
		return "lambda:GetPolicy", 15
	case service == "CloudTrail" && operation == "LookupEvents":
		return "cloudtrail:LookupEvents", 2
	case service == "CloudTrail":
		return "cloudtrail", 10
	}
	return service, 15
}

const (
	// share is the part of a quota that is ours at most.
	share = 1.0 / 3
	// slowest is our rate in the tightest quota, that of LookupEvents.
	slowest = 2 * share
)

func (l *limits) wait(ctx context.Context, region, service, operation string) error {
	if l.rate <= 0 {
		return ctx.Err()
	}
	return l.bucket(region, service, operation).Wait(ctx)
}

// bucket gives out one token at a time: a burst would be above the rate.
func (l *limits) bucket(region, service, operation string) *rate.Limiter {
	group, most := quota(service, operation)
	l.mu.Lock()
	defer l.mu.Unlock()
	key := bucketKey{region, group}
	b, ok := l.buckets[key]
	if !ok {
		b = rate.NewLimiter(rate.Limit(min(l.rate, most*share)), 1)
		l.buckets[key] = b
	}
	return b
}

// pace makes every attempt of a client's calls wait for its group: behind the
// retries, before the signature, whose time must be fresh.
func (l *limits) pace(region string) func(*stack) error {
	return func(s *stack) error {
		return s.Finalize.Insert(middleware.FinalizeMiddlewareFunc("EstrayPace",
			func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
				if err := l.wait(ctx, region, awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx)); err != nil {
					return middleware.FinalizeOutput{}, middleware.Metadata{}, err
				}
				return next.HandleFinalize(ctx, in)
			}), "Retry", middleware.After)
	}
}
