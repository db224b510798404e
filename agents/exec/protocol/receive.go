// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// lineRead decodes a line and acts on it. After SIGKILL nothing counts: the open tasks have ended.
func (s *Session) lineRead(line []byte) {
	if s.state >= Killing || Blank(line) {
		return
	}
	m, err := Decode(line, s.cfg.Strict)
	if err != nil {
		var j *JunkLine
		if !errors.As(err, &j) {
			panic(err) // Decode promises
		}
		s.junk(j)
		return
	}
	s.heard = true
	s.messages++
	if s.state == Starting {
		switch m.(type) {
		case Hello, Log, Heartbeat:
		case Result, Failure, Progress, Record, Event, Pong, Bye, Bid, Pass, Vote, Abstain, Propose, Suggest, Report, Applied:
			s.junk(junkLine(OutOfPlace, line, m.wireType()+" before hello"))
			return
		}
	}
	switch m := m.(type) {
	case Hello:
		if s.ready {
			s.junk(junkLine(OutOfPlace, line, "second hello"))
			return
		}
		s.hello(m)
	case Result:
		if t := s.claim(m.ID, m.Attempt, m.wireType()); t != nil {
			s.act(TaskDone{ID: t.ID, Attempt: t.Attempt, Output: orNull(m.Output)})
		}
	case Failure:
		if t := s.claim(m.ID, m.Attempt, m.wireType()); t != nil {
			s.act(TaskRefused{ID: t.ID, Attempt: t.Attempt, Code: m.Code, Message: m.Message, Retry: m.Retry})
		}
	case Progress:
		if t := s.claim(m.ID, 0, m.wireType()); t != nil {
			s.act(TaskProgressed{ID: t.ID, Attempt: t.Attempt, Data: orNull(m.Data)})
		}
	case Log:
		s.act(Logged{Log: m})
	case Record:
		s.act(Recorded{Record: m})
	case Event:
		s.act(EventReceived{Event: m})
	case Bye:
		s.bye()
	case Bid:
		s.bidCame(m)
	case Pass:
		s.passCame(m)
	case Vote:
		s.voteCame(m)
	case Abstain:
		s.abstainCame(m)
	case Propose:
		s.proposeCame(m)
	case Suggest:
		s.suggestCame(m)
	case Report:
		s.reportCame(m)
	case Applied:
		s.appliedCame(m)
	case Heartbeat, Pong:
		// Signs of life; heard is set.
	default:
		panic(fmt.Sprintf("protocol: step: unknown message %T", m))
	}
}

// hello ends the start. A stop asked meanwhile stays in force: the session is then past running.
func (s *Session) hello(m Hello) {
	if m.Protocol != Version {
		s.end(Reason{Kind: Protocol, Cause: &VersionError{Got: m.Protocol, Want: Version}})
		return
	}
	s.ready = true
	s.disarm(StartTimer, "")
	if s.state != Starting {
		return
	}
	s.state = Running
	if m.Inflight > 0 {
		s.inflight = min(s.inflight, m.Inflight)
	}
	s.bids = slices.Contains(m.Features, FeatureBid)
	s.votes = slices.Contains(m.Features, FeatureVote)
	s.pings = slices.Contains(m.Features, FeaturePing)
	s.watched = s.pings || slices.Contains(m.Features, FeatureHeartbeat)
	takes := []string{FeatureRecord}
	if s.shares = s.cfg.Variables && slices.Contains(m.Features, FeatureVariables); s.shares {
		takes = append(takes, FeatureVariables)
	}
	s.write(Ready{Protocol: Version, Agent: s.cfg.Agent, Inflight: s.inflight, LineLimit: s.cfg.LineLimit, Features: takes})
	s.act(BecameReady{Hello: m, Inflight: s.inflight})
	if s.watched {
		s.heard = true // hello itself
		s.arm(PingTimer, "", s.cfg.PingInterval)
	}
}

// pingDue counts an interval without a sign of life and begins the next. Intervals never pile up while the
// owner is slow: the next timer is armed only here.
func (s *Session) pingDue() {
	if s.heard {
		s.silent = 0
	} else {
		s.silent++
	}
	if s.silent >= s.cfg.PingMisses {
		s.end(Reason{Kind: Unhealthy, Cause: ErrSilent})
		return
	}
	s.heard = false
	if s.pings {
		s.pingCount++
		s.write(Ping{N: s.pingCount})
	}
	s.arm(PingTimer, "", s.cfg.PingInterval)
}

// junk reports a line and ends the program when it was one too many.
func (s *Session) junk(j *JunkLine) {
	s.junkTotal++
	s.act(JunkSeen{Junk: j, Total: s.junkTotal})
	s.bear(j)
}

func (s *Session) stray(st Stray) {
	s.junkTotal++
	s.act(StrayAnswer{Stray: &st, Total: s.junkTotal})
	s.bear(&st)
}

func (s *Session) bear(last error) {
	if s.junkWindow == 0 {
		s.arm(JunkTimer, "", s.cfg.JunkWindow)
	}
	s.junkWindow++
	if limit := max(0, s.cfg.JunkLimit); s.junkWindow > limit {
		s.end(Reason{Kind: Protocol, Cause: &JunkError{Limit: limit, Last: last}})
	}
}

func orNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}
