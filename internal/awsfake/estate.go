package awsfake

import (
	"fmt"
	"time"
)

// Canary is part of every value of an environment variable that [Estate] makes.
// It must be found nowhere in what a program keeps.
const Canary = "canary-of-an-environment-value"

// The accounts of [Estate]. Foreign and LayerOwner are nobody's of the
// organization; Old is suspended.
const (
	Management = "100000000001"
	Shop       = "200000000002"
	Data       = "300000000003"
	Old        = "400000000004"
	Foreign    = "999900001111"
	LayerOwner = "888800002222"
)

// The role of [Estate] and of [Large] that may be assumed, and its external id
// in [Estate].
const (
	AuditRole  = "EstrayAudit"
	ExternalID = "an-external-id-of-the-estate"
)

// EstateOptions say how large the estate is.
type EstateOptions struct {
	// Functions is the number of functions. 0: 300.
	Functions int
	// Now is the world's instant. Zero: 2026-11-01 at six o'clock.
	Now time.Time
}

// Built is a world with what is true of it. The builder writes the truth down
// as it makes each thing.
type Built struct {
	World     *World
	Functions []Truth // in the order of accounts, regions and lists
	Doors     []Door
}

// Truth is what is true of one function.
type Truth struct {
	ARN  string // unqualified
	Kind string // the estate's own word for what it was made for
	// URLs are the host names of its URLs by qualifier, empty for the function.
	URLs map[string]string
	// Reach says by qualifier how far the widest way in reaches, by URL or by
	// policy: private, account, organization, partner, authenticated (anybody
	// with an AWS account) or public. Doors are not counted.
	Reach map[string]string
}

// Door is a front door or a trigger that starts a function.
type Door struct {
	Kind     string // eventbridge, scheduler, http-api, rest-api, s3, sns, logs, load-balancer, mapping
	Source   string // ARN or id of what starts it, with the route if it has one
	Function string // ARN
	// Reach is public or authenticated for front doors; empty for triggers.
	Reach string
}

// builder makes one estate.
type builder struct {
	out *Built
	now time.Time
}

// site is one account and region of the estate.
type site struct {
	b       *builder
	account *Account
	name    string // of the region
	region  *Region
}

// Estate builds a company: two accounts with functions in two regions, a
// management account and a suspended one. Every name occurs in both accounts
// and both regions. Of each twenty functions, four have aliases, URLs and
// policies, one has a URL on an alias only, and the others have one
// peculiarity each; see kinds. The same options give the same world.
func Estate(o EstateOptions) *Built {
	b := &builder{out: &Built{}, now: o.Now}
	if b.now.IsZero() {
		b.now = time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)
	}
	if o.Functions == 0 {
		o.Functions = 300
	}
	b.out.World = &World{
		Now: b.now, Home: Management,
		Organization: &Organization{ID: "o-estate00001", Management: Management},
		Policies: []*ManagedPolicy{
			{ARN: administrator, Name: "AdministratorAccess", Created: b.now.AddDate(-5, 0, 0), Versions: []PolicyVersion{{"v1", allow("*", "*")}}},
			{ARN: basic, Name: "AWSLambdaBasicExecutionRole", Path: "/service-role/", Created: b.now.AddDate(-5, 0, 0),
				Versions: []PolicyVersion{{"v1", allow("logs:CreateLogStream", "*")}}},
		},
	}
	sites := b.accounts()
	for i := range max(o.Functions-len(sites), 0) { // each has an edge function, too
		sites[i%len(sites)].add(i / len(sites))
	}
	for _, s := range sites {
		s.edge()
		s.furnish()
	}
	b.tell(sites)
	return b.out
}

// The managed policies of AWS that roles of the estate have.
const (
	administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
	basic         = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
)

// allow is a policy document of one statement.
func allow(action, resource string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":%q,"Resource":%q}]}`, action, resource)
}

// trust is a trust policy for a service or an account.
func trust(kind, who string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{%q:%q},"Action":"sts:AssumeRole"}]}`, kind, who)
}

// accounts makes the accounts and returns the sites where functions live.
func (b *builder) accounts() []*site {
	regions := []RegionState{{"us-east-1", "ENABLED_BY_DEFAULT"}, {"eu-west-1", "ENABLED_BY_DEFAULT"}, {"ap-east-1", "DISABLED"}}
	var sites []*site
	for _, a := range []*Account{
		{ID: Management, Name: "management", Email: "aws@estate.example"},
		{ID: Shop, Name: "shop", Email: "shop@estate.example", Role: AuditRole, ExternalID: ExternalID, Aliases: []string{"estate-shop"}},
		{ID: Data, Name: "data", Email: "data@estate.example", Role: AuditRole, ExternalID: ExternalID},
		{ID: Old, Name: "old", Email: "old@estate.example", State: "SUSPENDED", Status: "SUSPENDED", Role: AuditRole, ExternalID: ExternalID},
	} {
		a.Regions, a.Places = regions, map[string]*Region{}
		a.Trails = b.trails(a)
		b.out.World.Accounts = append(b.out.World.Accounts, a)
		if a.ID != Shop && a.ID != Data {
			continue
		}
		a.Roles = b.roles()
		for _, r := range regions[:2] {
			a.Places[r.Name] = &Region{}
			sites = append(sites, &site{b: b, account: a, name: r.Name, region: a.Places[r.Name]})
		}
	}
	return sites
}

// roles are those of each account with functions. The role "gone", which some
// functions have, is not among them.
func (b *builder) roles() []*Role {
	lambda := trust("Service", "lambda.amazonaws.com")
	used := &LastUsed{Date: b.now.AddDate(0, 0, -1), Region: "us-east-1"}
	return []*Role{
		{Name: "runner", Created: b.now.AddDate(-1, 0, 0), Trust: lambda, Attached: []string{basic}, LastUsed: used},
		{Name: "allmighty", Created: b.now.AddDate(-1, 0, 0), Trust: lambda, Attached: []string{administrator, basic}},
		{Name: "passer", Path: "/apps/", Created: b.now.AddDate(-1, 0, 0), Trust: lambda,
			Inline: []InlinePolicy{{"pass", allow("iam:PassRole", "*")}}, Boundary: basic},
		{Name: "deployer", Created: b.now.AddDate(-1, 0, 0), Trust: trust("AWS", "arn:aws:iam::"+Management+":root"), LastUsed: used,
			Inline: []InlinePolicy{{"deploy", allow("lambda:*", "*")}}},
		{Name: AuditRole, Created: b.now.AddDate(-1, 0, 0), Trust: trust("AWS", "arn:aws:iam::"+Management+":root"), LastUsed: used},
	}
}

// trails are the organization's trail and, in one account, one that is off.
func (b *builder) trails(a *Account) []*Trail {
	trails := []*Trail{{Name: "everything", Home: "us-east-1", ARN: "arn:aws:cloudtrail:us-east-1:" + Management + ":trail/everything",
		Bucket: "estate-trail", MultiRegion: true, Organization: true, GlobalEvents: true, Validated: true, Logging: true,
		Started: b.now.AddDate(-2, 0, 0), LatestDelivery: b.now.Add(-5 * time.Minute)}}
	if a.ID == Data {
		trails = append(trails, &Trail{Name: "forgotten", Home: "eu-west-1", Bucket: "estate-old-trail",
			Started: b.now.AddDate(-3, 0, 0), Stopped: b.now.AddDate(-1, 0, 0)})
	}
	return trails
}

// tell writes down the truth of every function, site by site.
func (b *builder) tell(sites []*site) {
	for _, s := range sites {
		for _, f := range s.region.Functions {
			t := Truth{ARN: s.arn("lambda", "function:"+f.Name), Kind: f.kind, URLs: map[string]string{}, Reach: map[string]string{"": "private"}}
			for _, u := range f.URLs {
				t.URLs[u.Qualifier] = u.Host(s.name)
			}
			for _, a := range f.Aliases {
				t.Reach[a.Name] = "private"
			}
			for q, reach := range f.reach {
				t.Reach[q] = reach
			}
			b.out.Functions = append(b.out.Functions, t)
		}
	}
}

// arn makes an ARN of the site.
func (s *site) arn(service, rest string) string {
	return "arn:aws:" + service + ":" + s.name + ":" + s.account.ID + ":" + rest
}
