package transport

import (
	"net/http"

	"github.com/cwmp-go/cwmp/internal/digest"
)

// NOTE: the CPE's answers to challenges. What digest is, is package digest's
// business; here stands when it is used.

// authorize adds the Authorization of a request, once there was a challenge: to
// every later request of the session (TR-069 section 3.4.4).
func (x *exchanger) authorize(req *http.Request, body []byte) error {
	if !x.digest.Ready() {
		return nil
	}
	value, err := x.digest.Authorization(req.Method, req.URL.RequestURI(), body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", value)
	return nil
}

// learn takes in the challenge of a 401. An error means that there is no use in
// repeating the request.
func (x *exchanger) learn(h http.Header) error {
	offers, err := digest.ParseChallenges(h.Values("WWW-Authenticate"))
	if err != nil {
		return &ChallengeError{Err: err}
	}
	if x.client.Username == "" {
		return ErrNoCredentials
	}
	verdict, err := x.digest.Learn(offers)
	switch {
	case err != nil:
		return &ChallengeError{Err: err}
	case verdict != digest.Retry:
		return ErrCredentials
	}
	return nil
}
