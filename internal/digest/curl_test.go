package digest

// NOTE: the Server against curl, a client that shares no code with ours, over
// net/http on the loopback. The tests need curl and say so where it is absent.

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A site is a web server behind a Server. It keeps what came of each request.
type site struct {
	*httptest.Server
	mu       sync.Mutex
	outcomes []error
	results  []Result
}

// newSite serves until the test ends. Spoil may alter the nonce's fate: it is
// called after each success and its error replaces it.
func newSite(t *testing.T, s *Server, spoil func(n int) error) *site {
	w := &site{}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got, err := s.Verify(r.Method, r.RequestURI, r.Header.Get("Authorization"), func() []byte { return body }, passwords)
		w.mu.Lock()
		defer w.mu.Unlock()
		if err == nil && spoil != nil {
			err = spoil(len(w.results))
		}
		w.outcomes, w.results = append(w.outcomes, err), append(w.results, got)
		if err != nil {
			rw.Header()["Www-Authenticate"] = s.Challenges(errors.Is(err, ErrStale))
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.URL.Path == "/moved" {
			http.Redirect(rw, r, "/here", http.StatusTemporaryRedirect)
			return
		}
		rw.Write([]byte("welcome " + got.Username))
	}))
	t.Cleanup(w.Close)
	return w
}

// curl runs curl and returns the last status and all bodies.
func curl(t *testing.T, args ...string) string {
	t.Helper()
	path, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	args = append([]string{"-q", "-sS", "--noproxy", "*", "--max-time", "20", "-w", " %{http_code}\n"}, args...)
	out, err := exec.Command(path, args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

func TestCurl(t *testing.T) {
	for _, algorithms := range [][]Algorithm{{MD5}, {MD5Sess}, {SHA256}, {SHA256Sess}} {
		for name, qops := range map[string][]QOP{"auth": {QOPAuth}, "both": {QOPAuthInt, QOPAuth}, "int": {QOPAuthInt}, "none": {QOPNone}} {
			a := algorithms[0]
			if name == "none" && suites[a].sess {
				continue
			}
			t.Run(a.String()+"/"+name, func(t *testing.T) {
				w := newSite(t, &Server{Realm: "My, realm", Opaque: "o p", Algorithms: algorithms, QOPs: qops}, nil)
				out := curl(t, "--digest", "-u", "cpe:pass:word", w.URL+"/cr?id=1,2&x=%20")
				assert.Equal(t, "welcome cpe 200\n", out)
				require.Len(t, w.results, 2)
				assert.ErrorIs(t, w.outcomes[0], ErrMissing)
				assert.Equal(t, a, w.results[1].Algorithm)
			})
		}
	}
}

func TestCurlWrongPassword(t *testing.T) {
	w := newSite(t, &Server{}, nil)
	assert.Equal(t, " 401\n", curl(t, "--digest", "-u", "cpe:wrong", w.URL))
	require.Len(t, w.outcomes, 2, "curl gives up at once, as stale is not set")
	assert.ErrorIs(t, w.outcomes[1], ErrCredentials)
}

// A POST with a body: curl asks for the challenge without it.
func TestCurlPost(t *testing.T) {
	w := newSite(t, &Server{}, nil)
	out := curl(t, "--digest", "-u", "cpe:pass:word", "--data", strings.Repeat("x", 1000), w.URL+"/acs")
	assert.Equal(t, "welcome cpe 200\n", out)
	assert.NoError(t, w.outcomes[1])
}

// Two requests on one nonce, the second by a redirect: curl as a program
// forgets the nonce between two addresses on its command line.
func TestCurlCounts(t *testing.T) {
	w := newSite(t, &Server{}, nil)
	out := curl(t, "--digest", "-L", "-u", "cpe:pass:word", w.URL+"/moved")
	assert.Equal(t, "welcome cpe 200\n", out)
	require.Len(t, w.results, 3)
	assert.NoError(t, errors.Join(w.outcomes[1:]...))
	assert.Equal(t, uint32(2), w.results[2].Count)
}

// A nonce that is called stale is replaced without another password.
func TestCurlStale(t *testing.T) {
	w := newSite(t, &Server{}, func(n int) error {
		if n == 1 {
			return refuse(ErrStale, "")
		}
		return nil
	})
	assert.Equal(t, "welcome cpe 200\n", curl(t, "--digest", "-u", "cpe:pass:word", w.URL))
	assert.Len(t, w.outcomes, 3)
}

// Basic is offered first; curl, asked for the best, takes digest as we do.
func TestCurlAnyAuth(t *testing.T) {
	w := newSite(t, &Server{}, nil)
	assert.Equal(t, "welcome cpe 200\n", curl(t, "--anyauth", "-u", "cpe:pass:word", w.URL))
}
