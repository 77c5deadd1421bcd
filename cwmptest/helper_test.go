package cwmptest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// NOTE: a test that may fail without failing ours, and golden files.

// A trial is a testing.TB that keeps what it is told.
type trial struct {
	testing.TB
	errors []string // by Errorf
	fatal  string   // by Fatal or Fatalf
}

// try runs f as a test does, on a goroutine of its own that a Fatal ends.
func try(t *testing.T, f func(testing.TB)) *trial {
	tb := &trial{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(tb)
	}()
	<-done
	return tb
}

func (t *trial) Helper() {}

func (t *trial) Errorf(format string, args ...any) {
	t.errors = append(t.errors, fmt.Sprintf(format, args...))
}

func (t *trial) Fatalf(format string, args ...any) {
	t.fatal = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (t *trial) Fatal(args ...any) {
	t.fatal = fmt.Sprint(args...)
	runtime.Goexit()
}

// golden compares with a file under testdata, or writes it with -cwmptest.rewrite.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *rewrite {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}
