package live

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// roster is the accounts that a run is about.
type roster struct {
	read     []string // by id
	own      inventory.Own
	words    []inventory.Coverage // of the provider as a whole
	problems []error
}

// accounts gives the accounts that cfg asks for. Those of other parts of the
// run (see Config.Within) count as ours and are not read.
func (p *planner) accounts(ctx context.Context, home *session.Home) roster {
	var out roster
	all := slices.Compact(slices.Sorted(slices.Values(p.cfg.Accounts)))
	switch {
	case p.cfg.Organization:
		all = p.organization(ctx, home, &out)
	case len(all) == 0:
		all = []string{home.Account}
		fallthrough
	default:
		out.read = slices.Clone(all)
		out.words = []inventory.Coverage{{Cell: ofAll(inventory.CapScopes), State: inventory.Complete, Seen: len(all)}}
	}
	slices.Sort(out.read)
	out.read = slices.DeleteFunc(slices.Compact(out.read), func(id string) bool { return !p.cfg.Within(scopeOf(id)) })
	ours := map[string]bool{home.Account: true}
	for _, id := range all {
		ours[id] = true
	}
	out.own.Organization = cmp.Or(out.own.Organization, p.cfg.Own.Organization)
	configured := p.cfg.Own.Account
	out.own.Account = func(id string) bool { return ours[id] || configured != nil && configured(id) }
	return out
}

func ofAll(c inventory.Capability) inventory.Cell {
	return inventory.Cell{Source: SourcePlan, Scope: inventory.Scope{Provider: inventory.AWS}, Capability: c}
}

// organization asks for the organization's id and accounts, and returns the ids
// of all of them. What it cannot learn is a problem; our own account is read in
// any case.
func (p *planner) organization(ctx context.Context, home *session.Home, out *roster) []string {
	client := organizations.NewFromConfig(home.Own().Global().Config())
	identity := session.NewTally(ofAll(inventory.CapOrganization))
	if got, err := client.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{}); err != nil {
		identity.Fail(err)
	} else if got.Organization == nil || aws.ToString(got.Organization.Id) == "" {
		identity.FailAs(inventory.Malformed, inventory.Reason{Operation: "DescribeOrganization", Message: "the answer names no organization"})
	} else {
		out.own.Organization = aws.ToString(got.Organization.Id)
	}
	identity.Done()
	listed, err := listAccounts(ctx, client)
	identity.Add(len(listed))
	if len(listed) > 0 {
		out.own.Organization = cmp.Or(out.own.Organization, organizationOf(aws.ToString(listed[0].Arn)))
	}
	word := identity.Coverage()
	word.Subject = out.own.Organization
	out.words = []inventory.Coverage{word}
	switch {
	case err != nil:
		out.problems = append(out.problems, unlisted(err, home.Account, len(listed)))
	case !slices.ContainsFunc(listed, func(a types.Account) bool { return aws.ToString(a.Id) == home.Account }):
		out.problems = append(out.problems, problem(inventory.Scope{Provider: inventory.AWS}, inventory.CapScopes, inventory.Malformed,
			inventory.Reason{Operation: "ListAccounts", Message: "the list does not hold the account that asks, " + home.Account + ", so that others may be missing too"}))
	default:
		out.words = append(out.words, inventory.Coverage{Cell: ofAll(inventory.CapScopes), State: inventory.Complete, Seen: len(listed)})
	}
	return p.divide(home, listed, out)
}

// organizationOf takes the organization's id from the ARN of an account in it
// (arn:aws:organizations::MANAGEMENT:account/o-ID/ACCOUNT); empty: not told.
func organizationOf(arn string) string {
	parts := strings.Split(arn, "/")
	if len(parts) != 3 || !strings.HasPrefix(parts[1], "o-") {
		return ""
	}
	return parts[1]
}

// listAccounts gives those that were listed also beside an error.
func listAccounts(ctx context.Context, client *organizations.Client) ([]types.Account, error) {
	var listed []types.Account
	err := session.Pages(ctx, func(token *string) (*string, error) {
		page, err := client.ListAccounts(ctx, &organizations.ListAccountsInput{NextToken: token})
		if err != nil {
			return nil, err
		}
		listed = append(listed, page.Accounts...)
		return page.NextToken, nil
	})
	return listed, err
}

// unlisted is told as a problem and not by the source of the organization: each
// shard of a run must tell that it does not know its accounts.
func unlisted(err error, home string, listed int) error {
	state, why := session.Explain(err)
	why.Operation = "ListAccounts"
	switch {
	case why.Code == "AWSOrganizationsNotInUseException":
		why.Message = "the account " + home + " is in no organization; list the accounts to read in providers.aws.accounts, or leave it out to read this one alone"
	case state == inventory.Denied && listed == 0:
		why.Message += "; the accounts of an organization are told to its management account and to delegated administrators alone"
	case listed > 0:
		state = partly(state)
		why.Message = fmt.Sprintf("%d accounts were listed before: %s", listed, why.Message)
	}
	return problem(inventory.Scope{Provider: inventory.AWS}, inventory.CapScopes, state, why)
}

// partly is the state of what failed behind its first page.
func partly(state inventory.State) inventory.State {
	if state == inventory.Cancelled {
		return state
	}
	return inventory.Partial
}

// divide tells the accounts that can be read from those that cannot.
func (p *planner) divide(home *session.Home, listed []types.Account, out *roster) []string {
	var all []string
	out.read = []string{home.Account}
	for _, a := range listed {
		id := aws.ToString(a.Id)
		state := cmp.Or(string(a.State), string(a.Status))
		all = append(all, id)
		switch {
		case !slices.Contains([]string{"SUSPENDED", "CLOSED", "PENDING_ACTIVATION"}, state):
			out.read = append(out.read, id)
		case p.cfg.Within(scopeOf(id)) && !slices.Contains(all[:len(all)-1], id):
			out.problems = append(out.problems, problem(scopeOf(id), inventory.CapScopes, inventory.Unavailable,
				inventory.Reason{Operation: "ListAccounts", Code: state, Message: "the organization has the account in this state, in which nothing of it can be read"}))
		}
	}
	return all
}
