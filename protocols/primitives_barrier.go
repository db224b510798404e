// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"
	"time"

	"mabeam.dev/protocols/barrier"
)

// Barrier is a cyclic barrier or phaser of a space. Members are processes, or who AsOwner names.
type Barrier struct {
	s    *Space
	name string
	spec *barrier.Spec // never changed
}

// Barrier returns the barrier of a name, which is made when it is first used. A name that has another spec is a *KindError.
func (s *Space) Barrier(name string, spec barrier.Spec) Barrier { return Barrier{s, name, &spec} }

// Passage is how somebody passed a barrier or latch.
type Passage struct {
	// Generation is the one that passed.
	Generation uint64
	// Index is the place in the order of arrival, from 0.
	Index int
}

// Await arrives, and waits for all others, at most wait; 0 means the space's MaxWait, negative until ctx ends. Who waits too long, or whose ctx or
// process ends, breaks the barrier as its policy says: *barrier.BrokenError for all. Who could never pass, as all who are missing wait for something that
// its owner has, is refused with a *lock.DeadlockError, and breaks nothing.
func (b Barrier) Await(ctx context.Context, wait time.Duration) (Passage, error) {
	return b.arrive(ctx, wait, 0, anySide)
}

// AwaitGeneration is Await for one generation alone: *barrier.GenerationError if another one fills.
func (b Barrier) AwaitGeneration(ctx context.Context, generation uint64, wait time.Duration) (Passage, error) {
	return b.arrive(ctx, wait, generation, anySide)
}

func (b Barrier) arrive(ctx context.Context, wait time.Duration, generation uint64, s side) (Passage, error) {
	m := new(ask)
	in := &m.in
	in.Op, in.Name, in.Barrier = opArrive, b.name, b.spec
	in.For, in.Generation, in.Side = b.s.limit(wait), generation, s
	a, err := b.s.send(ctx, m)
	if err != nil {
		return Passage{}, about("await", b.name, err)
	}
	return Passage{a.Generation, a.Index}, nil
}

// limit is how long a request waits, for the machines: 0 means without limit.
func (s *Space) limit(wait time.Duration) time.Duration {
	if wait == 0 {
		wait = s.o.MaxWait
	}
	return max(wait, 0)
}

func (b Barrier) input(op spaceOp) spaceInput {
	return spaceInput{Op: op, Name: b.name, Barrier: b.spec}
}

// Register makes the caller a member of a phaser, from the phase that fills.
func (b Barrier) Register(ctx context.Context) (generation uint64, err error) {
	a, err := b.s.ask(ctx, b.input(opRegister))
	return a.Generation, about("register", b.name, err)
}

// Deregister ends the caller's membership of a phaser.
func (b Barrier) Deregister(ctx context.Context) error {
	_, err := b.s.ask(ctx, b.input(opQuit))
	return about("deregister", b.name, err)
}

// Reset breaks the barrier for who waits, and begins a new generation, which it returns.
func (b Barrier) Reset(ctx context.Context) (generation uint64, err error) {
	a, err := b.s.ask(ctx, b.input(opReset))
	return a.Generation, about("reset", b.name, err)
}

// Status shows the barrier; one that nobody has used is as if it had been made now.
func (b Barrier) Status(ctx context.Context) (barrier.Status, error) {
	return view(ctx, b.s, func(st *spaceState) barrier.Status {
		if m := st.barriers[b.name]; m != nil {
			return m.Status()
		}
		return barrier.Status{Generation: 1, Need: b.spec.Parties}
	})
}

// DoubleBarrier lets a fixed number in together and out together.
type DoubleBarrier struct{ b Barrier }

// DoubleBarrier returns the double barrier of a name for so many parties.
func (s *Space) DoubleBarrier(name string, parties int) DoubleBarrier {
	return DoubleBarrier{s.Barrier(name, barrier.Spec{Kind: barrier.Double, Parties: parties})}
}

// Enter waits until all are there. barrier.ErrFull if others are inside.
func (d DoubleBarrier) Enter(ctx context.Context, wait time.Duration) (Passage, error) {
	return d.b.arrive(ctx, wait, 0, enters)
}

// Leave waits until all want to leave. barrier.ErrNotRegistered if nobody is inside.
func (d DoubleBarrier) Leave(ctx context.Context, wait time.Duration) (Passage, error) {
	return d.b.arrive(ctx, wait, 0, leaves)
}

// Reset breaks the barrier for who waits, and empties it.
func (d DoubleBarrier) Reset(ctx context.Context) (generation uint64, err error) {
	return d.b.Reset(ctx)
}

// Status shows the barrier.
func (d DoubleBarrier) Status(ctx context.Context) (barrier.Status, error) { return d.b.Status(ctx) }

// Latch opens once, when it was counted down.
type Latch struct {
	s    *Space
	name string
	n    int
}

// Latch returns the latch of a name that opens after n counts. A name with another number is a *KindError.
func (s *Space) Latch(name string, n int) Latch { return Latch{s, name, n} }

// CountDown takes k off and returns how many are missing; 0 means that it is open.
func (l Latch) CountDown(ctx context.Context, k int) (left int, err error) {
	a, err := l.s.ask(ctx, spaceInput{Op: opCount, Name: l.name, N: int64(k), Generation: uint64(l.n)})
	return int(a.Value), about("count down", l.name, err)
}

// Await waits until the latch is open, at most wait; 0 means the space's MaxWait, negative until ctx ends.
func (l Latch) Await(ctx context.Context, wait time.Duration) error {
	_, err := l.s.ask(ctx, spaceInput{Op: opAwait, Name: l.name, For: l.s.limit(wait), Generation: uint64(l.n)})
	return about("await", l.name, err)
}
