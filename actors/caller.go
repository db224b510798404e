// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"

	"mabeam.dev/internal/kernel"
)

// Caller is a process as code sees it that was given a context.Context: without the type of its messages. It is a Sender and a Spawner,
// and like a Context it belongs to the process's own callbacks.
type Caller struct{ proc *kernel.Proc }

// CallerOf returns the process whose context ctx is, or is derived from; false if it is no process's.
func CallerOf(ctx context.Context) (c Caller, ok bool) {
	p := processOf(ctx)
	return Caller{p}, p != nil
}

func (c Caller) spawner() (*kernel.System, *kernel.Proc) { return c.proc.System(), c.proc }
func (c Caller) sender() *kernel.Proc                    { return c.proc }

// PID returns the process; the zero PID for the zero Caller.
func (c Caller) PID() PID { return PID(c) }

// Link is [Context.Link] for the process; nobody is linked to the zero Caller.
func (c Caller) Link(to PID) {
	if c.proc != nil && to.proc != nil {
		c.proc.Link(to.proc)
	}
}

// Unlink is [Context.Unlink] for the process; the zero Caller has no links.
func (c Caller) Unlink(from PID) {
	if c.proc != nil && from.proc != nil {
		c.proc.Unlink(from.proc)
	}
}

var (
	_ Spawner = Caller{}
	_ Sender  = Caller{}
)
