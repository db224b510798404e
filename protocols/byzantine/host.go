// SPDX-License-Identifier: Apache-2.0

package byzantine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/pbft"
	"mabeam.dev/protocols/pbft/wire"
	"mabeam.dev/supervision"
)

// Options set up a host. The zero value is the default.
type Options struct {
	// Keys has everybody's keys; nil means a Vault of the host's own, whose keys end with the program.
	Keys Keyring
	// Votes keeps what replicas have promised; nil keeps it as long as the program runs.
	Votes VoteStore
	// Replica and Client are those of all replicas and clients. Zero timeouts grow with the square of the group, as what its members verify does, and they
	// share the machine: a primary is doubted after 50 ms among up to 8, after 200 ms among 16 and 7.8 s among 100; a client asks everybody after twice that.
	Replica pbft.Options
	Client  pbft.ClientOptions
	// Mailbox bounds the messages that wait for one replica; 0 means 4,096. What does not fit is lost, and said again.
	Mailbox int
	// Rehearse has agents lie from the start, for demonstrations and tests; see Host.Rehearse.
	Rehearse map[string]Behaviour
}

// Host is the handle of the Byzantine groups of a system. It outlives their processes, keeps what replicas have promised, and may be used from any goroutine.
type Host struct {
	o    Options
	name string
	sys  atomic.Pointer[actors.System]
	sup  atomic.Pointer[supervision.Supervisor]
	mu   struct {
		sync.Mutex
		groups map[string]*Group
		made   uint64
	}
	rehearsal atomic.Pointer[map[string]Behaviour] // replaced as a whole, under mu
}

// NewHost makes the handle, or returns everything that is wrong. A supervisor starts its processes from Child.
func NewHost(name string, o Options) (*Host, error) {
	var problems []error
	if name == "" {
		problems = append(problems, fmt.Errorf("byzantine: host: no name: %w", ErrInvalid))
	}
	if err := o.Replica.Validate(); err != nil {
		problems = append(problems, err)
	}
	for agent, b := range o.Rehearse {
		if !b.known() {
			problems = append(problems, fmt.Errorf("byzantine: host %q: %q cannot be rehearsed by %q: %w", name, string(b), agent, ErrInvalid))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if o.Keys == nil {
		v, err := RandomVault()
		if err != nil {
			return nil, err
		}
		o.Keys = v
	}
	if o.Votes == nil {
		o.Votes = newMemory()
	}
	if o.Mailbox == 0 {
		o.Mailbox = 4096
	}
	h := &Host{o: o, name: name}
	h.mu.groups = map[string]*Group{}
	rehearsal := maps.Clone(o.Rehearse)
	h.rehearsal.Store(&rehearsal)
	return h, nil
}

// Child describes the supervisor of all groups, for another supervisor.
func (h *Host) Child() supervision.Child {
	group := supervision.Child{
		ID: "group", Kind: supervision.KindSupervisor, Restart: supervision.Temporary, Shutdown: supervision.After(time.Second),
		Start: func(in actors.Spawner, args any) (actors.PID, error) { return args.(*Group).begin(in) },
	}
	child := supervision.Sub(h.name, supervision.Spec{Strategy: supervision.SimpleOneForOne, Children: []supervision.Child{group}})
	begin := child.Start
	child.Start = func(in actors.Spawner, args any) (actors.PID, error) {
		pid, err := begin(in, args)
		if err == nil {
			if s, err := supervision.Of(pid); err == nil {
				h.sys.Store(actors.SystemOf(in))
				h.sup.Store(s)
			}
		}
		return pid, err
	}
	return child
}

// Keys returns the host's keyring.
func (h *Host) Keys() Keyring { return h.o.Keys }

// Spec is what a group is made of.
type Spec struct {
	// ID names the group among those of the host.
	ID string
	// Members are the agents, each with a replica and a client of its own: client i is that of member i. At least 4.
	Members []string
	// Known has the identities of members whose public keys are published elsewhere, by agent; the others are as the keyring says. The
	// keyring must sign with their private halves: a replica does not start with others.
	Known map[string]wire.Identity
	// Owner is the name of one more client, behind those of the members; empty means none.
	Owner string
	// Mode says how votes are authenticated.
	Mode wire.Mode
	// Rules are those of the group.
	Rules wire.Rules
	// Votes keeps the vote logs of this group; nil means the host's.
	Votes VoteStore
	// App makes the state of a replica in its beginning. It is called for each life of each process. It is no pbft.Reconfigurer: who the members are is
	// fixed.
	App func() pbft.App
}

// Open returns the group of the id, and makes it if there is none; its processes start when they are needed. The error names every member that has no keys.
func (h *Host) Open(ctx context.Context, s Spec) (*Group, error) {
	if g := h.Find(s.ID); g != nil {
		return g, nil
	}
	sys := h.sys.Load()
	if sys == nil {
		return nil, fmt.Errorf("byzantine: open %q: %w", s.ID, ErrDown)
	}
	h.mu.Lock()
	h.mu.made++
	made := h.mu.made
	h.mu.Unlock()
	if s.Votes == nil {
		s.Votes = h.o.Votes
	}
	config, err := h.configure(ctx, s, fmt.Sprintf("@%d.%d", sys.Now().UnixNano(), made))
	if err != nil {
		return nil, err
	}
	g := newGroup(h, s, config)
	h.mu.Lock()
	defer h.mu.Unlock()
	if there := h.mu.groups[s.ID]; there != nil { // somebody was faster
		return there, nil
	}
	h.mu.groups[s.ID] = g
	return g, nil
}

// configure makes the configuration of a group. No other incarnation of it, in whichever program, has the same name: a key never signs for two.
func (h *Host) configure(ctx context.Context, s Spec, incarnation string) (*wire.Config, error) {
	if s.App == nil {
		return nil, fmt.Errorf("byzantine: open %q: no app: %w", s.ID, ErrInvalid)
	}
	if _, changes := s.App().(pbft.Reconfigurer); changes {
		return nil, fmt.Errorf("byzantine: open %q: the app changes its members, and the members of a group are fixed: %w", s.ID, ErrInvalid)
	}
	name := nameOf(s.ID)
	c := &wire.Config{Group: name + incarnation, Mode: s.Mode, Rules: s.Rules}
	var problems []error
	for _, agent := range s.Members {
		id, published := s.Known[agent]
		var err error
		if !published {
			id, err = h.o.Keys.Public(agent)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("byzantine: open %q: member %q: %w", s.ID, agent, err))
			continue
		}
		c.Members = append(c.Members, id)
		c.Clients = append(c.Clients, wire.Identity{Name: id.Name, Sign: id.Sign})
	}
	if s.Owner != "" {
		id, err := h.o.Keys.Public(s.Owner)
		if err != nil {
			problems = append(problems, fmt.Errorf("byzantine: open %q: owner %q: %w", s.ID, s.Owner, err))
		}
		c.Clients = append(c.Clients, wire.Identity{Name: s.Owner, Sign: id.Sign})
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	made := c.Digest()
	c.Group = fmt.Sprintf("%s@%x", name, made[:8])
	kept, err := s.Votes.Config(ctx, s.ID, c)
	if err != nil {
		return nil, fmt.Errorf("byzantine: open %q: %w", s.ID, err)
	}
	return kept, nil
}

// nameOf is how the names of all incarnations of a group begin.
func nameOf(id string) string {
	if len(id) > 180 || strings.Contains(id, "@") { // too long, or ambiguous
		d := wire.Sum("group", []byte(id))
		return fmt.Sprintf("%x", d[:])
	}
	return id
}

// IsOf reports whether a configuration is of an incarnation of the group of an id: what another group has decided proves nothing about this one.
func IsOf(c *wire.Config, id string) bool {
	name, _, ok := strings.Cut(c.Group, "@")
	return ok && name == nameOf(id)
}

// patience fills in the timeouts of a group of n.
func (o Options) patience(n int) (pbft.Options, pbft.ClientOptions) {
	r, c := o.Replica, o.Client
	if r.Timeout == 0 {
		most := r.TimeoutMax
		if most == 0 {
			most = 60 * time.Second
		}
		r.Timeout = min(time.Duration(max(64, n*n))*50*time.Millisecond/64, most)
	}
	if c.Timeout == 0 {
		most := c.TimeoutMax
		if most == 0 {
			most = 10 * time.Second
		}
		c.Timeout = min(2*r.Timeout, most)
	}
	return r, c
}

// Find returns the group of an id; nil if there is none.
func (h *Host) Find(id string) *Group {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mu.groups[id]
}

// End ends a group for good: its processes, and what it has promised. It waits for nothing, and does nothing where there is no group.
func (h *Host) End(id string) {
	h.mu.Lock()
	g := h.mu.groups[id]
	delete(h.mu.groups, id)
	h.mu.Unlock()
	if g == nil {
		return
	}
	g.end()
	g.spec.Votes.Drop(g.cfg.Group)
}

// Rehearse has an agent lie from now on, in every group, or be honest again: a way to see for oneself what a group stands. It is for demonstrations and
// tests, and reachable from the program alone: nothing that comes over a network sets it.
func (h *Host) Rehearse(agent string, b Behaviour) error {
	if !b.known() {
		return fmt.Errorf("byzantine: rehearse %q: %q is no behaviour: %w", agent, string(b), ErrInvalid)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	next := map[string]Behaviour{agent: b}
	for name, old := range *h.rehearsal.Load() { // into a map
		if name != agent {
			next[name] = old
		}
	}
	h.rehearsal.Store(&next)
	return nil
}

// Behaviour returns how an agent has been told to behave.
func (h *Host) Behaviour(agent string) Behaviour { return (*h.rehearsal.Load())[agent] }
