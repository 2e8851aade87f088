package configs

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// isBucketScheme reports whether URLs of a scheme name buckets: s3 those of
// Amazon S3, gs those of Google Cloud Storage.
func isBucketScheme(s string) bool { return slices.Contains([]string{"s3", "gs"}, s) }

// bucketURL takes the URL of a bucket apart; scheme is "" where it is none.
func bucketURL(s string) (scheme, bucket, key string) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || !isBucketScheme(scheme) {
		return "", "", ""
	}
	bucket, key, _ = strings.Cut(rest, "/")
	return scheme, bucket, key
}

// inBucket shows how to write what lies in the bucket of a URL's kind.
func inBucket(url, what string) string {
	scheme, _, _ := strings.Cut(url, "://")
	return scheme + "://BUCKET/" + what
}

// checkBucket checks what stands behind the scheme. A key may hold any
// character, but what looks like a query or a user is more likely a link with a
// secret.
func checkBucket(scheme, rest string) error {
	bucket, prefix, _ := strings.Cut(rest, "/")
	form := inBucket(scheme, "PREFIX")
	characters := "digits, dots and hyphens"
	if scheme == "gs" {
		characters = "digits, dots, hyphens and underscores"
	}
	switch {
	case strings.ContainsAny(rest, "?#"):
		return fmt.Errorf("url holds a query; write %s alone, the credentials come from the environment", form)
	case strings.Contains(bucket, "@"):
		return fmt.Errorf("url holds a user; write %s alone, the credentials come from the environment", form)
	case scheme == "s3" && !nameInS3(bucket), scheme == "gs" && !nameInGS(bucket):
		return fmt.Errorf("url names no bucket; write %s, the bucket in small letters, %s", form, characters)
	case strings.HasPrefix(prefix, "/") || strings.Contains(prefix, "//"):
		return errors.New("url holds // in its prefix; write the prefix as the keys of the objects have it")
	}
	return nil
}

// nameInS3 follows "General purpose bucket naming rules" of S3, but for the
// endings that are kept for access points.
func nameInS3(s string) bool {
	return len(s) <= 63 && bucketName(s) && !strings.Contains(s, "_")
}

// nameInGS follows "Bucket names" of Cloud Storage: a name with dots may be 222
// long, each part of it 63.
func nameInGS(s string) bool {
	return len(s) <= 222 && bucketName(s) && !slices.ContainsFunc(strings.Split(s, "."), func(part string) bool { return len(part) > 63 })
}

// bucketName holds for both.
func bucketName(s string) bool {
	if len(s) < 3 || strings.Contains(s, "..") {
		return false
	}
	ends := isLowerOrDigit(s[0]) && isLowerOrDigit(s[len(s)-1])
	_, err := netip.ParseAddr(s)
	return ends && err != nil && made(s, func(c byte) bool { return isLowerOrDigit(c) || c == '-' || c == '.' || c == '_' })
}

// lacksKey: a snapshot is one object, and the URL names a bucket or a folder.
func lacksKey(a Archive) bool {
	scheme, _, key := bucketURL(a.URL)
	return a.Kind == "snapshot" && scheme != "" && (key == "" || strings.HasSuffix(key, "/"))
}
