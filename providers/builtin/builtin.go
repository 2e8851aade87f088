// Package builtin is the table of what estray reads: it gives each kind its
// decoder and turns configured archives into planners. It is the only place
// that knows all adapters.
package builtin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/internal/nearest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/archive"
	"github.com/estray/estray/providers/aws/live"
	cloudflare "github.com/estray/estray/providers/cloudflare/live"
)

// Config says what to read.
type Config struct {
	Archives []Archive
	// AWS says what to read of AWS itself; nil: nothing. Its Since and Full are
	// those of this Config.
	AWS *live.Config
	// Cloudflare says what to read of Cloudflare itself; nil: nothing. Its Since and
	// Full are those of this Config.
	Cloudflare *cloudflare.Config
	// Since is how far back logs are read where nothing was read before; zero:
	// all of them.
	Since time.Time
	// Full reads again what seems unchanged.
	Full bool
	// Meter is told how far the reading of archives is; nil: nobody is.
	Meter *archive.Meter
}

// Archive is one file, folder or bucket of exported logs or assets.
type Archive struct {
	// Kind is one of Kinds.
	Kind string
	// Path is where it lies: on this machine, s3://BUCKET/PREFIX
	// or gs://BUCKET/PREFIX.
	Path string
	// Name names it in coverage: as the user wrote it, so that a report does
	// not depend on the machine.
	Name string
	// Account is whose logs they are, for kinds whose records or paths may not
	// tell: the account's id. Empty: they tell.
	Account string
	// Usage says whose use is counted in logs.
	Usage inventory.Counted
	// Verify holds logs against the digests that lie beside them; for kinds that
	// have some.
	Verify bool
	// PublicKeys is a file of the keys that digests are signed with; empty: AWS
	// is asked.
	PublicKeys string

	prove func(context.Context, archive.Proving) (archive.Proof, error)
}

// kind builds the planner of one kind of archive.
type kind struct {
	name   string
	single bool // an archive is one object, and not all below a prefix
	make   func(Config, Archive) providers.Planner
}

func kinds() []kind {
	return []kind{
		{"cloudtrail", false, func(c Config, a Archive) providers.Planner {
			root, path := folder(a.Path)
			cfg := archive.Config{Source: source(a), Root: root, Path: path, Since: c.Since, Full: c.Full, Usage: a.Usage, Meter: c.Meter, Prove: a.prove}
			return archive.Logs(cfg, cloudtrail(cfg.Source, cfg.Usage))
		}},
		{"snapshot", true, func(_ Config, a Archive) providers.Planner {
			root, name := file(a.Path)
			return archive.Snapshot(source(a), root, name)
		}},
		cloudflareKind("cloudflare-audit-v2", cloudflareV2),
		cloudflareKind("cloudflare-audit-v1", cloudflareV1),
	}
}

// source names an archive in coverage: "cloudtrail:exports/logs".
func source(a Archive) string { return a.Kind + ":" + a.Name }

// Kinds lists the kinds of archive that can be read, sorted.
func Kinds() []string {
	var out []string
	for _, k := range kinds() {
		out = append(out, k.name)
	}
	slices.Sort(out)
	return out
}

// kindOf finds an archive's kind.
func kindOf(a Archive) (kind, error) {
	for _, k := range kinds() {
		if k.name == a.Kind {
			return k, nil
		}
	}
	return kind{}, fmt.Errorf("plan archive %q: unknown kind %q; did you mean %q? (kinds: %s)",
		a.Name, a.Kind, nearest.Name(a.Kind, Kinds()), strings.Join(Kinds(), ", "))
}

// Planners returns one planner for each archive, in the order of cfg, and then
// those of AWS and Cloudflare. An unknown kind is an error that names the nearest one, and so is
// a file of public keys that cannot be read.
func Planners(cfg Config) ([]providers.Planner, error) {
	var out []providers.Planner
	keys := PublicKeys{}
	for _, a := range cfg.Archives {
		k, err := kindOf(a)
		if err != nil {
			return nil, err
		}
		if a.prove, err = keys.prove(a); err != nil {
			return nil, fmt.Errorf("plan archive %q: %w", a.Name, err)
		}
		out = append(out, k.make(cfg, a))
	}
	if cfg.AWS != nil {
		a := *cfg.AWS
		a.Since, a.Full = cfg.Since, cfg.Full
		out = append(out, live.New(a))
	}
	if cfg.Cloudflare != nil {
		c := *cfg.Cloudflare
		c.Since, c.Full = cfg.Since, cfg.Full
		out = append(out, cloudflare.New(c))
	}
	return out, nil
}
