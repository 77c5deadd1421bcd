package soap

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNamespaces reads each namespace of the table by its URI.
func TestNamespaces(t *testing.T) {
	uris := map[string]NS{
		"http://schemas.xmlsoap.org/soap/envelope/":   NSEnvelope,
		"http://schemas.xmlsoap.org/soap/encoding/":   NSEncoding,
		"http://www.w3.org/2001/XMLSchema":            NSXSD,
		"http://www.w3.org/1999/XMLSchema":            NSXSD,
		"http://www.w3.org/2001/XMLSchema-instance":   NSXSI,
		"http://www.w3.org/1999/XMLSchema-instance":   NSXSI,
		"urn:dslforum-org:cwmp-1-0":                   NSCWMP10,
		"urn:dslforum-org:cwmp-1-1":                   NSCWMP11,
		"urn:dslforum-org:cwmp-1-2":                   NSCWMP12,
		"urn:dslforum-org:cwmp-1-3":                   NSCWMP13,
		"urn:dslforum-org:cwmp-1-4":                   NSCWMP14,
		"urn:dslforum-org:cwmp-1-5":                   NSOther,
		"URN:dslforum-org:cwmp-1-0":                   NSOther,
		"urn:dslforum-org:cwmp-1-0/":                  NSOther,
		"http://schemas.xmlsoap.org/soap/envelope":    NSOther,
		" http://schemas.xmlsoap.org/soap/envelope/ ": NSOther,
		"": NSNone,
	}
	for uri, ns := range uris {
		d := NewDecoderBytes([]byte("<a xmlns='"+uri+"'/>"), strict)
		require.True(t, d.NextChild(0))
		assert.True(t, d.Is(ns, "a"), uri)
		assert.Equal(t, uri, string(d.URI()))
		if ns != NSOther && !strings.Contains(uri, "1999") {
			assert.Equal(t, uri, ns.URI())
		}
		assert.Equal(t, strings.HasPrefix(uri, "urn:dslforum-org:cwmp-1-") && ns != NSOther, ns.IsCWMP(), uri)
	}
	d := NewDecoderBytes([]byte("<xml:a/>"), strict)
	require.True(t, d.NextChild(0))
	assert.True(t, d.Is(NSXML, "a"))
	assert.Equal(t, NSXML.URI(), string(d.URI()))
}

func TestNSString(t *testing.T) {
	seen := map[string]bool{}
	for ns := range numNS {
		assert.NotEmpty(t, ns.String())
		assert.False(t, seen[ns.String()], ns.String())
		seen[ns.String()] = true
	}
	assert.Equal(t, "invalid", NS(200).String())
	assert.Empty(t, NS(200).URI())
	assert.Empty(t, NSOther.URI())
	assert.False(t, NSXML.IsCWMP())
}

// TestQuote shows that errors do not repeat the document at length.
func TestQuote(t *testing.T) {
	name := strings.Repeat("n", 1000)
	err := NewDecoderBytes([]byte("<a></"+name+">"), strict).End()
	require.ErrorIs(t, err, ErrSyntax)
	assert.Less(t, len(err.Error()), 200)
	err = NewDecoderBytes([]byte("<a>\x1b[31m</a>"), strict).End()
	assert.NotContains(t, err.Error(), "\x1b", "nothing that a terminal obeys")
}
