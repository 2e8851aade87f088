package configs

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// archiveText is an archive as written.
type archiveText struct{ kind, url text }

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

// checkArchiveURL gives the path that a URL stands for. A URL that is refused
// is not repeated: presigned ones hold a secret.
func checkArchiveURL(t text) (string, error) {
	scheme, rest, ok := strings.Cut(t.value, "://")
	switch {
	case t.value == "":
		return "", errors.New("url is empty; write a path or file:///PATH")
	case !ok:
		if strings.HasPrefix(t.value, "file:") {
			return "", errors.New("url must be a path or file:///PATH")
		}
		return join(t.base, t.value), nil
	case scheme == "s3" || scheme == "gs":
		return "", fmt.Errorf("%s:// is not read by this version; copy the objects to a folder and name that", scheme)
	case scheme != "file":
		return "", errors.New("url must be a path or file:///PATH")
	}
	path, err := url.PathUnescape(rest)
	if err != nil || !filepath.IsAbs(path) {
		return "", errors.New("url must be a path or file:///PATH, special characters as %XX")
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
		if kindErr != nil || urlErr != nil {
			continue
		}
		a := Archive{Kind: kind, URL: path, Name: t.url.raw}
		if slices.ContainsFunc(out, func(b Archive) bool { return a.Kind == b.Kind && same(a.URL, b.URL) }) {
			r.wrong(t.url.at, "%s: %s is given twice as %s; remove one", archivesKey, quoted(t.url), kind)
			continue
		}
		out = append(out, a)
	}
	return out
}

func same(a, b string) bool { return filepath.Clean(a) == filepath.Clean(b) }
