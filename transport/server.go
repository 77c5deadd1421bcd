package transport

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: one POST from its first byte to the session that it belongs to: method,
// authentication, body, session. serve.go is what the session makes of it.

// A Server is the ACS's end: an http.Handler for any path. The fields are read,
// never written; the zero value with a Handler works. It must not be copied after
// first use.
//
// A panic in the program's code ends the session and the connection, as in any
// http.Handler. Where there is no connection, at the end of a session whose CPE did not
// come back, it is logged.
type Server struct {
	// Handler makes our requests. Nil makes none: sessions end after the CPE's
	// own requests.
	Handler Handler
	// Answer answers the CPE's requests, Inform included, with the response, or
	// with an error: a *rpc.Fault or rpc.FaultCode goes to the CPE as it is, any
	// other error as fault 8002. Nil, or a nil message without error, is the
	// standard's answer: acceptance of Inform and TransferComplete, the list of
	// methods, 8000 for the rest. A fault to the Inform ends the session.
	Answer func(ctx context.Context, s *Session, request rpc.Message) (rpc.Message, error)
	// Authenticator names the principal of each request. Nil lets everybody in,
	// and every Inform of a DeviceId counts as the same principal.
	Authenticator Authenticator
	// Principals lists the principals that a DeviceId may have, compared as a
	// whole. Nil is [StandardPrincipals]. Without Authenticator it is not asked.
	Principals func(rpc.DeviceID) []string
	// Config bounds what is read. Zero fields mean 64 MiB and 300,000 items.
	Config rpc.Config
	// Style is how responses are written. Zero is the standard's form.
	Style rpc.Style
	// Timeout is how long a session waits for the CPE. 0 is 60 s. A CPE that sends
	// SessionTimeout with its Inform is waited for that long, between 30 s and 10
	// minutes (TR-069 section 3.5, table 4).
	Timeout time.Duration
	// MaxDuration bounds a session, whatever the CPE and the Handler do. 0 is 10
	// minutes. The session then ends with session.ErrDuration.
	MaxDuration time.Duration
	// MaxSessions bounds the open sessions, with a Store those whose last POST came
	// here. One more Inform is answered 503, and the running sessions go on. 0 is
	// 10,000.
	MaxSessions int
	// MaxMessages bounds the POSTs of one session. 0 is 1,000. One more ends it with
	// session.ErrMessages.
	MaxMessages int
	// MaxWire bounds a request's body on the wire, in bytes. 0 is 16 MiB.
	MaxWire int64
	// MaxInform bounds the document of a POST that belongs to no session yet, which
	// can be an Inform alone, in bytes. 0 is 1 MiB. It never raises Config's bound.
	MaxInform int64
	// Store keeps sessions where the other Servers with the same Store find them,
	// so that a session with a Turn handler may go on in any of them. Its state is
	// Session.Data then, and nothing else: the Session of the next Turn may be
	// another. Nil keeps them in this process; a POST for another's is answered 503,
	// as is one whose session is at work elsewhere.
	Store SessionStore
	// StoreTimeout bounds each call of Store. 0 is 5 s.
	StoreTimeout time.Duration
	// Logger is told how sessions end and what was refused. Nil is silent, but for a
	// panic that no http.Server has seen, of which slog's default is told. It is never
	// given a secret.
	Logger *slog.Logger
	// Trace is told what happens, while it does. Nil for nobody.
	Trace *ServerTrace
	// Recorded is given each session as a value when it is over, right after Ended.
	// Nil records nothing. In it are the exchanges that reached this process, from
	// the one that opened the session on.
	Recorded func(*Session, Recording)
	// Exchanged is called after each exchange, for a recorder. Nil for nobody.
	Exchanged func(*Exchange)
	// Ended is called once for each session that was opened, when it is over and
	// its last exchange was given to Exchanged, with nil when it ended well. The
	// function of a Script may still be running then, and must not share Data with
	// it without a lock. With a Store it is called in the process where the session
	// ended; one whose last process died is told of by nobody.
	Ended func(*Session, error)

	table  sessions
	closed atomic.Bool
	once   sync.Once
	tag    string

	buffers  sync.Pool // of *[]byte, for responses
	servings sync.Pool // of *serving
}

// name tells this process's sessions from another's.
func (srv *Server) name() string {
	srv.once.Do(func() { srv.tag = rand.Text()[:tagSize] })
	return srv.tag
}

// The cookie of a session that no store keeps is random, and says whose it is.
const (
	tagSize      = 13
	localKeySize = idSize + tagSize
)

func most(sessions int) int {
	if sessions <= 0 {
		return defaultMaxSessions
	}
	return sessions
}

const (
	defaultMaxSessions = 10_000
	retryAfter         = "30" // seconds, with a 503
)

// ServeHTTP serves one exchange.
func (srv *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := srv.serving(w, r)
	defer x.leave()  // after the program was told
	defer x.report() // also when the program's code panics
	x.arrived()
	x.serve()
	x.send()
	if x.broken {
		panic(http.ErrAbortHandler)
	}
	x.whole = true
}

// serving begins an exchange.
func (srv *Server) serving(w http.ResponseWriter, r *http.Request) *serving {
	x, ok := srv.servings.Get().(*serving)
	if !ok {
		x = new(serving)
	}
	x.srv, x.r, x.out = srv, r, newPaced(w)
	x.w, x.e = &x.out, &x.own
	if srv.Trace != nil {
		x.trace = *srv.Trace
	}
	if x.own.RequestHeader = r.Header; x.shown() {
		x.own.Start = time.Now()
	}
	return x
}

// report tells the program of the exchange, and then of the session's end if that waits
// for it.
func (x *serving) report() {
	if x.counted != nil {
		defer x.counted.told.end() // also when Exchanged panics
	}
	s := x.e.Session
	recorded := s != nil && s.recorder != nil
	if recorded || x.srv.Exchanged != nil {
		x.e.Took, x.e.ResponseHeader = time.Since(x.e.Start), x.w.Header()
	}
	if x.srv.Exchanged != nil {
		x.srv.Exchanged(x.e)
	}
	if recorded {
		s.recorder.exchange(EventReceived, x.e)
	}
}

// leave sends what is left of the response. The serving is used again unless somebody
// has seen the Exchange in it, who may keep it.
func (x *serving) leave() {
	if x.watched() || x.srv.Ended != nil { // who may have taken some of the response's time
		x.out.timed, x.out.now = false, time.Time{}
	}
	x.out.finish()
	if x.whole && !x.shown() {
		srv := x.srv
		*x = serving{}
		srv.servings.Put(x)
	}
}

// A serving is one exchange on its way through the server.
type serving struct {
	srv *Server
	w   http.ResponseWriter // out
	r   *http.Request
	e   *Exchange // own
	out paced
	own Exchange

	trace    ServerTrace
	got      loaded   // from the store
	woken    *Session // of that
	trouble  string   // why the session cannot be had now
	body     gathered
	document []byte  // of the request, if anybody wants it
	sent     bool    // the response is out
	buf      *[]byte // of the response

	failed  error    // what the program's code returned
	counted *Session // which is not told to have ended before this exchange is
	broken  bool     // the connection cannot be used again
	whole   bool     // nothing has panicked
}

// serve takes the steps in the order in which they may fail.
func (x *serving) serve() {
	defer x.rest()
	if x.r.Method != http.MethodPost {
		x.w.Header().Set("Allow", http.MethodPost)
		x.refuse(http.StatusMethodNotAllowed, "method "+clip(x.r.Method))
		return
	}
	principal, ok := x.authenticate()
	if !ok {
		return
	}
	s := x.belongs(principal)
	env, err := x.read(s != nil)
	if errors.Is(err, ErrCoding) {
		x.w.Header().Set("Accept-Encoding", "gzip, deflate")
		x.refuse(http.StatusUnsupportedMediaType, "Content-Encoding "+clip(x.r.Header.Get("Content-Encoding")))
		return
	}
	x.e.Request = env
	if s = x.session(principal, s, env, err); s != nil {
		x.e.Session = s
		x.converse(s, env, err)
	}
}

// authenticate names the principal, or answers 401; or 403 when no credentials
// would help.
func (x *serving) authenticate() (string, bool) {
	a := x.srv.Authenticator
	if a == nil {
		return "", true
	}
	if principal, ok := x.vouched(); ok {
		return principal, true
	}
	principal, challenges, err := a.Authenticate(x.r)
	if err == nil {
		x.vouch(principal)
		return principal, true
	}
	if len(challenges) == 0 {
		x.refuse(http.StatusForbidden, err.Error())
		return "", false
	}
	for _, c := range challenges {
		x.w.Header().Add("WWW-Authenticate", c)
	}
	x.challenge(err.Error())
	return "", false
}

// challenge answers 401 at once: net/http would first wait for the body. What
// comes of it is thrown away, so that the connection can be kept; a body that is
// too long or breaks off ends the connection, because nobody knows where the next
// request begins.
func (x *serving) challenge(why string) {
	x.e.Challenged = true
	c := http.NewResponseController(x.w)
	if x.r.Header.Get("Expect") != "" || c.EnableFullDuplex() != nil {
		x.refuse(http.StatusUnauthorized, why)
		return
	}
	x.w.Header().Set("Content-Length", "0")
	x.refuse(http.StatusUnauthorized, why)
	x.send()
	c.Flush()
	_, err := io.CopyN(io.Discard, x.r.Body, maxUnread+1)
	x.broken = err != io.EOF
}

// maxUnread is how much is read of a body that is thrown away, because nobody knows
// yet who sends it.
const maxUnread = 256 << 10

// read reads the request's body; nil is an empty one. What belongs to no session yet is
// an Inform, or is refused, so there less is read.
func (x *serving) read(known bool) (*rpc.Envelope, error) {
	cfg, wire := x.srv.Config, orSize(x.srv.MaxWire, serverMaxWire)
	if !known {
		most := orSize(x.srv.MaxInform, serverMaxInform)
		cfg.Limits.MaxBytes = min(orSize(cfg.Limits.MaxBytes, most), most)
		wire = min(wire, most)
	}
	coding := firstOf(x.r.Header["Content-Encoding"])
	switch {
	case x.r.ContentLength > wire:
		return nil, ErrTooLong
	case x.r.ContentLength == 0 && coding == "":
		return nil, nil
	}
	defer x.body.release()
	x.body.gather(x.incoming())
	env, err := x.parse(coding, wire, cfg)
	x.e.RequestBody = x.document
	if errors.Is(err, soap.ErrEmpty) {
		return nil, nil
	}
	return env, err
}

// incoming is the request's body. One that the CPE asks leave to send is begun within the
// time of a piece.
func (x *serving) incoming() io.Reader {
	if len(x.r.Header["Expect"]) == 0 {
		return x.r.Body
	}
	return &invited{Reader: x.r.Body, out: &x.out}
}

// parse makes an envelope of a body.
func (x *serving) parse(coding string, wire int64, cfg rpc.Config) (*rpc.Envelope, error) {
	body := &x.body
	keep := x.watched() || x.srv.Store != nil
	if coding == "" && body.all() && int64(len(body.first)) <= wire {
		if keep {
			x.document = bytes.Clone(body.first)
		}
		return rpc.Parse(body.first, cfg)
	}
	decoded, err := decode(body, coding, wire)
	if err != nil {
		return nil, err
	}
	var kept bytes.Buffer
	if keep {
		decoded = io.TeeReader(decoded, &kept)
	}
	env, err := rpc.Read(decoded, cfg)
	x.document = kept.Bytes()
	return env, err
}

// firstOf is a header's first value.
func firstOf(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// shown reports whether anybody sees the Exchange.
func (x *serving) shown() bool { return x.watched() || x.srv.Trace != nil }

// watched reports whether somebody wants to see bodies.
func (x *serving) watched() bool {
	return x.srv.Exchanged != nil || x.srv.Recorded != nil || x.trace.Response != nil
}

// The bounds of a Server on bodies.
const (
	serverMaxWire   = 16 << 20
	serverMaxInform = 1 << 20
)

// orSize is a size, or another if it is not set.
func orSize(n, other int64) int64 {
	if n <= 0 {
		return other
	}
	return n
}

// refuse answers with a bare status.
func (x *serving) refuse(status int, why string) {
	x.e.Status, x.e.Err = status, errors.New(why)
	if status == http.StatusRequestEntityTooLarge { // net/http would read on, for the sake of the connection
		x.w.Header().Set("Connection", "close")
	}
	level := slog.LevelInfo
	if status == http.StatusUnauthorized { // half of all exchanges begin so
		level = slog.LevelDebug
	}
	x.log(level, "refused", "status", status, "why", why)
}

// answer answers with an envelope, or with 204 for nil.
func (x *serving) answer(env *rpc.Envelope) {
	if env == nil {
		x.e.Status = http.StatusNoContent
		return
	}
	body, err := env.Append(x.buffer(), x.srv.Style)
	if err != nil {
		x.refuse(http.StatusInternalServerError, err.Error())
		return
	}
	x.e.Response, x.e.ResponseBody, x.e.Status = env, body, http.StatusOK
}

// retract takes back an answer that is not sent yet.
func (x *serving) retract() { x.e.Response, x.e.ResponseBody, x.e.Status = nil, nil, 0 }

// send sends the answer, when the session is where it has to be for the next POST.
func (x *serving) send() {
	if x.sent {
		return
	}
	x.sent = true
	h := x.w.Header()
	if x.srv.Trace != nil {
		x.e.Took, x.e.ResponseHeader = time.Since(x.e.Start), h
	}
	if x.trace.Challenged != nil && x.e.Challenged {
		x.trace.Challenged(x.e)
	}
	if x.trace.Response != nil {
		x.trace.Response(x.e)
	}
	if len(x.e.ResponseBody) > 0 {
		h["Content-Type"] = contentTypes
		h["Content-Length"] = []string{strconv.Itoa(len(x.e.ResponseBody))} // many CPEs cannot read chunks
	}
	x.w.WriteHeader(x.e.Status)
	if len(x.e.ResponseBody) > 0 {
		x.w.Write(x.e.ResponseBody)
	}
	if x.buf != nil && cap(x.e.ResponseBody) <= maxKept {
		*x.buf = x.e.ResponseBody[:0]
		x.srv.buffers.Put(x.buf)
		x.e.ResponseBody = nil
	}
}

// maxKept is how long a response may be for its buffer to be used again.
const maxKept = 64 << 10

// contentTypes is the header's value, which nobody changes.
var contentTypes = []string{contentType}

// buffer is where a response is written to: one that is used again, unless somebody
// watches who may keep it.
func (x *serving) buffer() []byte {
	if x.watched() {
		return nil
	}
	if b, ok := x.srv.buffers.Get().(*[]byte); ok {
		x.buf = b
	} else {
		x.buf = new([]byte)
	}
	return (*x.buf)[:0]
}

func (x *serving) log(level slog.Level, msg string, args ...any) {
	if x.srv.Logger != nil {
		x.srv.Logger.Log(x.r.Context(), level, msg, append(args, "remote", x.r.RemoteAddr)...)
	}
}
