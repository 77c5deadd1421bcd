package connreq

// NOTE: who may send a connection request: ConnReqAllowedJabberIDs of the data
// model. An entry with a resource is that address and no other; one without stands
// for every resource. The empty list allows everybody.

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An XMPPJID is an XMPP address. The zero value is none. See RFC 7622 3.1.
type XMPPJID struct {
	Local    string // before the @; empty: the address of a server
	Domain   string // never empty
	Resource string // after the first /; empty: a bare JID
}

// ParseXMPPJID splits an address of at most 3071 bytes. The error is an
// *XMPPError around ErrXMPPJID.
func ParseXMPPJID(s string) (XMPPJID, error) {
	bare, resource, full := strings.Cut(s, "/")
	local, domain, named := strings.Cut(bare, "@")
	if !named {
		local, domain = "", bare
	}
	j := XMPPJID{local, domain, resource}
	switch {
	case len(s) > xmppMaxJID:
		return XMPPJID{}, &XMPPError{-1, ErrXMPPJID, "longer than 3071 bytes"}
	case j.Domain == "" || named && j.Local == "" || full && j.Resource == "":
		return XMPPJID{}, &XMPPError{-1, ErrXMPPJID, "an empty part"}
	case strings.Contains(j.Domain, "@"):
		return XMPPJID{}, &XMPPError{-1, ErrXMPPJID, "two @"}
	case !utf8.ValidString(s) || strings.ContainsFunc(bare, xmppNoJID) || strings.ContainsFunc(resource, unicode.IsControl):
		return XMPPJID{}, &XMPPError{-1, ErrXMPPJID, "a character that no address has"}
	}
	return j, nil
}

// xmppNoJID finds what is in no local part and no domain (RFC 7622 3.3.1).
func xmppNoJID(r rune) bool {
	return unicode.IsControl(r) || unicode.IsSpace(r) || strings.ContainsRune(`"&'<>`, r)
}

// String puts the parts together again.
func (j XMPPJID) String() string {
	s := j.Domain
	if j.Local != "" {
		s = j.Local + "@" + s
	}
	if j.Resource != "" {
		s += "/" + j.Resource
	}
	return s
}

// Allows says whether an entry of the list covers a sender. Local part and domain
// are compared without regard to the case of ASCII letters, which XMPP servers
// fold (RFC 7622 3.2 and 3.3); the resource has to be the same.
func (j XMPPJID) Allows(from XMPPJID) bool {
	return xmppFold(j.Local) == xmppFold(from.Local) && xmppFold(j.Domain) == xmppFold(from.Domain) &&
		(j.Resource == "" || j.Resource == from.Resource)
}

func xmppFold(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// ParseXMPPAllowed reads the value of ConnReqAllowedJabberIDs: at most 32 JIDs of
// at most 256 characters, with commas between. The empty text is the empty list. The
// error is an *XMPPError around ErrXMPPJID.
func ParseXMPPAllowed(list string) ([]XMPPJID, error) {
	if strings.TrimSpace(list) == "" {
		return nil, nil
	}
	entries := strings.SplitN(list, ",", XMPPMaxAllowed+1)
	if len(entries) > XMPPMaxAllowed {
		return nil, &XMPPError{-1, ErrXMPPJID, "more than 32 entries"}
	}
	var all []XMPPJID
	for _, entry := range entries {
		entry = strings.TrimSpace(entry)
		if utf8.RuneCountInString(entry) > XMPPMaxEntry {
			return nil, &XMPPError{-1, ErrXMPPJID, "an entry of more than 256 characters"}
		}
		j, err := ParseXMPPJID(entry)
		if err != nil {
			return nil, err
		}
		all = append(all, j)
	}
	return all, nil
}

// xmppAllowed is the rule of the data model. A sender without an address is
// allowed by the empty list alone.
func xmppAllowed(list []XMPPJID, from string) bool {
	if len(list) == 0 {
		return true
	}
	j, err := ParseXMPPJID(from)
	return err == nil && slices.ContainsFunc(list, func(entry XMPPJID) bool { return entry.Allows(j) })
}

// xmppSame compares credentials in a time that depends on their lengths at most.
// Without a username and a password on our side nobody is let in, as with a Gate.
func xmppSame(ours, theirs XMPPCredentials) bool {
	user := xmppEqual(ours.Username, theirs.Username)
	password := xmppEqual(string(ours.Password), string(theirs.Password))
	return user&password == 1 && ours.Username != "" && ours.Password != ""
}

func xmppEqual(a, b string) int {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:])
}
