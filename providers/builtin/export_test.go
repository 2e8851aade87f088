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

// CloudflareV2 is the format of the newer audit log of an account.
func CloudflareV2(account string) archive.Format {
	return cloudflareV2("s", account, "")
}
