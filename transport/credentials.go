package transport

import (
	"net/http"
	"slices"

	"github.com/cwmp-go/cwmp/internal/digest"
)

// NOTE: the CPE's answers to challenges. What digest is, is package digest's
// business; here stands when which credentials are used (TR-069 section 3.4.4).

// authorize adds the Authorization of a request: once its origin has challenged, to
// every later request; or Basic at once, if the program wants that.
func (x *exchanger) authorize(req *http.Request, body []byte) error {
	o := x.here()
	switch {
	case o.digest.Ready():
		value, err := o.digest.Authorization(req.Method, req.URL.RequestURI(), body)
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", value)
	case o.basic, x.client.PreemptiveBasic && o.first && x.mayBasic(o) && x.client.Username != "":
		req.SetBasicAuth(x.client.Username, x.client.Password)
		o.basicSent = true
	}
	return nil
}

// mayBasic reports whether an origin may be given the password itself.
func (x *exchanger) mayBasic(o *origin) bool { return o.secure || x.client.InsecureBasic }

// learn takes in the challenge of a 401. An error means that there is no use in
// repeating the request. Digest goes before Basic.
func (x *exchanger) learn(h http.Header) error {
	offers, err := digest.ParseChallenges(h.Values("WWW-Authenticate"))
	if err != nil {
		return &ChallengeError{Err: err}
	}
	if x.client.Username == "" {
		return ErrNoCredentials
	}
	o := x.here()
	verdict, err := o.digest.Learn(offers)
	switch {
	case err != nil:
		return x.learnBasic(o, offers, err)
	case verdict == digest.Endless:
		return ErrStale
	case verdict != digest.Retry:
		return ErrCredentials
	}
	return nil
}

// learnBasic answers a challenge without a digest that we speak; why says so.
func (x *exchanger) learnBasic(o *origin, offers []digest.Challenge, why error) error {
	switch {
	case !slices.ContainsFunc(offers, func(c digest.Challenge) bool { return c.Is(digest.SchemeBasic) }):
		return &ChallengeError{Err: why}
	case !x.mayBasic(o):
		return &ChallengeError{Err: ErrInsecureBasic}
	case o.basicSent:
		return ErrCredentials
	}
	o.basic = true
	return nil
}
