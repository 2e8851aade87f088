# The token by which estray reads one account of Cloudflare: once for each account.
#
# Make a token that the account owns, not one of a person: a scan under a person's
# token takes from that person's 1,200 requests in 5 minutes, and can lock the
# person out. Let it hold for the whole account and for all its zones: of what it
# does not hold for, lists say nothing.
# Logs Write lets the jobs of Logpush be changed and deleted: the vendor lets
# nobody read them without it.
# Never needed:
# - any group whose name ends in Write, Edit, Editor or Admin, except Logs Write where jobs of Logpush are to be read
# - Workers KV Storage, D1 and Workers R2 Storage: what is stored there is not read
# - Workers Content Read-Only: code is not read
# - Workers Tail Read: requests are not read
# - API Tokens Read of a user: the tokens of people are not read
#
# The state of Terraform holds the token's value: keep it as a secret.

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
  default     = "023e105f4ecef8ad9ca31a8372d0c353"
}

locals {
  estray_groups = {
    account = [
      "Access: Apps and Policies Read",
      "Account API Tokens Read",
      "Account Settings Read",
      "Logs Write",
      "Pages Read",
      "Queues Read",
      "Workers Scripts Read",
    ]
    zone = [
      "Email Routing Rules Read",
      "Workers Routes Read",
      "Zone Read",
    ]
  }

  # Several groups may have one name.
  estray_ids = {
    account = { for g in data.cloudflare_account_api_token_permission_groups_list.estray.result : g.name => g.id... if contains(g.scopes, "com.cloudflare.api.account") }
    zone    = { for g in data.cloudflare_account_api_token_permission_groups_list.estray.result : g.name => g.id... if contains(g.scopes, "com.cloudflare.api.account.zone") }
  }
}

data "cloudflare_account_api_token_permission_groups_list" "estray" {
  account_id = var.account_id
}

resource "cloudflare_account_token" "estray" {
  account_id = var.account_id
  name       = "estray"

  policies = [
    {
      effect            = "allow"
      permission_groups = [for name in local.estray_groups.account : { id = local.estray_ids.account[name][0] }]
      resources         = jsonencode({ "com.cloudflare.api.account.${var.account_id}" = "*" })
    },
    {
      effect            = "allow"
      permission_groups = [for name in local.estray_groups.zone : { id = local.estray_ids.zone[name][0] }]
      resources         = jsonencode({ "com.cloudflare.api.account.${var.account_id}" = { "com.cloudflare.api.account.zone.*" = "*" } })
    },
  ]
}

output "estray_token" {
  value     = cloudflare_account_token.estray.value
  sensitive = true
}
