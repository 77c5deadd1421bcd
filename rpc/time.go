package rpc

import (
	"strings"
	"time"
)

// A DateTime is the text of an xs:dateTime, exactly as it stands in the message;
// what cannot be parsed is not lost. The zero value is written as [UnknownTime].
// See TR-106 section 3.2.2.
type DateTime string

// The two times with a meaning of their own.
const (
	UnknownTime  DateTime = "0001-01-01T00:00:00Z"
	InfiniteTime DateTime = "9999-12-31T23:59:59Z"
)

const zoneless = "2006-01-02T15:04:05"

// DateTimeOf returns t with its UTC offset, to the second, as Inform's
// CurrentTime has it. The zero time is [UnknownTime]. Everywhere else TR-106
// wants UTC: pass t.UTC().
func DateTimeOf(t time.Time) DateTime {
	if t.IsZero() {
		return UnknownTime // whatever its location says of that year
	}
	return DateTime(t.Format(time.RFC3339))
}

// Time returns the instant. A text without zone is read as UTC; HasZone tells.
// Fractions of a second are kept. The error is ErrDateTime, for a year that has not
// four digits too; an empty text is [UnknownTime].
func (d DateTime) Time() (time.Time, error) {
	s := d.wire()
	if t, err := parseTime(time.RFC3339, s); err == nil {
		return t, nil
	}
	return parseTime(zoneless, s)
}

// parseTime is time.Parse for a dateTime of the schema's. By itself it takes a comma
// for the point of a fraction, and hours of one digit; and not 24:00:00, which is the
// next day's beginning.
func parseTime(layout, s string) (time.Time, error) {
	if valid, _ := isDateTime([]byte(s)); !valid {
		return time.Time{}, ErrDateTime
	}
	date, clock, _ := strings.Cut(s, "T")
	clock, midnight := strings.CutPrefix(clock, "24:")
	if midnight {
		s = date + "T00:" + clock
	}
	t, err := time.Parse(layout, s)
	switch {
	case err != nil:
		return time.Time{}, ErrDateTime
	case midnight:
		return t.Add(24 * time.Hour), nil
	}
	return t, nil
}

// HasZone reports whether d is a dateTime with a zone.
func (d DateTime) HasZone() bool {
	_, err := parseTime(time.RFC3339, d.wire())
	return err == nil
}

// IsUnknown reports whether d stands for no known time: the Unknown Time in any
// spelling, nothing, or what devices without a clock write in its place, which is a
// date of zeros, where Time gives ErrDateTime, or the first second of 1970.
func (d DateTime) IsUnknown() bool {
	t, err := d.Time()
	return d.isUnknownTime() || strings.HasPrefix(string(d), "0000-00-00") || err == nil && t.Unix() == 0
}

// isUnknownTime is about the standard's spellings alone.
func (d DateTime) isUnknownTime() bool {
	t, err := d.Time()
	return err == nil && d.HasZone() && t.IsZero()
}

// Relative returns the time since boot, for a device without absolute time: a
// text without zone in a year below 1000, counted from 0001-01-01T00:00:00.
func (d DateTime) Relative() (time.Duration, bool) {
	t, err := d.Time()
	if err != nil || d.HasZone() || t.Year() >= 1000 || t.Year() < 1 {
		return 0, false
	}
	since := t.Unix() - time.Time{}.Unix()
	if since > int64(maxRelative/time.Second) {
		return maxRelative, true
	}
	return time.Duration(since)*time.Second + time.Duration(t.Nanosecond()), true
}

// maxRelative is where a time.Duration ends: about 292 years.
const maxRelative = time.Duration(1<<63 - 1)

// wire is the text to write.
func (d DateTime) wire() string {
	if d == "" {
		return string(UnknownTime)
	}
	return string(d)
}
