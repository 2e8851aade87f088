// Package trail reads the audit log of an AWS account from AWS itself: the event
// history of a region ([Lookup]), and whether the account's trails keep what
// happens in it ([Trails]).
//
// # Event history
//
// CloudTrail keeps the management events of each region for 90 days, whether
// there is a trail or not, and gives them by cloudtrail:LookupEvents: 50 a page,
// two pages a second for an account and region, newest first, by one attribute
// a call. So the events of each service of interest are asked for by
// themselves, and the cell names these services: of others it says nothing.
// IAM and Organizations are logged in one region of the partition, so that only
// the cell of that region names them. Data events, such as calls of functions,
// are not there.
//
// # Windows
//
// Events are delivered late, up to about 15 minutes. What is read up to the
// run's instant is given at once, and covered is what is older than that; the
// next reading begins there. Where AWS's clock, as its first answer tells it, is
// behind that instant, AWS's is taken in its place: of a time that has not come
// there is no event, and a window over it would never be read again. Where one page does not hold all, the window is
// read in slices, oldest first, so that a reading that ends early keeps the
// slices that it finished.
package trail
