package digest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"
)

// mostBytes bounds a digest, inflated: it may name thousands of logs.
const mostBytes = 64 << 20

// lag is how far the key of a digest may lie beside the time in its name: what
// the vendor's own validation allows.
const lag = 2 * time.Hour

// digest is one digest as it was read.
type digest struct {
	file
	*record                     // nil where it could not be decoded
	sum       [sha256.Size]byte // of its inflated bytes
	signature string            // "" where there is none
	bad       *Problem          // nil: it holds by itself
	keyless   bool              // keys could not be asked for, nor will they be for others
}

// load reads a digest and judges it by itself. The error is the context's.
func (v *verification) load(ctx context.Context, c *chain, f file) (*digest, error) {
	d := &digest{file: f}
	err := v.judge(ctx, c, d)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var bad *flaw
	if errors.As(err, &bad) {
		d.keyless = bad.keyless
		d.bad = &Problem{Kind: bad.kind, Object: d.key, Trail: c.trail.String(), Detail: bad.text}
	}
	return d, nil
}

// flaw is what is wrong with a digest.
type flaw struct {
	kind    Kind
	text    string
	keyless bool
}

// Error tells the flaw.
func (f *flaw) Error() string { return string(f.kind) + ": " + f.text }

func flawed(k Kind, format string, args ...any) *flaw {
	return &flaw{kind: k, text: fmt.Sprintf(format, args...)}
}

// judge fills the digest in. Its error is nil or a *flaw.
func (v *verification) judge(ctx context.Context, c *chain, d *digest) error {
	raw, err := readAll(ctx, v.cfg.Store, d.key)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return flawed(MissingDigest, "it was listed and is gone")
	case brokeOff(err):
		return flawed(Unreadable, "%s", cause(err))
	case err != nil:
		return flawed(MalformedDigest, "%s", err)
	}
	d.sum = sha256.Sum256(raw)
	if d.record, err = decode(raw); err != nil {
		return flawed(MalformedDigest, "%s", err)
	}
	meta, err := v.cfg.Store.Metadata(ctx, d.key)
	switch {
	case brokeOff(err):
		return flawed(Unreadable, "its metadata: %s", cause(err))
	case err != nil:
		return flawed(SignatureMissing, "%s", err)
	}
	d.signature = meta["signature"]
	return v.proof(ctx, c, d, meta)
}

// proof judges place and signature of a digest that was decoded.
func (v *verification) proof(ctx context.Context, c *chain, d *digest, meta map[string]string) error {
	switch {
	case v.cfg.canon(d.Object) != v.cfg.canon(v.cfg.full(d.key)) || !v.cfg.mine(d.Bucket):
		return flawed(MovedDigest, "it says that it lies at s3://%s/%s", d.Bucket, d.Object)
	case d.signature == "":
		return flawed(SignatureMissing, "the object has no metadata %q; copies must keep it, in a folder as the file %s.metadata.json", "signature", d.key)
	}
	for _, a := range []string{d.Algorithm, meta["signature-algorithm"]} {
		if a != "" && a != algorithm {
			return flawed(UnknownAlgorithm, "it is signed by %q, and this version knows %s", a, algorithm)
		}
	}
	key, err := v.key(ctx, c, d, meta["backfill-generation-timestamp"])
	switch {
	case errors.Is(err, ErrUnknownKey):
		return flawed(UnknownKey, "it names the key %s, which is not among those known", d.Fingerprint)
	case err != nil:
		return &flaw{kind: Unreadable, keyless: true, text: err.Error() + "; no digest of the trail can be verified without"}
	case !d.holds(d.sum, d.signature, key):
		return flawed(InvalidSignature, "the signature is not of this content by the key %s", d.Fingerprint)
	}
	return nil
}

// key finds the key. For a chain all keys are asked for at once; a backfill
// digest may be signed by a key of the time at which it was made.
func (v *verification) key(ctx context.Context, c *chain, d *digest, made string) (*rsa.PublicKey, error) {
	want := Wanted{Region: v.scope.Region, Fingerprint: d.Fingerprint, From: c.files[len(c.files)-1].at.Add(-lag), To: c.files[0].at.Add(lag)}
	key, err := v.cfg.Keys.Find(ctx, want)
	at, bad := time.Parse(time.RFC3339, made)
	if !errors.Is(err, ErrUnknownKey) || !c.trail.backfill || bad != nil {
		return key, err
	}
	want.From, want.To = at.Add(-time.Hour), at.Add(time.Hour)
	return v.cfg.Keys.Find(ctx, want)
}

// readAll reads an object whole, inflated. Its error is a *fs.PathError where
// the store is at fault, and the object's else.
func readAll(ctx context.Context, store Store, key string) ([]byte, error) {
	f, err := store.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	packed := bufio.NewReader(f)
	var r io.Reader = packed
	if head, _ := packed.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		if r, err = gzip.NewReader(packed); err != nil {
			return nil, damaged(err)
		}
	}
	raw, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	switch {
	case err != nil:
		return nil, damaged(err)
	case len(raw) > mostBytes:
		return nil, fmt.Errorf("it is larger than %d MB", mostBytes>>20)
	}
	return raw, nil
}

func damaged(err error) error {
	if brokeOff(err) {
		return err
	}
	return fmt.Errorf("it is damaged: %w", err)
}

// brokeOff reports whether a store gave no answer, through no fault of the object.
func brokeOff(err error) bool {
	var broke *fs.PathError
	return errors.As(err, &broke) || errors.Is(err, fs.ErrPermission)
}

// cause leaves out the path, which depends on the machine.
func cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
