package aws

import "time"

// clock reads a time of RFC 3339 as CloudTrail writes it, in UTC and with whole
// seconds; false where it is written in another way, is none, or lies in a year
// that eventTime does not take.
func clock(text []byte) (time.Time, bool) {
	if len(text) != len("2006-01-02T15:04:05Z") {
		return time.Time{}, false
	}
	b, digits := (*[20]byte)(text), true
	two := func(at int) int {
		tens, ones := b[at]-'0', b[at+1]-'0'
		digits = digits && tens <= 9 && ones <= 9
		return 10*int(tens) + int(ones)
	}
	year, month, day := 100*two(0)+two(2), two(5), two(8)
	hour, minute, second := two(11), two(14), two(17)
	if !digits || b[4] != '-' || b[7] != '-' || b[10] != 'T' || b[13] != ':' || b[16] != ':' || b[19] != 'Z' {
		return time.Time{}, false
	}
	if year < 2013 || year > 2100 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	if day < 1 || day > 28 && day > daysOf(year, month) {
		return time.Time{}, false
	}
	seconds := int64(daysUntil(year, month, day)*24+hour)*3600 + int64(60*minute+second)
	return time.Unix(seconds, 0).UTC(), true
}

// daysOf is how many days a month has.
func daysOf(year, month int) int {
	switch {
	case month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0):
		return 29
	case month == 2:
		return 28
	case month == 4 || month == 6 || month == 9 || month == 11:
		return 30
	}
	return 31
}

// daysUntil counts the days since 1 January 1970. It takes years to begin in
// March, so that the day of a leap year is the last.
func daysUntil(year, month, day int) int {
	if month < 3 {
		year, month = year-1, month+12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 719_469
}
