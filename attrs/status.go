package attrs

import (
	"fmt"
	"strings"
	"time"
)

// What Comware's two display commands print, from any profile.

// A Connection is what the program knows of its sessions and this package
// does not. The zero Connection is a device that has not connected yet.
type Connection struct {
	// URL and Username are those of the most recent connection; empty: none.
	URL      string
	Username string

	// State is "Connected", "Disconnected" or "Waiting response"; empty:
	// Disconnected.
	State string

	// Transfer is "Uploading" or "Downloading"; empty: None.
	Transfer string

	// LastSuccess is the most recent successful attempt; zero: None.
	LastSuccess time.Time

	// Next is how long it is to the next attempt, in whole seconds; zero or
	// less: None.
	Next time.Duration
}

// A Status is what the display commands show, a field a line and in their
// order. It holds no secret.
type Status struct {
	// Configuration is `display cwmp configuration`. A field whose attribute
	// the profile does not have is left out.
	Configuration []Field

	// Connection is `display cwmp status`.
	Connection []Field
}

// A Field is a line of a display: a name, and a value as the device renders it.
type Field struct{ Name, Value string }

// String returns the lines, names padded to one width.
func (s Status) String() string { return Lines(s.Configuration) + "\n" + Lines(s.Connection) }

// Lines lays fields out as a device does, a line each.
func Lines(fields []Field) string {
	width := 0
	for _, f := range fields {
		width = max(width, len(f.Name))
	}
	var b strings.Builder
	for n, f := range fields {
		if n > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(strings.TrimRight(fmt.Sprintf("%-*s : %s", width, f.Name, f.Value), " "))
	}
	return b.String()
}

// displayed are the fields of `display cwmp configuration`. A field shows
// its second attribute where nobody has set the first. The last column is the
// unset rendering of profiles that have none of their own.
var displayed = [...]struct {
	name  string
	attr  Attr
	other Attr
	unit  string
	unset string
}{
	{"CWMP state", Enable, "", "", "Disabled"},
	{"ACS URL", URL, "", "", "Null"},
	{"ACS username", Username, "", "", ""},
	{"ACS default URL", DefaultURL, "", "", "Null"},
	{"ACS default username", DefaultUsername, "", "", ""},
	{"Periodic inform", InformEnable, "", "", "Disabled"},
	{"Inform interval", InformInterval, "", "s", "None"},
	{"Inform time", InformTime, InformPhase, "", "None"},
	{"Wait timeout", WaitTimeout, "", "s", ""},
	{"Connection retries", ConnectRetry, "", "", "Unlimited"},
	{"Source IP interface", ConnectInterface, "", "", "None"},
	{"STUN state", STUNEnable, "", "", "Disabled"},
	{"SSL policy name", SSLPolicy, "", "", "Null"},
}

// Status returns what the display commands show of the snapshot and of c.
func (s *Snapshot) Status(c Connection) Status {
	var st Status
	for _, f := range displayed {
		i, ok := s.plan.find(f.attr)
		if other, has := s.plan.find(f.other); has && (!ok || !s.rows[i].value.Assigned()) {
			i, ok = other, true
		}
		if ok {
			st.Configuration = append(st.Configuration, Field{f.name, s.shown(i, f.unit, f.unset)})
		}
	}
	st.Connection = []Field{
		{"CWMP state", onOff(s.end.Ready != ErrDisabled && s.plan != nil)},
		{"ACS URL of most recent connection", or(c.URL, "Null")},
		{"ACS information source", s.Endpoint().Origin},
		{"ACS username of most recent connection", c.Username},
		{"Connection status", or(c.State, "Disconnected")},
		{"Data transfer status", or(c.Transfer, "None")},
		{"Most recent successful connection attempt", "None"},
		{"Length of time before next connection attempt", "None"},
	}
	if !c.LastSuccess.IsZero() {
		st.Connection[6].Value = c.LastSuccess.Format("2006-01-02T15:04:05")
	}
	if c.Next > 0 {
		st.Connection[7].Value = fmt.Sprintf("%ds", int64((c.Next+time.Second-1)/time.Second))
	}
	return st
}

// shown renders row i: what is assigned, or the unset rendering; a default
// only where there is no unset rendering, or for a switch.
func (s *Snapshot) shown(i int, unit, unset string) string {
	d, v := &s.plan.profile.Rows[i], s.rows[i].value
	switch {
	case d.Kind == KindBool && v.state != unassigned:
		return onOff(v.Bool())
	case v.Assigned() && v.text != "":
		return v.text + unit
	case or(d.Unset, unset) != "" && v.state != assigned:
		return or(d.Unset, unset)
	case v.text != "":
		return v.text + unit
	}
	return ""
}

func onOff(on bool) string {
	if on {
		return "Enabled"
	}
	return "Disabled"
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
