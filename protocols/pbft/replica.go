// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"fmt"
	"time"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// Mode is what a replica is doing.
type Mode uint8

// The modes.
const (
	Normal   Mode = iota // in its view
	Changing             // on the way to its view, waiting for NEW-VIEW
	Amnesiac             // without its log: it keeps up with the state and is silent
	Retired              // its epoch is over
	Stopped              // safety is violated
)

// String returns the word for the mode.
func (m Mode) String() string {
	return [...]string{"normal", "changing", "amnesiac", "retired", "stopped", "unknown"}[min(m, 5)]
}

// Replica is one member's machine. It is owned by one goroutine.
type Replica struct {
	cfg   *wire.Config
	me    wire.Member
	rules wire.Rules
	opt   Options
	keys  auth.Keys
	app   App

	now  time.Time
	mode Mode
	view uint64

	low      uint64 // the stable checkpoint, below which everything is forgotten
	executed uint64
	next     uint64 // as primary: the last number given
	stable   *wire.Stable
	slots    map[uint64]*slot // only numbers in the window
	clients  *clientTable
	pool     *pool

	states  map[uint64]*state             // own states at checkpoints, from low on
	points  map[uint64][]*wire.Checkpoint // by number in the window, then member
	far     []*wire.Checkpoint            // by member: the highest above the window
	proof   *wire.Stable                  // a state that is proven and that the replica has not reached
	fetch   *transfer                     // under way while the replica lacks the state of its stable checkpoint
	changes []*wire.ViewChange            // by member: the highest
	entered *wire.NewView                 // of the view, nil in view 0
	heard   []heard                       // by member
	reports map[reportKey]struct{}        // what has been reported
	buckets []bucket                      // by member
	retire  uint64                        // the checkpoint that ends the epoch
	missing map[uint64]struct{}           // numbers whose batches the view needs and the replica lacks

	failed    int      // views in a row that did not serve what waited for them
	owed      []key    // what waited when the last view change began
	timed     *waiting // what the view timer runs for
	gens      [timers]uint64
	armed     [timers]bool
	lingered  bool
	ticked    uint64 // executed at the last resending
	hold      bool   // a view is beginning, and nothing is proposed yet
	latencies latencies

	out []Effect
}

// heard is the furthest that a member has been seen.
type heard struct{ view, seq uint64 }

// New returns a replica that begins its epoch, in the state that app is in; the base of a later epoch comes by Restore. Options.Amnesiac is for
// members whose log is lost.
func New(c *wire.Config, me wire.Member, opt Options, keys auth.Keys, app App) (*Replica, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if !c.Has(me) {
		return nil, fmt.Errorf("pbft: new replica of group %q: no member %d: %w", c.Group, me, wire.ErrInvalidConfig)
	}
	opt = opt.withDefaults()
	rules := c.Rules.WithDefaults()
	r := &Replica{
		cfg: c, me: me, rules: rules, opt: opt, keys: keys, app: app,
		low: c.Base.Seq, next: c.Base.Seq, stable: &wire.Stable{Seq: c.Base.Seq, State: c.Base.State},
		slots:   map[uint64]*slot{},
		clients: newClientTable(rules.ClientWindow, len(c.Clients)),
		pool:    newPool(rules.ClientWindow),
		states:  map[uint64]*state{},
		points:  map[uint64][]*wire.Checkpoint{},
		far:     make([]*wire.Checkpoint, c.N()),
		changes: make([]*wire.ViewChange, c.N()),
		heard:   make([]heard, c.N()),
		reports: map[reportKey]struct{}{},
		buckets: make([]bucket, c.N()),
		missing: map[uint64]struct{}{},
	}
	if opt.Amnesiac && !opt.skip.amnesia {
		r.mode = Amnesiac
	}
	return r, nil
}

// Step lets an input happen and returns what is to be done about it, in order. It never panics, whatever was signed by whom.
func (r *Replica) Step(in Input) []Effect {
	r.out = nil
	if r.mode == Stopped || r.mode == Retired {
		if d, ok := in.(Deliver); ok && r.mode == Retired {
			r.afterlife(d)
		}
		return r.out
	}
	switch in := in.(type) {
	case Start:
		r.clock(in.Now)
		r.begin()
	case Deliver:
		r.clock(in.Now)
		r.deliver(in.Msg)
	case Fired:
		r.clock(in.Now)
		if in.Timer < timers && r.armed[in.Timer] && r.gens[in.Timer] == in.Gen {
			r.armed[in.Timer] = false
			r.fired(in.Timer)
		}
	case Submit: // clients are machines of their own
	}
	if r.mode < Retired {
		r.watch()
	}
	return r.out
}

// clock keeps time from running backwards.
func (r *Replica) clock(now time.Time) {
	if now.After(r.now) {
		r.now = now
	}
}

func (r *Replica) deliver(v auth.Message) {
	m, ok := v.Value()
	if !ok {
		return
	}
	if r.mode == Amnesiac {
		switch m.(type) {
		case *wire.Checkpoint, *wire.Manifest, *wire.Chunk, *wire.FetchState:
		default:
			r.ignore(m, ErrAmnesiac)
			return
		}
	}
	switch m := m.(type) {
	case *wire.Request:
		r.onRequest(m)
	case *wire.Proposal:
		forged, is := v.Forged()
		if is && !r.opt.skip.authentic {
			r.onForged(m, forged)
			return
		}
		r.onProposal(m)
	case *wire.Vote:
		r.onVote(m)
	case *wire.Checkpoint:
		r.onCheckpoint(m)
	case *wire.ViewChange:
		r.onViewChange(m)
	case *wire.NewView:
		r.onNewView(m)
	case *wire.Status:
		r.onStatus(m)
	case *wire.FetchBody:
		r.onFetchBody(m)
	case *wire.Body:
		r.onBody(m)
	case *wire.Exhibit:
		r.onExhibit(m)
	case *wire.FetchState:
		r.onFetchState(m)
	case *wire.Manifest:
		r.onManifest(m)
	case *wire.Chunk:
		r.onChunk(m)
	case *wire.Reply: // for clients
	}
}

func (r *Replica) emit(e Effect) { r.out = append(r.out, e) }
func (r *Replica) send(to wire.Member, m wire.Message) {
	if to != r.me {
		r.emit(Send{to, m})
	}
}

// persist asks for records to be durable before anything later.
func (r *Replica) persist(records ...wire.Record) { r.emit(Persist{Records: records}) }

func (r *Replica) ignore(m wire.Message, why error) {
	n := Note{Kind: NoteIgnored, View: r.view, Err: fmt.Errorf("pbft: %v: %w", m.Kind(), why)}
	if a, ok := m.(wire.FromMember); ok {
		n.From = a.Author()
	}
	r.emit(n)
}

// stop ends everything: what is proven contradicts what was done.
func (r *Replica) stop(seq uint64, mine, proven wire.Digest, checkpoint bool) {
	if r.mode == Stopped {
		return
	}
	r.mode = Stopped
	r.emit(Halt{&SafetyError{Member: r.me, Seq: seq, Mine: mine, Proven: proven, Checkpoint: checkpoint}})
}

// quorum is how many members make a certificate.
func (r *Replica) quorum() int { return quorum(r.cfg, &r.opt.skip) }

func quorum(c *wire.Config, s *skips) int {
	switch {
	case s.quorum2f:
		return 2 * c.F()
	case s.quorum2f1:
		return 2*c.F() + 1
	}
	return c.Quorum()
}

func (r *Replica) primary() bool { return r.cfg.Primary(r.view) == r.me }

// inWindow reports whether a number lies between the watermarks.
func (r *Replica) inWindow(seq uint64) bool {
	return seq > r.low && (seq <= r.low+r.rules.Window || r.opt.skip.watermark)
}

// noticed remembers how far a member has been seen.
func (r *Replica) noticed(m wire.Member, view, seq uint64) {
	h := &r.heard[m]
	h.view, h.seq = max(h.view, view), max(h.seq, seq)
}

// Status is what a replica says of itself to people.
type Status struct {
	Mode     Mode
	View     uint64
	Primary  wire.Member
	Low      uint64 // stable checkpoint
	Executed uint64
	Waiting  int  // requests that wait for execution
	Slots    int  // sequence numbers in hand
	Fetching bool // the state of the stable checkpoint is on its way
}

// Status returns where the replica stands.
func (r *Replica) Status() Status {
	return Status{r.mode, r.view, r.cfg.Primary(r.view), r.low, r.executed, len(r.pool.known), len(r.slots), r.executed < r.low}
}
