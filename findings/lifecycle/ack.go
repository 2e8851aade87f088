package lifecycle

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
)

// listed is how many ids an error about an ambiguous one names.
const listed = 5

// Find returns the entry with the id, or with the one id that begins so. No
// entry, or several, are an error that says what to do.
func Find(entries []Entry, idPrefix string) (Entry, error) {
	i, err := find(entries, idPrefix)
	if err != nil {
		return Entry{}, err
	}
	return entries[i], nil
}

func find(entries []Entry, idPrefix string) (int, error) {
	if idPrefix == "" {
		return 0, errors.New("find finding: no id is given, see: estray findings list")
	}
	at, ids := 0, []string{}
	for i, e := range entries {
		if e.ID == idPrefix {
			return i, nil
		}
		if strings.HasPrefix(e.ID, idPrefix) {
			at, ids = i, append(ids, e.ID)
		}
	}
	switch len(ids) {
	case 0:
		return 0, fmt.Errorf("find finding %q: there is none, see: estray findings list", idPrefix)
	case 1:
		return at, nil
	}
	slices.Sort(ids)
	names := strings.Join(ids[:min(listed, len(ids))], ", ")
	if len(ids) > listed {
		names += ", ..."
	}
	return 0, fmt.Errorf("find finding %q: %d ids begin so (%s); give more of it", idPrefix, len(ids), names)
}

// Acknowledge returns the entries with one acknowledged, and that entry. The
// entries given stay as they are. A resolved finding cannot be acknowledged; an
// accepted one stays accepted, and is acknowledged once the registry accepts
// it no more.
func Acknowledge(entries []Entry, idPrefix string, ack Ack) ([]Entry, Entry, error) {
	i, err := find(entries, idPrefix)
	if err != nil {
		return nil, Entry{}, err
	}
	e := entries[i]
	switch {
	case strings.TrimSpace(ack.By) == "":
		err = errors.New("say who acknowledges it")
	case strings.TrimSpace(ack.Reason) == "":
		err = errors.New("give a reason")
	case !ack.Live(ack.At):
		err = errors.New("its end must lie after now")
	case e.State == findings.Resolved:
		err = errors.New("it is resolved")
	}
	if err != nil {
		return nil, Entry{}, fmt.Errorf("acknowledge finding %s: %w", e.ID, err)
	}
	ack.At, ack.Until = ack.At.UTC(), ack.Until.UTC()
	e.Ack = &ack
	e.stand(e.State == findings.Accepted, e.Finding.StateWhy, ack.At)
	out := slices.Clone(entries)
	out[i] = e
	return out, e, nil
}
