package awsfake

import "time"

// Function is one Lambda function with everything that hangs on it. The
// embedded settings are those of $LATEST.
type Function struct {
	Name string
	Settings
	Versions []*Version // published versions
	Aliases  []*Alias
	// URLs are those of the function and of its aliases.
	URLs []*URL
	// Policies are the resource policies by qualifier: an alias, a version, or
	// empty for the function.
	Policies map[string]*Policy
	Tags     map[string]string
	// Reserved is the reserved concurrency; nil: none.
	Reserved    *int
	Provisioned []Provisioned
	Invoke      []InvokeConfig
	// CodeSigningConfig is the ARN of the configuration that guards the code.
	CodeSigningConfig string
	// UpdateRuntimeOn is Auto, Manual or FunctionUpdate. Empty: Auto.
	UpdateRuntimeOn string
	// RecursiveLoop is Allow or Terminate. Empty: Terminate.
	RecursiveLoop string
	// ImageURI is the tag and ResolvedImageURI the digest of a container image.
	ImageURI, ResolvedImageURI string

	// What the builder of the estate wrote down of it; see [Truth].
	kind  string
	reach map[string]string
}

// Settings are what differs from version to version. The zero value is a
// Python function in a zip archive.
type Settings struct {
	Description, Runtime, Handler string
	Role                          string // ARN of the execution role
	CodeSHA256, ConfigSHA256      string
	RevisionID                    string
	CodeSize                      int64
	Timeout, MemorySize           int
	LastModified                  time.Time
	PackageType                   string // Zip or Image. Empty: Zip
	Architectures                 []string
	// Environment is answered with its values in clear, as the vendor does.
	Environment map[string]string
	// EnvironmentError is the code of the vendor's refusal to decrypt the
	// environment; then there are no variables.
	EnvironmentError string
	Layers           []string // ARNs of layer versions
	VPC              *VPC
	LogGroup         string // empty: /aws/lambda/<name>
	LogFormat        string // JSON or Text. Empty: Text
	MasterARN        string // of the function that an edge replica repeats
	DeadLetter       string // ARN
	KMSKey           string // ARN
	Tracing          string // Active or PassThrough. Empty: PassThrough
	SnapStart        string // PublishedVersions or None. Empty: None
	Tenancy          string // PER_TENANT or empty
	SigningProfile   string // ARN of the profile version that signed the code
	State            string // empty: Active. ListFunctions leaves it out
	Durable          *Durable
	CapacityProvider string // ARN
	FileSystems      []FileSystem
}

// VPC is the network of a function.
type VPC struct {
	ID             string   `json:"VpcId"`
	Subnets        []string `json:"SubnetIds"`
	SecurityGroups []string `json:"SecurityGroupIds"`
}

// Durable are the settings of a durable function.
type Durable struct {
	ExecutionTimeout      int    `json:",omitempty"`
	RetentionPeriodInDays int    `json:",omitempty"`
	KMSKeyArn             string `json:",omitempty"`
}

// FileSystem is a file system in a function's reach.
type FileSystem struct {
	ARN       string `json:"Arn"`
	MountPath string `json:"LocalMountPath"`
}

// Version is a published version: "1", "2", ...
type Version struct {
	Number string
	Settings
}

// Alias is a name for a version. Weights send a part of the calls to others.
type Alias struct {
	Name, Version           string
	Description, RevisionID string
	Weights                 map[string]float64
}

// URL is a function URL, of an alias if Qualifier is not empty.
type URL struct {
	Qualifier  string
	ID         string // the first label of its host
	AuthType   string // NONE or AWS_IAM
	InvokeMode string // BUFFERED or RESPONSE_STREAM. Empty: BUFFERED
	Origins    []string
	// Created and Modified; a zero Modified is Created.
	Created, Modified time.Time
}

// Host is the host name of the URL in a region.
func (u *URL) Host(region string) string { return u.ID + ".lambda-url." + region + ".on.aws" }

// Policy is a resource policy. Raw wins over Statements.
type Policy struct {
	Statements []Statement
	Raw        string
	RevisionID string
	// Newer is what GetResourcePolicy answers, where it differs from GetPolicy.
	Newer string
}

// Statement is one statement of a resource policy.
type Statement struct {
	Sid    string `json:",omitempty"`
	Effect string // empty: Allow
	// Principal is "*" or a map such as {"AWS": "..."}.
	Principal any
	// Action is a string or a list. Nil: lambda:InvokeFunction.
	Action any
	// Resource is the ARN. Empty: the resource to which the policy belongs.
	Resource  string
	Condition map[string]map[string]any `json:",omitempty"`
}

// Provisioned is provisioned concurrency of a version or an alias.
type Provisioned struct {
	Qualifier string
	Requested int
	Status    string // empty: READY
}

// InvokeConfig says where results of asynchronous invocations go.
type InvokeConfig struct {
	Qualifier            string // empty: $LATEST
	OnSuccess, OnFailure string // ARNs
	MaximumEventAge      int    // seconds
	MaximumRetryAttempts int
	LastModified         time.Time
}

// Mapping is an event source mapping, in the vendor's own member names. Empty
// EventSourceMappingArn: made from the UUID.
type Mapping struct {
	UUID                       string
	EventSourceMappingArn      string              `json:",omitempty"`
	EventSourceArn             string              `json:",omitempty"`
	FunctionArn                string              `json:",omitempty"`
	State                      string              `json:",omitempty"`
	BatchSize                  int                 `json:",omitempty"`
	LastModified               int64               `json:",omitempty"` // Unix seconds
	StartingPosition           string              `json:",omitempty"`
	Topics                     []string            `json:",omitempty"`
	Queues                     []string            `json:",omitempty"`
	DestinationConfig          *DestinationConfig  `json:",omitempty"`
	SelfManagedEventSource     *SelfManaged        `json:",omitempty"`
	SourceAccessConfigurations []SourceAccess      `json:",omitempty"`
	FilterCriteria             map[string][]Filter `json:",omitempty"` // key Filters
}

// DestinationConfig says where what failed or succeeded is sent.
type DestinationConfig struct {
	OnFailure *Destination `json:",omitempty"`
	OnSuccess *Destination `json:",omitempty"`
}

// Destination is an ARN.
type Destination struct{ Destination string }

// SelfManaged is a source outside AWS: lists of hosts by
// KAFKA_BOOTSTRAP_SERVERS.
type SelfManaged struct{ Endpoints map[string][]string }

// SourceAccess says how a source is signed in to.
type SourceAccess struct{ Type, URI string }

// Filter is one pattern of an event source mapping.
type Filter struct{ Pattern string }
