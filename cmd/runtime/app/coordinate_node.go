// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"mabeam.dev/config"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/zlog"
)

// coordinateAt starts a node, has it decide, and stops it.
func (c *command) coordinateAt(ctx context.Context, f *coordinateFlags) (err error) {
	if err := checkOutput(f.form, "text", "json"); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "council") // the socket's: no other node is in the way, and nobody else finds it
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	socket := filepath.Join(dir, "s")
	in, err := c.input(f.file, append([]string{"surfaces.listen=off", "surfaces.socket=" + socket, "log.level=warn"}, f.sets...))
	if err != nil {
		return exitWith(ExitUsage, err)
	}
	cfg, _, err := config.Load(in)
	if err != nil {
		var all config.Errors
		if errors.As(err, &all) {
			fmt.Fprintln(c.Stderr, all.Text())
			err = nil
		}
		return exitWith(ExitUsage, err)
	}
	if cfg.Coordination == nil {
		return usage("%s: it has no section coordination, so its node decides nothing", f.file)
	}
	n, quiet, err := c.councilNode(ctx, cfg)
	if err != nil {
		return err
	}
	defer quiet()
	defer func() {
		last, over := context.WithTimeout(context.WithoutCancel(ctx), cfg.Node.Drain)
		defer over()
		if _, stopped := n.Stop(last); stopped != nil {
			err = errors.Join(err, stopped)
		}
	}()
	if _, err := n.Registry().Settle(ctx); err != nil { // queries find who has started
		return err
	}
	if err := f.rehearse(n); err != nil {
		return err
	}
	return told(c.coordinateWith(ctx, f, admin.DialSocket(socket)))
}

// rehearse has the last participants lie.
func (f *coordinateFlags) rehearse(n *node.Node) error {
	if f.liars == 0 {
		return nil
	}
	who := f.order.Participants
	if len(who) == 0 {
		var err error
		if who, err = n.Electable(f.order.Query); err != nil {
			return exitWith(ExitUsage, err)
		}
	}
	if f.liars > len(who) {
		return usage("--liars %d: only %s take part", f.liars, plural(len(who), "agent"))
	}
	for _, agent := range who[len(who)-f.liars:] {
		if err := n.Engine().Rehearse(agent, f.behaviour()); err != nil {
			return err
		}
	}
	return nil
}

// councilNode starts the node with its log on standard error; quiet ends the log.
func (c *command) councilNode(ctx context.Context, cfg config.Config) (n *node.Node, quiet func(), err error) {
	logger := slog.New(telemetry.Coded(zlog.New(newScreen(c.Stderr, "none").logs(), logOptions(cfg.Log, false))))
	bus := telemetry.NewBus()
	logs := bus.Queue(telemetry.QueueOptions{Name: "log", Size: 4096})
	done := make(chan struct{})
	go func() { // ends when logs is closed; awaited by quiet
		defer close(done)
		_ = logs.Run(context.Background(), collect.LogOnce(telemetry.LogTo(logger))) // closed, which is how it ends
	}()
	quiet = func() { logs.Close(); <-done }
	n, err = node.Start(ctx, node.Options{
		Config: cfg, Kinds: c.kinds, Logger: logger, Bus: bus, Epoch: uuid.NewString(), Stdin: c.Stdin, Stdout: c.Stdout, RuntimeDir: c.env("XDG_RUNTIME_DIR"),
	})
	if err != nil {
		quiet()
		return nil, nil, err
	}
	return n, quiet, nil
}
