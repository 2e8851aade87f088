package aws

import (
	"strings"
	"time"
)

// Key is what the key of an object in a trail's bucket tells. It serves to
// choose objects; the scope of an event is told by its record.
type Key struct {
	// Kind is the folder's name: "CloudTrail" for logs, "CloudTrail-Digest",
	// "CloudTrail-Insight", "CloudTrail-NetworkActivity",
	// "CloudTrail-Aggregated", or one that is new.
	Kind string
	// Organization is set where the trail is an organization's.
	Organization string
	Account      string
	Region       string
	// Delivered is when the object was written: to the minute for logs.
	Delivered time.Time
}

// The kinds of objects that this package knows by name.
const (
	// KindLog is the only kind whose records the decoder reads.
	KindLog = "CloudTrail"
	// KindDigest tells the hashes of logs, and those of the digest before it.
	KindDigest = "CloudTrail-Digest"
)

// ObjectKey reads the key of an object as CloudTrail delivers it,
//
//	AWSLogs/[o-ID/]ACCOUNT/KIND/REGION/YYYY/MM/DD/NAME.json.gz
//
// with anything in front; an unpacked object (.json) counts too. It reports
// false for every other path.
func ObjectKey(path string) (Key, bool) {
	parts := strings.Split(path, "/")
	for i := len(parts) - 1; i >= 0; i-- { // the last AWSLogs: products that copy logs put their own in front
		if parts[i] == "AWSLogs" {
			return keyBelow(parts[i+1:])
		}
	}
	return Key{}, false
}

func keyBelow(parts []string) (Key, bool) {
	var k Key
	if len(parts) > 0 && isOrganization(parts[0]) {
		k.Organization, parts = parts[0], parts[1:]
	}
	if len(parts) != 7 || !isAccount(parts[0]) || !isKind(parts[1]) || !isRegion(parts[2]) {
		return Key{}, false
	}
	k.Account, k.Kind, k.Region = parts[0], parts[1], parts[2]
	day, err := time.Parse("2006/01/02", strings.Join(parts[3:6], "/"))
	if err != nil || !isObjectName(parts[6]) {
		return Key{}, false
	}
	k.Delivered = delivery(parts[6], day)
	return k, true
}

// delivery reads the time in an object's name; the day where it has none.
func delivery(name string, day time.Time) time.Time {
	for part := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".json"), "_") {
		for _, layout := range []string{"20060102T1504Z", "20060102T150405Z"} {
			if t, err := time.Parse(layout, part); err == nil {
				return t
			}
		}
	}
	return day
}

func isObjectName(s string) bool {
	return strings.HasSuffix(s, ".json.gz") || (strings.HasSuffix(s, ".json") && !strings.HasSuffix(s, ".metadata.json"))
}

func isOrganization(s string) bool {
	id, ok := strings.CutPrefix(s, "o-")
	return ok && len(id) >= 10 && len(id) <= 32 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

func isKind(s string) bool {
	rest, ok := strings.CutPrefix(s, KindLog)
	return ok && (rest == "" || (strings.HasPrefix(rest, "-") && isName(rest[1:])))
}

func isRegion(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
