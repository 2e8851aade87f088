package wrangler

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/estray/estray/inventory"
)

// NoOwner stands in a draft in the place of an owner. No registry knows it, so
// that a draft that nobody completed is refused.
const NoOwner = "owner-to-be-named"

// YAML writes the draft as a registry file: a claim for each Worker, for the owner
// with that id, "" for one that is still to be named. The same files give the same
// bytes.
func (d Draft) YAML(owner string) []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, "# Drafts of claims, from files of Wrangler. They are no approvals.\n"+
		"#\n"+
		"# Not told by any file: what --name, --env or --dispatch-namespace, CLOUDFLARE_ENV\n"+
		"# or WRANGLER_CI_OVERRIDE_NAME change at deploy time.\n")
	if owner == "" {
		owner = NoOwner
		fmt.Fprintf(&b, "#\n# Put the id of an owner in the place of %s: until then\n# estray registry check refuses the claims.\n", NoOwner)
	}
	comments(&b, "", "", d.Notes)
	comments(&b, "", "conflict: ", d.Conflicts())
	b.WriteString("version: 1\n")
	if len(d.Workers) == 0 {
		b.WriteString("claims: []\n")
		return b.Bytes()
	}
	b.WriteString("claims:\n")
	for i, w := range d.Workers {
		if i > 0 && w.same(d.Workers[i-1]) {
			continue
		}
		d.claim(&b, owner, i)
	}
	return b.Bytes()
}

// same reports whether one claim selects both.
func (w Worker) same(o Worker) bool {
	return w.Name == o.Name && w.Kind == o.Kind && w.Account == o.Account
}

// claim writes the claim on the Worker at the index and on those behind it that
// are the same.
func (d Draft) claim(b *bytes.Buffer, owner string, i int) {
	w := d.Workers[i]
	b.WriteString("\n")
	for _, o := range d.Workers[i:] {
		if !o.same(w) {
			break
		}
		comments(b, "  ", "", []string{o.place()})
		comments(b, "  ", "  ", o.Expected)
		comments(b, "  ", "  in doubt: ", o.Notes)
	}
	accounts := ""
	if w.Account == "" {
		comments(b, "  ", "", []string{"No account is told: the claim holds in all of them. Add accounts: [ID] to bound it."})
	} else {
		accounts = fmt.Sprintf(", accounts: [%q]", w.Account)
	}
	fmt.Fprintf(b, "  - id: %q\n    owner: %q\n", d.id(w), owner)
	fmt.Fprintf(b, "    select: {provider: %s, kind: %s%s, name: %q}\n", inventory.Cloudflare, w.Kind, accounts, w.Name)
}

// id names a claim. A name in several accounts bears its account.
func (d Draft) id(w Worker) string {
	id := string(w.Kind) + "/" + w.Name
	if w.Account == "" {
		return id
	}
	at, _ := slices.BinarySearchFunc(d.Workers, w, Worker.compare)
	first, last := at, at
	for first > 0 && d.Workers[first-1].same(w) {
		first--
	}
	for last < len(d.Workers) && d.Workers[last].same(w) {
		last++
	}
	if first > 0 && d.Workers[first-1].called() == w.called() || last < len(d.Workers) && d.Workers[last].called() == w.called() {
		id += "/" + w.Account
	}
	return id
}

// comments writes lines of comments. None of them can end early, whatever names
// and files hold.
func comments(b *bytes.Buffer, indent, before string, lines []string) {
	for _, l := range lines {
		fmt.Fprintf(b, "%s# %s%s\n", indent, before, printable(l))
	}
}
