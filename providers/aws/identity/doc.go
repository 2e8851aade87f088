// Package identity reads the roles of an AWS account and judges what they may do.
//
// It takes the account's own listing of roles and policies
// (iam:GetAccountAuthorizationDetails), and the documents of policies that AWS
// manages by name (iam:GetPolicy, iam:GetPolicyVersion). What comes out is the
// facet of rights for each role that somebody asks for, and one word of
// coverage for the account.
//
// # What a facet says
//
// Known: all policies were read, or those that were read make the role an
// administrator whatever the others say. Absent: the account was listed whole
// and has no such role, so that who asks holds the name of a deleted one and
// may do nothing. Unknown, with the reason: everything else.
//
// # Memory
//
// Documents are judged as they are decoded and then dropped.
package identity
