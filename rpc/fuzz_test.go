package rpc_test

// NOTE: one fuzz target reads documents, the other writes text.

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/require"
)

// FuzzRead reads anything. Errors are of the promised types and the same however
// the bytes arrive, by Stream too; what is read can be written, unless it is too long for the
// schema or has a header element of another message, and is equal when read again.
func FuzzRead(f *testing.F) {
	addSeeds(f)
	vendor := rpc.Registry{}.With(probeRow)
	f.Fuzz(func(t *testing.T, doc []byte) {
		other := []rpc.Config{
			{Registry: vendor, MaxItems: 3}, {BadBytes: soap.ReplaceBytes}, {BadBytes: soap.Latin1Bytes, MaxItems: 5}, {Level: soap.Strict},
			{Level: soap.Standard, Registry: rpc.Registry{}.Trees()},
		}
		for _, cfg := range []rpc.Config{{}, other[len(doc)%len(other)]} {
			env, err := rpc.Parse(doc, cfg)
			again, againErr := rpc.Read(iotest.OneByteReader(bytes.NewReader(doc)), cfg)
			require.Equal(t, err, againErr)
			require.Equal(t, env, again)
			cfg.NoPrediction = true
			again, againErr = rpc.Parse(doc, cfg)
			require.Equal(t, err, againErr)
			require.Equal(t, env, again)
			requireStreamed(t, doc, cfg)
			if err != nil {
				require.True(t, typed(err), "%v", err)
				continue
			}
			if cfg.Level == soap.Tolerant && cfg.BadBytes == 0 && cfg.MaxItems == 0 {
				rewrite(t, env)
			}
		}
	})
}

// rewrite writes what was read and reads it again.
func rewrite(t *testing.T, env *rpc.Envelope) {
	b, err := env.Append(nil, rpc.Style{})
	switch {
	case env.Message == nil:
		require.ErrorIs(t, err, rpc.ErrNoMessage)
	case err != nil:
		require.True(t, errors.Is(err, rpc.ErrLength) || errors.Is(err, soap.ErrChar) || errors.Is(err, rpc.ErrMisplaced) ||
			errors.Is(err, soap.ErrSyntax) && len(env.Diagnostics) > 0, "%v", err) // the last: a Raw that is no XML
		require.Empty(t, b)
	default:
		requireRoundTrip(t, env)
	}
}

// addSeeds adds the golden files, the captures where they are, and the
// documents of the tables.
func addSeeds(f *testing.F) {
	for _, r := range refused {
		f.Add([]byte(r.doc))
	}
	for _, n := range numbers {
		f.Add([]byte(message("Inform", "<RetryCount>"+n.text+"</RetryCount>")))
	}
	f.Add([]byte(encode(f, rpc.NewEnvelope(rpc.V11, "1", fullProbe()))))
	patterns := []string{"testdata/*.xml"}
	if dir, ok := findShared("captures"); ok {
		patterns = append(patterns, filepath.Join(dir, "*.xml"))
	}
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, file := range files {
			b, err := os.ReadFile(file)
			require.NoError(f, err)
			f.Add(b)
		}
	}
}

// FuzzText writes any text in every place of a message that holds one, and
// reads it again.
func FuzzText(f *testing.F) {
	for _, p := range pieces {
		f.Add(p, "xsd:"+p)
	}
	f.Fuzz(func(t *testing.T, text, typ string) {
		env := rpc.NewEnvelope(rpc.V12, text, &rpc.SetParameterValues{
			ParameterList: []rpc.ParameterValue{{Name: text, Value: rpc.Value{Type: typ, Text: text}}},
			ParameterKey:  text,
		})
		b, err := env.Append(nil, rpc.Style{})
		if err != nil {
			require.True(t, errors.Is(err, rpc.ErrLength) || errors.Is(err, soap.ErrChar), "%v", err)
			return
		}
		want := normal(env)
		set := want.Message.(*rpc.SetParameterValues)
		set.ParameterList[0].Name = readName(text)
		require.Equal(t, want, parseWide(t, string(b), soap.Tolerant))
	})
}
