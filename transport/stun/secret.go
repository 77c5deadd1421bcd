package stun

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// NOTE: as attrs and dhcp have it, on its own here, because none of them imports another.

const redacted = "***"

// A Secret holds a password. Whatever prints it (fmt, slog, JSON, text) gets
// "***"; only Reveal gives it away. The text sits behind a pointer, so that
// fmt shows an address where it cannot call methods. The zero Secret is empty.
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
