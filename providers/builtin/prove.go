package builtin

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
	"github.com/estray/estray/providers/aws/digest"
)

// Trail opens an archive of CloudTrail, and says how its digests are verified.
func Trail(path string, keys digest.Keys) (archive.Store, digest.Config) {
	root, below := folder(path)
	cfg := digest.Config{Store: root, Keys: keys, Path: below}
	if scheme, bucket, prefix := parts(path); scheme == "s3" {
		cfg.Bucket, cfg.Prefix = bucket, prefix
	}
	return root, cfg
}

// PublicKeys gives the keys that digests are signed with. AWS is asked for all
// archives together. The zero value is ready.
type PublicKeys struct{ asked *digest.Asked }

// From gives the keys of a file; of no file, those that AWS gives to the
// credentials of the environment.
func (p *PublicKeys) From(file string) (digest.Keys, error) {
	if file == "" {
		if p.asked == nil {
			p.asked = digest.NewAsked(digest.Own)
		}
		return p.asked, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read public keys: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	keys, err := digest.ReadKeys(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return keys, nil
}

// prove verifies an archive where that is asked for; nil: it is not.
func (p *PublicKeys) prove(a Archive) (func(context.Context, archive.Proving) (archive.Proof, error), error) {
	if !a.Verify {
		return nil, nil
	}
	keys, err := p.From(a.PublicKeys)
	if err != nil {
		return nil, err
	}
	_, cfg := Trail(a.Path, keys)
	return func(ctx context.Context, of archive.Proving) (archive.Proof, error) { return proof(ctx, cfg, of) }, nil
}

// proof is what the digests of a scope say. Whatever is not proved is a problem
// to a scan, which would take its window for whole.
func proof(ctx context.Context, cfg digest.Config, of archive.Proving) (archive.Proof, error) {
	scope := digest.Scope{Account: of.Scope.Account, Region: of.Scope.Region, Digests: of.Records, Logs: of.Logs}
	// The last log belongs to the window; names have no seconds.
	window := digest.Window{From: of.Window.From, To: of.Window.To.Add(time.Minute)}
	r, err := digest.Verify(ctx, cfg, scope, window)
	if err != nil {
		return archive.Proof{}, err
	}
	out := archive.Proof{Hashes: r.Hashes, Notes: r.Notes, Window: inventory.Window(r.Proved)}
	for _, p := range r.Problems {
		out.Problems = append(out.Problems, p.String())
	}
	return out, nil
}
