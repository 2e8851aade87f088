package cloudflarefake

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Code is what the fake serves where it is asked for the code of a Worker. It must
// turn up nowhere.
const Code = "export default { canary: 'estray-canary-script-content' }"

// Call is one call that the server got.
type Call struct {
	Method string
	// Path is one of [Paths]; of a path that is not served, the path as it came.
	Path string
	// Unserved is true if the path is none of [Paths].
	Unserved bool
	// Forbidden is true if the call asks for the code of a Worker.
	Forbidden bool
	// Account and Zone are ids: a zone's account is told too, where there is one.
	Account, Zone string
	// Name is the last name or id in the path behind account and zone, unescaped.
	Name string
	// Page is the page that was asked for; 1 where none was. Pages by cursor are
	// counted in the same way.
	Page  int
	Query url.Values
	// UserAgent and Authorization are headers as they came.
	UserAgent, Authorization string
	// At is the server's time.
	At time.Time
	// Status is that of the answer; 0: none was given.
	Status int
}

// call is a call that is being answered.
type call struct {
	Call
	server  *Server
	world   *World
	op      *endpoint
	names   map[string]string // by placeholder, unescaped
	account *Account
	zone    *Zone
	first   bool // the first page is answered, whichever is asked for
	deaf    bool // ... and told as the first
}

// understand finds out what a request asks for.
func (s *Server) understand(r *http.Request) *call {
	c := &call{Call: Call{Method: r.Method, Query: r.URL.Query(), Page: 1,
		UserAgent: r.UserAgent(), Authorization: r.Header.Get("Authorization")}, server: s, names: map[string]string{}}
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/client/v4")
	path = "/" + strings.Trim(path, "/")
	c.Path, c.Unserved = path, true
	if op, names := s.table.find(path); op != nil {
		c.op, c.names, c.Path, c.Unserved = op, names, op.path, false
		c.Forbidden = op.code || strings.Contains(c.Query.Get("include"), "modules")
		c.Name = names[op.last]
	}
	c.Account, c.Zone = c.names[":a"], c.names[":z"]
	if c.Path == "/zones" {
		c.Account = c.Query.Get("account.id")
	}
	if n, err := strconv.Atoi(c.Query.Get("page")); err == nil {
		c.Page = n
	}
	if at, ok := readCursor(c.Query.Get("cursor")); ok {
		c.Page = at.page
	}
	return c
}
