package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cwmp-go/cwmp/attrs"
)

// The Comware words. An attribute's name is its command without the leading
// cwmp, so the table of commands is the profiles' rows: those of every profile,
// for a command that this device lacks is refused, and is no unknown word.

// known are all attributes, with the kind that says what follows the words.
var known = func() map[attrs.Attr]attrs.Kind {
	kinds := map[attrs.Attr]attrs.Kind{}
	for _, p := range profiles {
		for _, d := range p().Rows {
			kinds[d.Attr] = d.Kind
		}
	}
	return kinds
}()

// find takes the longest attribute that words begin with.
func find(words []string) (a attrs.Attr, rest []string, ok bool) {
	for n := len(words); n > 0; n-- {
		a = attrs.Attr(strings.Join(words[:n], " "))
		if _, ok := known[a]; ok {
			return a, words[n:], true
		}
	}
	return "", nil, false
}

// cwmp is a command of the CWMP view, but for the SSL policy, whose command
// has no cwmp before it.
func (s *shell) cwmp(words []string) error {
	a, rest, ok := find(words)
	if !ok || a == attrs.SSLPolicy {
		return errUnknown
	}
	return s.set(a, rest)
}

func (s *shell) ssl(words []string) error {
	a, rest, ok := find(append([]string{"ssl"}, words...))
	if !ok {
		return errUnknown
	}
	return s.set(a, rest)
}

func (s *shell) set(a attrs.Attr, rest []string) error {
	value, err := argument(a, rest)
	if err != nil {
		return err
	}
	return first(s.resolver.Apply(attrs.CLI, time.Now(), attrs.Set(a, value)), attrName)
}

// argument reads what follows an attribute's words.
func argument(a attrs.Attr, rest []string) (string, error) {
	switch {
	case known[a] == attrs.KindBool && len(rest) == 0:
		return "true", nil
	case known[a] == attrs.KindBool:
		return "", errUnknown
	case known[a] == attrs.KindSecret:
		return password(a, rest)
	case a == attrs.ConnectInterface && len(rest) == 2: // TYPE NUM
		return rest[0] + " " + rest[1], nil
	case len(rest) != 1:
		return "", fmt.Errorf("%s wants one value", a)
	}
	return rest[0], nil
}

func password(a attrs.Attr, rest []string) (string, error) {
	switch {
	case len(rest) != 2 || !slices.Contains([]string{"simple", "cipher"}, rest[0]):
		return "", fmt.Errorf("%s wants simple and a password", a)
	case rest[0] == "cipher":
		return "", refusal{string(a), "a ciphertext is of one device's own key"}
	}
	return rest[1], nil
}

// undo takes a command back.
func (s *shell) undo(words []string) error {
	if len(words) > 0 && words[0] == "cwmp" {
		words = words[1:]
		if len(words) > 0 && words[0] == "ssl" {
			return errUnknown
		}
	} else if len(words) == 0 || words[0] != "ssl" {
		return errUnknown
	}
	a, rest, ok := find(words)
	if !ok || len(rest) > 0 {
		return errUnknown
	}
	return first(s.resolver.Undo(attrs.CLI, a), attrName)
}
