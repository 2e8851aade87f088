package inventory_test

import (
	"testing"

	"github.com/estray/estray/inventory"
)

func TestAssetReach(t *testing.T) {
	ways := func(r ...inventory.Reach) inventory.Facet[inventory.Exposures] {
		var e inventory.Exposures
		for _, x := range r {
			e.Ways = append(e.Ways, inventory.Exposure{Reach: x})
		}
		return inventory.Known(e, on(1))
	}
	for name, tc := range map[string]struct {
		exposure inventory.Facet[inventory.Exposures]
		want     inventory.Reach
		sure     bool
	}{
		"no way in is private":         {ways(), inventory.ReachPrivate, true},
		"proved to have none":          {inventory.Absent[inventory.Exposures](on(1)), inventory.ReachPrivate, true},
		"the widest way counts":        {ways(inventory.ReachAccount, inventory.ReachPublic), inventory.ReachPublic, true},
		"one unknown way makes all so": {ways(inventory.ReachAccount, inventory.ReachUnknown), inventory.ReachUnknown, false},
		"never read is unknown":        {inventory.Facet[inventory.Exposures]{}, inventory.ReachUnknown, false},
		"denied is unknown":            {inventory.Unknown[inventory.Exposures](inventory.Reason{Code: "AccessDenied"}, on(1)), inventory.ReachUnknown, false},
		"a stale reach is not relied on": {func() inventory.Facet[inventory.Exposures] {
			f := ways(inventory.ReachPrivate)
			f.Doubted = on(2)
			return f
		}(), inventory.ReachPrivate, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, sure := inventory.Asset{Exposure: tc.exposure}.Reach()
			if got != tc.want || sure != tc.sure {
				t.Fatalf("got %s (%t), want %s (%t)", got, sure, tc.want, tc.sure)
			}
		})
	}
}
