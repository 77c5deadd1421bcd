package connreq

import "strconv"

// NOTE: the secret of a connection request, which prints without its password.

// A Credential is ConnectionRequestUsername and ConnectionRequestPassword of a CPE,
// as its ACS knows them. Formatting one with package fmt, log/slog or encoding/json
// never shows the password.
type Credential struct {
	Username string
	Password string `json:"-"`
}

// String names the user and nothing else.
func (c Credential) String() string { return "connreq.Credential{" + strconv.Quote(c.Username) + "}" }

// GoString is String: %#v shows no more than %v.
func (c Credential) GoString() string { return c.String() }
