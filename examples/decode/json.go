package main

// NOTE: a file as a line of JSON. What a message looks like in it is package
// msgjson's business, which examples/acs shares.

import (
	"github.com/cwmp-go/cwmp/internal/msgjson"
	"github.com/cwmp-go/cwmp/rpc"
)

// json is the line of a file that was refused.
func (r refusal) json(file string) []byte {
	var o msgjson.Object
	o.String("file", file)
	o.String("error", r.reason)
	o.Int("offset", r.offset)
	o.String("path", r.path)
	return append(o.Close(), '\n')
}

// json is the line of a message.
func (m *message) json(file string, d *document) []byte {
	env := m.env
	if env == nil {
		env = &rpc.Envelope{}
	}
	var o msgjson.Object
	o.String("file", file)
	if env.Message == nil {
		o.String("method", "")
	} else {
		o.String("method", env.Message.Method())
	}
	if env.HasID {
		o.String("id", env.ID)
	} else {
		o.Raw("id", []byte("null"))
	}
	o.String("version", env.Version.String())
	o.Raw("diagnostics", diagnosticsJSON(env, d))
	if env.MoreDiagnostics > 0 {
		o.Int("moreDiagnostics", env.MoreDiagnostics)
	}
	o.Raw("message", m.body())
	return append(o.Close(), '\n')
}

func diagnosticsJSON(env *rpc.Envelope, d *document) []byte {
	list := make([][]byte, len(env.Diagnostics))
	for i, g := range env.Diagnostics {
		offset, _, _ := d.place(g.Offset)
		list[i] = msgjson.Diagnostic(g, offset)
	}
	return msgjson.Array(list)
}

// body is the message itself.
func (m *message) body() []byte {
	if m.node != nil {
		return msgjson.Struct(m.node)
	}
	if m.env == nil || m.env.Message == nil {
		return []byte("null")
	}
	var o msgjson.Object
	if v, ok := m.env.Message.(*rpc.Vendor); ok {
		o.Exact("xml", string(v.Raw.XML))
	}
	return o.Close()
}
