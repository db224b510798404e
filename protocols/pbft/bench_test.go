// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// bench is a group with real keys whose messages are delivered at once, by one goroutine: all the work of all members, and no scheduling.
type bench struct {
	keys   *ring
	nodes  []*Replica
	checks []*auth.Verifier
	client *Client
	reply  *auth.Verifier
	post   []letter
	done   int
}

func newBench(n int, mode wire.Mode) *bench {
	keys := group(n, 1, mode, wire.Rules{}, true)
	s := &bench{keys: keys, reply: auth.NewVerifier(keys.cfg, keys.public, 0)}
	for i := range n {
		r, err := New(keys.cfg, wire.Member(i), Options{Linger: -1}, keys.members[i], &tally{})
		if err != nil {
			panic(err)
		}
		s.nodes, s.checks = append(s.nodes, r), append(s.checks, keys.verifier(i))
	}
	s.client, _ = NewClient(keys.cfg, 0, ClientOptions{}, keys.clients[0])
	return s
}

// tally is an App that only counts.
type tally struct{ n int }

func (a *tally) Validate([]byte) error          { return nil }
func (a *tally) Apply(_ Place, _ []byte) []byte { a.n++; return nil }
func (a *tally) Snapshot() []byte               { return fmt.Append(nil, a.n) }
func (a *tally) Restore([]byte) error           { return nil }

func (s *bench) do(who int, effects []Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case Send:
			s.post = append(s.post, letter{who, int(e.To), e.Msg})
		case Broadcast:
			for to := range s.nodes {
				if to != who {
					s.post = append(s.post, letter{who, to, e.Msg})
				}
			}
		case Answer:
			s.post = append(s.post, letter{who, -1, e.Reply})
		case Done:
			s.done++
		}
	}
}

// decide has the client ask for operations, and returns when it has its certificate and nothing is under way.
func (s *bench) decide(ops [][]byte) time.Duration {
	began, took := time.Now(), time.Duration(0)
	want := s.done + 1
	s.do(-1, s.client.Step(Submit{began, ops}))
	for i := 0; i < len(s.post); i++ {
		l := s.post[i]
		if l.to < 0 {
			if s.done < want {
				if v, err := s.reply.Open(l.msg); err == nil {
					s.do(-1, s.client.Step(Deliver{began, v}))
				}
				if s.done == want {
					took = time.Since(began)
				}
			}
			continue
		}
		if !s.nodes[l.to].Wants(l.msg) {
			continue
		}
		v, err := s.checks[l.to].Open(l.msg)
		if err != nil {
			panic(err)
		}
		s.do(l.to, s.nodes[l.to].Step(Deliver{began, v}))
	}
	s.post = s.post[:0]
	if s.done != want {
		panic("not decided")
	}
	return took
}

func BenchmarkAgree(b *testing.B) {
	for _, c := range []struct {
		n    int
		mode wire.Mode
	}{{4, wire.Signed}, {16, wire.Signed}, {31, wire.MAC}, {100, wire.MAC}} {
		b.Run(fmt.Sprintf("%v/n=%d", c.mode, c.n), func(b *testing.B) {
			s := newBench(c.n, c.mode)
			op := [][]byte{make([]byte, 128)}
			var took []time.Duration
			b.ReportAllocs()
			for b.Loop() {
				took = append(took, s.decide(op))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// BenchmarkOperations is throughput where a client signs for 256 operations at once.
func BenchmarkOperations(b *testing.B) {
	s := newBench(4, wire.Signed)
	ops := make([][]byte, 256)
	for i := range ops {
		ops[i] = make([]byte, 128)
	}
	began := time.Now()
	n := 0
	for b.Loop() {
		s.decide(ops)
		n += len(ops)
	}
	b.ReportMetric(float64(n)/time.Since(began).Seconds(), "ops/s")
}
