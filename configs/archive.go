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
type archiveText struct{ kind, url, usage, verify, keys text }

func archiveKinds() []string { return []string{"cloudtrail", "snapshot"} }

// laterArchiveKinds are documented and not read yet.
func laterArchiveKinds() []string {
	return []string{"cloudflare-audit-v2", "cloudflare-audit-v1", "google-logging", "google-reports"}
}

func checkArchiveKind(t text) (string, error) {
	if slices.Contains(laterArchiveKinds(), t.value) {
		return "", fmt.Errorf("kind %s is not read by this version, which reads %s; remove the entry",
			quoted(t), strings.Join(archiveKinds(), " and "))
	}
	return oneOf(t, "kind", archiveKinds())
}

// usageOff is the word for counting no use.
const usageOff = "off"

// checkArchiveUsage gives whose use is counted in an archive of a kind.
func checkArchiveUsage(kind string, t text) (inventory.Counted, error) {
	switch logs, said := kind != "snapshot", t != (text{}); {
	case !logs && said:
		return "", errors.New("usage is counted in logs, and a snapshot holds none; remove the key")
	case !logs:
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

// verifyWord is the word of a variable for an archive that is verified.
const verifyWord = "verify"

// checkArchiveVerify tells whether an archive of a kind is verified.
func checkArchiveVerify(kind string, t text) (bool, error) {
	switch {
	case t == text{}:
		return false, nil
	case kind == "snapshot":
		return false, errors.New("logs of CloudTrail can be verified, and a snapshot holds none; remove the key")
	}
	return parseSwitch(t)
}

// checkArchiveKeys gives the path of a file of public keys.
func checkArchiveKeys(verify bool, t text) (string, error) {
	switch {
	case t == text{}:
		return "", nil
	case !verify:
		return "", errors.New("public_keys serve to verify; write verify: true, or remove the key")
	case t.value == "":
		return "", errors.New("public_keys is empty; write a file")
	case strings.Contains(t.value, "://"):
		return "", errors.New("public_keys is an address; write a file")
	}
	return join(t.base, t.value), nil
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
		kind, kindErr := checkArchiveKind(t.kind)
		path, urlErr := checkArchiveURL(t.url)
		if kindErr != nil {
			r.wrong(t.kind.at, "%s: %v", archivesKey, kindErr)
		}
		if urlErr != nil {
			r.wrong(t.url.at, "%s: %v", archivesKey, urlErr)
		}
		usage, usageErr := checkArchiveUsage(kind, t.usage)
		if usageErr != nil {
			r.wrong(t.usage.at, "%s: %v", archivesKey, usageErr)
		}
		verify, verifyErr := checkArchiveVerify(kind, t.verify)
		if verifyErr != nil {
			r.wrong(t.verify.at, "%s: %v", archivesKey, verifyErr)
		}
		publicKeys, keysErr := checkArchiveKeys(verify || verifyErr != nil, t.keys)
		if keysErr != nil {
			r.wrong(t.keys.at, "%s: %v", archivesKey, keysErr)
		}
		if errors.Join(kindErr, urlErr, usageErr, verifyErr, keysErr) != nil {
			continue
		}
		a := Archive{Kind: kind, URL: path, Name: t.url.raw, Usage: usage, Verify: verify, PublicKeys: publicKeys}
		if lacksKey(a) {
			r.wrong(t.url.at, "%s: a snapshot is one object; write %s", archivesKey, inBucket(path, "KEY"))
			continue
		}
		if slices.ContainsFunc(out, func(b Archive) bool { return a.Kind == b.Kind && same(a.URL, b.URL) }) {
			r.wrong(t.url.at, "%s: %s is given twice as %s; remove one", archivesKey, quoted(t.url), kind)
			continue
		}
		out = append(out, a)
	}
	return out
}

func same(a, b string) bool { return filepath.Clean(a) == filepath.Clean(b) }

// ArchivePlace gives the path or the bucket that the URL of an archive stands
// for, as a flag or an argument has it: a relative path is joined to dir.
func ArchivePlace(url, dir string) (string, error) {
	return checkArchiveURL(text{raw: url, value: url, base: dir})
}
