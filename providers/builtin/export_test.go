package builtin

import (
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
)

// CloudTrail is the format, which tests read archives with in other ways than
// Planners does.
func CloudTrail(source string, counted inventory.Counted) archive.Format {
	return cloudtrail(source, counted)
}
