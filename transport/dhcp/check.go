package dhcp

import (
	"net/url"
	"strconv"
	"strings"
)

// checkURL returns what is wrong with text as an ACS URL, or "".
func checkURL(text string) string {
	if strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return "not a URL"
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "not a URL"
	case u.Scheme != "http" && u.Scheme != "https":
		return "neither http nor https"
	case u.Hostname() == "":
		return "no host"
	case u.User != nil:
		return "user information in the URL"
	case !validPort(u.Port()):
		return "no such port"
	}
	return ""
}

func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n != 0
}

// checkText returns what is wrong with a text value, or "".
func checkText(text string) string {
	for i := range len(text) {
		if text[i] < ' ' || text[i] == 0x7f {
			return "control character"
		}
	}
	return ""
}

func checkCode(text string) string {
	if len(text) > MaxProvisioningCode {
		return "longer than 64 bytes"
	}
	return checkText(text)
}

// bare reports whether b starts as a URL does. As a sub-option that would be
// code 104 of 116 bytes.
func bare(b []byte) bool {
	start := strings.ToLower(string(b[:min(len(b), len("https://"))]))
	return strings.HasPrefix(start, "http://") || start == "https://"
}
