// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"fmt"
	"math/rand/v2"
	"time"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// setting is what a schedule is played with. Everything else follows from the seed.
type setting struct {
	seed   uint64
	n      int
	liars  int
	mode   wire.Mode
	skip   skips
	traits trait // of the liars; 0 for some that the seed chooses
	real   bool  // real signatures, and every message through its encoding

	// forgetful says that one member beside the liars loses its log: safety is still promised, liveness is not.
	forgetful bool
	safety    bool // liveness is not looked at
	storm     bool // a long and rough time before the network heals
}

// world is a group, its clients and a network on a virtual clock, stepped by one goroutine in an order that the seed decides.
type world struct {
	setting
	rng   *rand.Rand
	keys  *ring
	cfg   *wire.Config
	opt   Options
	start time.Time
	now   time.Duration
	gst   time.Duration // from here on every message arrives within delta
	delta time.Duration
	loss  float64
	queue agenda
	order uint64

	nodes   []*node
	callers []*caller
	split   uint64 // who is on one side of the partition
	plots   map[[2]uint64]*plot
	heard   []*wire.Request // what liars can propose

	decided  map[uint64]wire.Digest
	states   map[uint64]wire.Digest
	results  map[key]wire.Digest
	requests map[key]*wire.Request
	views    uint64 // the highest of honest members
	pending  int
	steps    int
	caught   uint64 // members with evidence against them
	broken   error
}

// node is a member and what outlives its crashes.
type node struct {
	id     int
	r      *Replica
	app    *chronicle
	check  *auth.Verifier
	log    []wire.Record
	honest bool
	silent bool // lost its log
	down   bool
	life   int // incarnation
	fatal  int // crash at this many more writes to the log; 0 for not
	lie    *liar

	accepted []*wire.PrePrepare
}

type caller struct {
	k     *Client
	check *auth.Verifier
	since map[uint64]uint64 // highest view when the request was made, or the network healed
}

func newWorld(s setting) *world {
	rng := rand.New(rand.NewPCG(s.seed, 0xb1a))
	pick := func(v ...int) int { return v[rng.IntN(len(v))] }
	if s.n == 0 {
		s.n = pick(4, 4, 4, 5, 6, 7, 10)
		s.liars = (s.n - 1) / 3
		if rng.IntN(3) == 0 {
			s.mode = wire.MAC
		}
		s.storm = rng.IntN(4) == 0
		if rng.IntN(12) == 0 {
			s.forgetful = true
		}
	}
	k := uint64(pick(2, 3, 4))
	rules := wire.Rules{Interval: k, Window: k * uint64(pick(2, 4)), ClientWindow: 4, ChunkSize: 48}
	clients := pick(1, 2, 2, 3)
	w := &world{
		setting: s, rng: rng, keys: group(s.n, clients, s.mode, rules, s.real), start: time.Unix(0, 0),
		plots: map[[2]uint64]*plot{}, decided: map[uint64]wire.Digest{}, states: map[uint64]wire.Digest{},
		results: map[key]wire.Digest{}, requests: map[key]*wire.Request{},
	}
	w.cfg = w.keys.cfg
	w.opt = Options{
		Timeout: 50 * time.Millisecond, TimeoutMax: 2 * time.Second, Resend: 60 * time.Millisecond,
		Pipeline: uint64(pick(1, 2, 4)), BatchSize: pick(1, 2, 8), skip: s.skip,
	}
	w.delta = time.Duration(pick(2, 10, 10, 40)) * time.Millisecond
	if rng.IntN(4) > 0 {
		w.gst = time.Duration(rng.IntN(400)) * time.Millisecond
		w.loss = float64(pick(0, 5, 20)) / 100
	}
	if s.storm {
		w.gst, w.loss = time.Duration(300+rng.IntN(900))*time.Millisecond, float64(pick(10, 25, 40))/100
	}
	liars := rng.Perm(s.n)[:s.liars]
	for i := range s.n {
		n := &node{id: i, honest: true, check: w.keys.verifier(i)}
		w.nodes = append(w.nodes, n)
		w.boot(n, w.opt, nil)
	}
	for _, i := range liars {
		w.corrupt(w.nodes[i])
	}
	for i := range clients {
		c, err := NewClient(w.cfg, wire.Client(i), ClientOptions{Timeout: 80 * time.Millisecond, TimeoutMax: time.Second, skip: s.skip}, w.keys.clients[i])
		if err != nil {
			panic(err)
		}
		w.callers = append(w.callers, &caller{k: c, check: auth.NewVerifier(w.cfg, w.keys.public, w.keys.memory), since: map[uint64]uint64{}})
		at := time.Duration(0)
		for range pick(1, 2, 4, 7) {
			at += time.Duration(rng.IntN(60)) * time.Millisecond
			if rng.IntN(6) == 0 {
				at += w.gst / 2
			}
			w.at(at, event{kind: evSubmit, to: i})
			w.pending++
		}
	}
	for _, n := range w.nodes {
		w.at(0, event{kind: evStart, to: n.id})
	}
	w.disturb()
	return w
}

// disturb plans crashes and partitions, all before the network heals.
func (w *world) disturb() {
	if w.gst == 0 {
		return
	}
	for range w.rng.IntN(3) {
		from := time.Duration(w.rng.Int64N(int64(w.gst)))
		w.at(from, event{kind: evSplit, seq: w.rng.Uint64()})
		w.at(min(w.gst, from+time.Duration(w.rng.IntN(300))*time.Millisecond), event{kind: evSplit})
	}
	for range w.rng.IntN(1 + w.n) {
		n := w.nodes[w.rng.IntN(w.n)]
		if !n.honest {
			continue
		}
		w.at(time.Duration(w.rng.Int64N(int64(w.gst))), event{kind: evCrash, to: n.id, seq: uint64(w.rng.IntN(4))})
	}
	if w.forgetful {
		for _, n := range w.nodes {
			if n.honest {
				n.silent = true
				w.at(time.Duration(w.rng.Int64N(int64(w.gst)))+time.Millisecond, event{kind: evCrash, to: n.id})
				break
			}
		}
	}
}

func (w *world) boot(n *node, opt Options, log []wire.Record) {
	n.app = &chronicle{}
	if n.honest {
		n.app.twice = func(line string) { w.fail("member %d executes %q twice", n.id, line) }
	}
	r, err := Restore(w.cfg, wire.Member(n.id), opt, w.keys.members[n.id], n.app, log)
	if err != nil {
		w.fail("member %d restarts: %v", n.id, err)
		return
	}
	n.r = r
}

func (w *world) fail(format string, args ...any) {
	if w.broken == nil {
		w.broken = fmt.Errorf("at %v: %s", w.now, fmt.Sprintf(format, args...))
	}
}

// bound is how many views a request may take once the network has healed.
func (w *world) bound() uint64 {
	b := w.cfg.F() + 1
	for t := w.opt.Timeout; t < 8*w.delta; t *= 2 {
		b++
	}
	return uint64(b)
}

// run plays the schedule and returns the law that was broken, nil for none.
func (w *world) run() error {
	limit := w.gst + 60*time.Second
	for w.broken == nil && w.queue.len() > 0 && w.steps < 400_000 {
		e := w.queue.pop()
		if e.at > limit {
			break
		}
		w.now = e.at
		w.steps++
		w.happen(e)
		if w.pending == 0 && w.now > w.gst+4*w.delta {
			break
		}
	}
	if w.broken == nil && w.pending > 0 && !w.forgetful && !w.safety {
		w.fail("%d requests are never decided", w.pending)
	}
	if w.broken == nil {
		w.compare()
	}
	return w.broken
}

func (w *world) clock() time.Time { return w.start.Add(w.now) }

func (w *world) happen(e event) {
	switch e.kind {
	case evSplit:
		w.split = e.seq
	case evSubmit:
		w.submit(w.callers[e.to])
	case evCrash:
		w.crash(w.nodes[e.to], int(e.seq))
	case evRestart:
		w.restart(w.nodes[e.to])
	case evReply:
		c := w.callers[e.to]
		if v, err := c.check.Open(w.wired(e.msg)); err == nil {
			w.called(c, e.to, c.k.Step(Deliver{w.clock(), v}))
		}
	case evCallerTimer:
		c := w.callers[e.to]
		w.called(c, e.to, c.k.Step(Fired{w.clock(), e.timer, e.seq}))
	case evLie:
		w.scheme(w.nodes[e.to])
	default:
		n := w.nodes[e.to]
		if n.down || (e.life != n.life && e.kind != evMessage) {
			return
		}
		w.step(n, e)
	}
}

func (w *world) step(n *node, e event) {
	var in Input
	switch e.kind {
	case evStart:
		in = Start{w.clock()}
	case evTimer:
		in = Fired{w.clock(), e.timer, e.seq}
	case evMessage:
		m := w.wired(e.msg)
		if w.seed%2 == 0 && w.skip == (skips{}) && n.honest && !n.r.Wants(m) {
			return
		}
		v, err := n.check.Open(m)
		if err != nil {
			return
		}
		in = Deliver{w.clock(), v}
		if *trace {
			fmt.Printf("      %v -> %d %v %s\n", w.now, n.id, m.Kind(), describe(m))
		}
	}
	if n.lie != nil {
		w.twist(n, e, in)
		return
	}
	w.do(n, n.r.Step(in))
	if n.r != nil && n.honest {
		w.watch(n)
	}
}

// wired sends a message through its encoding where schedules are real.
func (w *world) wired(m wire.Message) wire.Message {
	if !w.real {
		return m
	}
	d, err := wire.Decode(wire.Encode(m))
	if err != nil {
		w.fail("%v does not survive its encoding: %v", m.Kind(), err)
		return m
	}
	return d
}

// do carries effects out for an honest member, which may crash at any write.
func (w *world) do(n *node, effects []Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case Send:
			w.send(n.id, int(e.To), e.Msg, 0)
		case Broadcast:
			for to := range w.nodes {
				if to != n.id {
					w.send(n.id, to, e.Msg, 0)
				}
			}
		case Answer:
			w.reply(n.id, e.Reply)
		case SetTimer:
			w.at(w.now+e.After, event{kind: evTimer, to: n.id, timer: e.Timer, seq: e.Gen, life: n.life})
		case Persist:
			if n.fatal > 0 && w.now < w.gst {
				if n.fatal--; n.fatal == 0 {
					if w.rng.IntN(2) == 0 {
						w.write(n, e)
					}
					w.die(n)
					return
				}
			}
			w.write(n, e)
		case Decide:
			w.decide(n, e)
		case Report:
			w.accused(n, e.Evidence)
		case Note:
			if *trace {
				fmt.Printf("%v: %d %v view %d seq %d %v\n", w.now, n.id, e.Kind, e.View, e.Seq, e.Err)
			}
		case Halt:
			w.fail("member %d halts: %v", n.id, e.Err)
		case StopTimer, Done, NextEpoch:
		}
	}
}

func (w *world) write(n *node, p Persist) {
	if p.Replace {
		n.log = nil
	}
	for _, r := range p.Records {
		if w.real {
			d, err := wire.DecodeRecord(wire.EncodeRecord(r))
			if err != nil {
				w.fail("a record does not survive its encoding: %v", err)
			}
			r = d
		}
		if a, ok := r.(*wire.Accepted); ok {
			n.accepted = append(n.accepted, a.PrePrepare)
		}
		if c, ok := r.(*wire.Checkpointed); ok {
			d := newState(c.Seq, c.State, w.cfg.Rules.ChunkSize).digest
			if old, ok := w.states[c.Seq]; ok && old != d {
				w.fail("two states at %d", c.Seq)
			}
			w.states[c.Seq] = d
		}
		n.log = append(n.log, r)
	}
}

func (w *world) crash(n *node, writes int) {
	if n.down {
		return
	}
	if writes > 0 && !n.silent {
		n.fatal = writes
		return
	}
	w.die(n)
}

func (w *world) die(n *node) {
	n.down, n.fatal = true, 0
	n.life++
	back := min(w.now+time.Duration(w.rng.IntN(200))*time.Millisecond, max(w.gst, w.now))
	w.at(back, event{kind: evRestart, to: n.id})
}

func (w *world) restart(n *node) {
	if !n.down {
		return
	}
	n.down = false
	if *trace {
		fmt.Printf("%v: %d restarts with %d records\n", w.now, n.id, len(n.log))
	}
	opt, log := w.opt, n.log
	if n.silent {
		opt.Amnesiac, log = true, nil
		n.log = nil
	}
	w.boot(n, opt, log)
	if w.broken == nil {
		w.do(n, n.r.Step(Start{w.clock()}))
	}
}

// send puts a message on its way. Before the network heals it may be lost, doubled or late; afterwards it arrives within delta.
func (w *world) send(from, to int, m wire.Message, late time.Duration) {
	at := w.now + late
	if at < w.gst {
		if w.split>>from&1 != w.split>>to&1 && to < 64 {
			return
		}
		if w.rng.Float64() < w.loss {
			return
		}
		if w.rng.IntN(30) == 0 {
			w.at(at+time.Duration(w.rng.IntN(300))*time.Millisecond, event{kind: evMessage, to: to, msg: m})
		}
		slow := 3
		if w.rng.IntN(8) == 0 {
			slow = 150
		}
		at = min(at+time.Duration(w.rng.IntN(slow*1000))*time.Microsecond, w.gst+w.delta)
	} else {
		at += 1 + time.Duration(w.rng.Int64N(int64(w.delta)))
	}
	w.at(at, event{kind: evMessage, to: to, msg: m})
}

func (w *world) reply(from int, m *wire.Reply) {
	at := w.now + time.Duration(w.rng.Int64N(int64(w.delta)))
	if w.now < w.gst && w.rng.Float64() < w.loss {
		return
	}
	w.at(at, event{kind: evReply, to: int(m.Client), msg: m})
}

func (w *world) submit(c *caller) {
	id := 0
	for i := range w.callers {
		if w.callers[i] == c {
			id = i
		}
	}
	number := c.k.Next()
	ops := [][]byte{fmt.Appendf(nil, "c%d-%d", id, number)}
	if w.rng.IntN(4) == 0 {
		ops = append(ops, []byte("and more"))
	}
	c.since[number] = w.views
	w.called(c, id, c.k.Step(Submit{w.clock(), ops}))
}

func (w *world) called(c *caller, id int, effects []Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case Send:
			w.request(id, int(e.To), e.Msg.(*wire.Request))
		case Broadcast:
			for to := range w.nodes {
				w.request(id, to, e.Msg.(*wire.Request))
			}
		case SetTimer:
			w.at(w.now+e.After, event{kind: evCallerTimer, to: id, timer: e.Timer, seq: e.Gen})
		case Done:
			w.done(c, id, e)
		}
	}
}

func (w *world) request(from, to int, m *wire.Request) {
	k := keyOf(m)
	if w.requests[k] == nil {
		w.requests[k] = m
		w.heard = append(w.heard, m)
	}
	at := w.now + time.Duration(w.rng.Int64N(int64(w.delta)))
	if w.now < w.gst && w.rng.Float64() < w.loss {
		return
	}
	w.at(at, event{kind: evMessage, to: to, msg: m})
}
