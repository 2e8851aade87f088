package cloudflarefake

import (
	"encoding/json"
	"time"
)

// Member is somebody who belongs to an account.
type Member struct {
	ID     string `json:"id"`
	Email  string `json:"email,omitempty"`
	Status string `json:"status"` // accepted or pending; empty: accepted
	// User of a pending member may lack its id.
	User     User     `json:"user"`
	Roles    []Role   `json:"roles"`
	Policies []Policy `json:"policies,omitempty"`
}

// User is a person.
type User struct {
	ID                             string `json:"id,omitempty"`
	Email                          string `json:"email"`
	FirstName                      string `json:"first_name,omitempty"`
	LastName                       string `json:"last_name,omitempty"`
	TwoFactorAuthenticationEnabled bool   `json:"two_factor_authentication_enabled"`
}

// Role is what a member may do, in the older model.
type Role struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Permissions map[string]Grant `json:"permissions"`
}

// Grant is what a role may do with one thing.
type Grant struct {
	Read  bool `json:"read"`
	Write bool `json:"write"`
}

// Policy grants permission groups on resources.
type Policy struct {
	ID               string            `json:"id"`
	Effect           string            `json:"effect,omitempty"` // allow or deny, for tokens
	Access           string            `json:"access,omitempty"` // allow or deny, for members
	PermissionGroups []PermissionGroup `json:"permission_groups"`
	// Resources has values of "*" or objects, by the name of a resource, for tokens.
	Resources map[string]any `json:"resources,omitempty"`
	// ResourceGroups are told for members.
	ResourceGroups []ResourceGroup `json:"resource_groups,omitempty"`
}

// ResourceGroup is a named set of resources.
type ResourceGroup struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	// Scope is an object, or a list of them.
	Scope json.RawMessage `json:"scope,omitempty"`
}

// PermissionGroup can be granted to a token.
type PermissionGroup struct {
	ID     string   `json:"id"`
	Name   string   `json:"name,omitempty"`
	Scopes []string `json:"scopes,omitempty"`
}

// APIToken is a token that an account owns.
type APIToken struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Status     string          `json:"status"` // active, disabled or expired; empty: active
	IssuedOn   time.Time       `json:"issued_on,omitzero"`
	ModifiedOn time.Time       `json:"modified_on,omitzero"`
	LastUsedOn time.Time       `json:"last_used_on,omitzero"`
	ExpiresOn  time.Time       `json:"expires_on,omitzero"`
	NotBefore  time.Time       `json:"not_before,omitzero"`
	Condition  json.RawMessage `json:"condition,omitempty"`
	Policies   []Policy        `json:"policies"`
}

// AccessApp is an application of Access.
type AccessApp struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Type is such as self_hosted, saas, app_launcher; empty: self_hosted.
	Type   string `json:"type"`
	Domain string `json:"domain,omitempty"`
	// SelfHostedDomains is the older list, Destinations the newer.
	SelfHostedDomains []string            `json:"self_hosted_domains,omitempty"`
	Destinations      []AccessDestination `json:"destinations,omitempty"`
	AUD               string              `json:"aud,omitempty"`
	CreatedAt         time.Time           `json:"created_at,omitzero"`
	UpdatedAt         time.Time           `json:"updated_at,omitzero"`
	Policies          []AccessPolicy      `json:"policies"`
}

// AccessDestination is a place that an application covers.
type AccessDestination struct {
	Type string `json:"type"` // public or private
	URI  string `json:"uri"`
}

// AccessPolicy is a rule of an application.
type AccessPolicy struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Decision string `json:"decision"` // allow, deny, bypass or non_identity
	// Include holds rules such as {"everyone":{}}.
	Include []map[string]any `json:"include,omitempty"`
}

// LogpushJob delivers logs.
type LogpushJob struct {
	ID      int    `json:"id"`
	Name    string `json:"name,omitempty"`
	Dataset string `json:"dataset"`
	Enabled bool   `json:"enabled"`
	// DestinationConf is a URL with keys in it.
	DestinationConf string     `json:"destination_conf"`
	LastComplete    *time.Time `json:"last_complete"`
	LastError       *time.Time `json:"last_error"`
	ErrorMessage    *string    `json:"error_message"`
}

// Destination is where Workers may send their logs.
type Destination struct {
	Slug    string   `json:"slug"`
	Name    string   `json:"name"`
	Enabled bool     `json:"enabled"`
	Scripts []string `json:"scripts"`
	// Configuration holds a URL and headers with keys.
	Configuration map[string]any `json:"configuration"`
}

// Queue is a queue with its consumers.
type Queue struct {
	ID         string     `json:"queue_id"`
	Name       string     `json:"queue_name"`
	CreatedOn  time.Time  `json:"created_on,omitzero"`
	ModifiedOn time.Time  `json:"modified_on,omitzero"`
	Consumers  []Consumer `json:"consumers"`
	Producers  []Producer `json:"producers"`
}

// Consumer takes messages from a queue.
type Consumer struct {
	ID string `json:"consumer_id"`
	// Type is worker or http_pull; empty: worker.
	Type string `json:"type"`
	// Script is the Worker's name.
	Script    string    `json:"script,omitempty"`
	CreatedOn time.Time `json:"created_on,omitzero"`
}

// Producer puts messages into a queue.
type Producer struct {
	Type   string `json:"type"` // worker or r2_bucket
	Script string `json:"script,omitempty"`
}

// Workflow is a workflow and the Worker that has its code.
type Workflow struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	ScriptName  string    `json:"script_name"`
	ClassName   string    `json:"class_name"`
	CreatedOn   time.Time `json:"created_on,omitzero"`
	ModifiedOn  time.Time `json:"modified_on,omitzero"`
	TriggeredOn time.Time `json:"triggered_on,omitzero"`
}
