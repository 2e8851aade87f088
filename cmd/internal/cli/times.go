package cli

import (
	"strconv"
	"strings"
	"time"
)

// parseInstant reads a time (RFC 3339 or a date) or a duration before now
// (90d, 12h). Empty gives the zero time.
func parseInstant(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	if d, ok := parseDuration(text); ok {
		return now.Add(-d), nil
	}
	return time.Time{}, usagef("read %s %q: write a time (2026-11-01T06:00:00Z), a date (2026-11-01) or a duration (90d, 12h)", flag, text)
}

// parseDuration reads Go durations and whole days ("90d").
func parseDuration(text string) (time.Duration, bool) {
	if days, found := strings.CutSuffix(text, "d"); found {
		n, err := strconv.Atoi(days)
		// A hundred years, which a time.Duration still holds.
		return time.Duration(n) * 24 * time.Hour, err == nil && n >= 0 && n <= 36500
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d >= 0
}
