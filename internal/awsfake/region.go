package awsfake

import "time"

// Region is what an account has in one region.
type Region struct {
	Functions []*Function
	// Generated stands for functions that are made when they are asked for. It
	// follows Functions in every list; nil: none.
	Generated *Generated
	// CountedFunctions is what GetAccountSettings answers; nil: the real count.
	CountedFunctions *int

	Mappings           []*Mapping
	Layers             []*Layer
	CodeSigningConfigs []*CodeSigningConfig
	CapacityProviders  []*CapacityProvider
	WebFunctions       []*WebFunction

	Buses         []*Bus // besides the bus "default", which is always there
	Rules         []*Rule
	Schedules     []*Schedule
	RestAPIs      []*RestAPI
	HTTPAPIs      []*HTTPAPI
	Topics        []*Topic
	Buckets       []*Bucket
	LogGroups     []*LogGroup
	LogPolicies   []*LogPolicy
	TargetGroups  []*TargetGroup
	LoadBalancers []*LoadBalancer

	// Events are CloudTrail records in JSON, in any order.
	Events [][]byte
	// PublicKeys are those that digests of the region are signed with.
	PublicKeys []PublicKey
}

// Generated makes functions on demand, so that a large estate costs no memory.
// At must give the same answer for the same i each time, and Index the place of
// a name, or -1. Both are called from several goroutines at once.
type Generated struct {
	Count int
	At    func(i int) *Function
	Index func(name string) int
}

// Layer is a Lambda layer of the account.
type Layer struct {
	Name     string
	Versions []*LayerVersion // oldest first; lists answer newest first
}

// LayerVersion is one version of a layer.
type LayerVersion struct {
	Version     int
	Description string
	Created     time.Time
	Runtimes    []string
	Policy      *Policy // nil: none
}

// CodeSigningConfig says who must have signed the code of functions.
type CodeSigningConfig struct {
	ID        string // "csc-..."
	Profiles  []string
	Untrusted string // Warn or Enforce. Empty: Enforce
	Modified  time.Time
}

// CapacityProvider is a pool of instances for functions.
type CapacityProvider struct {
	Name           string
	State          string // empty: Active
	Subnets        []string
	SecurityGroups []string
	OperatorRole   string
	Modified       time.Time
}

// WebFunction is a deployment of the API lambda-web.
type WebFunction struct {
	Name             string
	State            string // empty: Active
	Created, Updated time.Time
}

// place returns a region of the account; an empty one where there is nothing.
func (a *Account) place(region string) *Region {
	if r := a.Places[region]; r != nil {
		return r
	}
	return &Region{}
}

// count is the number of functions.
func (r *Region) count() int {
	n := len(r.Functions)
	if r.Generated != nil {
		n += r.Generated.Count
	}
	return n
}

// at returns the function at a place of the list.
func (r *Region) at(i int) *Function {
	if i < len(r.Functions) {
		return r.Functions[i]
	}
	return r.Generated.At(i - len(r.Functions))
}

// find returns the function of a name, or nil.
func (r *Region) find(name string) *Function {
	for _, f := range r.Functions {
		if f.Name == name {
			return f
		}
	}
	if r.Generated == nil {
		return nil
	}
	if i := r.Generated.Index(name); i >= 0 && i < r.Generated.Count {
		return r.Generated.At(i)
	}
	return nil
}
