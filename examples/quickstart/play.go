package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/cwmp-go/cwmp/attrs"
	"github.com/cwmp-go/cwmp/rpc"
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
	if err := d.fromCLI(main.url, "", "", attrs.Set(attrs.ConnectInterface, "127.0.0.1")); err != nil {
		return err
	}
	l := &ladder{out: out, verbose: o.verbose, secrets: o.secrets, policy: d.policy()}
	if err := d.session(ctx, l, 1, "main ACS URL", rpc.EventBootstrap, rpc.EventBoot); err != nil {
		return err
	}
	if err := l.complete(); err != nil {
		return err
	}
	fmt.Fprintln(out)
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
	l := &ladder{out: out, verbose: o.verbose, secrets: o.secrets, policy: d.policy()}
	return d.session(ctx, l, 1, "ACS URL", rpc.EventBootstrap, rpc.EventBoot)
}

// session runs one session with the ACS that the attributes name now. What the ACS
// writes meanwhile is for the next one.
func (d *device) session(ctx context.Context, l *ladder, n int, name string, events ...rpc.EventCode) error {
	if err := d.configure(ctx); err != nil {
		return err
	}
	d.provenance(l.out)
	d.obeyed(l.out)
	fmt.Fprintf(l.out, "\nsession %d: %s\n", n, name)
	client, err := d.cpe.Client()
	if err != nil {
		return err
	}
	client.Trace = l.begin()
	d.retry.HandleTimeout(time.Now())
	if _, err = client.Do(ctx, d.inform(events)); err != nil {
		return d.failure(n, err)
	}
	d.retry.Succeeded()
	d.attrs.Contacted(d.began)
	return nil
}

// failure says why a session failed and how long the retry policy waits.
func (d *device) failure(n int, err error) error {
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("session %d was interrupted", n)
	}
	now := time.Now()
	d.retry.HandleTimeout(now)
	d.retry.Failed(rand.Uint64())
	from, to := d.retry.Band(1)
	next, _ := d.retry.Deadline()
	return fmt.Errorf("session %d failed: %w; next attempt in %v (retry 1 waits %v to %v)",
		n, err, next.Sub(now).Round(time.Second), from, to)
}
