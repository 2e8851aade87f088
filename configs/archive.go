package configs

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// archiveText is an archive as written. What need not be is the zero text where
// it is not.
type archiveText struct{ kind, url, usage, verify, keys, account text }

const (
	trailKind    = "cloudtrail"
	snapshotKind = "snapshot"
	auditV2Kind  = "cloudflare-audit-v2"
	auditV1Kind  = "cloudflare-audit-v1"
)

func archiveKinds() []string { return []string{trailKind, auditV2Kind, auditV1Kind, snapshotKind} }

// laterArchiveKinds are documented and not read yet.
func laterArchiveKinds() []string { return []string{"google-logging", "google-reports"} }

func checkArchiveKind(t text) (string, error) {
	if slices.Contains(laterArchiveKinds(), t.value) {
		return "", fmt.Errorf("kind %s is not read by this version, which reads %s; remove the entry",
			quoted(t), strings.Join(archiveKinds(), ", "))
	}
	return oneOf(t, "kind", archiveKinds())
}

// usageOff is the word for counting no use.
const usageOff = "off"

// checkArchiveUsage gives whose use is counted in an archive of a kind.
func checkArchiveUsage(kind string, t text) (inventory.Counted, error) {
	switch said := t != (text{}); {
	case kind == snapshotKind && said:
		return "", errors.New("usage is counted in logs, and a snapshot holds none; remove the key")
	case isAuditKind(kind) && said:
		return "", errors.New("usage is counted in logs of CloudTrail, and those of Cloudflare tell changes alone; remove the key")
	case kind == snapshotKind, isAuditKind(kind):
		return inventory.CountNone, nil
	case !said:
		return inventory.CountRoles, nil
	}
	word, err := oneOf(t, "usage", []string{string(inventory.CountRoles), string(inventory.CountFunctions), usageOff})
	if err != nil || word == usageOff {
		return inventory.CountNone, err
	}
	return inventory.Counted(word), nil
}

func isAuditKind(kind string) bool { return kind == auditV2Kind || kind == auditV1Kind }

// verifyWord is the word of a variable for an archive that is verified.
const verifyWord = "verify"

// checkArchiveVerify tells whether an archive of a kind is verified.
func checkArchiveVerify(kind string, t text) (bool, error) {
	switch {
	case t == text{}:
		return false, nil
	case kind == snapshotKind:
		return false, errors.New("logs of CloudTrail can be verified, and a snapshot holds none; remove the key")
	case isAuditKind(kind):
		return false, errors.New("logs of CloudTrail can be verified, and Cloudflare signs none; remove the key")
	}
	return parseSwitch(t)
}

// checkArchiveKeys gives the path of a file of public keys.
func checkArchiveKeys(kind string, verify bool, t text) (string, error) {
	switch {
	case t == text{}:
		return "", nil
	case isAuditKind(kind):
		return "", errors.New("public_keys serve to verify logs of CloudTrail; remove the key")
	case !verify:
		return "", errors.New("public_keys serve to verify; write verify: true, or remove the key")
	case t.value == "":
		return "", errors.New("public_keys is empty; write a file")
	case strings.Contains(t.value, "://"):
		return "", errors.New("public_keys is an address; write a file")
	}
	return join(t.base, t.value), nil
}

// checkArchiveAccount gives the account that logs are of. A kind that is wrong is
// told by itself.
func checkArchiveAccount(kind string, t text) (string, error) {
	switch {
	case t == text{}:
		return "", nil
	case kind != "" && !isAuditKind(kind):
		return "", errors.New("account tells whose logs of Cloudflare these are; remove the key")
	}
	return checkCloudflareAccount(t, Inputs{})
}

const (
	archivePlaces = "a path, file:///PATH, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX"
	badArchiveURL = "url must be " + archivePlaces
)

// checkArchiveURL gives the path or the bucket that a URL stands for. A URL
// that is refused is not repeated: presigned ones hold a secret.
func checkArchiveURL(t text) (string, error) {
	scheme, rest, ok := strings.Cut(t.value, "://")
	switch {
	case t.value == "":
		return "", errors.New("url is empty; write " + archivePlaces)
	case !ok:
		if before, _, ok := strings.Cut(t.value, ":"); ok && (before == "file" || isBucketScheme(before)) {
			return "", errors.New(badArchiveURL)
		}
		return join(t.base, t.value), nil
	case isBucketScheme(scheme):
		if err := checkBucket(scheme, rest); err != nil {
			return "", err
		}
		return t.value, nil
	case scheme != "file":
		return "", errors.New(badArchiveURL)
	}
	path, err := url.PathUnescape(rest)
	if err != nil || !filepath.IsAbs(path) {
		return "", errors.New(badArchiveURL + ", special characters of a file's path as %XX")
	}
	return path, nil
}

// archives checks each archive by itself and against those before it.
func (r *reading) archives(texts []archiveText) []Archive {
	var out []Archive
	for _, t := range texts {
		a, ok := r.oneArchive(t)
		if !ok {
			continue
		}
		if lacksKey(a) {
			r.wrong(t.url.at, "%s: a snapshot is one object; write %s", archivesKey, inBucket(a.URL, "KEY"))
			continue
		}
		if slices.ContainsFunc(out, func(b Archive) bool { return a.Kind == b.Kind && same(a.URL, b.URL) }) {
			r.wrong(t.url.at, "%s: %s is given twice as %s; remove one", archivesKey, quoted(t.url), a.Kind)
			continue
		}
		out = append(out, a)
	}
	return out
}

// oneArchive checks the keys of one archive.
func (r *reading) oneArchive(t archiveText) (Archive, bool) {
	ok := true
	check := func(at place, err error) {
		if err != nil {
			r.wrong(at, "%s: %v", archivesKey, err)
			ok = false
		}
	}
	a := Archive{Name: t.url.raw}
	var err error
	a.Kind, err = checkArchiveKind(t.kind)
	check(t.kind.at, err)
	a.URL, err = checkArchiveURL(t.url)
	check(t.url.at, err)
	a.Usage, err = checkArchiveUsage(a.Kind, t.usage)
	check(t.usage.at, err)
	a.Verify, err = checkArchiveVerify(a.Kind, t.verify)
	check(t.verify.at, err)
	a.PublicKeys, err = checkArchiveKeys(a.Kind, a.Verify || err != nil, t.keys)
	check(t.keys.at, err)
	a.Account, err = checkArchiveAccount(a.Kind, t.account)
	check(t.account.at, err)
	return a, ok
}

func same(a, b string) bool { return filepath.Clean(a) == filepath.Clean(b) }

// ArchivePlace gives the path or the bucket that the URL of an archive stands
// for, as a flag or an argument has it: a relative path is joined to dir.
func ArchivePlace(url, dir string) (string, error) {
	return checkArchiveURL(text{raw: url, value: url, base: dir})
}
