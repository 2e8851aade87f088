package live

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsaccount "github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/account/types"

	"github.com/estray/estray/internal/nearest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/aws/session"
)

// regions is what was found out about the regions of one account.
type regions struct {
	read []string // by name
	off  []string // switched off for the account, by name
	word inventory.Coverage
}

// regionsOf gives the regions to read in an account: those of the
// configuration, or those that the account has on. Where it does not tell,
// every region of the partition is read, so that each proves itself by its own
// calls. It asks no more once several accounts in a row got no answer: each has
// waited its whole time.
func (e *entrance) regions(ctx context.Context, a *session.Account, configured []string) regions {
	cell := inventory.Cell{Source: SourcePlan, Scope: a.Scope(), Capability: inventory.CapRegions}
	if configured != nil {
		return regions{read: configured, word: inventory.Coverage{Cell: cell, State: inventory.Complete, Seen: len(configured),
			Why: inventory.Reason{Message: "those of the configuration; others are not read"}}}
	}
	var listed map[string]types.RegionOptStatus
	t := session.NewTally(cell)
	if e.quiet >= mostSilent {
		t.FailAs(inventory.Unavailable, inventory.Reason{Operation: "ListRegions", Message: fmt.Sprintf("not asked, since the %d accounts before it got no answer", mostSilent)})
	} else if listed, t = listRegions(ctx, a, t); t.Failed() && t.Reason().Code == "" {
		e.quiet++
	} else {
		e.quiet = 0
	}
	var out regions
	for name, status := range listed {
		// A region on its way on or off may hold functions: its calls decide.
		if status == types.RegionOptStatusDisabled {
			out.off = append(out.off, name)
		} else {
			out.read = append(out.read, name)
		}
	}
	if t.Failed() {
		for _, name := range table(a.Partition) {
			if _, ok := listed[name]; !ok {
				out.read = append(out.read, name)
			}
		}
		t.Note("every region of the partition is tried; grant account:ListRegions, or name the regions in providers.aws.regions")
	}
	slices.Sort(out.read)
	slices.Sort(out.off)
	out.word = t.Coverage()
	return out
}

// listRegions asks AWS Account Management (ListRegions) without an account id:
// the answer is about the account that asks, and needs no trusted access.
func listRegions(ctx context.Context, a *session.Account, t *session.Tally) (map[string]types.RegionOptStatus, *session.Tally) {
	client := awsaccount.NewFromConfig(a.Global().Config())
	listed := map[string]types.RegionOptStatus{}
	err := session.Pages(ctx, func(token *string) (*string, error) {
		page, err := client.ListRegions(ctx, &awsaccount.ListRegionsInput{NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, r := range page.Regions {
			listed[aws.ToString(r.RegionName)] = r.RegionOptStatus
		}
		return page.NextToken, nil
	})
	t.Add(len(listed))
	switch {
	case err != nil:
		t.Fail(err)
	case len(listed) == 0:
		t.FailAs(inventory.Malformed, inventory.Reason{Operation: "ListRegions", Message: "the answer names no region at all"})
	}
	t.Done()
	return listed, t
}

// switchedOff speaks for all regions that an account has off: nothing can be
// deployed to them.
func switchedOff(a *session.Account, names []string) providers.Source {
	var out off
	for _, name := range names {
		out.words = append(out.words, inventory.Coverage{
			Cell:  inventory.Cell{Source: SourceLambda, Scope: a.Region(name).Scope(), Capability: inventory.CapFunctions},
			State: inventory.Disabled,
			Why:   inventory.Reason{Operation: "ListRegions", Message: "the region is off for the account (DISABLED)"},
		})
	}
	return out
}

// off is a source of the regions that are switched off.
type off struct{ told }

// Read says of a region that held functions that they cannot be read: to switch
// a region off deletes nothing in it (AWS Account Management user guide, "Enable
// or disable AWS Regions").
func (o off) Read(ctx context.Context, since providers.Since, emit providers.Emit) error {
	words := slices.Clone(o.words)
	for i := range words {
		if n := since(words[i].Cell).Seen; n > 0 {
			words[i].State = inventory.Unavailable
			words[i].Why.Message = fmt.Sprintf("%s, and held %d functions when it was last read, which that deletes no more than it lets them be read: "+
				"switch it on and delete them, or accept the hole in the registry: blind_spots", words[i].Why.Message, n)
		}
	}
	return told{words}.Read(ctx, since, emit)
}

// configured keeps the regions of the configuration that the partition has, by
// name, and tells of the others. Where the configuration names none at all,
// what is kept is nil.
func configured(names []string, partition string) ([]string, *providers.Problem) {
	if len(names) == 0 {
		return nil, nil
	}
	known := table(partition)
	keep, wrong := make([]string, 0, len(names)), []string(nil)
	for _, name := range names {
		switch home := partitionOf(name); {
		case slices.Contains(known, name):
			keep = append(keep, name)
		case home != "" && home != partition:
			wrong = append(wrong, fmt.Sprintf("%s is in the partition %s, and these credentials hold in %s alone: scan it with credentials of its own", name, home, partition))
		default:
			wrong = append(wrong, fmt.Sprintf("%s is no region that this version knows in the partition %s; did you mean %s? (regions: all asks each account for its own)", name, partition, nearest.Name(name, known)))
		}
	}
	slices.Sort(keep)
	keep = slices.Compact(keep)
	if len(wrong) == 0 {
		return keep, nil
	}
	slices.Sort(wrong)
	return keep, problem(inventory.Scope{Provider: inventory.AWS}, inventory.CapRegions, inventory.Unavailable,
		inventory.Reason{Operation: "plan", Message: strings.Join(slices.Compact(wrong), "; ")})
}

// partitionOf tells the partition that has a region; empty: none that we know.
func partitionOf(region string) string {
	for _, p := range []string{"aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"} {
		if slices.Contains(table(p), region) {
			return p
		}
	}
	return ""
}

// table lists the regions of a partition (the endpoint rules of aws-sdk-go-v2
// v1.47.7), for accounts that do not tell theirs.
func table(partition string) []string {
	switch partition {
	case "aws":
		return strings.Fields("af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 " +
			"ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 " +
			"ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 " +
			"il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2")
	case "aws-cn":
		return []string{"cn-north-1", "cn-northwest-1"}
	case "aws-us-gov":
		return []string{"us-gov-east-1", "us-gov-west-1"}
	case "aws-eusc":
		return []string{"eusc-de-east-1"}
	case "aws-iso":
		return []string{"us-iso-east-1", "us-iso-west-1"}
	case "aws-iso-b":
		return []string{"us-isob-east-1", "us-isob-west-1"}
	case "aws-iso-e":
		return []string{"eu-isoe-west-1"}
	case "aws-iso-f":
		return []string{"us-isof-east-1", "us-isof-south-1"}
	}
	return nil
}
