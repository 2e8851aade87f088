// Package cloudflarefake is a stateful fake of Cloudflare's REST interface, as far
// as estray reads it. It is an [net/http.Handler] for tests, for demonstrations
// and as the peer of benchmarks.
//
//	s := cloudflarefake.New(&cloudflarefake.World{...})
//	h := httptest.NewServer(s) // the base URL is h.URL, or h.URL + "/client/v4"
//	s.SetFaults(cloudflarefake.Fault{Path: "/zones/:z/workers/routes", Effect: cloudflarefake.Deny(10000)})
//
// # Worlds
//
// What is answered stands in a [World]: a token, accounts, Workers and what hangs
// on them, in plain structs. The shapes are those of the published OpenAPI
// document and of cloudflare-go v7.9.0; a test holds each answer against the
// document. [Large] makes very many Workers.
//
// # What is refused
//
// Every method but GET is refused with 405. A path that is not in [Paths] is
// answered as the vendor answers a wrong one, 404 with code 7003, and its call is
// marked in the log. The code of a Worker is never served: a call that asks for it
// is marked, and gets [Code] in its place.
//
// # Faults
//
// A [Fault] picks calls by path, account, zone, name or page, and an [Effect]
// spoils them. [Server.Calls] is the log of all calls, spoiled or not. A [Quota]
// refuses everybody for a while, as the vendor does.
package cloudflarefake
