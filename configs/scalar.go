package configs

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// one gives the value of a single text, by the kind of its key.
func (k key) one(t text, in Inputs) (any, error) {
	switch k.kind {
	case kindSwitch:
		return parseSwitch(t)
	case kindCount:
		return parseCount(t, k.most)
	case kindNumber:
		return parseNumber(t)
	case kindSpan:
		return parseSpan(t)
	default:
		return k.check(t, in)
	}
}

func parseSwitch(t text) (bool, error) {
	if t.value != "true" && t.value != "false" {
		return false, fmt.Errorf("%s must be true or false", quoted(t))
	}
	return t.value == "true", nil
}

func parseCount(t text, most int) (int, error) {
	n, err := strconv.Atoi(t.value)
	if err != nil || n < 1 || n > most {
		return 0, fmt.Errorf("%s must be a whole number from 1 to %d", quoted(t), most)
	}
	return n, nil
}

func parseNumber(t text) (float64, error) {
	n, err := strconv.ParseFloat(t.value, 64)
	if err != nil || !(n >= 0) || math.IsInf(n, 1) {
		return 0, fmt.Errorf("%s must be a number of at least 0", quoted(t))
	}
	return n, nil
}

func parseSpan(t text) (time.Duration, error) {
	d, err := time.ParseDuration(t.value)
	if err != nil || d <= 0 || d > shortLivedAtMost {
		return 0, fmt.Errorf("%s must be a duration with its unit, such as 60m or 2h, from above 0 to %s",
			quoted(t), short(shortLivedAtMost))
	}
	return d, nil
}

// short writes a duration without the zero minutes and seconds at its end.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
