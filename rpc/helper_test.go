package rpc_test

// NOTE: what the tests share: documents put together from parts, the ways to
// read one, and the files beside the repository.

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/require"
)

// shared gives the path of a file beside the repository, and skips the test
// where it is absent.
func shared(tb testing.TB, name string) string {
	tb.Helper()
	path, ok := findShared(name)
	if !ok {
		tb.Skipf("skipped: there is no ../shared/%s beside the repository", name)
	}
	return path
}

// findShared looks for a file beside the directory that holds go.mod.
func findShared(name string) (path string, ok bool) {
	dir, err := os.Getwd()
	if err != nil {
		return "", false
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	path = filepath.Join(filepath.Dir(dir), "shared", name)
	_, err = os.Stat(path)
	return path, err == nil
}

// envelope puts a header and a body into an envelope with every usual prefix.
func envelope(header, body string) string {
	return envelopeIn("urn:dslforum-org:cwmp-1-2", header, body)
}

// envelopeIn is envelope with another URI for the prefix cwmp.
func envelopeIn(uri, header, body string) string {
	return `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"` +
		` xmlns:e="http://schemas.xmlsoap.org/soap/encoding/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"` +
		` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:cwmp="` + uri + `">` +
		`<s:Header>` + header + `</s:Header><s:Body>` + body + `</s:Body></s:Envelope>`
}

// message is envelope with an ID and one message in the CWMP namespace.
func message(name, fields string) string {
	return envelope(`<cwmp:ID s:mustUnderstand="1">7</cwmp:ID>`,
		fmt.Sprintf("<cwmp:%[1]s>%[2]s</cwmp:%[1]s>", name, fields))
}

// quiet takes off an envelope what is never written, for tests of what it says.
func quiet(env *rpc.Envelope) *rpc.Envelope {
	if env != nil {
		env.Unknown, env.Diagnostics, env.MoreDiagnostics = nil, nil, 0
	}
	return env
}

// standard is how tests read that are about bad values.
var standard = rpc.Config{Level: soap.Standard}

// parse reads a document that has to be read.
func parse(tb testing.TB, doc string) *rpc.Envelope {
	tb.Helper()
	env, err := rpc.Parse([]byte(doc), rpc.Config{})
	require.NoError(tb, err, "%.2000s", doc)
	return quiet(env)
}

// parseAs is parse for the message alone, whose type has to be M.
func parseAs[M rpc.Message](tb testing.TB, doc string) M {
	tb.Helper()
	m, ok := parse(tb, doc).Message.(M)
	require.True(tb, ok, "%.2000s", doc)
	return m
}

// encode writes an envelope that has to be written.
func encode(tb testing.TB, env *rpc.Envelope) string {
	tb.Helper()
	b, err := env.Append(nil, rpc.Style{})
	require.NoError(tb, err)
	return string(b)
}

// readers are the ways to read a document other than Parse.
var readers = map[string]func(doc string, cfg rpc.Config) (*rpc.Envelope, error){
	"whole": func(doc string, cfg rpc.Config) (*rpc.Envelope, error) {
		return rpc.Read(strings.NewReader(doc), cfg)
	},
	"unpredicted": func(doc string, cfg rpc.Config) (*rpc.Envelope, error) {
		cfg.NoPrediction = true
		return rpc.Parse([]byte(doc), cfg)
	},
	"one byte": func(doc string, cfg rpc.Config) (*rpc.Envelope, error) {
		return rpc.Read(iotest.OneByteReader(strings.NewReader(doc)), cfg)
	},
	"halves": func(doc string, cfg rpc.Config) (*rpc.Envelope, error) {
		return rpc.Read(iotest.DataErrReader(iotest.HalfReader(strings.NewReader(doc))), cfg)
	},
}

// requireSame checks that every way to read a document gives what Parse gives.
func requireSame(tb testing.TB, doc string, cfg rpc.Config) (*rpc.Envelope, error) {
	tb.Helper()
	env, err := rpc.Parse([]byte(doc), cfg)
	for name, read := range readers {
		got, gotErr := read(doc, cfg)
		require.Equal(tb, env, got, "%s: %.500q", name, doc)
		require.Equal(tb, err, gotErr, "%s: %.500q", name, doc)
	}
	return env, err
}
