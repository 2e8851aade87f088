package inventory

// Credential says by what kind of credential a principal acted.
type Credential string

// The kinds of credential. The zero value says that the record does not tell.
const (
	// LongLivedKey is a key that does not expire by itself (AKIA...).
	LongLivedKey Credential = "long-lived-key"
	// SessionKey is a temporary credential (ASIA...).
	SessionKey Credential = "session"
	// APIToken is a token with permissions of its own (Cloudflare).
	APIToken Credential = "api-token"
	// GlobalKey may do all that its user may, everywhere (Cloudflare: api_key).
	GlobalKey Credential = "global-key"
	// OAuth is the login of a tool in a person's name (Cloudflare: wrangler login).
	OAuth Credential = "oauth"
)

// Principal is who acted, with the chain that it acted through.
type Principal struct {
	// ID is what owners and approvals name: the session issuer's ARN for an
	// assumed role, the user's ARN, "service:NAME", "ACCOUNT:root";
	// "cloudflare:token:ID" for a token, else "cloudflare:user:ID".
	ID string `json:"id,omitempty"`
	// Type in lower-case words: "root", "user", "assumed-role",
	// "federated-user", "service", "account", "identity-center-user", "unknown".
	Type string `json:"type,omitempty"`
	// UniqueID outlives a re-created name (AROA..., AIDA...). Of a token that acts
	// for a user it is "cloudflare:user:ID".
	UniqueID string `json:"unique_id,omitempty"`
	Account  string `json:"account,omitempty"`
	// Session is the session name: chosen by the caller, never an excuse.
	Session string `json:"session,omitempty"`
	// Email is the address that the provider keeps of a person: a hint to readers,
	// never an excuse.
	Email      string     `json:"email,omitempty"`
	Credential Credential `json:"credential,omitempty"`
	// Console: the act came from the vendor's web console.
	Console bool `json:"console,omitempty"`
	// InvokedBy is the service that acted on behalf of the principal.
	InvokedBy string `json:"invoked_by,omitempty"`
	// Function is the asset whose role acted, where the record says so.
	Function AssetID `json:"function,omitempty"`
	// Provider and Subject are the OIDC or SAML identity behind the session.
	Provider string `json:"provider,omitempty"`
	Subject  string `json:"subject,omitempty"`
	// Chain lists, outermost first, who stands behind: issuer, session name,
	// source identity, invokedBy, on-behalf-of.
	Chain []string `json:"chain,omitempty"`
}

// Names returns every id by which an approval may name the principal. All of
// them are facts that the caller cannot choose: session names and user agents
// are not among them.
func (p Principal) Names() []string {
	out := []string{}
	for _, n := range []string{p.ID, p.UniqueID, p.federation()} {
		if n != "" {
			out = append(out, n)
		}
	}
	if p.Type == "service" && p.InvokedBy != "" {
		out = append(out, "service:"+p.InvokedBy)
	}
	return out
}

func (p Principal) federation() string {
	if p.Provider == "" || p.Subject == "" {
		return ""
	}
	return "oidc:" + p.Provider + "#" + p.Subject
}
