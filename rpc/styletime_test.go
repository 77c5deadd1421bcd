package rpc_test

// NOTE: a Style's layout of times reaches every time that a message has, and a text that
// a Style has mended has its length.

import (
	"regexp"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wireTimes are the texts of the elements of a name.
func wireTimes(doc, name string) []string {
	var all []string
	for _, m := range regexp.MustCompile(`<`+name+`>([^<]*)</`+name+`>`).FindAllStringSubmatch(doc, -1) {
		all = append(all, m[1])
	}
	return all
}

// TestStyleTimes writes each message that has a time, wherever it is in it, typed and as
// a Tree.
func TestStyleTimes(t *testing.T) {
	style := rpc.Style{TimeLayout: "2006-01-02T15:04:05.000-07:00"}
	seen := map[string]int{}
	for _, g := range goldens() {
		plain := encode(t, g.env)
		for _, reg := range []rpc.Registry{{}, rpc.Registry{}.Trees()} {
			env, err := rpc.Parse([]byte(plain), rpc.Config{Registry: reg})
			require.NoError(t, err, g.name)
			styled, err := env.Append(nil, style)
			require.NoError(t, err, g.name)
			for _, name := range []string{"CurrentTime", "StartTime", "CompleteTime", "StartDate", "ExpirationDate"} {
				was, is := wireTimes(plain, name), wireTimes(string(styled), name)
				require.Len(t, is, len(was), g.name)
				for i := range was {
					seen[name]++
					requireLaidOut(t, was[i], is[i], style.TimeLayout)
				}
			}
		}
	}
	assert.Len(t, seen, 5)
}

// requireLaidOut: a time is the same instant in the layout.
func requireLaidOut(t *testing.T, was, is, layout string) {
	t.Helper()
	d := rpc.DateTime(was)
	instant, err := d.Time()
	if err != nil || !d.HasZone() || d.IsUnknown() || d == rpc.InfiniteTime {
		require.Equal(t, was, is)
		return
	}
	require.Equal(t, instant.Format(layout), is)
}

// TestStyleTimeForms: what is a dateTime with a zone is written in the layout, and means
// what it meant; what is none stays as it is.
func TestStyleTimeForms(t *testing.T) {
	for _, c := range []struct{ layout, text, want string }{
		{"2006-01-02T15:04:05Z07:00", "2026-03-01T24:00:00Z", "2026-03-02T00:00:00Z"},
		{"2006-01-02T15:04:05Z07:00", "2026-03-01T04:05:06.5+01:00", "2026-03-01T04:05:06+01:00"},
		{"2006-01-02T15:04:05Z07:00", " 2026-03-01T04:05:06.5Z\n", "2026-03-01T04:05:06Z"},
		{"2006-01-02T15:04:05Z", "2026-03-01T04:05:06+01:00", "2026-03-01T03:05:06Z"},
		{"2006-01-02T15:04:05", "2026-03-01T04:05:06+01:00", "2026-03-01T03:05:06"},
		{"2006-01-02T15:04:05.000Z07:00", "2026-03-01T04:05:06,5Z", "2026-03-01T04:05:06,5Z"},
		{"2006-01-02T15:04:05.000Z07:00", "2026-03-01T4:05:06Z", "2026-03-01T4:05:06Z"},
		{"2006-01-02T15:04:05.000Z07:00", "2026-03-01T04:05:06", "2026-03-01T04:05:06"},
		{"2006-01-02T15:04:05.000Z07:00", "2026-03-01", "2026-03-01"},
		{"2006-01-02T15:04:05.000Z07:00", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
		{"2006-01-02T15:04:05.000-07:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
		{"2006-01-02T15:04:05.000Z07:00", "9999-12-31T24:00:00Z", "9999-12-31T24:00:00Z"},
		{"2006-01-02T15:04:05.000Z07:00", "nonsense", "nonsense"},
	} {
		m := &rpc.SetParameterValues{ParameterList: []rpc.ParameterValue{{Name: "a", Value: rpc.Value{Type: rpc.TypeDateTime, Text: c.text}}, {Name: "b", Value: rpc.Value{Type: " xs:dateTime ", Text: c.text}}}}
		b, err := rpc.NewEnvelope(rpc.V12, "1", m).Append(nil, rpc.Style{TimeLayout: c.layout})
		require.NoError(t, err)
		for _, p := range parameters(parse(t, string(b)).Message) {
			assert.Equal(t, c.want, p.Value.Text, "%s in %s", c.text, c.layout)
		}
		if strings.Trim(c.text, " \n") != c.text {
			continue // a field has no white space
		}
		b, err = rpc.NewEnvelope(rpc.V12, "1", &rpc.Inform{CurrentTime: rpc.DateTime(c.text)}).Append(nil, rpc.Style{TimeLayout: c.layout})
		require.NoError(t, err)
		assert.Contains(t, string(b), "<CurrentTime>"+c.want+"</CurrentTime>")
	}
}

// rebootTree is a Reboot as a Tree.
func rebootTree(key string) *rpc.Tree {
	tree := rpc.NewTree(&rpc.Reboot{})
	tree.Nodes = []rpc.Node{{Field: &tree.Field.Fields[0], Text: key}}
	return tree
}

// TestStyleLength: a text is as long as it is written.
func TestStyleLength(t *testing.T) {
	for _, c := range []struct {
		text, by string
		fits     bool
	}{
		{strings.Repeat("\xff", 32), "?", true}, {strings.Repeat("\xff", 32), "\u00e9", true}, {strings.Repeat("\xff", 33), "?", false},
		{strings.Repeat("\xff", 16), "[]", true}, {strings.Repeat("a", 30) + "\xff", "[]", true}, {strings.Repeat("a", 31) + "\xff", "[]", false},
		{strings.Repeat("a", 31) + "\x01", "[]", false}, {strings.Repeat("\u00e9", 31) + "\xff", "?", true},
	} {
		for _, m := range []rpc.Message{&rpc.Reboot{CommandKey: c.text}, rebootTree(c.text)} {
			b, err := rpc.NewEnvelope(rpc.V12, "1", m).Append([]byte("kept"), rpc.Style{Replacement: c.by})
			if !c.fits {
				requireValueError(t, err, rpc.ErrLength, "/Envelope/Body/Reboot/CommandKey", c.text)
				require.Equal(t, "kept", string(b))
				continue
			}
			require.NoError(t, err, "%q by %q", c.text, c.by)
			assert.NoError(t, errorAt(strings.TrimPrefix(string(b), "kept"), soap.Strict), "%q by %q", c.text, c.by)
		}
	}
	long := &rpc.GetParameterValues{ParameterNames: []string{strings.Repeat("a", 255) + "\xff"}}
	_, err := rpc.NewEnvelope(rpc.V12, "1", long).Append(nil, rpc.Style{Replacement: "[]"})
	requireValueError(t, err, rpc.ErrLength, "/Envelope/Body/GetParameterValues/ParameterNames/string", "")
}
