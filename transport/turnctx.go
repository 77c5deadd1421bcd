package transport

import (
	"context"
	"sync"
	"time"
)

// NOTE: the context that the program's code gets: it ends with the request and with the
// session. To tie two contexts together takes two registrations, which a handler that
// never looks at its context need not pay for; so they are made at the first look.

// A turnContext is a context of two others.
type turnContext struct {
	request, session context.Context

	once sync.Once
	ctx  context.Context
	stop func()
}

// look ties the two together.
func (c *turnContext) look() context.Context {
	c.once.Do(func() {
		ctx, cancel := context.WithCancelCause(c.request)
		stop := context.AfterFunc(c.session, func() { cancel(context.Cause(c.session)) })
		c.ctx, c.stop = ctx, func() { stop(); cancel(nil) }
		if c.session.Err() != nil { // at once, not on a goroutine to come
			cancel(context.Cause(c.session))
		}
	})
	return c.ctx
}

// end ends the context when its call is over. One that was never looked at ends when it
// is, as one of a request that is over.
func (c *turnContext) end() {
	c.once.Do(func() { c.ctx, c.stop = endedContext, func() {} })
	c.stop()
}

// endedContext is a context that has ended.
var endedContext = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// Deadline implements [context.Context].
func (c *turnContext) Deadline() (time.Time, bool) { return c.request.Deadline() }

// Done implements [context.Context].
func (c *turnContext) Done() <-chan struct{} { return c.look().Done() }

// Err implements [context.Context].
func (c *turnContext) Err() error { return c.look().Err() }

// Value implements [context.Context]; context.Cause goes this way.
func (c *turnContext) Value(key any) any { return c.look().Value(key) }
