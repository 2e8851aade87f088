package configs

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// archiveText is an archive as written. Usage is the zero text where it is not.
type archiveText struct{ kind, url, usage text }

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

const badArchiveURL = "url must be a path, file:///PATH or s3://BUCKET/PREFIX"

// checkArchiveURL gives the path or the bucket that a URL stands for. A URL
// that is refused is not repeated: presigned ones hold a secret.
func checkArchiveURL(t text) (string, error) {
	scheme, rest, ok := strings.Cut(t.value, "://")
	switch {
	case t.value == "":
		return "", errors.New("url is empty; write a path, file:///PATH or s3://BUCKET/PREFIX")
	case !ok:
		if strings.HasPrefix(t.value, "file:") || strings.HasPrefix(t.value, "s3:") {
			return "", errors.New(badArchiveURL)
		}
		return join(t.base, t.value), nil
	case scheme == "s3":
		if err := checkBucket(rest); err != nil {
			return "", err
		}
		return t.value, nil
	case scheme == "gs":
		return "", fmt.Errorf("%s:// is not read by this version; copy the objects to a folder and name that", scheme)
	case scheme != "file":
		return "", errors.New(badArchiveURL)
	}
	path, err := url.PathUnescape(rest)
	if err != nil || !filepath.IsAbs(path) {
		return "", errors.New(badArchiveURL + ", special characters of a file's path as %XX")
	}
	return path, nil
}

// checkBucket checks what stands behind s3://. A key may hold any character,
// but what looks like a query or a user is more likely a link with a secret.
func checkBucket(rest string) error {
	bucket, prefix, _ := strings.Cut(rest, "/")
	switch {
	case strings.ContainsAny(rest, "?#"):
		return errors.New("url holds a query; write s3://BUCKET/PREFIX alone, the credentials come from the environment")
	case strings.Contains(bucket, "@"):
		return errors.New("url holds a user; write s3://BUCKET/PREFIX alone, the credentials come from the environment")
	case !bucketName(bucket):
		return errors.New("url names no bucket; write s3://BUCKET/PREFIX, the bucket in small letters, digits, dots and hyphens")
	case strings.HasPrefix(prefix, "/") || strings.Contains(prefix, "//"):
		return errors.New("url holds // in its prefix; write the prefix as the keys of the objects have it")
	}
	return nil
}

// bucketName follows "General purpose bucket naming rules" of S3, but for the
// endings that are kept for access points.
func bucketName(s string) bool {
	if len(s) < 3 || len(s) > 63 || strings.Contains(s, "..") {
		return false
	}
	ends := isLowerOrDigit(s[0]) && isLowerOrDigit(s[len(s)-1])
	_, err := netip.ParseAddr(s)
	return ends && err != nil && made(s, func(c byte) bool { return isLowerOrDigit(c) || c == '-' || c == '.' })
}

// lacksKey: a snapshot is one object, and the URL names a bucket or a folder.
func lacksKey(a Archive) bool {
	if a.Kind != "snapshot" || !strings.HasPrefix(a.URL, "s3://") {
		return false
	}
	_, key, _ := strings.Cut(strings.TrimPrefix(a.URL, "s3://"), "/")
	return key == "" || strings.HasSuffix(key, "/")
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
		if kindErr != nil || urlErr != nil || usageErr != nil {
			continue
		}
		a := Archive{Kind: kind, URL: path, Name: t.url.raw, Usage: usage}
		if lacksKey(a) {
			r.wrong(t.url.at, "%s: a snapshot is one object; write s3://BUCKET/KEY", archivesKey)
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
