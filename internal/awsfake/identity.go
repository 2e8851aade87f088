package awsfake

import "time"

// Role is an IAM role.
type Role struct {
	Name, Path, ID string // Path empty: "/"
	Description    string
	Created        time.Time
	Trust          string // policy document, plain text
	Inline         []InlinePolicy
	Attached       []string // ARNs of managed policies
	Boundary       string   // ARN
	MaxSession     int      // seconds; 0: 3600
	Tags           map[string]string
	LastUsed       *LastUsed // nil: never, or longer ago than AWS remembers
}

// InlinePolicy is a policy that lives in a role.
type InlinePolicy struct{ Name, Document string }

// LastUsed says when and where a role was last used.
type LastUsed struct {
	Date   time.Time
	Region string
}

// ManagedPolicy is a policy with an ARN of its own. Empty ARN: made from the
// account, the path and the name.
type ManagedPolicy struct {
	ARN, Name, Path, ID string
	Description         string
	Created             time.Time
	Default             string // id of the version in force. Empty: the last
	Versions            []PolicyVersion
}

// PolicyVersion is one text of a managed policy: "v1", "v2", ...
type PolicyVersion struct{ ID, Document string }

// Trail is a CloudTrail trail. Empty ARN: made from account, home and name; an
// organization's trail, seen in a member, has the ARN of its owner.
type Trail struct {
	ARN, Name, Home                                    string
	Bucket, Prefix, KMSKey                             string
	MultiRegion, Organization, GlobalEvents, Validated bool
	Logging                                            bool
	LatestDelivery, Started, Stopped                   time.Time
	DeliveryError                                      string
	Selectors                                          []Selector
	Advanced                                           []AdvancedSelector
}

// Selector is a basic event selector.
type Selector struct {
	ReadWriteType string   // All, ReadOnly, WriteOnly
	Management    bool     `json:"IncludeManagementEvents"`
	Excluded      []string `json:"ExcludeManagementEventSources"`
}

// AdvancedSelector is an advanced event selector.
type AdvancedSelector struct {
	Name           string `json:",omitempty"`
	FieldSelectors []FieldSelector
}

// FieldSelector is one condition of an advanced event selector.
type FieldSelector struct {
	Field      string
	Equals     []string `json:",omitempty"`
	NotEquals  []string `json:",omitempty"`
	StartsWith []string `json:",omitempty"`
}
