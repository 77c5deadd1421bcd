package main

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: a transport.Server in small, but for the codec: sessions by cookie, the turns of
// package session, time-outs, and encoding/xml.

// An xmlServer keeps sessions as a transport.Server does without a store.
type xmlServer struct {
	mu   sync.Mutex
	open map[string]*xmlSession // by cookie
}

type xmlSession struct {
	mu    sync.Mutex
	key   string
	turns *session.ACS
	n     int // of our next request
	timer *time.Timer
}

// The time-outs of a transport.Server.
const (
	sessionWait = 30 * time.Second
	writeWait   = 30 * time.Second
)

func (x *xmlServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	in, err := readXML(r)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	env := in.envelope()
	s := x.sessionOf(w, r, env)
	if s == nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timer.Reset(sessionWait)
	if err := s.turns.Receive(env); err != nil {
		s.turns.Fail(err)
	}
	for o := range s.turns.Outputs() {
		switch o.Kind {
		case session.Deliver:
			s.turns.Reply(answers[0])
		case session.Floor:
			s.speak()
		case session.Transmit:
			s.transmit(w, o.Envelope)
		case session.Done:
			x.remove(s)
		}
	}
}

// sessionOf finds the session of a POST, or opens one.
func (x *xmlServer) sessionOf(w http.ResponseWriter, r *http.Request, env *rpc.Envelope) *xmlSession {
	if !opens(env) {
		c, err := r.Cookie("cwmp")
		if err != nil {
			return nil
		}
		x.mu.Lock()
		defer x.mu.Unlock()
		return x.open[c.Value]
	}
	s := &xmlSession{key: rand.Text(), turns: session.NewACS(session.Config{IDPrefix: "acs-"})}
	s.timer = time.AfterFunc(sessionWait, func() { x.remove(s) })
	x.mu.Lock()
	defer x.mu.Unlock()
	x.open[s.key] = s
	w.Header().Set("Set-Cookie", "cwmp="+s.key+"; Path=/; HttpOnly")
	return s
}

// opens reports whether a message is an Inform.
func opens(env *rpc.Envelope) bool {
	if env == nil {
		return false
	}
	_, inform := env.Message.(*rpc.Inform)
	return inform
}

func (x *xmlServer) remove(s *xmlSession) {
	s.timer.Stop()
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.open, s.key)
}

// speak makes our next request.
func (s *xmlSession) speak() {
	if s.n++; answers[s.n] == nil {
		s.turns.Yield()
		return
	}
	s.turns.Send(answers[s.n])
}

// transmit writes a response, for which a peer has its time.
func (s *xmlSession) transmit(w http.ResponseWriter, env *rpc.Envelope) {
	c := http.NewResponseController(w)
	c.SetWriteDeadline(time.Now().Add(writeWait))
	defer c.SetWriteDeadline(time.Time{})
	defer c.Flush()
	if env == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	body, err := writeXML(env.ID, env.Message)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
}

// envelope is what was read as package session takes it.
func (in *envelopeIn) envelope() *rpc.Envelope {
	if in == nil {
		return nil
	}
	env := &rpc.Envelope{ID: in.ID, HasID: in.ID != "", Version: rpc.V12}
	switch b := &in.Body; {
	case b.Inform != nil:
		id := b.Inform.DeviceID
		m := &rpc.Inform{
			DeviceID:      rpc.DeviceID{Manufacturer: id.Manufacturer, OUI: id.OUI, ProductClass: id.ProductClass, SerialNumber: id.SerialNumber},
			ParameterList: values(b.Inform.List),
		}
		for _, e := range b.Inform.Events {
			m.Event = append(m.Event, rpc.Event{EventCode: rpc.EventCode(e.EventCode), CommandKey: e.CommandKey})
		}
		env.Message = m
	case b.GetParameterValuesResponse != nil:
		env.Message = &rpc.GetParameterValuesResponse{ParameterList: values(b.GetParameterValuesResponse.List)}
	case b.SetParameterValuesResponse != nil:
		env.Message = &rpc.SetParameterValuesResponse{}
	case b.GetParameterNamesResponse != nil:
		m := &rpc.GetParameterNamesResponse{}
		for _, p := range b.GetParameterNamesResponse.List {
			m.ParameterList = append(m.ParameterList, rpc.ParameterInfo{Name: p.Name, Writable: p.Writable == "1" || p.Writable == "true"})
		}
		env.Message = m
	}
	return env
}

func values(in []parameterIn) []rpc.ParameterValue {
	list := make([]rpc.ParameterValue, 0, len(in))
	for _, p := range in {
		list = append(list, rpc.ParameterValue{Name: p.Name, Value: rpc.Value{Type: p.Value.Type, Text: p.Value.Text}})
	}
	return list
}
