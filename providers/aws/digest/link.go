package digest

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"slices"
	"strings"
)

// following says how a digest follows the newer one.
type following uint8

const (
	// loose: nothing is known that it could be held against.
	loose following = iota
	// linked: it is the one that the newer digest names.
	linked
	// apart: it is not in the chain, and the one that is comes later.
	apart
)

// link holds a digest against what the newer one says of it.
func (w *walk) link(ctx context.Context, d *digest, rest []file) (following, error) {
	newer := w.newer
	w.newer = nil
	switch {
	case newer == nil:
		return loose, nil
	case newer.PreviousObject == nil:
		w.gap(newer, d)
		return loose, nil
	case w.names(newer, d.key):
		w.same(newer, d)
		return linked, nil
	case slices.ContainsFunc(rest, func(f file) bool { return w.names(newer, f.key) }):
		w.newer = newer
		w.problem(Problem{Kind: ChainMismatch, Object: d.key, Trail: w.trail,
			Detail: "it is not in the chain: the digest after it, " + newer.key + ", names another one before itself"})
		return apart, nil
	}
	w.open(newer.start)
	return loose, w.missing(ctx, newer)
}

// names reports whether a digest names the one at a key as its predecessor.
func (w *walk) names(newer *digest, key string) bool {
	return w.cfg.mine(*newer.PreviousBucket) && w.cfg.canon(*newer.PreviousObject) == w.cfg.canon(w.cfg.full(key))
}

// same checks that the digest is the one that the newer one knew.
func (w *walk) same(newer, d *digest) {
	differs := ""
	switch {
	case d.bad != nil && (d.bad.Kind == Unreadable || d.bad.Kind.Wrong()):
		return // it is told already, or there is nothing to hold against it
	case hex.EncodeToString(d.sum[:]) != strings.ToLower(*newer.PreviousHash):
		differs = "its hash is not"
	case d.signature != "" && !strings.EqualFold(d.signature, *newer.PreviousSignature):
		differs = "its signature is not"
	default:
		if !d.end.Equal(newer.start) && !w.chain.trail.backfill {
			w.uneven++
			if w.example == "" {
				w.example = "digest " + newer.key + " begins at " + newer.Start + ", and the one before it ends at " + d.End
			}
		}
		return
	}
	d.bad = &Problem{Kind: ChainMismatch, Object: d.key, Trail: w.trail, Detail: differs + " the one that the digest after it, " + newer.key + ", knows"}
}

// gap tells that the chain begins anew although there is an older digest.
func (w *walk) gap(newer, d *digest) {
	if w.chain.trail.backfill {
		w.note("%s: digest %s begins the chain anew", w.trail, newer.key)
		return
	}
	w.open(newer.start)
	w.bad = append(w.bad, Problem{Kind: Gap, Object: newer.key, Trail: w.trail,
		Detail: "it begins the chain anew, although " + d.key + " is older: validation or logging was off between them"})
}

// missing tells that what a digest names as its predecessor is not among the
// digests that were listed.
func (w *walk) missing(ctx context.Context, newer *digest) error {
	p := Problem{Kind: MissingDigest, Object: *newer.PreviousObject, Trail: w.trail, Detail: "the digest after it, " + newer.key + ", names it"}
	key, inside := w.cfg.place(*newer.PreviousBucket, *newer.PreviousObject, newer.key)
	if !inside {
		p.Kind, p.Object = Elsewhere, "s3://"+*newer.PreviousBucket+"/"+*newer.PreviousObject
		p.Detail = "the chain goes on there, which is not followed here; verify it by itself (named by " + newer.key + ")"
		w.bad = append(w.bad, p)
		return nil
	}
	switched := *newer.PreviousBucket != newer.Bucket
	if others := w.digests[w.cfg.canon(*newer.PreviousObject)]; switched && len(others) > 0 {
		return w.follow(ctx, newer, others[0])
	}
	p.Object = key
	there, err := w.there(ctx, key)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil && !there && switched:
		p.Kind, p.Detail = Elsewhere, "the chain goes on in the bucket "+*newer.PreviousBucket+", which is not here; verify it by itself (named by "+newer.key+")"
	case err != nil:
		p.Kind, p.Detail = Unreadable, cause(err)+" (named by "+newer.key+")"
	case there:
		p.Kind, p.Detail = Unreadable, "it was not listed and is there (named by "+newer.key+")"
	}
	w.bad = append(w.bad, p)
	return nil
}

// follow holds a digest that lies in another chain, such as that of another
// bucket in the same folder, against the one that names it.
func (w *walk) follow(ctx context.Context, newer *digest, key string) error {
	t, at := nameOf(w.cfg.full(key))
	d, err := w.load(ctx, &chain{t, []file{{key, at}}}, file{key, at})
	if err != nil {
		return err
	}
	w.same(newer, d)
	if d.bad != nil {
		w.bad = append(w.bad, *d.bad)
		return nil
	}
	w.note("%s: the chain goes on before %s in %s", w.trail, newer.key, key)
	return nil
}

// there reports whether an object that was not listed is there all the same.
func (v *verification) there(ctx context.Context, key string) (bool, error) {
	f, err := v.cfg.Store.Open(ctx, key)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, f.Close()
}
