package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: the story, from the attributes to the last step.

// play runs the program that the flags ask for.
func play(ctx context.Context, o options, out io.Writer) error {
	if o.external {
		return playExternal(ctx, o, out)
	}
	return playEmbedded(ctx, o, out)
}

// The credentials of the two ACSs. Those of the main one are the ones in the DHCP
// option; those of the backup come by SetParameterValues.
const (
	mainUser, mainPassword     = "1234", "5678"
	backupUser, backupPassword = "backup-user", "backup-secret"
)

func playEmbedded(ctx context.Context, o options, out io.Writer) error {
	ca, err := newCA(o.tls)
	if err != nil {
		return err
	}
	backup, err := startACS(ca, backupUser, backupPassword)
	if err != nil {
		return err
	}
	defer backup.close()
	main, err := startACS(ca, mainUser, mainPassword)
	if err != nil {
		return err
	}
	defer main.close()
	target := endpoint{backup.url, backupUser, backupPassword}
	main.target, backup.target = target, target

	d, err := newDevice(ca)
	if err != nil {
		return err
	}
	if err := d.fromDHCP(dhcpOption); err != nil {
		return err
	}
	if err := d.fromCLI(main.url, "", ""); err != nil {
		return err
	}
	l := &ladder{out: out, verbose: o.verbose, secrets: o.secrets, policy: d.policy()}
	d.provenance(out)
	if err := d.session(ctx, l, 1, "main ACS URL", rpc.EventBootstrap, rpc.EventBoot); err != nil {
		return err
	}
	if err := l.complete(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	d.provenance(out)
	if err := d.session(ctx, l, 2, "backup ACS URL", rpc.EventBootstrap); err != nil {
		return err
	}
	return l.complete()
}

func playExternal(ctx context.Context, o options, out io.Writer) error {
	d, err := newDevice(nil)
	if err != nil {
		return err
	}
	if err := d.fromCLI(o.acs, o.user, o.pass); err != nil {
		return usageError{err}
	}
	d.provenance(out)
	l := &ladder{out: out, verbose: o.verbose, secrets: o.secrets, policy: d.policy()}
	return d.session(ctx, l, 1, "ACS URL", rpc.EventBootstrap, rpc.EventBoot)
}

// session runs one session with the ACS that the attributes name now. What the ACS
// writes meanwhile is for the next one.
func (d *device) session(ctx context.Context, l *ladder, n int, name string, events ...rpc.EventCode) error {
	fmt.Fprintf(l.out, "\nsession %d: %s\n", n, name)
	l.begin()
	e := d.attrs.Snapshot().Endpoint()
	if e.Ready != nil {
		return e.Ready
	}
	client := transport.Client{
		URL:      e.URL.Value,
		Username: e.Username.Value,
		Password: e.Password.Value.Reveal(),
		TLS:      d.tlsPolicies[d.policy()],
		Handle:   d.handle,
		Trace:    l.trace(),
	}
	_, err := client.Do(ctx, d.inform(events))
	if err != nil {
		return failure(n, err)
	}
	return nil
}

// failure says why a session failed and how long the retry policy would wait.
func failure(n int, err error) error {
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("session %d was interrupted", n)
	}
	var policy session.Retry
	from, to := policy.Band(1)
	wait := policy.Wait(1, rand.Uint64())
	return fmt.Errorf("session %d failed: %w; next attempt in %v (retry 1 waits %v to %v)",
		n, err, wait.Round(time.Second), from, to)
}
