package live

import (
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// The sources that speak in coverage of what is read from AWS itself.
const (
	// SourcePlan finds out which accounts and regions there are.
	SourcePlan = "aws"
	// SourceLambda reads functions and all that hangs on them.
	SourceLambda = "aws-lambda"
	// SourceIAM reads the roles of an account.
	SourceIAM = "aws-iam"
	// SourceCloudTrail reads the event history and the state of trails.
	SourceCloudTrail = "aws-cloudtrail"
)

// Config says what to read of AWS, and how.
type Config struct {
	// Organization asks for every account of the organization; Accounts names
	// accounts. Neither: the account of the credentials alone.
	Organization bool
	Accounts     []string
	// Role is taken in each account; no name: only the account of the
	// credentials can be read.
	Role session.Role
	// Regions to read; none: all that are on.
	Regions []string
	// Lookup reads the event history of each account and region.
	Lookup bool
	// GetFunction reads functions by the call that hands out a link to their
	// code, for the digests of images. The link is dropped where it is decoded.
	GetFunction bool
	// Full reads again what seems unchanged, and what is too dear for each scan:
	// versions, their policies, settings that no listing tells.
	Full bool
	// Now is the run's instant: what is read holds for it.
	Now time.Time
	// Since is how far back events are read where nothing was read before.
	Since time.Time
	// Own is what the configuration tells of our organization and accounts; what
	// the plan finds out is added to it.
	Own inventory.Own
	// Within reports whether a scope is this run's business: an account that is
	// not is not asked for anything. Nil: all are.
	Within func(inventory.Scope) bool
	// Planned is told how many of the accounts are planned; nil: nobody is.
	Planned func(done, of int)
	// Calls says how AWS is called.
	Calls session.Options
}
