// Package audit reads the audit logs of a Cloudflare account from Cloudflare
// itself.
//
// # Two logs
//
// The newer log (v2) tells each call by method and path, of nearly all products,
// since its general availability on 2026-03-10. The older one (v1) tells changes
// by the kind of thing and of act, of about three quarters of the products, and
// what some settings were before. Both are read for the whole window, each for a
// cell of its own, so that either may be refused without the other. What both tell
// is given twice, with [inventory.Event.Shared] by which the copies of an act are
// joined, and so is what every account tells of a person's login and memberships:
// the store keeps events by account and id, and accounts are read in any order,
// so that to drop the copy here would make it chance which account keeps it.
//
// Neither log records reads or refused calls. Each word says so.
//
// # Windows
//
// Events may be delivered late; the vendor does not say how late, 15 minutes are
// assumed. What is read up to the run's instant is given at once, and covered is
// what is older than that; the next reading begins before it, and the store drops
// what it has. The clock of the vendor decides where it is behind that instant.
// Events come oldest first, and the window is read in parts of 30 days, so that a
// reading that ends early has covered all before the last event that it read. The
// cursor of a part is not kept: how long it holds is not known.
package audit
