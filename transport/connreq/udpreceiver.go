package connreq

// NOTE: the CPE's end of UDP connection requests. Whatever comes, nothing is sent
// back: an answer would serve amplification and scanners. What is cheap is checked
// first, what a stranger cannot pass comes before anything is changed.

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"
)

// A Mark is the last UDP connection request that was taken, which each further one
// has to be newer than. The program keeps it over a restart. See TR-069 Annex G.
type Mark struct {
	// TS is its ts; 0 is before any request.
	TS int64
	// ID is its id.
	ID string
}

// maxAhead is how far a request may be ahead of a clock that is trusted: one that
// came through with a ts of years ahead would keep all later ones out.
const maxAhead = time.Hour

// A UDPReceiver judges the datagrams that arrive at UDPConnectionRequestAddress. The
// zero value with a Gate works. It must not be copied after first use and is safe for
// concurrent use. See TR-069 Annex G.
type UDPReceiver struct {
	// Gate has the credentials and gets the accepted requests. Nil is ErrNoGate.
	Gate *Gate
	// Mark is where a device goes on after a restart: what Save got last. It is
	// read at first use. Zero is a device that never took a request.
	Mark Mark
	// Save keeps the mark where a restart finds it. It is called for each
	// authentic and new datagram, at most once a second of ts, before the request
	// goes to the Gate, one call at a time. After an error the request is taken all
	// the same, and could be played again after a restart. Nil keeps nothing.
	Save func(Mark) error
	// Now returns the time, and whether it is known and to be trusted. While it is,
	// a datagram from more than an hour ahead is refused. Nil is a device without
	// a clock, where nothing is compared but the datagrams with each other.
	Now func() (now time.Time, trusted bool)
	// Logger is told what was accepted and what is authentic and refused. Nil is
	// silent.
	Logger *slog.Logger

	mu   sync.Mutex
	once sync.Once
	last Mark
}

// Receive judges one datagram, whoever sent it, and wakes the Gate if it is a request
// to be served: nil says so. The error is for logs and tests, since the sender hears
// nothing: [ErrMalformed], [ErrSignature], [ErrFuture], [ErrStale], or the Gate's
// [ErrRate] and [ErrInSession]. A datagram is spent once it is found authentic and
// new, also if the Gate refuses it.
func (u *UDPReceiver) Receive(datagram []byte) error {
	if u.Gate == nil {
		return ErrNoGate
	}
	r, err := ParseUDPRequest(datagram)
	if err != nil {
		return err
	}
	password, known := u.Gate.password(r.Username)
	if signed := r.Signed(password); !known || !signed {
		return ErrSignature
	}
	err = u.spend(r)
	if err == nil {
		err = u.Gate.Admit()
	}
	if err != nil {
		u.log(slog.LevelDebug, "refused", "reason", err)
		return err
	}
	u.log(slog.LevelInfo, "accepted")
	u.Gate.Wake()
	return nil
}

// spend takes an authentic request, if it is new.
func (u *UDPReceiver) spend(r UDPRequest) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.once.Do(func() { u.last = u.Mark })
	if r.TS <= u.last.TS || r.ID == u.last.ID {
		return ErrStale
	}
	if u.Now != nil {
		if now, trusted := u.Now(); trusted && r.TS > now.Add(maxAhead).Unix() {
			return ErrFuture
		}
	}
	u.last = Mark{TS: r.TS, ID: r.ID}
	if u.Save == nil {
		return nil
	}
	if err := u.Save(u.last); err != nil {
		u.log(slog.LevelWarn, "mark not saved", "error", err)
	}
	return nil
}

// Serve reads conn until ctx is done, and leaves conn open; the error is the cause of
// ctx, or net.ErrClosed if conn was closed. A socket that STUN shares is read by the
// program, which hands over to Receive what [IsUDPRequest] says is for it.
func (u *UDPReceiver) Serve(ctx context.Context, conn net.PacketConn) error {
	if u.Gate == nil {
		return ErrNoGate
	}
	defer interrupted(ctx, conn.SetReadDeadline)()
	var buf [MaxDatagram + 1]byte
	for pause := (backoff{}); ; {
		n, _, err := conn.ReadFrom(buf[:])
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil:
			pause.wait(ctx)
		default:
			pause = backoff{}
			u.Receive(buf[:n])
		}
	}
}

func (u *UDPReceiver) log(level slog.Level, what string, args ...any) {
	if u.Logger != nil {
		u.Logger.Log(context.Background(), level, "UDP connection request: "+what, args...)
	}
}
