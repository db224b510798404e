// SPDX-License-Identifier: Apache-2.0

package actors

// What packages build on that give processes something to own: tables, groups, registries.

// Extend returns the system's one value of type T, made on first use: how a package keeps state of its own for each system without a
// global. make must be quick and must not call Extend. T should be an unexported type of the package that asks.
func Extend[T any](sys *System, make func() *T) *T {
	return sys.kernel.Extension((*T)(nil), func() any { return make() }).(*T)
}

// AtEnd has release called once when the process of owner ends, whatever ends it: when the process is fenced and its names are free,
// before its mailbox is drained and before anybody hears of the death. Hooks run in the order in which they were made, on the goroutine that
// ends the process: they must not block and must not panic. ErrFenced says that the process has ended and release is not going to be called.
// cancel takes the hook back; it reports false when the end has begun.
func AtEnd(owner Sender, release func(why Reason)) (cancel func() bool, err error) {
	return owner.sender().AtEnd(release)
}

// System returns the system that the process lives in.
func (c *Context[M]) System() *System { return &System{c.proc.System()} }

// SystemOf returns the system that processes started from in live in.
func SystemOf(in Spawner) *System {
	sys, _ := in.spawner()
	return &System{sys}
}

// Fenced reports whether nothing that the process does through the runtime has an effect any more: it is being killed, is ending, or is
// dead. It takes no lock. Nobody is fenced.
func (p PID) Fenced() bool { return p.proc == nil || p.proc.Void() }

// System returns the system that the process lived in; nil for nobody.
func (p PID) System() *System {
	if p.proc == nil {
		return nil
	}
	return &System{p.proc.System()}
}

// OwnerOf returns the process in whose turn owner's code runs.
func OwnerOf(owner Sender) PID { return PID{owner.sender()} }
