package configs

import (
	"cmp"
	"time"

	"github.com/estray/estray/inventory"
)

// Config is the merged configuration. It holds only what this version acts on.
type Config struct {
	// Path is the file that was read, "" when there was none.
	Path string
	// Looked lists the files that were looked for, in order.
	Looked []string
	// State is where facts are kept: "sqlite:FILE" or "postgres://...". It may
	// hold a password: never print it, [Config.Values] has it masked.
	State     string
	Registry  Registry
	Providers Providers
	Rules     Rules
	Report    Report
	Log       Log

	values []Value
}

// Registry says where owners and approvals are written.
type Registry struct {
	// Files are patterns for filepath.Glob.
	Files []string
	Tags  Tags
}

// Tags says what the labels of assets may say.
type Tags struct {
	// Owner is the key of the label that names an owner, "" for none.
	Owner string
	// TrustApproval lets a label grant an approval. Whoever deploys may set
	// labels, hence the default false.
	TrustApproval bool
}

// Providers says what is read.
type Providers struct {
	// AWS is nil where nobody asked for AWS: neither the file has the block
	// providers.aws, be it empty, nor does one of its variables hold anything.
	AWS *AWS
	// Cloudflare is nil where nobody asked for Cloudflare, as with AWS.
	Cloudflare *Cloudflare
	Archives   []Archive
}

// AWS says how AWS is read.
type AWS struct {
	// Organization asks for all accounts of the organization.
	Organization bool
	// Accounts are the accounts to read, each once. Empty, where Organization
	// is false: the account of the credentials alone.
	Accounts []string
	// Role is the name of the role that is taken in each account, with its path
	// if it has one, and without a slash at either end; "": none, the
	// credentials are used as they are.
	Role string
	// ExternalID is what the role's trust policy asks for, "" for nothing.
	// [Config.Values] has it masked.
	ExternalID string
	// Regions are the regions to read, each once; nil: all that are on.
	Regions []string
	// Rate is the most requests a second per account, region and quota group;
	// 0: no limit of ours.
	Rate float64
	// Lookup asks CloudTrail for the events of the last 90 days.
	Lookup bool
	// GetFunction allows the call of that name, which hands out a link to the
	// code besides the digest of an image.
	GetFunction bool
	// Parallel is how many regions of accounts are read at once.
	Parallel int
}

// Cloudflare says how Cloudflare is read.
type Cloudflare struct {
	// Accounts are the ids of the accounts to read, each once; nil: all that the
	// token sees.
	Accounts []string
	// Zones are the ids or names of the zones whose routes are read, each once;
	// nil: all that the token sees.
	Zones []string
	// Token is the API token, never empty. Never print it: [Config.Values] has it
	// masked.
	Token string
	// Endpoint is the base URL, "" for the vendor's own.
	Endpoint string
	// Rate is the most requests a second, over all accounts. It is above 0 and at
	// most 4, but for an endpoint on this machine, where 0 is no limit of ours.
	Rate float64
	// Audit reads the audit logs of each account.
	Audit bool
	// DispatchScripts lists the scripts of dispatch namespaces by name; else they
	// are counted.
	DispatchScripts bool
}

// Archive is one file, folder or bucket of exported logs or assets.
type Archive struct {
	// Kind is "cloudtrail", "cloudflare-audit-v2", "cloudflare-audit-v1" or
	// "snapshot".
	Kind string
	// URL is a path on this machine, with no scheme, or s3://BUCKET/PREFIX
	// or gs://BUCKET/PREFIX.
	URL string
	// Name is the URL as the user wrote it, variables not filled in. It names
	// the source in coverage, so that a report does not depend on the folder
	// that estray was started in.
	Name string
	// Account is the id of the account of Cloudflare whose logs these are, where
	// they do not tell it themselves; "": they do. It is empty for other kinds.
	Account string
	// Usage says whose use is counted in logs of CloudTrail; of others nobody's is.
	Usage inventory.Counted
	// Verify holds logs of CloudTrail against their digests.
	Verify bool
	// PublicKeys is a file of the public keys that digests are signed with; "":
	// AWS is asked for them.
	PublicKeys string
}

// String is the archive as a variable holds it: KIND=URL, or KIND/WORD=URL
// where other use is counted than without a word, or logs are verified, or are of
// an account that they do not tell. A variable has no place for public keys.
func (a Archive) String() string {
	kind := a.Kind
	if usual, err := checkArchiveUsage(a.Kind, text{}); err == nil && a.Usage != usual {
		kind += "/" + cmp.Or(string(a.Usage), usageOff)
	}
	if a.Account != "" {
		kind += "/" + a.Account
	}
	if a.Verify {
		kind += "/" + verifyWord
	}
	return kind + "=" + a.URL
}

// Rules holds the parameters of rules.
type Rules struct {
	// Disable lists ids of rules that do not run.
	Disable []string
	// Severity gives rules, by id, another severity.
	Severity map[string]string
	// Organization is the id of the own AWS organization (o-...), "" when not told.
	Organization string
	// Accounts are own accounts beyond those that are read.
	Accounts []string
	// Partners are accounts of others that may be let in.
	Partners []string
	// Deployers are principals that may deploy where no claim names any.
	Deployers []string
	// IAMAdministrators are principals that may change identities.
	IAMAdministrators []string
	// VendorLayers are layers of others that may be used, as "ACCOUNT:NAME".
	VendorLayers []string
	// MailDomains are the own domains of mail, in small letters: whoever is invited
	// by an address of another one is not of the own people.
	MailDomains []string
	// ShortLived is the age below which a deleted asset was short-lived.
	ShortLived time.Duration
	// LogRetentionDays is how many days logs must be kept.
	LogRetentionDays int
	// FourEyes asks that an owner does not approve the own claim.
	FourEyes bool
}

// Report says what is written and what fails the job.
type Report struct {
	// Outputs are FORMAT or FORMAT=FILE; the file "-" is standard output.
	Outputs []string
	// FailOn is the lowest severity that gives exit code 3.
	FailOn string
	// AllowIncomplete turns exit code 4 into 0.
	AllowIncomplete bool
}

// Log says how the program's own log is written.
type Log struct {
	// Level is "debug", "info", "warn" or "error".
	Level string
	// Format is "text" or "json".
	Format string
}

// Inputs is everything that Load depends on, but for the file itself.
type Inputs struct {
	// File is the configuration file that the user named, "" to look for
	// estray.yaml in Dir and then in UserDir.
	File string
	// Dir is the working folder. Relative paths are joined to it. "" means the
	// process's own, and leaves such paths as they are.
	Dir string
	// UserDir is the folder of the user's own configuration, "" for none.
	UserDir string
	// Environ is the environment as "NAME=value", the later entry winning.
	Environ []string
	// Flags holds the flags that were set, by configuration key.
	Flags map[string]any
	// Rules and Formats are the rule ids and report formats that exist. When
	// nil, only the form of such names is checked.
	Rules, Formats []string
}
