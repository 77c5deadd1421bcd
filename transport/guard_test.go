package transport_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: SEC-18, the guessing of passwords.

// TestSEC18Guessing: ten wrong answers a minute are answered at once, the others a
// second late; the device itself is not held up, and neither is another one.
func TestSEC18Guessing(t *testing.T) {
	for name, auth := range map[string]transport.Authenticator{
		"digest": &transport.DigestAuth{Password: passwords},
		"basic":  &transport.BasicAuth{Password: passwords, InsecureHTTP: true},
	} {
		bubble(t, name, func(t *testing.T) {
			b := newBench(t, &transport.Server{Authenticator: auth})
			guess := func(username, password string) (status int, took time.Duration) {
				start := time.Now()
				if name == "digest" {
					return b.cpe(username, password).post(nil, "").Status, time.Since(start)
				}
				req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://acs.test/", http.NoBody)
				req.SetBasicAuth(username, password)
				return b.cpe("", "").do(req, "").Status, time.Since(start)
			}
			for i := range 15 {
				status, took := guess(user, fmt.Sprint("guess", i))
				assert.Equal(t, 401, status)
				assert.Equal(t, i >= 10, took == time.Second, "guess %d took %v", i, took)
			}
			status, took := guess(user, password)
			assert.Equal(t, 204, status)
			assert.Zero(t, took, "who is right")
			status, took = guess("00D09E-Box-2", "guess")
			assert.Equal(t, 401, status)
			assert.Zero(t, took, "another name")
			pass(2 * time.Minute)
			_, took = guess(user, "guess")
			assert.Zero(t, took, "a minute later")
		})
	}
}

// Who hangs up while it waits is not waited for.
func TestSEC18GuesserLeaves(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{Authenticator: &transport.BasicAuth{Password: passwords, InsecureHTTP: true}})
		for i := range 11 {
			_, conn := b.rawConn("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nAuthorization: Basic eDp5\r\n\r\n")
			if i == 10 {
				start := time.Now()
				pass(time.Millisecond)
				conn.Close()
				assert.Len(t, b.statuses(), 11)
				assert.Less(t, time.Since(start), time.Second)
				continue
			}
			b.statuses()
			conn.Close()
		}
	})
}
