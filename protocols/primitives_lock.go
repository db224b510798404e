// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"mabeam.dev/protocols/lock"
)

// Claim says how something is claimed. The zero Claim waits as long as the space lets it, in order, and holds until release or the owner's end.
type Claim struct {
	// Wait is how long to wait at most; 0 means the space's MaxWait, negative until the context ends.
	Wait time.Duration
	// TTL is the length of the lease; 0 means none.
	TTL time.Duration
	// Class moves the request forward in the queue; see lock.Request.
	Class int
	// Reentrant lets an owner hold a lock more than once; each grant is released by itself.
	Reentrant bool
}

// Lock is a lock of a space: one holder at a time.
type Lock struct {
	s    *Space
	name string
}

// Lock returns the lock of a name.
func (s *Space) Lock(name string) Lock { return Lock{s, name} }

// Acquire waits for the lock, in the order of arrival. The caller's process owns it; when that ends the lock is free. Errors are those of package lock,
// the cause of ctx, and ErrSpaceDown.
func (l Lock) Acquire(ctx context.Context, how ...Claim) (*Grant, error) {
	return l.s.claim(ctx, lock.Request{Name: l.name}, how)
}

// TryAcquire acquires the lock if that takes no waiting; lock.ErrHeld otherwise.
func (l Lock) TryAcquire(ctx context.Context, how ...Claim) (*Grant, error) {
	return l.s.claim(ctx, lock.Request{Name: l.name, Try: true}, how)
}

// Status shows who holds the lock and who waits.
func (l Lock) Status(ctx context.Context) (lock.Status, error) { return l.s.lockStatus(ctx, l.name) }

func (s *Space) lockStatus(ctx context.Context, name string) (lock.Status, error) {
	return view(ctx, s, func(st *spaceState) lock.Status { return st.locks.Status(name) })
}

// RWLock is a read-write lock of a space: one writer, or any number of readers. It shares its names with Lock, which writes.
type RWLock struct {
	s    *Space
	name string
}

// RWLock returns the read-write lock of a name.
func (s *Space) RWLock(name string) RWLock { return RWLock{s, name} }

// Lock waits to write; otherwise it is Lock.Acquire.
func (l RWLock) Lock(ctx context.Context, how ...Claim) (*Grant, error) {
	return l.s.claim(ctx, lock.Request{Name: l.name}, how)
}

// RLock waits to read: a writer that waits comes first, and after it all readers that wait.
func (l RWLock) RLock(ctx context.Context, how ...Claim) (*Grant, error) {
	return l.s.claim(ctx, lock.Request{Name: l.name, Mode: lock.Shared}, how)
}

// Status shows who holds the lock and who waits.
func (l RWLock) Status(ctx context.Context) (lock.Status, error) { return l.s.lockStatus(ctx, l.name) }

// Semaphore is a number of permits of a space.
type Semaphore struct {
	s    *Space
	name string
	size int
}

// Semaphore returns the semaphore of a name. It has size permits when it is first used; later Resize alone changes that.
func (s *Space) Semaphore(name string, size int) Semaphore { return Semaphore{s, name, size} }

// Acquire waits for k permits, in the order of arrival even if fewer are free.
func (m Semaphore) Acquire(ctx context.Context, k int, how ...Claim) (*Grant, error) {
	return m.s.claim(ctx, lock.Request{Name: m.name, Mode: lock.Permits, Permits: k, Size: m.size}, how)
}

// TryAcquire acquires k permits if that takes no waiting; lock.ErrHeld otherwise.
func (m Semaphore) TryAcquire(ctx context.Context, k int, how ...Claim) (*Grant, error) {
	return m.s.claim(ctx, lock.Request{Name: m.name, Mode: lock.Permits, Permits: k, Size: m.size, Try: true}, how)
}

// Resize gives the semaphore another number of permits. Shrinking revokes nothing.
func (m Semaphore) Resize(ctx context.Context, size int) error {
	_, err := m.s.ask(ctx, spaceInput{Op: opResize, Name: m.name, N: int64(size)})
	return about("resize", m.name, err)
}

// Status shows who holds permits and who waits.
func (m Semaphore) Status(ctx context.Context) (lock.Status, error) {
	return m.s.lockStatus(ctx, m.name)
}

// about names what an error is of.
func about(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("protocols: %s %q: %w", op, name, err)
}

func (s *Space) claim(ctx context.Context, r lock.Request, how []Claim) (*Grant, error) {
	if len(how) > 0 {
		c := how[0]
		r.TTL, r.Class, r.Reentrant, r.Wait = c.TTL, c.Class, c.Reentrant, c.Wait
	}
	switch {
	case r.Wait < 0:
		r.Wait = 0
	case r.Wait == 0:
		r.Wait = max(s.o.MaxWait, 0)
	}
	c := &claiming{request: r}
	c.in.Op, c.in.Name, c.in.Lock = opAcquire, r.Name, &c.request
	a, err := s.send(ctx, &c.ask)
	if err != nil {
		return nil, about("acquire", r.Name, err)
	}
	g := &c.grant
	g.s, g.name, g.id, g.owner, g.token = s, r.Name, c.in.ID, c.in.Owner, a.Token
	g.mu.until, g.mu.ttl = a.Until, r.TTL
	return g, nil
}

// claiming is a claim on its way, in one piece of memory with what it may become.
type claiming struct {
	ask
	request lock.Request
	grant   Grant
}

// AcquireAll acquires several locks, in an order that makes no deadlock with others who do the same; all of them or none.
func (s *Space) AcquireAll(ctx context.Context, names []string, how ...Claim) (Grants, error) {
	var all Grants
	for _, name := range lock.Order(names...) {
		g, err := s.Lock(name).Acquire(ctx, how...)
		if err != nil {
			return nil, errors.Join(err, all.Release(ctx))
		}
		all = append(all, g)
	}
	return all, nil
}

// Grants are several locks that were acquired together, in the order of their names.
type Grants []*Grant

// Release gives all back, the last first, and returns every error.
func (g Grants) Release(ctx context.Context) error {
	var problems []error
	for i := len(g) - 1; i >= 0; i-- {
		problems = append(problems, g[i].Release(ctx))
	}
	return errors.Join(problems...)
}

// Grant is a claim that is held. It belongs to its owner, and may be used by any of its goroutines.
type Grant struct {
	s               *Space
	name, id, owner string
	token           lock.Token
	mu              struct {
		sync.Mutex
		until time.Time
		ttl   time.Duration
	}
}

// Name returns what is held.
func (g *Grant) Name() string { return g.name }

// Token returns the fencing token: what is done under the claim carries it, and whoever is asked to do it refuses older ones.
func (g *Grant) Token() lock.Token { return g.token }

// Deadline is when the holder has to stop, unless it renews before: a tenth of the lease before that ends. ok is false if there is no lease.
func (g *Grant) Deadline() (at time.Time, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.mu.until.IsZero() {
		return time.Time{}, false
	}
	return g.mu.until.Add(-g.mu.ttl / 10), true
}

// Valid reports whether the holder may go on at its own time. A pause right after it makes the answer worth nothing: that is what tokens are for.
func (g *Grant) Valid() bool {
	at, ok := g.Deadline()
	return !ok || g.s.sys.Now().Before(at)
}

// Renew makes the lease end ttl from now; 0 means that it ends no more by itself. lock.ErrNotHolder or lock.ErrStaleToken if it has ended before.
func (g *Grant) Renew(ctx context.Context, ttl time.Duration) error {
	asked := g.s.sys.Now()
	a, err := g.s.ask(ctx, g.input(opRenew, ttl))
	if err != nil {
		return about("renew", g.name, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mu.ttl, g.mu.until = ttl, a.Until
	if ttl > 0 { // from before it was asked: an answer may have been long on its way
		g.mu.until = asked.Add(ttl)
	}
	return nil
}

// Downgrade makes the writer of a read-write lock a reader, under the same token; nobody writes in between.
func (g *Grant) Downgrade(ctx context.Context) error {
	_, err := g.s.ask(ctx, g.input(opDowngrade, 0))
	return about("downgrade", g.name, err)
}

// Release gives the claim back. When ctx ends first it is given back all the same, a little later, and the error says so. lock.ErrNotHolder or
// lock.ErrStaleToken if it was not held any more.
func (g *Grant) Release(ctx context.Context) error {
	_, err := g.s.ask(ctx, g.input(opRelease, 0))
	if err != nil && (ctx.Err() != nil || errors.Is(err, ErrSpaceDown)) {
		g.s.giveUp(g.id)
	}
	return about("release", g.name, err)
}

func (g *Grant) input(op spaceOp, ttl time.Duration) spaceInput {
	return spaceInput{Op: op, Owner: g.owner, Name: g.name, Target: g.id, Token: g.token, For: ttl}
}

// Fence is a guarded resource's side of tokens: it lets effects through in the order of their tokens and refuses older ones. The zero Fence has
// seen none. It may be used by any number of goroutines.
type Fence struct {
	mu    sync.Mutex
	guard lock.Guard
}

// Do applies an effect that carries a token, unless a later one was there before: *lock.StaleTokenError. Effects are applied one at a time; one must
// not wait for another.
func (f *Fence) Do(t lock.Token, effect func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.guard.Check(t); err != nil {
		return err
	}
	return effect()
}
