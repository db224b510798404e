// SPDX-License-Identifier: Apache-2.0

package protocol_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mabeam.dev/agents/exec/protocol"
	"mabeam.dev/protocols/machine"
)

// life is a naive account of what a session may do: it knows nothing of timers or states, only the promises.
type life struct {
	t       *rapid.T
	s       *protocol.Session
	open    map[string]bool // assigned, outcome not told yet
	places  map[string]bool // assigned, program has not answered: what the program may still know of
	armed   []protocol.Timer
	killed  bool
	closed  bool
	ended   bool
	ready   bool
	strays  int
	limit   int
	pending protocol.State
	asked   map[string]bool // questions without an end
	refused int
	spoilt  int             // votes that do not count
	waiting map[string]bool // lines about variables that wait for an answer
	wrong   int             // lines about variables that do not count
}

func (l *life) perform(actions []protocol.Action) {
	for _, a := range actions {
		if l.ended {
			l.t.Fatalf("%T after the end", a)
		}
		if l.killed {
			switch a.(type) {
			case protocol.DisarmTimer, protocol.TaskFailed, protocol.BidPassed, protocol.VoteMissing, protocol.Ended:
			default:
				l.t.Fatalf("%T after the kill", a)
			}
		}
		switch a := a.(type) {
		case protocol.ArmTimer:
			l.armed = append(l.armed, a.Timer)
		case protocol.WriteLine:
			if l.closed || l.killed {
				l.t.Fatalf("write after the input was closed: %s", a.Line)
			}
		case protocol.CloseInput:
			if l.closed {
				l.t.Fatal("input closed twice")
			}
			l.closed = true
		case protocol.SignalGroup:
			if l.killed {
				l.t.Fatal("signal after kill")
			}
			l.killed = a.Signal == protocol.Kill
		case protocol.BecameReady:
			if l.ready {
				l.t.Fatal("ready twice")
			}
			l.ready = true
		case protocol.TaskDone:
			l.outcome(a.ID, true)
		case protocol.TaskRefused:
			l.outcome(a.ID, true)
		case protocol.TaskFailed:
			l.outcome(a.ID, false)
			if a.Err == nil {
				l.t.Fatal("failed without an error")
			}
		case protocol.TaskProgressed:
			if !l.open[a.ID] {
				l.t.Fatalf("progress of %q, which is not open", a.ID)
			}
		case protocol.StrayAnswer:
			l.strays++
			if l.strays != a.Total {
				l.t.Fatalf("total %d, counted %d", a.Total, l.strays)
			}
		case protocol.JunkSeen:
			l.strays++
		case protocol.BidMade:
			l.settled(a.ID)
		case protocol.BidPassed:
			l.settled(a.ID)
			if a.Err == nil {
				l.t.Fatal("passed without an error")
			}
		case protocol.BidRefused:
			if l.refused++; l.refused != a.Total {
				l.t.Fatalf("total %d, counted %d", a.Total, l.refused)
			}
		case protocol.VoteCast:
			l.settled(a.ID)
		case protocol.VoteMissing:
			l.settled(a.ID)
			if a.Err == nil {
				l.t.Fatal("no vote without an error")
			}
		case protocol.VoteRefused:
			if l.spoilt++; l.spoilt != a.Total {
				l.t.Fatalf("total %d, counted %d", a.Total, l.spoilt)
			}
		case protocol.Suggested:
			l.said(a.Suggestion.ID)
		case protocol.Reported:
			l.said(a.Feedback.ID)
		case protocol.VariableRefused:
			if l.wrong++; l.wrong != a.Total {
				l.t.Fatalf("total %d, counted %d", a.Total, l.wrong)
			}
			if l.waiting[a.Err.ID] {
				l.t.Fatalf("%q would be answered twice", a.Err.ID)
			}
		case protocol.Ended:
			l.ended = true
			if len(l.open) > 0 {
				l.t.Fatalf("ended with open tasks %v", l.open)
			}
			if len(l.asked) > 0 {
				l.t.Fatalf("ended with open questions %v", l.asked)
			}
			if a.Junk != l.strays {
				l.t.Fatalf("told %d junk, counted %d", a.Junk, l.strays)
			}
		}
	}
	if state := l.s.State(); state < l.pending {
		l.t.Fatalf("went back from %v to %v", l.pending, state)
	} else {
		l.pending = state
	}
	if len(l.open) > l.limit {
		l.t.Fatalf("%d tasks out, limit %d", len(l.open), l.limit)
	}
}

// said notes a line about variables that the owner is to answer.
func (l *life) said(id string) {
	switch {
	case id == "":
		return
	case l.waiting[id]:
		l.t.Fatalf("%q was said twice", id)
	case len(l.waiting) == 64:
		l.t.Fatal("too many wait")
	}
	l.waiting[id] = true
}

func (l *life) settled(id string) {
	if !l.asked[id] {
		l.t.Fatalf("answer to %q, which is not asked", id)
	}
	delete(l.asked, id)
}

func (l *life) outcome(id string, delivered bool) {
	if !l.open[id] {
		l.t.Fatalf("outcome for %q, which is not open", id)
	}
	if delivered && (l.killed || !l.places[id]) {
		l.t.Fatalf("answer of %q delivered, killed %v", id, l.killed)
	}
	delete(l.open, id)
}

func TestEveryTaskHasOneOutcomeAndEverySessionOneEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rareness := rapid.IntRange(0, 60).Draw(t, "rareness")
		sometimes := func(t *rapid.T, do func()) {
			// What ends a life is rare, so that most of them get old.
			if rapid.IntRange(0, rareness).Draw(t, "sometimes") == 0 {
				do()
			}
		}
		limit := rapid.IntRange(1, 3).Draw(t, "inflight")
		l := &life{t: t, limit: limit, open: map[string]bool{}, places: map[string]bool{}, asked: map[string]bool{}, waiting: map[string]bool{}}
		l.s = protocol.NewSession(protocol.Config{Inflight: limit, JunkLimit: rapid.IntRange(3, 40).Draw(t, "junk limit"), PingMisses: 3, Variables: true})
		l.perform(l.s.Begin())
		step := func(in protocol.Input) { l.perform(l.s.Step(in)) }
		line := func(format string, args ...any) { step(protocol.LineRead{Line: fmt.Appendf(nil, format, args...)}) }
		id := rapid.SampledFrom([]string{"a", "b", "c", "d"})
		attempt := rapid.IntRange(0, 2)

		if rapid.IntRange(0, 9).Draw(t, "prompt") > 0 {
			line(`{"type":"hello","protocol":1,"features":["ping","bid","vote","variables"]}`)
		}
		t.Repeat(map[string]func(*rapid.T){
			"hello": func(*rapid.T) { line(`{"type":"hello","protocol":1}`) },
			"assign": func(t *rapid.T) {
				task := protocol.Task{ID: id.Draw(t, "id"), Attempt: 1, Timeout: time.Duration(rapid.IntRange(0, 1).Draw(t, "timeout")) * time.Second}
				free := l.s.Free()
				actions, err := l.s.Assign(task)
				switch {
				case err == nil:
					if l.open[task.ID] || l.places[task.ID] || free == 0 || !l.ready || l.killed || l.closed {
						t.Fatalf("took %q: open %v, held %v, free %d, ready %v, killed %v, closed %v", task.ID, l.open, l.places, free, l.ready, l.killed, l.closed)
					}
					l.open[task.ID], l.places[task.ID] = true, true
				case free > 0 && !l.places[task.ID]:
					t.Fatalf("refused with %d free: %v", free, err)
				case len(actions) > 0:
					t.Fatalf("refused with actions %v", actions)
				}
				l.perform(actions)
			},
			"result": func(t *rapid.T) {
				id, n := id.Draw(t, "id"), attempt.Draw(t, "attempt")
				line(`{"type":"result","id":%q,"attempt":%d}`, id, n)
				if n != 2 {
					delete(l.places, id)
				}
			},
			"error": func(t *rapid.T) {
				id := id.Draw(t, "id")
				line(`{"type":"error","id":%q}`, id)
				delete(l.places, id)
			},
			"ask": func(t *rapid.T) {
				id, actions, err := l.s.AskBid(protocol.Tender{Call: "c", Slots: 1, Within: time.Second, Tasks: []protocol.BidTask{{ID: "a"}}})
				if err == nil {
					l.asked[id] = true
				}
				l.perform(actions)
			},
			"bid": func(t *rapid.T) {
				line(`{"type":"bid","id":"c/%d","price":%s}`, rapid.IntRange(1, 6).Draw(t, "n"), rapid.SampledFrom([]string{"1", "-1", `"x"`, "{}"}).Draw(t, "price"))
			},
			"poll": func(t *rapid.T) {
				role := rapid.SampledFrom([]machine.Role{machine.RoleVote, machine.RoleRate, machine.RolePropose, machine.RoleRun}).Draw(t, "role")
				id, actions, err := l.s.AskVote(protocol.Poll{Call: "v", Invite: machine.Invite{Role: role, Options: []string{"soup"}}, Within: time.Second})
				if err == nil {
					l.asked[id] = true
				}
				l.perform(actions)
			},
			"vote": func(t *rapid.T) {
				line(`{"type":%q,"id":"v/%d","choice":%s,"value":%s}`, rapid.SampledFrom([]string{"vote", "abstain", "propose"}).Draw(t, "type"), rapid.IntRange(1, 6).Draw(t, "n"),
					rapid.SampledFrom([]string{`"soup"`, `"fish"`, "{}", "null"}).Draw(t, "choice"), rapid.SampledFrom([]string{"1", "-1", `"x"`, "null"}).Draw(t, "value"))
			},
			"suggest": func(t *rapid.T) {
				for range rapid.SampledFrom([]int{1, 1, 1, 70}).Draw(t, "lines") {
					line(`{"type":%q,"id":%s,"variable":"a","value":%s,"rationale":%s,"version":"0.1","metrics":{"x":1}}`, rapid.SampledFrom([]string{"suggest", "report"}).Draw(t, "type"),
						rapid.SampledFrom([]string{`"1"`, `"2"`, fmt.Sprintf("%q", fmt.Sprint(rapid.IntRange(0, 200).Draw(t, "n"))), "7", "null"}).Draw(t, "id"),
						rapid.SampledFrom([]string{"1", "null"}).Draw(t, "value"), rapid.SampledFrom([]string{`"r"`, `""`, "1"}).Draw(t, "rationale"))
				}
			},
			"answer": func(t *rapid.T) {
				id := fmt.Sprint(rapid.IntRange(0, 200).Draw(t, "n"))
				actions, err := l.s.Answer(protocol.Answer{ID: id})
				if err == nil != (len(actions) == 1) || err != nil && !l.closed && !l.killed && !l.ended {
					t.Fatalf("answer: %v, actions %v", err, actions)
				}
				delete(l.waiting, id)
				l.perform(actions)
			},
			"pass":     func(t *rapid.T) { line(`{"type":"pass","id":"c/%d"}`, rapid.IntRange(1, 6).Draw(t, "n")) },
			"progress": func(t *rapid.T) { line(`{"type":"progress","id":%q}`, id.Draw(t, "id")) },
			"pong":     func(*rapid.T) { line(`{"type":"pong"}`) },
			"junk":     func(*rapid.T) { line("junk") },
			"bye":      func(t *rapid.T) { sometimes(t, func() { line(`{"type":"bye"}`) }) },
			"cancel":   func(t *rapid.T) { step(protocol.TaskCancelled{ID: id.Draw(t, "id")}) },
			"stop":     func(t *rapid.T) { sometimes(t, func() { step(protocol.StopAsked{}) }) },
			"kill":     func(t *rapid.T) { sometimes(t, func() { step(protocol.KillAsked{}) }) },
			"eof":      func(t *rapid.T) { sometimes(t, func() { step(protocol.OutputEnded{Rest: []byte("ha")}) }) },
			"closed":   func(t *rapid.T) { sometimes(t, func() { step(protocol.InputClosed{}) }) },
			"blocked":  func(t *rapid.T) { sometimes(t, func() { step(protocol.WriteBlocked{}) }) },
			"overflow": func(t *rapid.T) {
				sometimes(t, func() { step(protocol.LineOverflowed{Err: &protocol.LineTooLongError{}}) })
			},
			"old timer": func(t *rapid.T) {
				if len(l.armed) > 0 {
					timer := rapid.SampledFrom(l.armed).Draw(t, "timer")
					fire := func() { step(protocol.TimerFired{Timer: timer}) }
					switch timer.Kind {
					case protocol.DeadlineTimer, protocol.JunkTimer, protocol.PingTimer, protocol.BidTimer, protocol.VoteTimer:
						fire()
					case protocol.StartTimer, protocol.StopTimer, protocol.TermTimer, protocol.CloseTimer, protocol.CancelTimer:
						sometimes(t, fire)
					}
				}
			},
			"exit": func(t *rapid.T) {
				sometimes(t, func() {
					step(protocol.ProcessExited{Status: protocol.Status{Code: rapid.IntRange(0, 1).Draw(t, "code")}})
					if !l.ended {
						t.Fatal("exit did not end the session")
					}
				})
			},
		})
		if !l.ended {
			step(protocol.ProcessExited{})
		}
		if !l.ended || len(l.open) > 0 {
			t.Fatalf("ended %v, open %v", l.ended, l.open)
		}
		if _, err := l.s.Assign(protocol.Task{ID: "z"}); !errors.Is(err, protocol.ErrStopping) {
			t.Fatalf("assign after the end: %v", err)
		}
	})
}

func TestEqualHistoriesGiveEqualActions(t *testing.T) {
	play := func() string {
		s := protocol.NewSession(protocol.Config{Inflight: 8})
		log := fmt.Sprint(s.Begin())
		log += fmt.Sprint(s.Step(protocol.LineRead{Line: []byte(`{"type":"hello","protocol":1,"features":["ping"]}`)}))
		for i := range 8 {
			actions, err := s.Assign(protocol.Task{ID: fmt.Sprint(i), Timeout: time.Second})
			log += fmt.Sprint(actions, err)
		}
		return log + fmt.Sprint(len(s.Step(protocol.KillAsked{}))) + fmt.Sprintf("%+v", s.Step(protocol.ProcessExited{}))
	}
	first := play()
	for range 20 {
		if again := play(); again != first {
			t.Fatalf("first\n%s\nthen\n%s", first, again)
		}
	}
}
