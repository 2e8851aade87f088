package access

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// Operation is one operation of AWS that a scan calls.
type Operation struct {
	// Service is the id of the service in the vendor's SDK ("Lambda"), and Name
	// the operation's ("GetPolicy").
	Service, Name string
	// Action is the permission that it needs ("lambda:GetPolicy"). Empty: none.
	Action string
	// Capability is what is not whole without it.
	Capability inventory.Capability
	// Full: only a full scan calls it.
	Full bool
	// Option is what of the configuration asks for it; empty: it is always called.
	Option Option
	// Where it is called.
	Where Where
	// Why says what is not known without it.
	Why string
}

// Option is a part of the configuration that has operations of its own.
type Option string

// The options.
const (
	// OptionGetFunction is providers.aws.get_function.
	OptionGetFunction Option = "get_function"
	// OptionLookup is providers.aws.events.lookup.
	OptionLookup Option = "lookup"
	// OptionOrganization is providers.aws.accounts: organization.
	OptionOrganization Option = "organization"
	// OptionRole is providers.aws.role.
	OptionRole Option = "role"
)

// Where says how often an operation is called, and with whose credentials.
type Where string

// The places.
const (
	// Account: once in each account that is read.
	Account Where = "account"
	// Region: in each region of each account.
	Region Where = "region"
	// Management: with the credentials of the process, before any account is
	// read; for an organization they are those of its management account or of
	// a delegated administrator.
	Management Where = "management"
)

// row is an operation with its probe.
type row struct {
	Operation
	try try
	// proof is the code that proves the permission where the probe asks for
	// something that cannot exist; empty: only an answer proves it.
	proof string
}

// try makes the call.
type try func(context.Context, *session.Region) error

// Operations lists what a scan calls, by service and name.
func Operations() []Operation {
	var out []Operation
	for _, r := range rows() {
		out = append(out, r.Operation)
	}
	return out
}

func rows() []row {
	out := slices.Concat(lambdaRows(), lambdaLists(), webRows(), planRows(), iamRows(), trailRows(), eventRows(), apiRows(), otherDoors())
	slices.SortFunc(out, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// service makes the rows of one service.
type service struct {
	id, prefix string
	where      Where
}

func (s service) row(name string, c inventory.Capability, why string, t try) row {
	return row{try: t, Operation: Operation{
		Service: s.id, Name: name, Action: s.prefix + ":" + name, Capability: c, Where: s.where, Why: why,
	}}
}

func (r row) by(action string) row    { r.Action = action; return r }
func (r row) missing(code string) row { r.proof = code; return r }
func (r row) ifAsked(o Option) row    { r.Option = o; return r }
func (r row) onlyFull() row           { r.Full = true; return r }

// ask is the probe by one of the vendor's clients: how it is made, its method,
// and what to ask.
func ask[C, In, Out, Opt any](client func(aws.Config, ...func(*Opt)) *C, method func(*C, context.Context, *In, ...func(*Opt)) (*Out, error), in func(*session.Region) *In) try {
	return func(ctx context.Context, r *session.Region) error {
		_, err := method(client(r.Config()), ctx, in(r))
		return err
	}
}

// plain is a question that is the same everywhere.
func plain[In any](in In) func(*session.Region) *In {
	return func(*session.Region) *In { return &in }
}

// nobody is the name of things that cannot exist but by intent. It is valid
// wherever a name is asked for.
const nobody = "estray-doctor-asks-for-what-is-not-there"

// arnOf is the ARN of something in the region.
func arnOf(r *session.Region, service, resource string) *string {
	return aws.String("arn:" + r.Account.Partition + ":" + service + ":" + r.Name + ":" + r.Account.ID + ":" + resource)
}
