// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// stage is a group whose messages are delivered as a script says.
type stage struct {
	keys    *ring
	opt     Options
	nodes   []*Replica
	checks  []*auth.Verifier
	logs    [][]wire.Record
	client  *Client
	post    []letter
	cut     map[int]bool
	gens    map[[2]int]uint64
	now     time.Time
	out     strings.Builder
	loud    bool
	replies *auth.Verifier
}

// letter is a message on its way; the client is -1.
type letter struct {
	from, to int
	msg      wire.Message
}

func (s *stage) boot(i int, opt Options, log []wire.Record) {
	r, err := Restore(s.keys.cfg, wire.Member(i), opt, s.keys.members[i], &chronicle{}, log)
	if err != nil {
		fmt.Fprintf(&s.out, "%d: %v\n", i, err)
		return
	}
	s.nodes[i] = r
}

func (s *stage) do(who int, effects []Effect) {
	say := func(format string, args ...any) {
		fmt.Fprintf(&s.out, "%s: %s\n", s.name(who), fmt.Sprintf(format, args...))
	}
	for _, e := range effects {
		switch e := e.(type) {
		case Send:
			if s.loud {
				say("to %d: %v %s", e.To, e.Msg.Kind(), describe(e.Msg))
			}
			s.post = append(s.post, letter{who, int(e.To), e.Msg})
		case Broadcast:
			if s.loud {
				say("to all: %v %s", e.Msg.Kind(), describe(e.Msg))
			}
			for to := range s.nodes {
				if to != who {
					s.post = append(s.post, letter{who, to, e.Msg})
				}
			}
		case Answer:
			if s.loud {
				say("to client: %s", describe(e.Reply))
			}
			s.post = append(s.post, letter{who, -1, e.Reply})
		case Persist:
			if e.Replace {
				s.logs[who] = nil
			}
			s.logs[who] = append(s.logs[who], e.Records...)
			if s.loud {
				var kinds []string
				for _, r := range e.Records {
					kinds = append(kinds, strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", r), "*wire.")))
				}
				say("persist %s", strings.Join(kinds, " "))
			}
		case Decide:
			say("decide %d %v [%s]", e.Seq, e.Digest, describeBatch(e.Batch))
		case Report:
			say("evidence against %d: %T, %v", e.Evidence.Accused(s.keys.cfg), e.Evidence, e.Evidence.VerifyWith(s.keys.cfg, s.keys.public))
		case Done:
			say("done %d: %s at %d by %d members", e.Number, e.Results, e.Certificate.Seq(), len(e.Certificate.Replies))
		case Halt:
			say("halt: %v", e.Err)
		case NextEpoch:
			say("epoch %d with %d members from %d", e.Config.Epoch, e.Config.N(), e.Config.Base.Seq)
		case Note:
			if e.Kind != NoteIgnored {
				say("%v view %d seq %d", e.Kind, e.View, e.Seq)
			} else if s.loud {
				say("ignored: %v", e.Err)
			}
		case SetTimer:
			s.gens[[2]int{who, int(e.Timer)}] = e.Gen
		case StopTimer:
		}
	}
}

func (s *stage) name(who int) string {
	if who < 0 {
		return "client"
	}
	return fmt.Sprint(who)
}

// run delivers in the order of sending, until nothing is under way.
func (s *stage) run() {
	for len(s.post) > 0 {
		l := s.post[0]
		s.post = s.post[1:]
		if s.cut[l.from] || s.cut[l.to] {
			continue
		}
		if l.to < 0 {
			if v, err := s.replies.Open(l.msg); err == nil {
				s.do(-1, s.client.Step(Deliver{s.now, v}))
			}
			continue
		}
		if s.nodes[l.to] == nil {
			continue
		}
		v, err := s.checks[l.to].Open(l.msg)
		if err != nil {
			fmt.Fprintf(&s.out, "%d: %v\n", l.to, err)
			continue
		}
		s.do(l.to, s.nodes[l.to].Step(Deliver{s.now, v}))
	}
}

// request makes a request of the client without asking its machine, as a liar who has overheard it would.
func (s *stage) request(number uint64, op string) *wire.Request {
	m := &wire.Request{Epoch: s.keys.cfg.Epoch, Client: 0, Seq: number, Ops: [][]byte{[]byte(op)}}
	m.Sig = auth.Sign(s.keys.clients[0], s.keys.cfg, m)
	return m
}

func TestGroupsActAsTheirScriptsSay(t *testing.T) {
	datadriven.Walk(t, "testdata/scripts", func(t *testing.T, path string) {
		var s *stage
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if s != nil {
				s.out.Reset()
				s.loud = d.HasArg("loud")
				s.now = s.now.Add(10 * time.Millisecond)
			}
			switch d.Cmd {
			case "new":
				s = newStage(t, d)
			case "submit":
				s.do(-1, s.client.Step(Submit{s.now, [][]byte{[]byte(strings.TrimSpace(d.Input))}}))
				s.run()
			case "retry": // the client asks everybody
				s.do(-1, s.client.Step(Fired{s.now, TimerResend, s.gens[[2]int{-1, int(TimerResend)}]}))
				s.run()
			case "fire":
				var member int
				var timer string
				d.ScanArgs(t, "member", &member)
				d.ScanArgs(t, "timer", &timer)
				for x := range timers {
					if x.String() == timer {
						s.do(member, s.nodes[member].Step(Fired{s.now, x, s.gens[[2]int{member, int(x)}]}))
					}
				}
				if !d.HasArg("later") {
					s.run()
				}
			case "cut", "heal":
				for _, i := range members(t, d) {
					s.cut[i] = d.Cmd == "cut"
				}
			case "crash":
				for _, i := range members(t, d) {
					s.nodes[i] = nil
				}
			case "restart":
				for _, i := range members(t, d) {
					opt := s.opt
					if d.HasArg("forgotten") {
						opt.Amnesiac, s.logs[i] = true, nil
					}
					s.boot(i, opt, s.logs[i])
					s.do(i, s.nodes[i].Step(Start{s.now}))
				}
				s.run()
			case "propose": // the lying primary of a view signs a batch of one request, for some
				var view, seq, number uint64
				d.ScanArgs(t, "view", &view)
				d.ScanArgs(t, "seq", &seq)
				d.ScanArgs(t, "number", &number)
				b := wire.Batch{s.request(number, strings.TrimSpace(d.Input))}
				liar := s.keys.cfg.Primary(view)
				pp := &wire.PrePrepare{View: view, Seq: seq, Digest: b.Digest()}
				pp.Sig = auth.Sign(s.keys.members[liar], s.keys.cfg, pp)
				for _, i := range members(t, d) {
					s.post = append(s.post, letter{int(liar), i, &wire.Proposal{Epoch: s.keys.cfg.Epoch, PrePrepare: pp, Batch: b}})
				}
				if !d.HasArg("later") {
					s.run()
				}
			case "status":
				for i, r := range s.nodes {
					if r == nil {
						fmt.Fprintf(&s.out, "%d: down\n", i)
						continue
					}
					st := r.Status()
					fmt.Fprintf(&s.out, "%d: %v view %d low %d executed %d waiting %d slots %d log %d\n",
						i, st.Mode, st.View, st.Low, st.Executed, st.Waiting, st.Slots, len(s.logs[i]))
				}
			default:
				d.Fatalf(t, "unknown command %q", d.Cmd)
			}
			return s.out.String()
		})
	})
}

func members(t *testing.T, d *datadriven.TestData) []int {
	var list []int
	for _, a := range d.CmdArgs {
		if a.Key == "members" {
			for i := range a.Vals {
				var m int
				a.Scan(t, i, &m)
				list = append(list, m)
			}
		}
	}
	return list
}

func newStage(t *testing.T, d *datadriven.TestData) *stage {
	n, interval, mode := 4, uint64(2), wire.Signed
	d.MaybeScanArgs(t, "n", &n)
	d.MaybeScanArgs(t, "interval", &interval)
	if d.HasArg("mac") {
		mode = wire.MAC
	}
	keys := group(n, 1, mode, wire.Rules{Interval: interval, ChunkSize: 32}, false)
	s := &stage{
		keys: keys, opt: Options{Pipeline: 1}, cut: map[int]bool{}, gens: map[[2]int]uint64{}, now: time.Unix(0, 0),
		nodes: make([]*Replica, n), logs: make([][]wire.Record, n), replies: auth.NewVerifier(keys.cfg, keys.public, -1),
	}
	for i := range n {
		s.checks = append(s.checks, keys.verifier(i))
		s.boot(i, s.opt, nil)
	}
	s.client, _ = NewClient(keys.cfg, 0, ClientOptions{}, keys.clients[0])
	return s
}
