package wrangler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// section is the top level of a file with one of its environments laid over it.
type section struct {
	*reading
	// name is that of the environment, "" for the top level alone.
	name     string
	top, env *node
}

// inherited gives the value of a key that environments inherit.
func (s section) inherited(key string) *node {
	if n := s.env.get(key); n != nil {
		return n
	}
	return s.top.get(key)
}

// own gives the value of a key that environments must repeat.
func (s section) own(key string) *node {
	if s.name != "" {
		return s.env.get(key)
	}
	return s.top.get(key)
}

// config reads what one file deploys.
func (r *reading) config(root *node) {
	if root.form != anObject {
		r.wrong(root.at, "the file must hold keys and values, not %s", root.form)
		return
	}
	if n := root.get("legacy_env"); n != nil {
		r.notes = append(r.notes, n.at.String()+": legacy_env is no longer read by Wrangler, which deploys every environment as a Worker of its own")
	}
	envs := r.object("env", root.get("env"))
	if root.get("pages_build_output_dir") != nil {
		r.pages(root, envs)
		return
	}
	r.worker(section{r, "", root, nil})
	for _, m := range envs {
		if m.value.form != anObject {
			r.wrong(m.value.at, "env.%s must hold keys and values, not %s", line(m.name), m.value.form)
			continue
		}
		r.worker(section{r, m.name, root, m.value})
	}
}

// pages reads a Pages project. Its environments are of one project.
func (r *reading) pages(root *node, envs []member) {
	s := section{r, "", root, nil}
	for _, m := range envs {
		if m.name != "production" && m.name != "preview" {
			r.wrong(m.at, "env.%s: a Pages project has the environments production and preview alone", line(m.name))
		}
	}
	name := r.text("name", root.get("name"))
	w := Worker{Kind: inventory.PagesProject, Name: name, Account: s.account(), At: root.at}
	if n := root.get("name"); n != nil {
		w.At = n.at
	}
	if !s.named(w) {
		return
	}
	w.Expected = append([]string{"hosts: a host of its own below pages.dev, with one for each deployment and branch"}, s.bindings()...)
	r.workers = append(r.workers, w)
}

// worker reads the Worker of one section.
func (r *reading) worker(s section) {
	w := Worker{Kind: inventory.Worker, Env: s.name, Account: s.account(), At: s.top.at}
	own, top := s.own("name"), s.top.get("name")
	switch {
	case own != nil:
		w.Name, w.At = r.text("name", own), own.at
	case top != nil:
		w.Name, w.At = r.text("name", top), s.env.at
		if w.Name != "" {
			w.Name += "-" + s.name
		}
	case s.name != "":
		w.At = s.env.at
	}
	if !s.named(w) {
		return
	}
	w.Expected = slices.Concat(s.exposure(), s.triggers(), s.bindings(), s.logging())
	if s.inherited("main") == nil && s.inherited("assets") != nil {
		w.Expected = append(w.Expected, "code: none, static files alone")
	}
	r.workers = append(r.workers, w)
}

// longestName bounds the name of a Worker or project.
const longestName = 255

// named reports whether there is a name that a selector may hold. It refuses what
// would be a pattern there.
func (s section) named(w Worker) bool {
	if w.Name == "" {
		if n := s.inherited("name"); n == nil || n.text == "" && n.form == aText {
			s.notes = append(s.notes, w.place()+": no name is told, so that --name gives it at deploy time; no claim was drafted")
		}
		return false
	}
	ok := len(w.Name) <= longestName && strings.Trim(w.Name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
	if !ok {
		s.wrong(w.At, "%q is no name of a Worker: it has small letters, digits, - and _ alone", line(w.Name))
	}
	return ok
}

// account gives the id of the account, "" where the file does not tell it.
func (s section) account() string {
	n := s.inherited("account_id")
	id := strings.ToLower(s.text("account_id", n))
	if id == "" {
		return ""
	}
	if len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" {
		s.wrong(n.at, "account_id must be 32 hexadecimal digits")
		return ""
	}
	return id
}

// text reads a text, "" where there is none.
func (r *reading) text(key string, n *node) string {
	if n == nil {
		return ""
	}
	if n.form != aText {
		r.wrong(n.at, "%s must be text, not %s", key, n.form)
	}
	return n.text
}

// list reads a list, nil where there is none.
func (r *reading) list(key string, n *node) []*node {
	if n == nil {
		return nil
	}
	if n.form != aList {
		r.wrong(n.at, "%s must be a list, not %s", key, n.form)
	}
	return n.items
}

// object reads keys and values, nil where there are none.
func (r *reading) object(key string, n *node) []member {
	if n == nil {
		return nil
	}
	if n.form != anObject {
		r.wrong(n.at, "%s must hold keys and values, not %s", key, n.form)
	}
	return n.members
}

// yes reads a switch; unset where there is none.
func (r *reading) yes(key string, n *node, unset bool) bool {
	if n == nil {
		return unset
	}
	if n.form != aSwitch {
		r.wrong(n.at, "%s must be true or false, not %s", key, n.form)
	}
	return n.yes
}

// said joins what a line says; "" if it says nothing.
func said(what string, list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s: %s", what, strings.Join(list, ", "))}
}
