package attrs

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// NOTE: a type of its own for passwords, which nothing prints.

const redacted = "***"

// A Secret holds a password. Whatever prints it (every verb of fmt, slog,
// JSON, text and XML marshalling) gets "***", also for the empty secret; only
// Reveal gives it away. The text sits behind a pointer, so that a Secret in
// an unexported field, which fmt prints without asking its methods, shows an
// address. The zero Secret is empty. Secrets cannot be compared with ==; use
// Equal.
type Secret struct {
	_ [0]func()
	p *string
}

// NewSecret wraps text.
func NewSecret(text string) Secret { return Secret{p: &text} }

// Reveal returns the text.
func (s Secret) Reveal() string {
	if s.p == nil {
		return ""
	}
	return *s.p
}

// Equal reports whether both hold the same text, in a time that depends on
// the lengths alone.
func (s Secret) Equal(t Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(t.Reveal())) == 1
}

// String returns "***".
func (s Secret) String() string { return redacted }

// Format prints "***" whatever the verb, width and flags.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

// LogValue gives slog "***".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "***".
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalJSON returns "***" as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }
