package session

import (
	"bytes"
	"slices"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: symmetry. Once the ACS has asked for several transfers, nothing in a world tells
// them apart but what has become of each: with their keys exchanged it goes on alike, its
// keys exchanged. So a world is turned into the one whose transfers are in the order of
// what is known of them.

// A face is all that is known of one transfer.
type face [40]byte

// alike puts the transfers that were asked for in the order of their faces.
func (s *space) alike(w *world) {
	asked := 0
	for asked < len(w.sc.tasks) && w.tasks[asked] != taskNew {
		asked++
	}
	if w.sc.full || asked < 2 || slices.Contains(w.sc.tasks, 0) {
		return
	}
	var faces [maxTransfers]face
	order := [maxTransfers]uint8{0, 1, 2}
	for k := range asked {
		faces[k] = w.face(k)
	}
	slices.SortStableFunc(order[:asked], func(a, b uint8) int { return bytes.Compare(faces[a][:], faces[b][:]) })
	if order == [maxTransfers]uint8{0, 1, 2} {
		return
	}
	var to exchange // the inverse: where each goes
	for place, k := range order {
		to[k] = uint8(place)
	}
	s.rename(w, to)
}

// face collects what is known of a transfer.
func (w *world) face(k int) (f face) {
	e := evDownload1 + k
	b := append(f[:0], w.tasks[k], w.effects[k], w.seen[e], w.aList[e], w.post.list[e], w.stale.list[e], w.talk.cpe.list[e])
	flag := func(on bool) {
		if b = append(b, 0); on {
			b[len(b)-1] = 1
		}
	}
	flag(w.talk.cpe.accepted[k])
	flag(int(w.task) == k+1)
	for _, x := range []*store{w.ram, w.disk} {
		b = append(b, x.transfers[k], x.ghost.gen[e], x.ghost.acked[e])
		flag(x.ghost.accepted[k])
		b = append(b, byte(1+slices.Index(x.ghost.order[:], uint8(k+1))))
		at := slices.IndexFunc(x.queue.pending, func(p event) bool { return p.Event == modelEvents[e] })
		if b = append(b, byte(at+1)); at >= 0 {
			flag(x.queue.pending[at].listed)
			flag(x.queue.pending[at].again)
		}
	}
	for _, env := range w.envelopes() {
		flag(*env != nil && keyOf((*env).Message) == k)
	}
	if w.cpe != nil {
		flag(w.cpe.sent != nil && keyOf(w.cpe.sent.Message) == k)
		b = append(b, byte(1+slices.IndexFunc(w.cpe.queue, func(m rpc.Message) bool { return keyOf(m) == k })))
	}
	if len(b) > len(f) {
		panic("a face is too small")
	}
	return f
}

// envelopes are all that a world holds outside of its machines.
func (w *world) envelopes() [10]**rpc.Envelope {
	return [...]**rpc.Envelope{
		&w.request, &w.aRequest, &w.post.env, &w.stale.env, &w.resp.env,
		&w.talk.cpe.out, &w.talk.cpe.again, &w.talk.cpe.open, &w.talk.acs.out, &w.talk.acs.open,
	}
}

// keyOf is the transfer that a message is about, or -1.
func keyOf(msg rpc.Message) int {
	switch m := msg.(type) {
	case *rpc.TransferComplete:
		return transferOf(m.CommandKey)
	case *rpc.Download:
		return transferOf(m.CommandKey)
	}
	return -1
}

// An exchange says where each transfer goes.
type exchange [maxTransfers]uint8

// permute is an array by transfer with its elements exchanged.
func permute[T any](to exchange, a [maxTransfers]T) (b [maxTransfers]T) {
	for k, v := range a {
		b[to[k]] = v
	}
	return b
}

// events exchanges the elements of an array by event.
func (to exchange) events(a *[numEvents]uint8) {
	b := permute(to, [maxTransfers]uint8(a[evDownload1:]))
	copy(a[evDownload1:], b[:])
}

// rename exchanges the transfers of a world.
func (s *space) rename(w *world, to exchange) {
	w.tasks, w.effects = permute(to, w.tasks), permute(to, w.effects)
	w.talk.cpe.accepted = permute(to, w.talk.cpe.accepted)
	if w.task > 0 {
		w.task = to[w.task-1] + 1
	}
	for _, x := range []*store{w.memory(), w.durable()} {
		x.transfers, x.ghost.accepted = permute(to, x.transfers), permute(to, x.ghost.accepted)
		to.events(&x.ghost.gen)
		to.events(&x.ghost.acked)
		for i, n := range x.ghost.order {
			if n > 0 {
				x.ghost.order[i] = to[n-1] + 1
			}
		}
		for i, p := range x.queue.pending {
			if k := slices.Index(modelEvents[evDownload1:], p.Event); k >= 0 {
				x.queue.pending[i].Event = modelEvents[evDownload1+to[k]]
			}
		}
	}
	for _, a := range []*[numEvents]uint8{&w.seen, &w.aList, &w.post.list, &w.stale.list, &w.talk.cpe.list} {
		to.events(a)
	}
	for _, env := range w.envelopes() {
		*env = s.renamed(*env, to)
	}
	if w.cpe != nil {
		c := w.theCPE()
		c.sent, c.again = s.renamed(c.sent, to), s.renamed(c.again, to)
		for i, m := range c.queue {
			c.queue[i] = renamedMessage(m, to)
		}
		for i := range c.out.n {
			o := &c.out.outputs[i]
			o.Envelope = s.renamed(o.Envelope, to)
		}
	}
	if w.acs != nil {
		a := w.theACS()
		a.sent = s.renamed(a.sent, to)
		for i := range a.out.n {
			o := &a.out.outputs[i]
			o.Envelope = s.renamed(o.Envelope, to)
		}
	}
}

// renamed is an envelope about the transfer that this one becomes.
func (s *space) renamed(env *rpc.Envelope, to exchange) *rpc.Envelope {
	if env == nil || keyOf(env.Message) < 0 {
		return env
	}
	other := *env
	other.Message = renamedMessage(env.Message, to)
	return s.env(&other)
}

func renamedMessage(msg rpc.Message, to exchange) rpc.Message {
	key := modelEvents[evDownload1+int(to[keyOf(msg)])].CommandKey
	if m, ok := msg.(*rpc.TransferComplete); ok {
		other := *m
		other.CommandKey = key
		return &other
	}
	return &rpc.Download{CommandKey: key}
}
