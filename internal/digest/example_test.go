package digest_test

// NOTE: the two ends in the smallest programs that use them.

import (
	"errors"
	"fmt"
	"time"

	"github.com/cwmp-go/cwmp/internal/digest"
)

// A whole exchange: a bare request, its challenge, the answer, and the answer
// once more from someone who recorded it.
func Example() {
	server := &digest.Server{Realm: "acs"}
	client := &digest.Client{Username: "001122-CPE-1", Password: "secret"}
	passwords := func(user string) (string, bool) { return "secret", user == "001122-CPE-1" }

	_, err := server.Verify("POST", "/acs", "", nil, passwords)
	fmt.Println(err)

	offers, err := digest.ParseChallenges(server.Challenges(false))
	fmt.Println(len(offers), err)
	verdict, err := client.Learn(offers)
	fmt.Println(verdict, err)
	header, err := client.Authorization("POST", "/acs", nil)
	fmt.Println(err)

	who, err := server.Verify("POST", "/acs", header, nil, passwords)
	fmt.Println(who.Username, who.Count, err)
	_, err = server.Verify("POST", "/acs", header, nil, passwords)
	fmt.Println(err)
	// Output:
	// digest: no credentials
	// 1 <nil>
	// retry <nil>
	// <nil>
	// 001122-CPE-1 1 <nil>
	// digest: replayed nonce count
}

// The strongest digest is taken, wherever it stands in the header.
func ExampleClient_Learn() {
	offers, err := digest.ParseChallenges([]string{
		`Basic realm="acs", Digest realm="acs", nonce="1", qop="auth"`,
		`Digest realm="acs", nonce="2", qop="auth,auth-int", algorithm=SHA-256`,
	})
	if err != nil {
		fmt.Println(err)
	}
	client := &digest.Client{Username: "cpe", Password: "secret", RequireAuth: true}
	verdict, _ := client.Learn(offers)
	fmt.Println(verdict, client.Algorithm(), client.QOP())

	// The same nonce again, after an answer, means that the password is wrong.
	client.Authorization("GET", "/", nil)
	verdict, _ = client.Learn(offers)
	fmt.Println(verdict)
	// Output:
	// retry SHA-256 auth
	// denied
}

// What a handler does with a 401 of its own: stale is told to a right digest
// whose nonce is too old, and to nobody else.
func ExampleServer_Verify() {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	server := &digest.Server{Now: func() time.Time { return now }}
	client := &digest.Client{Username: "acs", Password: "secret"}
	passwords := func(string) (string, bool) { return "secret", true }

	offers, _ := digest.ParseChallenges(server.Challenges(false))
	client.Learn(offers)
	header, _ := client.Authorization("GET", "/cr", nil)

	now = now.Add(2 * digest.DefaultLifetime)
	_, err := server.Verify("GET", "/cr", header, nil, passwords)
	stale := errors.Is(err, digest.ErrStale)
	fmt.Println(err)

	offers, _ = digest.ParseChallenges(server.Challenges(stale))
	fmt.Println(offers[0].Stale)
	// Output:
	// digest: stale nonce: the nonce is outside its lifetime
	// true
}

// A broken header is refused with the place and the reason, and none of its
// text.
func ExampleParseChallenges() {
	_, err := digest.ParseChallenges([]string{`Digest realm="acs", nonce="7f3a`})
	fmt.Println(err)
	// Output:
	// digest: malformed header: a quoted value has no end (value 0, byte 26)
}
