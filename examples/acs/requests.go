package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"unicode/utf8"

	"github.com/cwmp-go/cwmp/internal/msgjson"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: what the ACS asks, and what it answers. A request is an rpc.Tree, a message as
// data, because there is no knowing which it will be.

// maxFile bounds the file of -do, in bytes.
const maxFile = 16 << 20

// readRequests reads the file of -do. Each request is written once, so that what
// cannot be sent is found now: a name that is too long, a number that is none.
func readRequests(name string, style rpc.Style) ([]rpc.Message, error) {
	text, err := readFile(name)
	if err != nil {
		return nil, err
	}
	var items []json.RawMessage
	if err := json.Unmarshal(text, &items); err != nil || items == nil {
		return nil, fmt.Errorf("%s: %w", name, notAList(text, err))
	}
	requests := make([]rpc.Message, len(items))
	for i, item := range items {
		if requests[i], err = readRequest(item, style); err != nil {
			return nil, fmt.Errorf("%s: request %d: %w", name, i+1, err)
		}
	}
	return requests, nil
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxFile:
		return nil, fmt.Errorf("%s: more than %d bytes", name, maxFile)
	case !utf8.Valid(text):
		return nil, fmt.Errorf("%s: not UTF-8", name)
	}
	return text, nil
}

// notAList says where the text stops being JSON, or that it is another value.
func notAList(text []byte, err error) error {
	bad, ok := errors.AsType[*json.SyntaxError](err)
	if !ok {
		return errors.New("not a list of requests")
	}
	return fmt.Errorf("line %d: %w", bytes.Count(text[:bad.Offset], []byte("\n"))+1, err)
}

// methods are what may be asked of a CPE.
var methods = rpc.Registry{}.Methods(rpc.ToCPE)

// readRequest reads {"Reboot":{"CommandKey":"k"}}.
func readRequest(item []byte, style rpc.Style) (rpc.Message, error) {
	members, names, err := msgjson.Members(item)
	switch {
	case err != nil:
		return nil, err
	case len(names) != 1:
		return nil, fmt.Errorf("%d methods in one object", len(names))
	case !slices.Contains(methods, names[0]):
		return nil, fmt.Errorf("%q is no method of a CPE", names[0])
	}
	tree, err := msgjson.Read(rpc.Registry{}.New(names[0]), members[names[0]])
	if err != nil {
		return nil, err
	}
	_, err = (&rpc.Envelope{Message: tree}).Append(nil, style)
	return tree, err
}

// turn makes the next request of the list. How many were made is all that has to be
// kept of a session, so its Data is as many bytes long.
func (p *program) turn(_ context.Context, s *transport.Session, _ rpc.Message) (rpc.Message, error) {
	made := len(s.Data)
	if made == len(p.requests) {
		return nil, nil
	}
	s.Data = append(s.Data, '.')
	return p.requests[made], nil
}

// answer accepts whatever a CPE may ask of an ACS. What nobody knows is left to the
// Server, which refuses it.
func (p *program) answer(_ context.Context, _ *transport.Session, request rpc.Message) (rpc.Message, error) {
	switch request := request.(type) {
	case *rpc.Inform:
		p.opened(request)
	case *rpc.GetRPCMethods, *rpc.Vendor:
		return nil, nil
	}
	if !slices.Contains(rpc.Registry{}.Methods(rpc.ToACS), request.Method()) {
		return nil, nil
	}
	return rpc.Registry{}.New(request.Method() + "Response"), nil
}
