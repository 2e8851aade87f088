package access

import (
	"fmt"
	"strings"
)

// Terraform is the role for one account, to be read by Terraform or OpenTofu.
func Terraform(o Options) string {
	path, name := o.names()
	o.Partition = "${data.aws_partition.current.partition}"
	var b strings.Builder
	b.WriteString(about(o) + hclVariables)
	fmt.Fprintf(&b, `
variable "role_name" {
  type        = string
  description = "what estray gives as providers.aws.role, without the path"
  default     = %s
}
`, quote(name))
	b.WriteString(hclTrust)
	fmt.Fprintf(&b, `
resource "aws_iam_role" "estray" {
  name                 = var.role_name
  path                 = %s
  max_session_duration = 3600
  assume_role_policy   = data.aws_iam_policy_document.estray_trust.json
}

data "aws_iam_policy_document" "estray_scan" {
`, quote(path))
	for i, s := range Scan(o).Statement {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(hclStatement(s))
	}
	b.WriteString("}\n" + hclEnd)
	return b.String()
}

const (
	hclVariables = `
variable "trusted_principal_arn" {
  type        = string
  description = "ARN of the principal that runs estray"
}

variable "external_id" {
  type        = string
  description = "what estray gives as providers.aws.external_id"

  validation {
    condition     = length(var.external_id) >= 16
    error_message = "Give at least 16 characters."
  }
}
`
	hclTrust = `
data "aws_partition" "current" {}

data "aws_iam_policy_document" "estray_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [var.trusted_principal_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }
}
`
	hclEnd = `
resource "aws_iam_role_policy" "estray_scan" {
  name   = "estray-scan"
  role   = aws_iam_role.estray.id
  policy = data.aws_iam_policy_document.estray_scan.json
}

output "role_arn" {
  value = aws_iam_role.estray.arn
}
`
)

// hclStatement writes a statement without conditions as a block.
func hclStatement(s Statement) string {
	return fmt.Sprintf("  statement {\n    sid    = %s\n    effect = %s\n%s%s  }\n",
		quote(s.Sid), quote(s.Effect), hclList("actions", s.Action), hclList("resources", s.Resource))
}

func hclList(key string, values []string) string {
	out := "    " + key + " = [\n"
	for _, v := range values {
		out += "      " + quote(v) + ",\n"
	}
	return out + "    ]\n"
}
