package cli

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"slices"

	"github.com/estray/estray/cmd/internal/output"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/providers/archive"
	"github.com/estray/estray/providers/aws/digest"
)

const (
	// logsAtOnce is how many logs are hashed at once, and chainsAtOnce how many
	// accounts and regions have their chain walked. Most of the time both wait
	// for a bucket.
	logsAtOnce, chainsAtOnce = 16, 4
)

// verification is one run of verify trail.
type verification struct {
	*app
	log    *slog.Logger
	url    string // of the archive, as given
	flags  verifyFlags
	window digest.Window
	root   archive.Store
	config digest.Config

	unlisted []digest.Problem
	done     int // logs that were hashed
	out      verified
}

// run lists the archive, walks the chains and hashes the logs, and tells of each
// account and region as soon as it is done.
func (v *verification) run(ctx context.Context) error {
	scopes, err := v.list(ctx)
	if err != nil {
		return stopped(ctx, err)
	}
	total := 0
	for _, s := range scopes {
		total += len(s.Logs)
	}
	bar := output.NewProgress(v.std.Err, v.barWidth(), v.log, v.std.Clock)
	defer bar.Done()
	walk := func(ctx context.Context, i int) digest.Result {
		r, _ := digest.Verify(ctx, v.config, scopes[i], v.window) // its error is that of ctx, which ends it all
		return r
	}
	err = archive.InOrder(ctx, len(scopes), chainsAtOnce, walk, func(i int, r digest.Result) error {
		step := func(n int) { bar.Count("verifying", "logs", v.done+n, total) }
		s, err := v.hash(ctx, &r, step)
		if err != nil {
			return err
		}
		v.done += len(scopes[i].Logs)
		return v.tell(s)
	})
	if err != nil {
		return stopped(ctx, err)
	}
	bar.Done()
	return v.finish()
}

// stopped says of the end of the run what was kept.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return &exitError{code: report.ExitFailed, err: fmt.Errorf("verify trail: %w", ctx.Err()), hint: "it was stopped; what was not told is not verified"}
}

// list sorts what the archive holds. What cannot be listed is a problem, unless
// nothing can.
func (v *verification) list(ctx context.Context) ([]digest.Scope, error) {
	l := digest.NewListing(v.path())
	found := 0
	err := v.root.List(ctx, func(key string, info fs.FileInfo, err error) error {
		found++
		switch {
		case err != nil:
			v.unread(key, err)
		case info.IsDir():
			v.unread(key, errors.New("it is a link to a folder, and links to folders are not followed"))
		case info.Mode().IsRegular():
			l.Add(key)
		}
		return ctx.Err()
	})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && found == 0 && !errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("verify trail: list %s: %s; give the folder or bucket that holds the logs", v.url, cause(err))
	case err != nil:
		v.unread("(the rest of the archive)", err)
	}
	var out []digest.Scope
	for _, s := range l.Scopes() {
		if v.flags.wants(s) {
			out = append(out, s)
		}
	}
	return out, nil
}

// path is what helps to recognise keys.
func (v *verification) path() string {
	if v.config.Bucket != "" {
		return v.config.Prefix
	}
	return v.config.Path
}

func (v *verification) unread(key string, err error) {
	v.unlisted = append(v.unlisted, digest.Problem{Kind: digest.Unreadable, Object: key, Detail: "it cannot be listed: " + cause(err)})
}

// cause leaves out the path that an error repeats.
func cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// hash holds each log that is vouched for against its hash.
func (v *verification) hash(ctx context.Context, r *digest.Result, step func(int)) (verifiedScope, error) {
	bad, n := map[string]bool{}, 0
	problems := r.Problems
	err := archive.Hash(ctx, v.root, slices.Sorted(maps.Keys(r.Hashes)), logsAtOnce, func(key string, sum [sha256.Size]byte, err error) error {
		if p := r.Compare(key, sum, err); p != nil {
			bad[key] = true
			problems = append(problems, *p)
		}
		n++
		step(n)
		return nil
	})
	return newVerifiedScope(r, problems, bad), err
}
