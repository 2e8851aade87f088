// Package awsfake is a wire-level fake of the AWS APIs that estray reads. It is
// an [net/http.Handler] that speaks the vendor's protocols to the vendor's
// unmodified SDKs, for tests, for demonstrations and as the peer of benchmarks.
//
//	s := awsfake.New(awsfake.Estate(awsfake.EstateOptions{}).World)
//	s.Clock = time.Now
//	h := httptest.NewServer(s) // config.WithBaseEndpoint(h.URL)
//	s.SetFaults(awsfake.Fault{Operation: "GetPolicy", Effect: awsfake.DenyMissing()})
//
// # Worlds
//
// What is answered stands in a [World]: accounts, regions, functions and what
// hangs on them, in plain structs. [Estate] makes a company with every kind of
// function and writes down beside it what is true of each; [Large] makes very
// many functions that cost no memory.
//
// # Whose call it is
//
// The region and the service of a call stand in its signature, which is not
// verified. Credentials of AssumeRole carry their account in the access key id,
// and so do those that a test makes with [AccessKey]. All others belong to
// [World.Home].
//
// # Faults
//
// A [Fault] picks calls by service, operation, account, region, resource or
// page, and an [Effect] spoils them: refused, throttled, cut, hung, and so on,
// each in the shape of the call's protocol. [Server.Calls] is the log of all
// calls, spoiled or not. [Proxy] does both in front of another server, and
// [Server.Forward] lets a world answer there what the other server lacks.
//
// # Why not an emulator
//
// moto 5.2.5 is a good emulator of what accounts create and read back, and it is
// used for that (providers/aws/live). By group of operations, it cannot serve here because of
// the following:
//
//   - lambda lists: it ignores MaxItems and Marker and answers one page, so a
//     reader that forgets the second page passes. ListFunctionUrlConfigs,
//     ListCodeSigningConfigs, ListProvisionedConcurrencyConfigs and
//     GetRuntimeManagementConfig are absent. LastModified is RFC 3339 there and
//     is not at AWS.
//   - lambda URLs and policies: those of an alias overwrite those of the function.
//   - lambda GetAccountSettings, account ListRegions: absent.
//   - lambda-web: absent.
//   - resourcegroupstaggingapi: pages of 99.
//   - sts: any role of any account is assumed, whatever the external id.
//   - organizations: no empty page, no refusal.
//   - iam GetAccountAuthorizationDetails: one page; the last use of a role is
//     always empty.
//   - cloudtrail LookupEvents: absent, and trails never deliver.
//   - logs DescribeAccountPolicies: absent.
//   - eventbridge, scheduler, apigateway, sns, s3, logs, elasticloadbalancing:
//     otherwise present, but without usable refusals, throttling or regions that are off,
//     and targets must exist before they can be named.
//   - refusals of any kind: with authorization on, Lambda answers
//     SignatureDoesNotMatch to everybody and JSON services answer XML.
//
// # What it leaves out
//
// Writing, signatures, and every operation that is not in [Operations]: those
// are answered 501 with their name and are logged, so that a forgotten one is
// seen. Objects in S3 are not served.
package awsfake
