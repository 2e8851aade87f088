package access

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Terraform is the token of one account, to be read by Terraform or OpenTofu with
// the vendor's provider, of version 5 from where resources are written as JSON. It
// looks up the ids of the permission groups, and fails where one is not offered.
func Terraform(o Options) string {
	var b strings.Builder
	b.WriteString(comment(append([]string{
		"The token by which estray reads one account of Cloudflare: once for each account.",
		"",
	}, append(Note(o), "",
		"The state of Terraform holds the token's value: keep it as a secret.")...)))
	b.WriteString(hclHead)
	if o.Account != "" {
		fmt.Fprintf(&b, "  default     = %s\n", quote(o.Account))
	}
	b.WriteString("}\n\nlocals {\n  estray_groups = {\n")
	for _, s := range scopes() {
		fmt.Fprintf(&b, "    %s = [\n", s.Word())
		for _, name := range o.groups(s) {
			fmt.Fprintf(&b, "      %s,\n", quote(name))
		}
		b.WriteString("    ]\n")
	}
	b.WriteString("  }\n" + hclLookup)
	fmt.Fprintf(&b, `
resource "cloudflare_account_token" "estray" {
  account_id = var.account_id
  name       = %s

  policies = [
    {
      effect            = "allow"
      permission_groups = [for name in local.estray_groups.account : { id = local.estray_ids.account[name][0] }]
      resources         = jsonencode({ "%[2]s.${var.account_id}" = "*" })
    },
    {
      effect            = "allow"
      permission_groups = [for name in local.estray_groups.zone : { id = local.estray_ids.zone[name][0] }]
      resources         = jsonencode({ "%[2]s.${var.account_id}" = { "%[3]s.*" = "*" } })
    },
  ]
}

output "estray_token" {
  value     = cloudflare_account_token.estray.value
  sensitive = true
}
`, quote(TokenName), AccountScope, ZoneScope)
	return b.String()
}

const (
	hclHead = `
terraform {
  required_providers {
    cloudflare = {
      source  = "cloudflare/cloudflare"
      version = "~> 5.13"
    }
  }
}

variable "account_id" {
  type        = string
  description = "id of the account that owns the token and is read with it"
`
	hclLookup = `
  # Several groups may have one name.
  estray_ids = {
    account = { for g in data.cloudflare_account_api_token_permission_groups_list.estray.result : g.name => g.id... if contains(g.scopes, "com.cloudflare.api.account") }
    zone    = { for g in data.cloudflare_account_api_token_permission_groups_list.estray.result : g.name => g.id... if contains(g.scopes, "com.cloudflare.api.account.zone") }
  }
}

data "cloudflare_account_api_token_permission_groups_list" "estray" {
  account_id = var.account_id
}
`
)

// quote writes a text that HCL and JSON read alike: names of permission groups
// hold no sign that HCL would expand.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""` // no string fails
	}
	return string(b)
}
