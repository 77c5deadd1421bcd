package digest

// NOTE: a nonce is time, chance and a seal over both and the realm. Nothing
// has to be stored for a nonce that nobody answers, so challenges cost no
// memory; and processes with one key know each other's nonces. A nonce of our
// own making is recognised by its seal alone: there is no constant from which
// one could be made (see the key in Server).

import (
	"crypto/hmac"
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"io"
)

// The parts of a nonce, in bytes.
const (
	stampSize = 8  // UnixNano of its making, big endian
	idSize    = 16 // random
	sealSize  = 16 // HMAC-SHA256, truncated
	nonceSize = stampSize + idSize + sealSize
)

// nonceText writes nonces in letters that no peer's parser stumbles over: no
// "=", "/" or "+". Strict, so that a nonce has one spelling.
var nonceText = base64.RawURLEncoding.Strict()

// A nonce is a nonce of ours, opened.
type nonce struct {
	issued int64 // UnixNano
	id     [idSize]byte
}

// seal makes the authentic text of a nonce.
func (n nonce) seal(key []byte, realm string) string {
	b := make([]byte, 0, nonceSize)
	b = binary.BigEndian.AppendUint64(b, uint64(n.issued))
	b = append(b, n.id[:]...)
	b = append(b, sealOf(key, realm, b)...)
	return nonceText.EncodeToString(b)
}

// openNonce reads a nonce and reports whether it was sealed with the key.
func openNonce(text string, key []byte, realm string) (nonce, bool) {
	if len(text) != nonceText.EncodedLen(nonceSize) {
		return nonce{}, false
	}
	b, err := nonceText.DecodeString(text)
	if err != nil {
		return nonce{}, false
	}
	plain, seal := b[:stampSize+idSize], b[stampSize+idSize:]
	n := nonce{issued: int64(binary.BigEndian.Uint64(plain)), id: [idSize]byte(plain[stampSize:])}
	return n, hmac.Equal(seal, sealOf(key, realm, plain))
}

// sealOf is the truncated HMAC. The fixed size of plain keeps it apart from the
// realm behind it.
func sealOf(key []byte, realm string, plain []byte) []byte {
	h := hmac.New(sha256.New, key)
	io.WriteString(h, "cwmp digest nonce 1\x00")
	h.Write(plain)
	io.WriteString(h, realm)
	return h.Sum(nil)[:sealSize]
}

// random fills b from r, or from crypto/rand if r is nil or fails: a source
// that runs dry must not make a nonce predictable.
func random(r io.Reader, b []byte) {
	if r != nil {
		if _, err := io.ReadFull(r, b); err == nil {
			return
		}
	}
	crand.Read(b) // never fails since Go 1.24
}
