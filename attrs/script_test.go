package attrs

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Scripts are words, run in order, each one commit:
//
//	c2 a3 d1 f4      CLI, ACS, DHCP, factory sets the preferred URL to U2, U3, ...
//	                 (DHCP always replaces its whole layer)
//	c2+              the same with user name u2 and password p2
//	D0 D0+           CLI sets the default URL, with du0 and dp0
//	c(user=x,wait=9) CLI sets these, by the short names below
//	u uc(user)       ACS undoes the preferred URL; CLI undoes the user name
//	L l              DHCP's layer is cleared; the lease is lost, as the family has it
//	...!S !V !U !L !P  the word before the mark is refused: source, value, unknown, locked, policy
//
// The outcome is `URL user password`, with - for unassigned, () for assigned
// empty, none without a URL; then the label that display cwmp status would
// show.
var short = map[string]Attr{
	"url": URL, "user": Username, "pass": Password, "durl": DefaultURL, "duser": DefaultUsername, "dpass": DefaultPassword,
	"on": Enable, "cuser": CPEUsername, "cpass": CPEPassword, "code": ProvisionCode, "if": ConnectInterface,
	"periodic": InformEnable, "interval": InformInterval, "time": InformTime, "retry": ConnectRetry,
	"wait": WaitTimeout, "stun": STUNEnable, "ssl": SSLPolicy, "nonsense": "nonsense", "disc": DHCPDiscovery,
}

var letters = map[byte]Source{'f': Factory, 'd': DHCP, 'c': CLI, 'a': ACS}

var refusals = map[byte]error{'S': ErrSource, 'V': ErrValue, 'U': ErrUnknown, 'L': ErrLocked, 'P': ErrPolicy}

// comwareRows are the rows of the conformance table that concern sources and
// ranks, by its numbers.
var comwareRows = []struct {
	row    string
	script string
	want   string
	label  string
}{
	{"1", "", "none", "None"},
	{"2", "D0", "U0 - -", "Default"},
	{"3", "d1", "U1 - -", "DHCP"},
	{"4", "D0 d1", "U1 - -", "DHCP"},
	{"5", "d1 c2", "U2 - -", "User"},
	{"6", "c2 d1", "U2 - -", "User"},
	{"7", "c2 a3", "U3 - -", "User"},
	{"8", "a3 c2", "U2 - -", "User"},
	{"9", "c2 a3 d1", "U3 - -", "User"},
	{"10", "d1 a3 u", "U1 - -", "DHCP"},
	{"10, undone by CLI", "d1 a3 uc(url)", "U1 - -", "DHCP"},
	{"11", "c2 a3 u D0", "U0 - -", "Default"},
	{"12", "c2 u u", "none", "None"},
	{"13", "D0 a(durl=U9)!S a(duser=x)!S a(dpass=x)!S", "U0 - -", "Default"},
	{"14", "D0 d(durl=U9)!S d(duser=x)!S d(dpass=x)!S", "U0 - -", "Default"},
	{"15", "c2 a(stun=1)!S a(retry=5)!S a(if=Vlan1)!S a(ssl=p)!S", "U2 - -", "User"},
	{"16", "d(code=TLCO.GRP2)!S d(cuser=x)!S d(url=U1,code=A)!S", "none", "None"},
	{"17", "c(user=x) d(url=U1,user=y,pass=p)", "U1 x p", "DHCP"},
	{"18", "c(user=x) D0+", "U0 du0 dp0", "Default"},
	{"19", "c2 D0+", "U2 - -", "User"},
	{"20", "c2+ a(url=U3,user=u3,pass=\x01)!V", "U2 u2 p2", "User"},
	{"21", "d1 l D0", "U0 - -", "Default"},
	{"22", "c(on=0) c2 c(on=1)", "U2 - -", "User"},
	{"23, interval", "c(interval=9)!V c(interval=86401)!V c(interval=10) c(interval=86400)", "none", "None"},
	{"23, retry", "c(retry=101)!V c(retry=-1)!V c(retry=100) c(retry=0)", "none", "None"},
	{"23, wait", "c(wait=29)!V c(wait=1801)!V c(wait=30) c(wait=1800) a(wait=29)!V", "none", "None"},
	{"23, code", "c(code=abc)!V c(code={65})!V c(code={64}) a(code=abc)!V a(code={65})!V", "none", "None"},
	{"23, URL", "c(url=http://)!V c(url=http:/a)!V a(url={256})!V c(url=ftp://host/)!V c(url=http://h)", "http://h - -", "User"},
	{"25", "a(interval=600) c(interval=600)", "none", "None"},
	{"27, decoded", "d(url=http://169.254.76.31:7547/acs,user=1234,pass=5678)", "http://169.254.76.31:7547/acs 1234 5678", "DHCP"},
	{"28, strict: nothing decoded", "d1+", "U1 u1 p1", "DHCP"},
	{"28, lenient", "d1+ d(url=http://acs.database:9090/acs,user=vicky,pass=12345)", "http://acs.database:9090/acs vicky 12345", "DHCP"},
	{"29", "d1+ d(url=http://acs.isp.org)", "http://acs.isp.org - -", "DHCP"},
	// What the table leaves open.
	{"an empty URL is refused", "c2 a(url=)!V", "U2 - -", "User"},
	{"an empty user name wins", "d1+ a(user=,pass=)", "U1 () ()", "DHCP"},
	{"an empty user name is not the command's", "c(user=)!V c(pass=)!V c(cuser=)!V c(duser=)!V", "none", "None"},
	{"unknown", "c(nonsense=1)!U uc(nonsense)!U uc(nonsense,url)!U", "none", "None"},
	{"undo of what one may not set", "c(ssl=p) ua(ssl)!S ud(durl)!S", "none", "None"},
	{"named twice", "c(url=U1,url=U1)!V", "none", "None"},
	{"the factory is lowest", "d1 f4 L", "U4 - -", "Default"},
	{"an ACS write that CLI wrote over goes with CLI's", "a3 c2 u", "none", "None"},
	{"DHCP loses its user name alone", "d1+ d(url=U1,pass=p1)", "U1 - p1", "DHCP"},
}

func TestComwareRows(t *testing.T) {
	for _, row := range comwareRows {
		t.Run(row.row, func(t *testing.T) {
			r := runScript(t, Comware(), row.script)
			got, label := outcome(r.Snapshot())
			assert.Equal(t, row.want, got, row.script)
			assert.Equal(t, row.label, label, row.script)
		})
	}
}

func TestBoundRows(t *testing.T) {
	p := Comware()
	p.BindCredentials = true
	for script, want := range map[string]string{
		"c(user=x) d(url=U1,user=y,pass=p)": "U1 y p", // row 17
		"c(user=x) d1":                      "U1 - -",
		"c2 a(user=x)":                      "U2 - -", // one rank, two sources
		"a3+ c(pass=p)":                     "U3 u3 -",
		"a2 d1+ a(user=)":                   "U2 () -",
		"d1+ c2 uc(url)":                    "U1 u1 p1", // bound anew
		"c(user=x) D0+":                     "U0 du0 dp0",
		"c(user=x)":                         "none",
	} {
		got, _ := outcome(runScript(t, p, script).Snapshot())
		assert.Equal(t, want, got, script)
	}
	r := runScript(t, p, "c(user=x) d(url=U1,user=y)")
	v, ok := r.Snapshot().Get(Username)
	assert.True(t, ok)
	assert.Equal(t, "y", v.Text(), "Get and Endpoint agree")
	require.NoError(t, r.Replace(DHCP, noon))
	v, _ = r.Snapshot().Get(Username)
	assert.Equal(t, "x", v.Text(), "nothing to be bound to")
}

// TestOneRank has all four sources write one slot.
func TestOneRank(t *testing.T) {
	p := Comware()
	p.Rank = [NumSources]uint8{}
	for script, want := range map[string]string{
		"c2 d1":         "U1 - -",
		"c2 d1 L":       "none",   // U2 is gone
		"d1 c2 L":       "U2 - -", // DHCP takes back only what is its own
		"d1 c2 ud(url)": "none",
		"f4 a3 c2 d1+":  "U1 u1 p1",
	} {
		got, _ := outcome(runScript(t, p, script).Snapshot())
		assert.Equal(t, want, got, script)
	}
}

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func newResolver(t testing.TB, p Profile) *Resolver {
	t.Helper()
	r, err := New(p)
	require.NoError(t, err)
	return r
}

func runScript(t testing.TB, p Profile, script string) *Resolver {
	t.Helper()
	r := newResolver(t, p)
	for word := range strings.FieldsSeq(script) {
		before := r.Snapshot()
		word, mark, refused := strings.Cut(word, "!")
		err := runWord(t, r, word)
		if !refused {
			require.NoError(t, err, word)
			continue
		}
		require.ErrorIs(t, err, refusals[mark[0]], word)
		require.Same(t, before, r.Snapshot(), "%s was refused and changed something", word)
	}
	return r
}

var (
	brief = regexp.MustCompile(`^([facdD])(\d)(\+?)$`)
	long  = regexp.MustCompile(`^(u?)([facd])\((.*)\)$`)
)

func runWord(t testing.TB, r *Resolver, word string) error {
	switch word {
	case "u":
		return r.Undo(ACS, URL)
	case "L":
		r.Clear(DHCP)
		return nil
	case "l":
		r.Lost(DHCP)
		return nil
	}
	if m := brief.FindStringSubmatch(word); m != nil {
		word = expand(m[1], m[2], m[3] != "")
	}
	m := long.FindStringSubmatch(word)
	require.NotNil(t, m, "no such word: %s", word)
	src := letters[m[2][0]]
	var changes []Change
	var names []Attr
	for part := range strings.SplitSeq(m[3], ",") {
		name, value, _ := strings.Cut(part, "=")
		require.Contains(t, short, name)
		names = append(names, short[name])
		changes = append(changes, Set(short[name], scriptValue(value)))
	}
	switch {
	case m[1] == "u":
		return r.Undo(src, names...)
	case src == DHCP:
		return r.Replace(src, noon, changes...)
	}
	return r.Apply(src, noon, changes...)
}

func expand(who, n string, credentials bool) string {
	d := ""
	if who == "D" {
		who, d = "c", "d"
	}
	word := fmt.Sprintf("%s(%surl=U%s", who, d, n)
	if credentials {
		word += fmt.Sprintf(",%[1]suser=%[1]su%[2]s,%[1]spass=%[1]sp%[2]s", d, n)
	}
	return word + ")"
}

// scriptValue turns U2 into a URL and {65} into 65 characters.
func scriptValue(v string) string {
	var n int
	if _, err := fmt.Sscanf(v, "{%d}", &n); err == nil && n > 200 {
		return "http://h/" + strings.Repeat("x", n-len("http://h/"))
	} else if err == nil {
		return strings.Repeat("X", n)
	}
	if len(v) == 2 && v[0] == 'U' {
		return "http://acs" + v[1:] + ".example/"
	}
	return v
}

var exampleHost = regexp.MustCompile(`^http://acs(\d)\.example/$`)

func outcome(s *Snapshot) (text, label string) {
	e := s.Endpoint()
	if e.Set == "" {
		return "none", "None"
	}
	show := func(v string, assigned bool) string {
		return map[bool]string{true: visible(v, assigned), false: "-"}[assigned]
	}
	text = exampleHost.ReplaceAllString(e.URL.Value, "U$1") + " " +
		show(e.Username.Value, e.Username.Assigned) + " " + show(e.Password.Value.Reveal(), e.Password.Assigned)
	text = strings.ReplaceAll(text, "(empty)", "()")
	return text, e.Origin
}
