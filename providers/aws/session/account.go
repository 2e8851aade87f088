package session

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"

	"github.com/estray/estray/inventory"
)

// longest is how long a session of an assumed role lasts. Where the own
// credentials are those of a role, AWS allows an hour at most (role chaining).
const longest = time.Hour

const (
	// patience is how many times the bound of one attempt an operation may take
	// with all its attempts: a service that hangs must not hold up a scan for
	// long.
	patience = 3
	// queue is how many sources may wait for one of our own buckets: that of
	// the account, that of its global region, and the plan.
	queue = 3
)

// most is how long an operation may take with all its attempts. What our own
// pace holds up is no fault of the service and is added.
func (o Options) most() time.Duration {
	most := patience * o.Timeout
	if o.Rate > 0 {
		most += time.Duration(float64(queue*o.Attempts) / min(o.Rate, slowest) * float64(time.Second))
	}
	return most
}

// Role says which role is taken in an account.
type Role struct {
	// Name of the role, with its path if it has one.
	Name string
	// ExternalID that the role's trust policy asks for; empty: none.
	ExternalID string
}

// Account is one account with the credentials to read it.
type Account struct {
	ID, Partition string

	base   aws.Config
	limits *limits
	lost   *loss
	silent *silence      // of all accounts
	most   time.Duration // of one operation with all its attempts
	mu     sync.Mutex
	opened map[string]*Region
}

// Own is the account of the credentials, read with them as they are.
func (h *Home) Own() *Account { return h.account(h.Account, h.base.Credentials) }

// RoleARN names the role in an account of the partition.
func (h *Home) RoleARN(account string, role Role) string {
	return fmt.Sprintf("arn:%s:iam::%s:role/%s", h.Partition, account, role.Name)
}

// Is reports whether the credentials are those of the role already.
func (h *Home) Is(role Role) bool {
	name := role.Name[strings.LastIndex(role.Name, "/")+1:] // ARNs of sessions leave the path out
	return strings.HasPrefix(h.Principal, fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/", h.Partition, h.Account, name))
}

// Assume takes the role in the account and makes sure that it is given.
func (h *Home) Assume(ctx context.Context, account string, role Role) (*Account, error) {
	arn := h.RoleARN(account, role)
	// One client for the question and for the renewals: the region is that of
	// our own credentials, whose tokens hold in all regions.
	provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(h.base), arn, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = h.options.Name
		o.Duration = longest
		if role.ExternalID != "" {
			o.ExternalID = aws.String(role.ExternalID)
		}
	})
	cache := aws.NewCredentialsCache(provider)
	if _, err := cache.Retrieve(ctx); err != nil {
		return nil, fmt.Errorf("assume role %s: %w", arn, err)
	}
	return h.account(account, cache), nil
}

func (h *Home) account(id string, credentials aws.CredentialsProvider) *Account {
	a := &Account{ID: id, Partition: h.Partition, limits: newLimits(h.options.Rate), lost: &loss{}, silent: h.silent,
		most: h.options.most(), opened: map[string]*Region{}}
	a.base = h.loaded.Copy() // the options of base are for calls of Home
	a.base.Credentials = credentials
	return a
}

// Region gives the account's region of that name, the same value each time.
func (a *Account) Region(name string) *Region {
	a.mu.Lock()
	defer a.mu.Unlock()
	if r, ok := a.opened[name]; ok {
		return r
	}
	r := &Region{Account: a, Name: name, config: a.base.Copy()}
	r.config.Region = name
	r.config.APIOptions = append(slices.Clone(a.base.APIOptions), a.limits.pace(name), bound(a.most), a.silent.watch(name), a.lost.watch)
	a.opened[name] = r
	return r
}

// bound ends an operation that takes too long in all. It is not for clients
// that stream their answers.
func bound(most time.Duration) func(*stack) error {
	return func(s *stack) error {
		return s.Initialize.Add(middleware.InitializeMiddlewareFunc("EstrayPatience",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				ctx, cancel := context.WithTimeout(ctx, most)
				defer cancel()
				return next.HandleInitialize(ctx, in)
			}), middleware.Before)
	}
}

// Global is the region through which services without regions are called: IAM
// and Organizations.
func (a *Account) Global() *Region { return a.Region(GlobalRegion(a.Partition)) }

// GlobalRegion is the region in which the services without regions of a
// partition live, and in which their calls are logged.
func GlobalRegion(partition string) string {
	switch partition {
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	case "aws-eusc":
		return "eusc-de-east-1"
	case "aws-iso":
		return "us-iso-east-1"
	case "aws-iso-b":
		return "us-isob-east-1"
	case "aws-iso-e":
		return "eu-isoe-west-1"
	case "aws-iso-f":
		return "us-isof-south-1"
	}
	return "us-east-1"
}

// Scope is the account as a whole.
func (a *Account) Scope() inventory.Scope {
	return inventory.Scope{Provider: inventory.AWS, Account: a.ID}
}

// Region is one region of one account.
type Region struct {
	Account *Account
	Name    string
	config  aws.Config
}

// Config is what the vendor's clients for the region are made from. Each caller
// gets a copy.
func (r *Region) Config() aws.Config { return r.config.Copy() }

// Scope is the account's region.
func (r *Region) Scope() inventory.Scope {
	s := r.Account.Scope()
	s.Region = r.Name
	return s
}

// CustomEndpoint reports whether calls go to an address that the environment
// gives: an emulator or a proxy.
func (r *Region) CustomEndpoint() bool { return r.config.BaseEndpoint != nil }
