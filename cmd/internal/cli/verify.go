package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/estray/estray/configs"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/providers/aws/digest"
	"github.com/estray/estray/providers/builtin"
)

// verifyCommand is verify.
func verifyCommand(a *app) *cobra.Command {
	return group("verify", "check the integrity chain of a CloudTrail archive", verifyTrail(a))
}

// verifyFlags are the flags of verify trail, as given.
type verifyFlags struct {
	keys, since, until, format string
	accounts, regions          []string
}

// verifyTrail is verify trail.
func verifyTrail(a *app) *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use: "trail URL", Short: "hold the logs of a trail against their digests", Args: wantArgs("URL"),
		Long: `Holds the logs that CloudTrail delivered against the digests beside them: the
signature of each digest, the chain from digest to digest, and the hash of each
log. URL is a folder, file:///PATH, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX that
holds logs and digests. What is modified, missing or extra is named, and so is
what cannot be proved, with the hours in which it lies.

The public keys come from a file, or from AWS (cloudtrail:ListPublicKeys) with
the credentials of the environment. In a folder the signature of a digest, which
S3 keeps as metadata, is read from the file DIGEST.metadata.json beside it.

Exit codes: 0 everything is as it was signed and the chain holds; 1 the job could
not be done; 2 usage error; 3 something is proved wrong: a log or a digest that
was modified, removed, moved or added; 4 nothing is proved wrong, but something
could not be read or proved.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			v, err := a.prepareVerify(cmd, f, args[0])
			if err != nil {
				return err
			}
			return v.run(cmd.Context())
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.keys, "public-keys", "", "`file` of public keys, as aws cloudtrail list-public-keys prints them (default: AWS is asked)")
	fl.StringVar(&f.since, "since", "", "verify what was delivered since this `time`: a time, a date, or a duration back from now (90d, 12h)")
	fl.StringVar(&f.until, "until", "", "verify what was delivered before this `time`")
	fl.StringSliceVar(&f.accounts, "account", nil, "verify only this `account` (repeatable)")
	fl.StringSliceVar(&f.regions, "region", nil, "verify only this `region` (repeatable)")
	fl.StringVar(&f.format, "format", "text", "`form` of the result: text, json")
	mustComplete(cmd, "format", verifyFormats()...)
	return cmd
}

func verifyFormats() []string { return []string{"text", "json"} }

// prepareVerify checks everything that can be checked before the archive is
// looked at.
func (a *app) prepareVerify(cmd *cobra.Command, f verifyFlags, url string) (*verification, error) {
	if err := oneOf("--format", f.format, verifyFormats()); err != nil {
		return nil, err
	}
	c, err := a.load(cmd, nil)
	if err != nil {
		return nil, err
	}
	clock, err := a.clock()
	if err != nil {
		return nil, err
	}
	v := &verification{app: a, log: a.logger(c), url: url, flags: f}
	if v.window, err = f.window(clock()); err != nil {
		return nil, err
	}
	place, err := configs.ArchivePlace(url, a.std.Dir)
	if err != nil {
		return nil, usage(fmt.Errorf("verify trail: %w", err), "")
	}
	var known builtin.PublicKeys
	if f.keys != "" && !filepath.IsAbs(f.keys) {
		f.keys = filepath.Join(a.std.Dir, f.keys)
	}
	keys, err := known.From(f.keys)
	if err != nil {
		return nil, usage(err, "aws cloudtrail list-public-keys --region REGION --start-time TIME --end-time TIME writes one")
	}
	v.root, v.config = builtin.Trail(place, keys)
	return v, nil
}

// window is the time of delivery that the flags ask for.
func (f verifyFlags) window(now time.Time) (w digest.Window, err error) {
	if w.From, err = parseInstant("--since", f.since, now); err != nil {
		return w, err
	}
	if w.To, err = parseInstant("--until", f.until, now); err != nil {
		return w, err
	}
	if !w.To.IsZero() && !w.From.Before(w.To) {
		return w, usagef("verify trail: --since %s is not before --until %s", stamp(w.From), stamp(w.To))
	}
	return w, nil
}

// wants reports whether the flags ask for an account and region.
func (f verifyFlags) wants(s digest.Scope) bool {
	return (len(f.accounts) == 0 || slices.Contains(f.accounts, s.Account)) && (len(f.regions) == 0 || slices.Contains(f.regions, s.Region))
}

// narrowed reports whether the flags leave out accounts or regions.
func (f verifyFlags) narrowed() bool { return len(f.accounts)+len(f.regions) > 0 }

// finishVerify says the verdict and turns it into the exit code.
func (a *app) finishVerify(code int, why string, told bool) error {
	if read := told && a.std.OutTerminal && a.std.ErrTerminal; !read {
		fmt.Fprintf(a.std.Err, "estray: exit code %d: %s\n", code, why)
	}
	if code == report.ExitClean {
		return nil
	}
	return &exitError{code: code}
}
