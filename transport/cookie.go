package transport

import (
	"iter"
	"net/http"
	"strings"
)

// NOTE: the session's cookie as CPEs send it back. Fielded ones join cookies with
// commas, put the value in quotes, send the attributes of Set-Cookie along, or an old
// cookie before the new one, all of which net/http's parser reads otherwise or drops.
// Ours are letters and digits alone, so they can be found in any of that.

// cookieName is the session cookie's: short, and a token.
const cookieName = "cwmp"

// setCookie is the header that gives a CPE the cookie; a value of ours needs no quotes.
func setCookie(value string, secure bool) string {
	if secure {
		return cookieName + "=" + value + "; Path=/; HttpOnly; Secure"
	}
	return cookieName + "=" + value + "; Path=/; HttpOnly"
}

// cookiesOf returns the values of our cookies, maxCookies at most, in the order of the
// header.
func cookiesOf(h http.Header) iter.Seq[string] {
	return func(yield func(string) bool) {
		if lines := h["Cookie"]; len(lines) == 1 { // what most send
			value, ours := strings.CutPrefix(lines[0], cookieName+"=")
			if ours && !strings.ContainsAny(value, ";, \t\"") {
				yield(value)
				return
			}
		}
		n := 0
		for _, line := range h["Cookie"] {
			for part := range strings.FieldsFuncSeq(line, func(r rune) bool { return r == ';' || r == ',' }) {
				name, value, _ := strings.Cut(part, "=")
				if strings.TrimSpace(name) != cookieName {
					continue
				}
				value = strings.Trim(value, " \t\"")
				if n++; n > maxCookies || !yield(value) {
					return
				}
			}
		}
	}
}
