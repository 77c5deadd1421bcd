package transport_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/internal/digest"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: attacks on who is who, by the numbers that all packages give
// them. Package digest has the same for its own functions; here they are
// tried on the two ends as they stand on the network.

// tries is a number of tries, or a hundred times as many in the long runs.
func tries(n int) int {
	if os.Getenv("CWMP_LONG") != "" {
		return 100 * n
	}
	return n
}

// offers are the challenges of a reply.
func offersOf(t *testing.T, r reply) []digest.Challenge {
	offers, err := digest.ParseChallenges(r.Header.Values("WWW-Authenticate"))
	require.NoError(t, err)
	require.NotEmpty(t, offers)
	return offers
}

// authorized posts a body with an Authorization of the test's own.
func (c *cpe) authorized(value, body string) reply {
	req, err := newPost(body)
	require.NoError(c.t, err)
	if value != "" {
		req.Header.Set("Authorization", value)
	}
	c.digest.Forget()
	return c.do(req, body)
}

// TestSEC06UnauthenticatedInforms: whatever comes without credentials reaches no code of
// the program's and leaves nothing behind.
func TestSEC06UnauthenticatedInforms(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		c := new(calls)
		srv := watched(c)
		b := newBench(t, srv)
		stranger := b.cpe("", "")
		inform := []byte(document(t, rpc.NewEnvelope(rpc.V12, "i", newInform())))
		random := rand.New(rand.NewPCG(6, 6))
		for range tries(1000) {
			body := bytes.Clone(inform)
			for range random.IntN(4) {
				body[random.IntN(len(body))] = byte(random.IntN(256))
			}
			r := stranger.authorized("", string(body[:random.IntN(len(body)+1)]))
			require.Equal(t, 401, r.Status)
			require.Empty(t, r.Header.Get("Set-Cookie"))
			require.Empty(t, r.Body)
		}
		assert.Empty(t, c.list)
		pass(20 * time.Minute)
		assert.Empty(t, b.ends(), "sessions that were opened")
		assert.Equal(t, "InformResponse", b.member("1").informAs("1").name())
	})
}

// TestSEC09OtherDevices: credentials of A with the DeviceId of B open no session, for a
// thousand pairs whose names are alike.
func TestSEC09OtherDevices(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		c := new(calls)
		srv := watched(c)
		srv.Authenticator = &transport.BasicAuth{InsecureHTTP: true, Password: func(string) (string, bool) { return "p", true }}
		b := newBench(t, srv)
		stranger := b.cpe("", "")
		part := func(i int) string { return []string{"1", "11", "1-1", "1.", "%31", "A", "a", ""}[i%8] }
		for i := range 1000 {
			victim := rpc.DeviceID{OUI: "00D09E", ProductClass: part(i), SerialNumber: part(i / 8)}
			attacker := rpc.DeviceID{OUI: []string{"00D09E", "00D09F"}[i/512], ProductClass: part(i / 3), SerialNumber: part(i / 5)}
			name := transport.StandardPrincipals(attacker)[i%2]
			own := transport.StandardPrincipals(victim)
			inform := newInform()
			inform.DeviceID = victim
			r := stranger.authorized("Basic "+base64.StdEncoding.EncodeToString([]byte(name+":p")),
				document(t, rpc.NewEnvelope(rpc.V12, "i", inform)))
			if name == own[0] || name == own[1] {
				require.Equal(t, 200, r.Status, "%s for %+v", name, victim)
				continue
			}
			require.Equal(t, 403, r.Status, "%s for %+v", name, victim)
			require.Empty(t, r.Header.Get("Set-Cookie"))
		}
		for _, s := range c.list {
			assert.NotContains(t, s, "turn")
		}
	})
}

// TestSEC14Replay: an Authorization is good once, for its method, target and lifetime;
// counts may be skipped and come late, and none comes twice.
func TestSEC14Replay(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{Authenticator: digestAuth()})
		offers := offersOf(t, b.cpe("", "").raw(""))
		client := digest.Client{Username: user, Password: password}
		_, err := client.Learn(offers)
		require.NoError(t, err)
		var made []string
		for range 10 {
			value, err := client.Authorization("POST", "/cwmp", nil)
			require.NoError(t, err)
			made = append(made, value)
		}
		elsewhere, err := client.Authorization("POST", "/other", nil)
		require.NoError(t, err)
		put, err := client.Authorization("PUT", "/cwmp", nil)
		require.NoError(t, err)
		for i, tt := range []struct {
			name, value string
			want        int
		}{
			{"first", made[0], 204}, {"again", made[0], 401}, {"skipped", made[4], 204}, {"lower, unused", made[2], 204},
			{"lower again", made[2], 401}, {"highest again", made[4], 401}, {"next", made[5], 204},
			{"another target", elsewhere, 401}, {"another method", put, 401},
			{"another count", strings.Replace(made[6], "nc=00000007", "nc=00000008", 1), 401},
			{"another cnonce", strings.Replace(made[6], `cnonce="`, `cnonce="0`, 1), 401},
			{"another user", strings.Replace(made[6], user, user+"1", 1), 401},
			{"spoiled ones spoil nothing", made[6], 204},
		} {
			assert.Equal(t, tt.want, b.cpe("", "").authorized(tt.value, "").Status, "%d: %s", i, tt.name)
		}
		pass(11 * time.Minute)
		r := b.cpe("", "").authorized(made[9], "")
		assert.Equal(t, 401, r.Status, "unused, and too old")
		assert.True(t, offersOf(t, r)[0].Stale)
	})
}

// TestSEC15Nonces: no nonce twice, and none that is made without the key is accepted.
func TestSEC15Nonces(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{Authenticator: digestAuth()})
		stranger := b.cpe("", "")
		seen := map[string]bool{}
		for range tries(1000) {
			nonce := offersOf(t, stranger.authorized("", ""))[0].Nonce
			require.False(t, seen[nonce])
			require.GreaterOrEqual(t, len(nonce), 22, "128 bits at least")
			seen[nonce] = true
		}
		for _, key := range []string{"", "cwmp", "key", "secret", "cwmp-go", user, strings.Repeat("\x00", 32), "0123456789abcdef0123456789abcdef"} {
			auth := digestAuth()
			if auth.NonceKey = []byte(key); key == "" {
				auth.NonceKey = nil // random, and another
			}
			other := newBench(t, &transport.Server{Authenticator: auth})
			forged := offersOf(t, other.cpe("", "").raw(""))
			client := digest.Client{Username: user, Password: password}
			_, err := client.Learn(forged)
			require.NoError(t, err)
			value, err := client.Authorization("POST", "/cwmp", nil)
			require.NoError(t, err)
			assert.Equal(t, 204, other.cpe("", "").authorized(value, "").Status)
			assert.Equal(t, 401, stranger.authorized(value, "").Status, "a nonce under %q", key)
		}
	})
}

// TestSEC16DigestHeaders: a header beyond the bounds is refused at both ends, and cleanly.
func TestSEC16DigestHeaders(t *testing.T) {
	many := ""
	for i := range 20 {
		many += fmt.Sprintf(", x%d=1", i)
	}
	long := strings.Repeat("x", 600)
	for name, more := range map[string]string{
		"17 directives": many, "long value": `, x="` + long + `"`, "long nonce": `, nonce="` + long + `"`,
		"twice": `, realm="acs"`, "no end": `, x="`,
		"many quotes": `, x="` + strings.Repeat(`\"`, 600) + `"`, "equals": ", =", "huge": `, x="` + strings.Repeat("y", 9000) + `"`,
	} {
		bubble(t, name, func(t *testing.T) {
			acs := acsOf(t, status(401, "", "WWW-Authenticate", challenge+more), accept)
			_, err := newClient(serveHTTP(t, acs)).Do(t.Context(), newInform())
			challengeError()(t, err)
			oneLine(t, err)
			assert.Len(t, acs.posted, 1)

			c := new(calls)
			b := newBench(t, watched(c))
			head := `Digest username="00D09E-Box-1", realm="cwmp", nonce="n", uri="/cwmp", response="00", qop=auth, nc=00000001, cnonce="c"`
			r := b.cpe("", "").authorized(head+more, "")
			assert.Equal(t, 401, r.Status)
			offersOf(t, r)
			assert.Empty(t, c.list)
		})
	}
}

// TestSEC17Downgrade: of what an ACS, or somebody on the way, offers, the strongest is
// taken whatever the order, and Basic over plain HTTP never.
func TestSEC17Downgrade(t *testing.T) {
	offers := []string{
		askBasic,
		`Digest realm="acs", nonce="md5", algorithm=MD5, qop="auth"`,
		`Digest realm="acs", nonce="sha", algorithm=SHA-256, qop="auth"`,
		`Digest realm="acs", nonce="old"`,
	}
	strength := map[string]int{"sha": 3, "md5": 2, "old": 1}
	for order, picked := range permutations(offers) {
		bubble(t, fmt.Sprint(order), func(t *testing.T) {
			values := []string{}
			best := 0
			for _, p := range picked {
				values = append(values, "WWW-Authenticate", p)
				for nonce, n := range strength {
					best = max(best, n*one(strings.Contains(p, `"`+nonce+`"`)))
				}
			}
			acs := acsOf(t, status(401, "", values...), accept, empty)
			_, err := newClient(serveHTTP(t, acs)).Do(t.Context(), newInform())
			if best == 0 {
				assert.ErrorIs(t, err, transport.ErrInsecureBasic)
				assert.Len(t, acs.requests, 1)
				return
			}
			require.NoError(t, err)
			given := acs.requests[1].Header.Get("Authorization")
			for nonce, n := range strength {
				assert.Equal(t, n == best, strings.Contains(given, `nonce="`+nonce+`"`), given)
			}
		})
	}
}

// TestSEC17RequireAuth: a program may demand qop=auth, and a challenge out of which it was
// taken is not answered then.
func TestSEC17RequireAuth(t *testing.T) {
	for offer, answered := range map[string]bool{
		`Digest realm="acs", nonce="n", qop="auth-int,auth"`:                                        true,
		`Digest realm="acs", nonce="n"`:                                                             false,
		`Digest realm="acs", nonce="n", qop="auth-int"`:                                             false,
		`Digest realm="acs", nonce="o", algorithm=SHA-256, Digest realm="acs", nonce="n", qop=auth`: true,
	} {
		bubble(t, offer, func(t *testing.T) {
			acs := acsOf(t, status(401, "", "WWW-Authenticate", offer), accept, empty)
			c := newClient(serveHTTP(t, acs))
			c.RequireAuth = true
			_, err := c.Do(t.Context(), newInform())
			if answered {
				require.NoError(t, err)
				assert.Contains(t, acs.requests[1].Header.Get("Authorization"), `nonce="n"`)
				return
			}
			_, ok := errors.AsType[*transport.ChallengeError](err)
			assert.True(t, ok, "%v", err)
			assert.Len(t, acs.requests, 1)
		})
	}
}

// permutations are the non-empty selections of a list in every order.
func permutations(list []string) (all [][]string) {
	for i, first := range list {
		rest := append(append([]string(nil), list[:i]...), list[i+1:]...)
		all = append(all, []string{first})
		for _, more := range permutations(rest) {
			all = append(all, append([]string{first}, more...))
		}
	}
	return all
}

// A nonce that went stale is no guess, and neither is what cannot be read.
func TestSEC18NotGuesses(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		auth := digestAuth()
		auth.Lifetime = time.Second
		b := newBench(t, &transport.Server{Authenticator: auth})
		c := b.cpe(user, password)
		start := time.Now()
		for range 20 {
			pass(2 * time.Second)
			c.inform()
		}
		assert.Equal(t, 40*time.Second, time.Since(start))
		start = time.Now()
		for range 12 {
			assert.Equal(t, 401, b.cpe("", "").authorized("Digest nonsense", "").Status)
		}
		assert.Zero(t, time.Since(start))
	})
}

// TestSEC25Fixation: a session's id is new at every Inform, also at the one that
// authenticates, never the peer's choice, and spread over its alphabet.
func TestSEC25Fixation(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{Authenticator: digestAuth()})
		c := b.cpe(user, password)
		c.cookie = "cwmp=" + strings.Repeat("A", 26)
		seen, letters := map[string]bool{}, map[rune]int{}
		n := tries(1000)
		for range n {
			before := c.cookie
			c.inform()
			require.NotEqual(t, before, c.cookie)
			require.False(t, seen[c.cookie])
			seen[c.cookie] = true
			_, value, _ := strings.Cut(c.cookie, "=")
			for _, r := range value[:26] { // what follows names the process
				letters[r]++
			}
		}
		assert.Len(t, letters, 32, "five bits a letter")
		total := 0
		for _, k := range letters {
			total += k
		}
		for r, k := range letters {
			assert.InDelta(t, total/32, k, float64(total)/32*0.3, "%c", r)
		}
		require.NotEmpty(t, b.log.String())
		require.NotContains(t, b.log.String(), "cwmp=")
		for _, word := range strings.Fields(b.log.String()) {
			require.False(t, seen["cwmp="+word])
		}
		chosen := b.cpe(user, password)
		chosen.digest = c.digest
		chosen.cookie = "cwmp=MINE"
		assert.Equal(t, http.StatusNoContent, chosen.yield().Status, "no session of that name")
		assert.NotContains(t, b.ends(), nil)
	})
}
