package trail

import (
	"cmp"
	"context"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
	"github.com/estray/estray/providers/aws/session"
)

// Trails tells whether a trail keeps the management events of all regions of the
// account. The region is the one to ask; trails of one other region are not
// seen from there, and keep no other's events anyway.
//
// Continuity is assumed where one trail logs all; broken where every trail was
// read and none does, with what each lacks; nothing where a trail could not be
// read that may. That of an organization's trail which its own account alone
// tells is no hole of this account: a note says where to look.
func Trails(ctx context.Context, a *session.Account, r *session.Region, source string) inventory.Coverage {
	t := session.NewTally(inventory.Cell{Source: source, Scope: a.Scope(), Capability: inventory.CapTrails})
	out, err := cloudtrail.NewFromConfig(r.Config()).DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{IncludeShadowTrails: sdk.Bool(true)})
	if err != nil {
		t.Fail(err)
		return t.Coverage()
	}
	t.Add(len(out.TrailList))
	t.Done()
	slices.SortFunc(out.TrailList, func(x, y types.Trail) int {
		return cmp.Compare(sdk.ToString(x.TrailARN), sdk.ToString(y.TrailARN))
	})
	var judged []verdict
	for _, one := range out.TrailList {
		judged = append(judged, read(ctx, a, cmp.Or(sdk.ToString(one.HomeRegion), r.Name), one, t))
	}
	whole := slices.ContainsFunc(judged, func(v verdict) bool { return v.told && len(v.lacks) == 0 })
	told := !slices.ContainsFunc(judged, func(v verdict) bool { return !v.told })
	if !whole && told {
		t.Note(nothingWhole(judged))
	}
	c := t.Coverage()
	switch {
	case whole:
		c.Continuity = inventory.Assumed
	case told:
		c.Continuity = inventory.Broken
	}
	return c
}

// verdict is what a trail lacks to log all management events of all regions.
// Told is false where that is not known.
type verdict struct {
	name  string
	told  bool
	lacks []string
}

func nothingWhole(judged []verdict) string {
	const head = "no trail logs the management events of all regions"
	if len(judged) == 0 {
		return head + ": there is no trail"
	}
	var out []string
	for _, v := range judged {
		out = append(out, "trail "+v.name+" "+strings.Join(v.lacks, ", "))
	}
	return head + ": " + strings.Join(out, "; ")
}

// read judges one trail, in its home region.
func read(ctx context.Context, a *session.Account, home string, one types.Trail, t *session.Tally) verdict {
	v := verdict{name: sdk.ToString(one.Name), lacks: narrowness(one, home)}
	v.told = len(v.lacks) > 0 // whatever the rest says
	client := cloudtrail.NewFromConfig(a.Region(home).Config())
	status, err := client.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: one.TrailARN})
	if err != nil {
		missed(a, one, err, t)
		return v
	}
	selectors, err := client.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: one.TrailARN})
	if err != nil {
		missed(a, one, err, t)
		return v
	}
	if why := sdk.ToString(status.LatestDeliveryError); why != "" {
		t.Note("trail " + v.name + " cannot deliver to its bucket: " + why)
	}
	if !sdk.ToBool(status.IsLogging) {
		stopped := "is stopped"
		if status.StopLoggingTime != nil {
			stopped += " since " + instant(*status.StopLoggingTime)
		}
		v.lacks = append(v.lacks, stopped)
	}
	v.told, v.lacks = true, append(v.lacks, left(selectors)...)
	return v
}

// missed notes what could not be read of a trail. What belongs to another
// account is not ours to read.
func missed(a *session.Account, one types.Trail, err error, t *session.Tally) {
	owner := aws.AccountOfARN(sdk.ToString(one.TrailARN))
	refused := session.Denied(err) || session.Code(err) == "TrailNotFoundException"
	if sdk.ToBool(one.IsOrganizationTrail) && owner != "" && owner != a.ID && refused {
		t.Note("whether the organization's trail " + sdk.ToString(one.Name) + " logs is told in account " + owner + " alone: scan that account too")
		return
	}
	t.Fail(err)
}

// narrowness is what the trail itself says that it leaves out.
func narrowness(one types.Trail, home string) []string {
	var out []string
	if !sdk.ToBool(one.IsMultiRegionTrail) {
		out = append(out, "is of one region ("+home+")")
	}
	if !sdk.ToBool(one.IncludeGlobalServiceEvents) {
		out = append(out, "leaves out the services without regions")
	}
	return out
}

// left is what a trail's selectors leave out of the management events: an event
// is logged where one selector lets it through.
func left(s *cloudtrail.GetEventSelectorsOutput) []string {
	var reads, writes bool
	var filters []string
	for _, b := range s.EventSelectors {
		if b.IncludeManagementEvents != nil && !*b.IncludeManagementEvents {
			continue
		}
		if len(b.ExcludeManagementEventSources) > 0 {
			filters = append(filters, b.ExcludeManagementEventSources...)
			continue
		}
		all := b.ReadWriteType == types.ReadWriteTypeAll || b.ReadWriteType == "" // the default
		reads = reads || all || b.ReadWriteType == types.ReadWriteTypeReadOnly
		writes = writes || all || b.ReadWriteType == types.ReadWriteTypeWriteOnly
	}
	for _, selector := range s.AdvancedEventSelectors {
		r, w, narrowed := advanced(selector)
		filters = append(filters, narrowed...)
		reads, writes = reads || r, writes || w
	}
	slices.Sort(filters)
	switch by := strings.Join(slices.Compact(filters), ", "); {
	case reads && writes:
		return nil
	case len(filters) > 0:
		return []string{"leaves out management events by its selectors (" + by + ")"}
	case reads:
		return []string{"logs no management events that change something"}
	case writes:
		return []string{"logs no management events that only read"}
	}
	return []string{"logs no management events"}
}

// advanced says which management events a selector lets through whole, and by
// what fields it narrows them.
func advanced(s types.AdvancedEventSelector) (reads, writes bool, filters []string) {
	management := false
	reads, writes = true, true
	for _, f := range s.FieldSelectors {
		switch field := sdk.ToString(f.Field); field {
		case "eventCategory":
			management = slices.Contains(f.Equals, "Management")
		case "readOnly":
			reads, writes = slices.Contains(f.Equals, "true"), slices.Contains(f.Equals, "false")
		default:
			filters = append(filters, field)
		}
	}
	switch {
	case !management:
		return false, false, nil
	case len(filters) > 0:
		return false, false, filters
	}
	return reads, writes, nil
}
