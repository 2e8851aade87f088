package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
)

// ErrCredentials says that no credentials were found, or that those found could
// not be obtained; its cause is beside it.
var ErrCredentials = errors.New("no usable AWS credentials")

const (
	defaultTimeout  = 30 * time.Second
	defaultAttempts = 6
	idleConnections = 64
)

// Options say how AWS is called.
type Options struct {
	// Rate is the most requests a second per account, region and quota group;
	// 0: no limit of ours.
	Rate float64
	// Timeout bounds one attempt of a request with its whole answer; 0: 30 s.
	Timeout time.Duration
	// Attempts is how often a request is made at most; 0: what the vendor's
	// settings say (AWS_MAX_ATTEMPTS, max_attempts of the profile), else 6.
	Attempts int
	// MaxBackoff bounds the wait between two attempts; 0: 20 s.
	MaxBackoff time.Duration
	// Name is the session name of assumed roles: what the customer sees in the
	// audit log. Empty: "estray".
	Name string
}

// Home is the place that the credentials of the process belong to.
type Home struct {
	// Account and Partition are those of the credentials ([sts.GetCallerIdentity]).
	Account, Partition string
	// Principal is the ARN that the credentials act as.
	Principal string

	options Options
	silent  *silence
	loaded  aws.Config // as the vendor's settings give it
	base    aws.Config // with what governs the calls of Home itself
}

// Open finds the credentials as the vendor's tools do (environment, shared
// files, container, instance) and asks whose they are. Settings of the
// environment, such as AWS_ENDPOINT_URL and AWS_CA_BUNDLE, are obeyed; an
// endpoint of plain http must be on this machine.
func Open(ctx context.Context, opt Options) (*Home, error) {
	h := &Home{options: opt, silent: newSilence()}
	var err error
	if h.loaded, err = load(ctx, &h.options); err != nil {
		return nil, err
	}
	if h.loaded.Region == "" {
		h.loaded.Region = "us-east-1"
	}
	if err := h.credentials(ctx); err != nil {
		return nil, err
	}
	h.base = h.loaded.Copy()
	h.base.APIOptions = append(slices.Clone(h.loaded.APIOptions),
		newLimits(h.options.Rate).pace(h.base.Region), bound(h.options.most()), h.silent.watch(h.base.Region), (&loss{}).watch)
	who, err := sts.NewFromConfig(h.base).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return nil, fmt.Errorf("ask AWS whose the credentials are: %w", err)
	}
	h.Account, h.Principal = aws.ToString(who.Account), aws.ToString(who.Arn)
	parts := strings.SplitN(h.Principal, ":", 3)
	if h.Account == "" || len(parts) < 3 || parts[1] == "" {
		return nil, errors.New("ask AWS whose the credentials are: the answer names no account")
	}
	h.Partition = parts[1]
	return h, nil
}

// credentials makes sure that there are some, so that their want is told apart
// from a refusal.
func (h *Home) credentials(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, h.options.most())
	defer cancel()
	if _, err := h.loaded.Credentials.Retrieve(ctx); err != nil {
		return fmt.Errorf("find credentials: %w: %w", ErrCredentials, err)
	}
	return nil
}

// Load reads the vendor's settings for clients that belong to no account that
// is scanned, such as one of a bucket. They are not paced.
func Load(ctx context.Context, opt Options) (aws.Config, error) { return load(ctx, &opt) }

func (o Options) filled() Options {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Attempts == 0 {
		o.Attempts = defaultAttempts
	}
	if o.Name == "" {
		o.Name = "estray"
	}
	return o
}

// load always gives the vendor's own HTTP client: with any other, a certificate
// bundle of the environment (AWS_CA_BUNDLE) is an error. The vendor's clients log
// nothing: what they warn of comes back as an error. The options are filled.
func load(ctx context.Context, opt *Options) (aws.Config, error) {
	given := opt.Attempts > 0
	*opt = opt.filled()
	client := awshttp.NewBuildableClient().WithTimeout(opt.Timeout).WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConns, t.MaxIdleConnsPerHost = 4*idleConnections, idleConnections
	})
	cfg, err := config.LoadDefaultConfig(ctx, config.WithHTTPClient(client), config.WithAppID("estray"),
		config.WithRetryer(func() aws.Retryer { return opt.retryer() }), config.WithLogger(logging.Nop{}), config.WithAPIOptions([]func(*stack) error{secure}))
	if err != nil {
		return aws.Config{}, fmt.Errorf("load the AWS configuration: %w", err)
	}
	cfg.HTTPClient = plainBodies{cfg.HTTPClient}
	if given {
		return cfg, nil
	}
	return cfg, opt.setAttempts(ctx, cfg.ConfigSources)
}

// setAttempts follows the vendor's settings, which its clients leave aside where
// they are given a retryer. The environment comes before the profile.
func (o *Options) setAttempts(ctx context.Context, sources []any) error {
	for _, source := range sources {
		s, ok := source.(interface {
			GetRetryMaxAttempts(context.Context) (int, bool, error)
		})
		if !ok {
			continue
		}
		n, found, err := s.GetRetryMaxAttempts(ctx)
		if err != nil {
			return fmt.Errorf("load the AWS configuration: %w", err)
		}
		if found && n > 0 {
			o.Attempts = n
			return nil
		}
	}
	return nil
}
