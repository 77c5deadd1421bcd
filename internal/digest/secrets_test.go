package digest

// NOTE: no error and no printed value shows a secret. A canary stands in every
// place where a peer or a user can put one.

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const canary = "c0ffee5ec4e7"

// shown is all that a value says when it is printed in one of the usual ways.
func shown(v any) string {
	j, _ := json.Marshal(v)
	return fmt.Sprintf("%v|%+v|%#v|%s|%q|%s", v, v, v, v, v, j)
}

func TestPrintedWithoutSecrets(t *testing.T) {
	user := base64.StdEncoding.EncodeToString([]byte("u:" + canary))
	basic, err := ParseCredentials("Basic " + user)
	require.NoError(t, err)
	require.Equal(t, canary, basic.Password)
	digest, err := ParseCredentials(`Digest username=u, realm=r, nonce=n, uri=/, response=` + canary)
	require.NoError(t, err)
	require.Equal(t, canary, digest.Response)

	for _, v := range []any{basic, &basic, digest, []Credentials{basic}} {
		assert.NotContains(t, shown(v), canary)
	}
	assert.Equal(t, `digest.Credentials{"Basic" "u"}`, basic.String())

	c := Client{Username: "u", Password: canary}
	learn(t, &c, Retry, "Digest realm=r, nonce=n")
	authorize(t, &c)
	s := Server{Realm: "r", Key: []byte(canary)}
	s.Challenges(false)
	for _, v := range []any{c, &c, struct{ C Client }{c}, &s} {
		got := fmt.Sprintf("%v|%+v|%#v|%s", v, v, v, v)
		assert.NotContains(t, got, canary)
		assert.NotContains(t, got, fmt.Sprint([]byte(canary)))
	}
	assert.Equal(t, `digest.Client{"u"}`, c.String())
	assert.Equal(t, `digest.Server{"r"}`, s.String())
}

// Headers full of canaries, cut and broken at every byte: whatever goes wrong,
// the error does not repeat them.
func TestErrorsWithoutSecrets(t *testing.T) {
	s := &Server{Realm: canary, Opaque: canary, Key: []byte(canary), QOPs: []QOP{QOPAuth, QOPNone}}
	c := &Client{Username: canary, Password: canary}
	learn(t, c, Retry, s.Challenges(false)...)
	header, err := c.Authorization("GET", "/"+canary, nil)
	require.NoError(t, err)
	password := func(string) (string, bool) { return canary, true }

	var errs []error
	try := func(h string) {
		_, err := s.Verify("GET", "/", h, nil, password)
		errs = append(errs, err)
		_, err = ParseChallenges([]string{h})
		errs = append(errs, err)
	}
	for _, h := range []string{header, s.Challenges(true)[0], "Basic " + base64.StdEncoding.EncodeToString([]byte(canary))} {
		for i := range len(h) {
			for _, b := range []string{"", "\x00", `"`, ",", "=", " ", `\`, "X"} {
				try(h[:i])
				try(h[:i] + b + h[i:])
				try(h[:i] + b + h[i+1:])
			}
		}
	}
	c.Username += "\n"
	_, err = c.Authorization(canary, canary, nil)
	errs = append(errs, err)
	kinds := map[string]bool{}
	for _, err := range errs {
		if err != nil {
			kinds[strings.Split(err.Error(), " (")[0]] = true
			require.NotContains(t, strings.ToLower(err.Error()), canary)
		}
	}
	assert.Greater(t, len(kinds), 10, "many kinds of error were seen: %v", kinds)
}
