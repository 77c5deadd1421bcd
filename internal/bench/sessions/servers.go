package main

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: the subjects at the ACS's end. The state of the first two is the number of the
// next POST, which is all of their cookie.

var serverNames = []string{"net/http, prebuilt", "net/http, encoding/xml", "encoding/xml with sessions", "cwmp"}

func serverOf(name string) http.Handler {
	switch name {
	case serverNames[0]:
		return prebuilt(answerDocuments())
	case serverNames[1]:
		return unmarshalling{}
	case serverNames[2]:
		return &xmlServer{open: map[string]*xmlSession{}}
	}
	return &transport.Server{Handler: transport.HandlerFunc(turn)}
}

// step is the number of a POST, by its cookie.
func step(r *http.Request) int {
	c, err := r.Cookie("cwmp")
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(c.Value)
	return n % len(posts)
}

// respond sends a body, and the cookie for the next POST.
func respond(w http.ResponseWriter, n int, body []byte) {
	w.Header().Set("Set-Cookie", "cwmp="+strconv.Itoa(n+1)+"; Path=/; HttpOnly")
	if body == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
}

// prebuilt answers with bodies that were made before.
type prebuilt [][]byte

func (p prebuilt) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	n := step(r)
	respond(w, n, p[n])
}

// turn is the Handler of the transport.Server: the same requests, each message new.
func turn(_ context.Context, s *transport.Session, in rpc.Message) (rpc.Message, error) {
	n := len(s.Data) + 1
	s.Data = append(s.Data, 'x')
	if f, ok := in.(*rpc.Fault); ok {
		return nil, f
	}
	return answers[n], nil
}
