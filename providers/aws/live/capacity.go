package live

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/estray/estray/inventory"
)

// capacityProvider describes a set of instances. Nobody calls it, so that it
// has neither ways in nor triggers.
func (r *reading) capacityProvider(p *types.CapacityProvider) inventory.Asset {
	arn := aws.ToString(p.CapacityProviderArn)
	a := inventory.Asset{ID: inventory.AssetID(arn), Kind: inventory.CapacityProvider, Scope: r.at.Scope(), Name: lastPart(arn),
		Modified:  instant(aws.ToString(p.LastModified)),
		Sightings: []inventory.Sighting{{Cell: r.cell(inventory.CapCapacityProviders), At: r.cfg.Now}},
	}
	c := inventory.Configuration{KMSKey: aws.ToString(p.KmsKeyArn)}
	if v := p.VpcConfig; v != nil {
		c.Subnets, c.SecurityGroups = sorted(v.SubnetIds), sorted(v.SecurityGroupIds)
	}
	a.Configuration = inventory.Known(c, r.cfg.Now)
	a.Settings = inventory.Known(inventory.Settings{State: string(p.State)}, r.cfg.Now)
	a.Exposure = inventory.Parts[inventory.Exposures]{inventory.CapCapacityProviders: inventory.Absent[inventory.Exposures](r.cfg.Now)}
	a.Triggers = inventory.Parts[inventory.Triggers]{inventory.CapCapacityProviders: inventory.Absent[inventory.Triggers](r.cfg.Now)}
	if p.PermissionsConfig != nil && aws.ToString(p.PermissionsConfig.CapacityProviderOperatorRoleArn) != "" {
		a.Identity = inventory.Known(inventory.Identity{ID: *p.PermissionsConfig.CapacityProviderOperatorRoleArn}, r.cfg.Now)
	}
	return a
}
