package identity

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
	"github.com/estray/estray/providers/aws/session"
)

// Roles are the roles of one account. They may be asked from several goroutines
// at once: whoever asks first reads them, with his context.
type Roles struct {
	account *session.Account
	cell    inventory.Cell
	now     time.Time
	client  *iam.Client

	mu     sync.Mutex
	tally  *session.Tally // nil: not read yet
	list   listing
	judged map[string]inventory.Facet[inventory.Rights]
	known  map[string]aws.Permits      // policies of AWS that were read, by ARN
	failed map[string]inventory.Reason // those that were asked for and not read
}

// NewRoles prepares the reading of an account's roles for the run's instant;
// nothing is called yet. The source names the one that speaks in coverage.
func NewRoles(a *session.Account, source string, now time.Time) *Roles {
	return &Roles{account: a, now: now, client: iam.NewFromConfig(a.Global().Config()),
		cell:   inventory.Cell{Source: source, Scope: a.Scope(), Capability: inventory.CapRoles},
		judged: map[string]inventory.Facet[inventory.Rights]{}, known: map[string]aws.Permits{}, failed: map[string]inventory.Reason{}}
}

// Coverage is the word on the account's roles. It reads them if nobody did.
// Complete means that all roles were listed, and that all policies were read of
// those that Lambda may take.
func (r *Roles) Coverage(ctx context.Context) inventory.Coverage {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.load(ctx)
	return r.tally.Coverage()
}

// Rights are what the role may do. It reads the roles if nobody did. They are
// absent where the account was listed whole and has no such role: it was
// deleted, and a function that still names it may do nothing.
func (r *Roles) Rights(ctx context.Context, roleARN string) inventory.Facet[inventory.Rights] {
	if account := accountOf(roleARN); account != r.account.ID {
		message := "it is no role's ARN"
		if account != "" {
			message = "the role is of account " + account + ", and only that account tells what it may do"
		}
		return inventory.Unknown[inventory.Rights](inventory.Reason{Message: message}, r.now)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.load(ctx)
	one, listed := r.list.roles[roleARN]
	switch {
	case listed:
		return r.facet(ctx, roleARN, one)
	case r.list.whole:
		return inventory.Absent[inventory.Rights](r.now)
	}
	return inventory.Unknown[inventory.Rights](r.list.why, r.now)
}

// load reads the roles once; mu is held. Those that Lambda may take are judged
// at once, so that the word of coverage tells what of them cannot be read.
func (r *Roles) load(ctx context.Context) {
	if r.tally != nil {
		return
	}
	r.tally = session.NewTally(r.cell)
	r.list = list(ctx, r.client, r.tally)
	for _, arn := range slices.Sorted(maps.Keys(r.list.roles)) {
		if one := r.list.roles[arn]; one.lambda {
			r.facet(ctx, arn, one)
		}
	}
}

// facet judges a role once; mu is held.
func (r *Roles) facet(ctx context.Context, arn string, one *role) inventory.Facet[inventory.Rights] {
	if f, ok := r.judged[arn]; ok {
		return f
	}
	f := r.judge(ctx, one)
	r.judged[arn] = f
	r.list.roles[arn] = nil // what it was judged by is needed no more
	return f
}

func (r *Roles) judge(ctx context.Context, one *role) inventory.Facet[inventory.Rights] {
	all := []aws.Permits{one.inline}
	var named, unread []string
	var first *inventory.Reason
	for _, arn := range one.attached {
		p, why := r.permits(ctx, arn)
		if why != nil {
			first = cmp.Or(first, why)
			unread = append(unread, "policy "+arn+" could not be read")
			continue
		}
		if aws.JudgeRights(p).Admin {
			named = append(named, "policy "+arn[strings.LastIndexByte(arn, '/')+1:])
		}
		all = append(all, p)
	}
	rights := aws.JudgeRights(all...)
	if first != nil && !rights.Admin {
		return inventory.Unknown[inventory.Rights](*first, r.now)
	}
	if rights.Admin {
		slices.Sort(named)
		rights.Why = append(named, rights.Why...)
	}
	rights.Trusts, rights.LastUsed, rights.LastUsedRegion = one.trusts, one.used, one.region
	if rights.Boundary = one.boundary; one.boundary != "" {
		p, why := r.permits(ctx, one.boundary)
		if why != nil {
			unread = append(unread, "boundary "+one.boundary+" could not be read")
		}
		rights.Bounded = why == nil && !aws.JudgeRights(p).Admin
	}
	slices.Sort(unread)
	rights.Weighs = append(rights.Weighs, unread...)
	return inventory.Known(rights, r.now)
}

// permits are what a policy allows: one of the account, one whose name says it,
// or one that is read. The reason says why it could not be.
func (r *Roles) permits(ctx context.Context, arn string) (aws.Permits, *inventory.Reason) {
	if p, ok := r.list.local[arn]; ok {
		return p, nil
	}
	if p, ok := aws.PermitsByName(arn); ok {
		return p, nil
	}
	if p, ok := r.known[arn]; ok {
		return p, nil
	}
	if why, ok := r.failed[arn]; ok {
		return aws.Permits{}, &why
	}
	if r.tally.Hopeless() {
		why := r.tally.Reason()
		return aws.Permits{}, &why
	}
	p, err := readManaged(ctx, r.client, arn)
	if err != nil {
		state, why := session.Explain(err)
		why.Message = "policy " + arn + ": " + why.Message
		r.failed[arn] = why
		r.tally.FailAs(state, why)
		return aws.Permits{}, &why
	}
	r.known[arn] = p
	r.tally.Answered()
	return p, nil
}
