package transport

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/cwmp-go/cwmp/internal/digest"
)

// NOTE: after a redirect a session talks to another server, and what one server
// has given us is none of another's business. An origin (scheme, host and port, RFC
// 6454) has its cookies, its challenge and its connection to itself.

// An origin is a server of the session.
type origin struct {
	name   string // "https://acs.example:443"
	secure bool
	first  bool // the one that Client.URL names
	jar    *jar
	digest digest.Client

	basic     bool // it has asked for Basic
	basicSent bool // it was given Basic
}

// maxOrigins bounds the servers of one session.
const maxOrigins = 16

// originOf names a URL's origin.
func originOf(u *url.URL) string { return u.Scheme + "://" + strings.ToLower(address(u)) }

// here returns the origin that the session talks to now.
func (x *exchanger) here() *origin { return x.origins[originOf(x.url)] }

// visit makes the URL's origin known.
func (x *exchanger) visit(u *url.URL) {
	x.url = u
	name := originOf(u)
	if x.origins[name] == nil {
		x.origins[name] = &origin{
			name: name, secure: u.Scheme == "https", first: len(x.origins) == 0, jar: newJar(),
			digest: digest.Client{Username: x.client.Username, Password: x.client.Password, RequireAuth: x.client.RequireAuth},
		}
	}
}

// redirect follows a 302 or 307: the same message goes to the new URL, and so does
// the rest of this session (TR-069 section 3.4.6). Nothing of it is kept for the
// next one.
func (x *exchanger) redirect(e *Exchange, resp *http.Response) error {
	location := resp.Header.Get("Location")
	target, err := x.url.Parse(location)
	switch {
	case location == "" || err != nil:
		return &RedirectError{Location: location, Err: ErrURL}
	case target.Scheme == "http" && x.url.Scheme == "https":
		return &RedirectError{Location: location, Err: ErrDowngrade}
	case !usableURL(target):
		return &RedirectError{Location: location, Err: ErrURL}
	case x.origins[originOf(target)] == nil && len(x.origins) >= maxOrigins:
		return &RedirectError{Location: location, Err: ErrRedirects}
	}
	target.Fragment = ""
	x.visit(target)
	e.Redirected = target.String()
	return nil
}

func isRedirect(status int) bool {
	return status == http.StatusFound || status == http.StatusTemporaryRedirect
}
