package transport

import (
	"context"
	"fmt"
	"time"

	"github.com/cwmp-go/cwmp/session"
)

// NOTE: settings of a device that runs. A change is put in force between two sessions,
// each part of it once: the retry policy, the schedule, the keeper of the binding.

// A Configured is a device's end that follows its Settings: the program calls Apply
// with those of each new snapshot, between sessions, and Client for each session. It
// is not safe for concurrent use; sessions are, for each has a client of its own. The
// zero Configured works.
type Configured struct {
	// Base is the client but for what Settings say: Handle, Trace, Now and the like.
	Base Client
	// Policies finds TLS configurations. Nil: there are none, and https is refused.
	Policies Policies
	// Retry gets the retry parameters. Nil: nobody does.
	Retry *session.Retry
	// Schedule gets the periodic Inform and the scheduled one. Nil: nobody does.
	Schedule *session.Schedule
	// Keeper keeps a STUN binding until its context ends, for the Server and Port of
	// s.STUN, which are never empty, from s.Interface. It runs on a goroutine of its
	// own while STUN is enabled and no gate is shut, and is ended and begun again
	// when what it was given has changed; one that has returned by itself begins
	// again at the next Apply. Nil: nothing is kept.
	Keeper func(ctx context.Context, s Settings)

	settings Settings // in force
	told     bool     // the schedule has heard of them
	waiting  bool     // the scheduled Inform waits for the clock
	keeping  *keeping // the last one, at work or not
}

// Apply puts settings in force, for the sessions to come. Call Schedule.HandleTimeout
// with the same clock first, and Apply again when the clock has become known. ctx is
// the keeper's life. random is any 64 random bits. The first Apply tells the schedule
// everything, and each later one what has changed.
//
// The error is about the scheduled Inform alone, when its moment has passed:
// session.ErrPast, or session.ErrFull; it comes once, and everything else is in force.
// A gate that is shut is no error here but of Client.
func (c *Configured) Apply(ctx context.Context, s Settings, now session.Clock, random uint64) error {
	if c.Retry != nil {
		s.Retry(c.Retry)
	}
	err := c.schedule(s, now, random)
	c.settings = s
	c.keep(ctx)
	return err
}

// schedule tells the schedule what differs. An unchanged period is not told again, for
// each telling draws its phase anew.
func (c *Configured) schedule(s Settings, now session.Clock, random uint64) error {
	if c.Schedule == nil {
		return nil
	}
	was, first := c.settings, !c.told
	c.told = true
	if first || s.Periodic != was.Periodic || !s.Phase.Equal(was.Phase) {
		c.Schedule.Periodic(s.Periodic, s.Phase, random)
	}
	same := s.Connect.Equal(was.Connect)
	if same && !first && !c.waiting {
		return nil
	}
	err := c.Schedule.Connect(s.Connect)
	if err != nil && !same && !was.Connect.IsZero() { // what was set before goes all the same
		_ = c.Schedule.Connect(time.Time{})
	}
	c.waiting = err != nil && now.Wall.IsZero()
	if err == nil || c.waiting {
		return nil
	}
	return fmt.Errorf("transport: the scheduled Inform at %s: %w", s.Connect.Format(time.RFC3339), err)
}

// Settings are those in force: what the last Apply was given.
func (c *Configured) Settings() Settings { return c.settings }

// Client makes the client of the next session, by the settings in force. The error is
// a *[GateError].
func (c *Configured) Client() (*Client, error) { return c.settings.Client(c.Base, c.Policies) }

// Stop ends the keeper and returns when it has returned.
func (c *Configured) Stop() {
	if c.keeping != nil {
		c.keeping.cancel()
		<-c.keeping.done
		c.keeping = nil
	}
}

// A keeping is a keeper at work.
type keeping struct {
	of     kept
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}
}

// kept is what a keeper depends on.
type kept struct {
	from, server, username, password string
	port                             uint16
	least, most                      time.Duration
}

func (s Settings) kept() kept {
	b := s.STUN
	return kept{s.Interface, b.Server, b.Username, b.Password.Reveal(), b.Port, b.MinKeepAlive, b.MaxKeepAlive}
}

// keep begins and ends the keeper as the settings in force have it. It waits for
// nobody: a new keeper begins when the old one has returned.
func (c *Configured) keep(ctx context.Context) {
	s := c.settings
	s.STUN = s.binding()
	want := s.kept()
	on := c.Keeper != nil && s.STUN.Enable && s.Check(c.Policies) == nil
	old := c.keeping
	if on && old != nil && old.of == want && old.ctx.Err() == nil && !closed(old.done) {
		return
	}
	if old != nil {
		old.cancel()
	}
	if !on {
		return
	}
	k := &keeping{of: want, done: make(chan struct{})}
	k.ctx, k.cancel = context.WithCancel(ctx)
	keeper := c.Keeper
	go func() {
		defer close(k.done)
		if old != nil {
			<-old.done
		}
		if k.ctx.Err() == nil {
			keeper(k.ctx, s)
		}
	}()
	c.keeping = k
}

func closed(done chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}
