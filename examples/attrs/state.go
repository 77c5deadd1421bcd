package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cwmp-go/cwmp/attrs"
)

// The state file holds what Save and SaveVolatile give, each behind its length
// of four bytes. It is replaced as a whole, so that a crash leaves the old one
// or the new one, and readable by its owner alone, for it has the passwords.

type store struct {
	path string
	last []byte // what the file holds
}

var errState = errors.New("the state file is damaged")

// load reads the file; none, or an empty one, is an empty state. Where others
// could read it, they no longer can.
func (st *store) load(r *attrs.Resolver) error {
	b, err := os.ReadFile(st.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = os.Chmod(st.path, 0o600)
	}
	if err != nil || len(b) == 0 {
		return err
	}
	kept, rest, ok := part(b)
	volatile, rest, ok2 := part(rest)
	if !ok || !ok2 || len(rest) > 0 {
		return fmt.Errorf("%s: %w", st.path, errState)
	}
	left, err := r.Load(kept, volatile)
	if err != nil {
		return fmt.Errorf("%s: %w", st.path, err)
	}
	if len(left) > 0 {
		return fmt.Errorf("%s: the profile does not take what is stored: %w", st.path, left[0])
	}
	st.last = b
	return nil
}

func part(b []byte) (content, rest []byte, ok bool) {
	if len(b) < 4 || uint64(binary.BigEndian.Uint32(b)) > uint64(len(b)-4) {
		return nil, nil, false
	}
	n := 4 + int(binary.BigEndian.Uint32(b))
	return b[4:n:n], b[n:], true
}

// save replaces the file, if it would hold something else.
func (st *store) save(s *attrs.Snapshot) error {
	var b []byte
	for _, content := range [][]byte{s.Save(), s.SaveVolatile()} {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(content))), content...)
	}
	if bytes.Equal(b, st.last) {
		return nil
	}
	if err := replace(st.path, b); err != nil {
		return err
	}
	st.last = b
	return nil
}

// replace writes a file beside path and renames it; CreateTemp gives it mode
// 0600.
func replace(path string, b []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(b); err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}
