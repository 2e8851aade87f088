// Package wrangler drafts claims from the files by which Wrangler deploys Workers
// and Pages projects: wrangler.json, wrangler.jsonc and wrangler.toml in a
// checkout.
//
// In go paths, out comes a [Draft], which writes itself as registry YAML, and an
// error of type [registry.Mistakes] that holds the mistakes of every file with
// file, line and column. One mistake gives no draft at all.
//
// # What a draft is
//
// A claim for each Worker that a file deploys: the one at its top level, and one
// for each of its environments, which Wrangler deploys as Workers of their own
// (NAME-ENVIRONMENT). A draft names no approval: whoever may change the file would
// grant it. What the file expects (hosts, bindings, crons) stands in comments, for
// the reader. What decides at deploy time only is told too: --name, --env,
// --dispatch-namespace, CLOUDFLARE_ENV and WRANGLER_CI_OVERRIDE_NAME.
//
// # Secrets
//
// Of texts those alone are kept that a draft may show, by their keys; of vars the
// names. No value of a variable, no connection string and no command of a build
// outlives the reading of a file.
//
// Which file Wrangler reads, what environments inherit and what the defaults are
// follows workers-sdk at Wrangler 4.125 ("Wrangler configuration",
// packages/wrangler/src/config).
package wrangler

import (
	"cmp"
	"slices"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// Worker is one Worker or Pages project that a file deploys.
type Worker struct {
	Kind inventory.Kind
	// Account is the id of the account, "" where the file does not tell it.
	Account string
	Name    string
	// Env is the environment of the file, "" for its top level.
	Env string
	// At is where the file names it.
	At registry.Position
	// Expected tells a reader what the file says of it, a line each.
	Expected []string
	// Notes tell what is in doubt.
	Notes []string
}

// Draft is what all files of a checkout deploy.
type Draft struct {
	// Workers are sorted by name, kind and account, then by place.
	Workers []Worker
	// Notes tell what was not read, or what cannot be known, sorted.
	Notes []string
}

// Read drafts claims from the files of a checkout. The error is registry.Mistakes.
func Read(c Checkout) (Draft, error) {
	var d Draft
	var found registry.Mistakes
	used, notes := inUse(c.Files)
	d.Notes = notes
	for _, f := range used {
		r := reading{file: printable(f.Name)}
		root := r.parse(f)
		if root != nil {
			r.config(root)
		}
		found = append(found, r.found...)
		d.Notes = append(d.Notes, r.notes...)
		for _, w := range r.workers {
			w.Notes = append(w.Notes, f.notes...)
			d.Workers = append(d.Workers, w)
		}
	}
	if len(found) > 0 {
		return Draft{}, found.Sorted()
	}
	for _, name := range c.Irregular {
		d.Notes = append(d.Notes, name+" was not read: it is no regular file, and links are not followed")
	}
	for _, name := range c.Redirects {
		d.Notes = append(d.Notes, name+" is the work of a build: from its folder Wrangler deploys what it points to, which was not read")
	}
	slices.SortFunc(d.Workers, Worker.compare)
	for i, n := range d.Notes {
		d.Notes[i] = printable(n) // names of files may hold anything
	}
	slices.Sort(d.Notes)
	d.Notes = slices.Compact(d.Notes)
	return d, nil
}

func (w Worker) compare(o Worker) int {
	return cmp.Or(cmp.Compare(w.Name, o.Name), cmp.Compare(w.Kind, o.Kind), cmp.Compare(w.Account, o.Account),
		w.At.Compare(o.At), cmp.Compare(w.Env, o.Env))
}

// Conflicts lists, sorted, what several places deploy under one name in one
// account, or may: where one of them tells no account. Of many places it holds each
// against the next one, so that a checkout of copies is told of in as many lines.
func (d Draft) Conflicts() []string {
	var out []string
	for first := 0; first < len(d.Workers); {
		end := first + 1
		for end < len(d.Workers) && d.Workers[end].called() == d.Workers[first].called() {
			end++
		}
		out = append(out, conflicts(d.Workers[first:end])...)
		first = end
	}
	slices.Sort(out)
	return out
}

// conflicts are those of Workers of one name, by account: those without one come
// first, and may deploy to each of the others.
func conflicts(all []Worker) []string {
	var out []string
	for i, w := range all[1:] {
		o := all[i]
		both := "" // the account of both
		switch {
		case o.Account == w.Account:
			both = w.Account
		case all[0].Account == "":
			o = all[0]
		default:
			continue
		}
		what := o.place() + " and " + w.place() + " deploy the same " + w.called()
		if both != "" {
			out = append(out, what+" to account "+both)
		} else {
			out = append(out, what+" if they deploy to one account")
		}
	}
	return out
}

// called is the kind with the name.
func (w Worker) called() string { return string(w.Kind) + " " + w.Name }

// place is where the file names it, with the environment.
func (w Worker) place() string {
	if w.Env != "" {
		return w.At.String() + " (environment " + line(w.Env) + ")"
	}
	return w.At.String()
}
