package access

import (
	"fmt"
	"strings"
)

// CloudFormation is a template of the role for one account. Deploy it as a stack
// or, to all accounts, as a stack set; it names a role, and so asks for
// CAPABILITY_NAMED_IAM.
func CloudFormation(o Options) string {
	path, name := o.names()
	o.Partition = "${AWS::Partition}"
	var b strings.Builder
	b.WriteString(about(o))
	b.WriteString(`#
# Needs CAPABILITY_NAMED_IAM. A service-managed stack set leaves the management
# account out: deploy a plain stack there.
AWSTemplateFormatVersion: "2010-09-09"
Description: The role by which estray reads an account
Parameters:
  TrustedPrincipalArn:
    Type: String
    Description: ARN of the principal that runs estray
  ExternalId:
    Type: String
    NoEcho: true
    MinLength: 16
    MaxLength: 1224
    Description: what estray gives as providers.aws.external_id
`)
	fmt.Fprintf(&b, "  RoleName:\n    Type: String\n    Default: %s\n    Description: what estray gives as providers.aws.role, without the path\n", quote(name))
	b.WriteString("Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: !Ref RoleName\n")
	fmt.Fprintf(&b, "      Path: %s\n", quote(path))
	b.WriteString(`      MaxSessionDuration: 3600
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: sts:AssumeRole
            Principal:
              AWS: !Ref TrustedPrincipalArn
            Condition:
              StringEquals:
                "sts:ExternalId": !Ref ExternalId
      Policies:
        - PolicyName: estray-scan
          PolicyDocument:
`)
	b.WriteString(yamlPolicy(Scan(o), "            "))
	b.WriteString("Outputs:\n  RoleArn:\n    Value: !GetAtt Role.Arn\n")
	return b.String()
}

// yamlPolicy writes a policy without conditions in the block form of YAML.
func yamlPolicy(d Document, indent string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%sVersion: %s\n%sStatement:\n", indent, quote(d.Version), indent)
	for _, s := range d.Statement {
		fmt.Fprintf(&b, "%s  - Sid: %s\n%s    Effect: %s\n", indent, s.Sid, indent, s.Effect)
		for _, list := range []struct {
			key    string
			values []string
		}{{"Action", s.Action}, {"Resource", s.Resource}} {
			fmt.Fprintf(&b, "%s    %s:\n", indent, list.key)
			for _, v := range list.values {
				tag := ""
				if strings.Contains(v, "${") {
					tag = "!Sub "
				}
				fmt.Fprintf(&b, "%s      - %s%s\n", indent, tag, quote(v))
			}
		}
	}
	return b.String()
}
