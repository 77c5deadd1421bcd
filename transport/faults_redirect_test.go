package transport_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: F3 of the fault matrix, and SEC-19 with it: redirects of every kind among
// servers that each challenge and each set a cookie. What one of them gave, or asked
// for, must not reach another.

// A world is a set of servers, each an origin, that keep a common diary.
type world struct {
	t   *testing.T
	net *network

	mu    sync.Mutex
	diary []string // "http://a.test:80/path Message", of authorized POSTs
}

// origin adds a server with a list of steps.
func (w *world) origin(name string, list ...step) {
	u, err := url.Parse(name)
	require.NoError(w.t, err)
	acs := acsOf(w.t, list...)
	guarded := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.admits(rw, r, name) {
			w.note(name+r.RequestURI, r)
			acs.ServeHTTP(rw, r)
		}
	})
	if u.Scheme == "https" {
		server, _ := lastingTLS()
		w.net.serve(w.t, u.Host, guarded, server)
		return
	}
	w.net.serve(w.t, u.Host, guarded, nil)
}

// admits challenges who has no Authorization for this origin, and looks at what came
// with the request.
func (w *world) admits(rw http.ResponseWriter, r *http.Request, name string) bool {
	http.SetCookie(rw, &http.Cookie{Name: "of", Value: url.QueryEscape(name), Path: "/"})
	if c := r.Header["Cookie"]; len(c) > 0 {
		assert.Equal(w.t, []string{"of=" + url.QueryEscape(name)}, c, "a cookie of another at %s", name)
	}
	given := r.Header.Get("Authorization")
	if given == "" {
		rw.Header().Set("WWW-Authenticate", `Digest realm="`+name+`", nonce="of `+name+`", qop="auth"`)
		rw.WriteHeader(http.StatusUnauthorized)
		return false
	}
	assert.Contains(w.t, given, `realm="`+name+`", nonce="of `+name+`", uri="`+r.RequestURI+`"`)
	for _, field := range []string{"Referer", "Proxy-Authorization", "Cookie2"} {
		assert.NotContains(w.t, r.Header, field)
	}
	return true
}

func (w *world) note(place string, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	what := " message"
	if r.ContentLength == 0 {
		what = " empty"
	}
	w.diary = append(w.diary, place+what)
}

// session runs a session from a URL.
func (w *world) session(from string) error {
	_, client := lastingTLS()
	c := &transport.Client{URL: from, Username: user, Password: password, TLS: client, Dial: w.net.Dial, Handle: answerAll}
	_, err := c.Do(w.t.Context(), newInform())
	return err
}

const (
	aHTTP, aHTTPS = "http://a.test:80", "https://a.test:443"
	bHTTP, bHTTPS = "http://b.test:80", "https://b.test:443"
)

// A detour is a session that is redirected. The servers answer by the lists; the
// session begins at the first one's "/start".
type detour struct {
	name    string
	servers [][]step // by origins
	origins []string
	want    kind // nil for a session that ends well
	diary   []string
}

// straight is the diary of a session that one server was asked to redirect at its
// Inform.
func straight(from, target string) []string {
	return []string{from + "/start message", target + " message", target + " empty"}
}

// moved is a detour from a server by a Location to the rest of the session at target.
func moved(name, from, location, target string) detour {
	u, _ := url.Parse(target)
	at := u.Scheme + "://" + u.Host
	d := detour{name: name, origins: []string{from, at}, diary: straight(from, target)}
	if d.servers = [][]step{{to(302, location)}, {accept, empty}}; from == at {
		d.origins, d.servers = d.origins[:1], [][]step{{to(307, location), accept, empty}}
	}
	return d
}

// stuck is a detour that is refused at the first server.
func stuck(name, from, location string, cause error) detour {
	return detour{
		name: name, origins: []string{from, aHTTP, bHTTP}[:1+2*one(from != aHTTP)], servers: [][]step{{to(302, location)}, {accept}, {accept}},
		want: redirectError(cause), diary: []string{from + "/start message"},
	}
}

// times repeats a step.
func times(n int, s step) []step { return slices.Repeat([]step{s}, n) }

// repeated is a diary with n more of one entry.
func repeated(entry string, n int, after ...string) []string {
	return append(slices.Repeat([]string{entry}, n), after...)
}

var detours = []detour{
	moved("to another host", aHTTP, "http://b.test/x?y=1", bHTTP+"/x?y=1"),
	moved("relative path", aHTTP, "x/y", aHTTP+"/x/y"),
	moved("absolute path", aHTTP, "/x/y", aHTTP+"/x/y"),
	moved("dots", aHTTP, "/x/../y/./z", aHTTP+"/y/z"),
	moved("query alone", aHTTP, "?y=1", aHTTP+"/start?y=1"),
	moved("without scheme", aHTTP, "//b.test/x", bHTTP+"/x"),
	moved("default port named", aHTTP, "http://a.test:80/x", aHTTP+"/x"),
	moved("host in capitals", aHTTP, "http://A.TEST/x", aHTTP+"/x"),
	moved("scheme in capitals", aHTTP, "HTTP://b.test/x", bHTTP+"/x"),
	moved("another port", aHTTP, "http://a.test:8080/x", "http://a.test:8080/x"),
	moved("host below", aHTTP, "http://sub.a.test/x", "http://sub.a.test:80/x"),
	moved("fragment", aHTTP, "http://b.test/x#frag", bHTTP+"/x"),
	moved("blanks", aHTTP, "/a b", aHTTP+"/a%20b"),
	moved("no path", aHTTP, "http://b.test", bHTTP+"/"),
	moved("IPv6", aHTTP, "http://[::1]/x", "http://[::1]:80/x"),
	moved("http to https", aHTTP, "https://a.test/x", aHTTPS+"/x"),
	moved("https to https", aHTTPS, "https://b.test/x", bHTTPS+"/x"),
	moved("https, relative", aHTTPS, "//b.test/x", bHTTPS+"/x"),
	moved("https, another port", aHTTPS, "https://a.test:444/x", "https://a.test:444/x"),

	stuck("https to http", aHTTPS, "http://a.test/x", transport.ErrDowngrade),
	stuck("https to http elsewhere", aHTTPS, "http://b.test/x", transport.ErrDowngrade),
	stuck("https to http in capitals", aHTTPS, "HTTP://b.test/x", transport.ErrDowngrade),
	stuck("no Location", aHTTP, "", transport.ErrURL),
	stuck("user and password", aHTTP, "http://u:p@b.test/", transport.ErrURL),
	stuck("ftp", aHTTP, "ftp://b.test/", transport.ErrURL),
	stuck("file", aHTTPS, "file:///etc/passwd", transport.ErrURL),
	stuck("javascript", aHTTP, "javascript:alert(1)", transport.ErrURL),
	stuck("no host", aHTTP, "http:///x", transport.ErrURL),
	stuck("port of letters", aHTTP, "http://b.test:x/", transport.ErrURL),
	stuck("broken IPv6", aHTTP, "http://[::1/", transport.ErrURL),
	stuck("a bracket in a name", aHTTP, "//b]test/", transport.ErrURL),
	stuck("broken escape", aHTTP, "http://b.test/%zz", transport.ErrURL),
	stuck("control character", aHTTP, "http://b.test/a\tb", transport.ErrURL),

	{name: "chain of 5", origins: []string{aHTTP}, servers: [][]step{append(times(5, to(302, "/start")), accept, empty)},
		diary: repeated(aHTTP+"/start message", 6, aHTTP+"/start empty")},
	{name: "chain of 6", origins: []string{aHTTP}, servers: [][]step{append(times(6, to(307, "/start")), accept, empty)},
		want: redirectError(transport.ErrRedirects), diary: repeated(aHTTP+"/start message", 6)},
	{name: "two that send us to each other", origins: []string{aHTTP, bHTTP},
		servers: [][]step{{to(302, bHTTP+"/start")}, {to(302, aHTTP+"/start")}}, want: redirectError(transport.ErrRedirects),
		diary: slices.Repeat([]string{aHTTP + "/start message", bHTTP + "/start message"}, 3)},
	{name: "five and five more", origins: []string{aHTTP},
		servers: [][]step{slices.Concat(times(5, to(302, "/start")), []step{accept}, times(5, to(307, "/start")), []step{empty})},
		diary:   append(repeated(aHTTP+"/start message", 6), repeated(aHTTP+"/start empty", 6)...)},
	{name: "there and back", origins: []string{aHTTP, bHTTP},
		servers: [][]step{{to(302, bHTTP+"/b"), accept, empty}, {to(307, aHTTP+"/back")}},
		diary:   []string{aHTTP + "/start message", bHTTP + "/b message", aHTTP + "/back message", aHTTP + "/back empty"}},
	{name: "over three", origins: []string{aHTTP, bHTTP, "http://b.test:81"},
		servers: [][]step{{to(302, bHTTP+"/b")}, {to(302, "//b.test:81/c")}, {accept, empty}},
		diary:   []string{aHTTP + "/start message", bHTTP + "/b message", "http://b.test:81/c message", "http://b.test:81/c empty"}},
	{name: "downgrade at the second hop", origins: []string{aHTTP, bHTTPS}, servers: [][]step{{to(302, "https://b.test/")}, {to(302, "http://b.test/")}},
		want: redirectError(transport.ErrDowngrade), diary: []string{aHTTP + "/start message", bHTTPS + "/ message"}},
	{name: "the yield", origins: []string{aHTTP, bHTTP}, servers: [][]step{{accept, to(302, bHTTP+"/b")}, {ask(&rpc.Reboot{}), empty}},
		diary: []string{aHTTP + "/start message", aHTTP + "/start empty", bHTTP + "/b empty", bHTTP + "/b message"}},
	{name: "an answer", origins: []string{aHTTP, bHTTP}, servers: [][]step{{accept, ask(&rpc.Reboot{}), to(307, bHTTP+"/b")}, {empty}},
		diary: []string{aHTTP + "/start message", aHTTP + "/start empty", aHTTP + "/start message", bHTTP + "/b message"}},
	{name: "several Locations", origins: []string{aHTTP, bHTTP},
		servers: [][]step{{status(302, "", "Location", bHTTP+"/1", "Location", "/2")}, {accept, empty}}, diary: straight(aHTTP, bHTTP+"/1")},
	{name: "301", origins: []string{aHTTP}, servers: [][]step{{to(301, "/x")}}, want: statusIs(301), diary: []string{aHTTP + "/start message"}},
	{name: "303", origins: []string{aHTTP}, servers: [][]step{{to(303, "/x")}}, want: statusIs(303), diary: []string{aHTTP + "/start message"}},
	{name: "308", origins: []string{aHTTP}, servers: [][]step{{to(308, "/x")}}, want: statusIs(308), diary: []string{aHTTP + "/start message"}},
}

func TestF3Redirects(t *testing.T) {
	require.GreaterOrEqual(t, len(detours), 30)
	for _, d := range detours {
		bubble(t, d.name, func(t *testing.T) {
			w := &world{t: t, net: newNetwork(cut{})}
			for i, name := range d.origins {
				w.origin(name, d.servers[i]...)
			}
			err := w.session(strings.Replace(d.origins[0]+"/start", ":80/", "/", 1))
			if d.want == nil {
				require.NoError(t, err)
			} else {
				oneLine(t, err)
				d.want(t, err)
			}
			assert.Equal(t, d.diary, w.diary)
			assert.Zero(t, w.net.left()[up])
		})
	}
}

// F3: sixteen servers in a session and no more, however few redirects a message takes.
func TestF3Servers(t *testing.T) {
	for servers, want := range map[int]kind{16: nil, 17: redirectError(transport.ErrRedirects)} {
		bubble(t, fmt.Sprint(servers), func(t *testing.T) {
			w := &world{t: t, net: newNetwork(cut{})}
			name := func(i int) string { return fmt.Sprintf("http://h%d.test:80", i) }
			for i := range servers {
				switch {
				case i == servers-1:
					w.origin(name(i), empty)
				case i%5 != 0 || i == 0:
					w.origin(name(i), to(302, name(i+1)+"/"))
				default: // every fifth says something in between
					w.origin(name(i), []step{accept, ask(&rpc.Reboot{})}[one(i > 5)], to(302, name(i+1)+"/"))
				}
			}
			err := w.session("http://h0.test/")
			if want == nil {
				require.NoError(t, err)
			} else {
				want(t, err)
			}
			for i := range servers {
				visited := strings.Contains(strings.Join(w.diary, " "), name(i))
				assert.Equal(t, i < 16, visited, name(i))
			}
		})
	}
}
