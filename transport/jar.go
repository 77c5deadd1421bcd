package transport

import (
	"net/http"
	"net/http/cookiejar"
	"strings"
	"time"
)

// NOTE: the cookies of one session: net/http's jar, within bounds. It is thrown
// away with the session, so that no old cookie goes along with the next Inform.

// The bounds of a jar. TR-069 section 3.4.2 asks for 512 bytes at least.
const (
	maxCookies     = 16
	maxCookieBytes = 4 << 10
)

// A jar holds a session's cookies.
type jar struct {
	cookies *cookiejar.Jar
	sizes   map[string]int // bytes of each cookie taken, by name and path
}

func newJar() *jar {
	j, _ := cookiejar.New(nil) // New never fails
	return &jar{cookies: j, sizes: map[string]int{}}
}

// take keeps the cookies of a response. What does not fit is left out; a cookie
// that is there already may change its value, and one that is taken back makes room.
func (j *jar) take(resp *http.Response) {
	for _, c := range resp.Cookies() {
		untie(c, resp.Header)
		key := c.Name + ";" + c.Path
		switch {
		case isOver(c):
			delete(j.sizes, key)
		case j.fits(c):
			j.sizes[key] = len(c.Name) + len(c.Value)
		default:
			continue
		}
		j.cookies.SetCookies(resp.Request.URL, []*http.Cookie{c})
	}
}

// isOver reports whether a cookie takes back one that is there.
func isOver(c *http.Cookie) bool {
	return c.MaxAge < 0 || c.MaxAge == 0 && !c.Expires.IsZero() && !c.Expires.After(time.Now())
}

// untie makes a cookie independent of our clock, which may be years off: its Expires is
// compared with the peer's, as Retry-After is. What has not ended yet lives as long as the
// session does.
func untie(c *http.Cookie, h http.Header) {
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil || c.MaxAge != 0 || c.Expires.IsZero() {
		return
	}
	if !c.Expires.After(now) {
		c.MaxAge = -1
	}
	c.Expires = time.Time{}
}

func (j *jar) fits(c *http.Cookie) bool {
	count, bytes := 1, len(c.Name)+len(c.Value)
	for key, size := range j.sizes {
		if key != c.Name+";"+c.Path {
			count++
			bytes += size
		}
	}
	return count <= maxCookies && bytes <= maxCookieBytes
}

// add puts the session's cookies into a request, each as it came (RFC 6265 section 5.4):
// net/http would put a value with a blank or a comma in quotes.
func (j *jar) add(req *http.Request) {
	var pairs []string
	for _, c := range j.cookies.Cookies(req.URL) {
		value := c.Value
		if c.Quoted {
			value = `"` + value + `"`
		}
		pairs = append(pairs, c.Name+"="+value)
	}
	if len(pairs) > 0 {
		req.Header.Set("Cookie", strings.Join(pairs, "; "))
	}
}
