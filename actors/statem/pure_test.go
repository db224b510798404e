// SPDX-License-Identifier: Apache-2.0

package statem

import (
	"slices"
	"strings"
	"time"
)

// runner is something that runs scripts.
type runner interface {
	// begin starts the machine and returns its trace.
	begin(s *script) []string
	// send sends messages, calls those with an exclamation mark, and returns the trace until nothing is going on.
	send(words []string) []string
	// wait lets units of time pass.
	wait(units int) []string
}

// pure runs a script on the core alone, with lists for a mailbox and a clock that only wait moves.
type pure struct {
	core   core[string, word]
	script *script
	turn   scriptTurn
	hand   word
	front  []word // what doUnstash put before the mailbox
	stash  []word
	now    time.Duration
	timers []pureTimer // in the order of their starts
	over   bool
	exit   string   // why it ended, until it has been told
	open   []string // calls without an answer
	log    []string
}

type pureTimer struct {
	id Timeout
	at time.Duration
}

func (p *pure) say(line string) { p.log = append(p.log, line) }

// taken returns the trace; the calls that nobody is going to answer come before the end of the machine, sorted.
func (p *pure) taken() []string {
	if p.over {
		slices.Sort(p.open)
		for _, text := range p.open {
			p.say("answer " + text + " none")
		}
		p.open = nil
	}
	if p.exit != "" {
		p.say("exit " + p.exit)
		p.exit = ""
	}
	defer func() { p.log = nil }()
	return p.log
}

func (p *pure) begin(s *script) []string {
	*p = pure{script: s}
	p.core.enters = func(string) bool { return s.enter }
	first := s.start.result(&p.turn, "", word{}, unit)
	p.core.start(first)
	todo, what, err := p.core.begin(first)
	p.finish(first, todo, what, err)
	p.settle()
	return p.taken()
}

func (p *pure) send(words []string) []string {
	for _, w := range words {
		text, call := strings.CutPrefix(w, "!")
		m := word{text: text}
		if call {
			m.reply = func(state string) { p.answer(text, state) }
			p.open = append(p.open, text)
		}
		if !p.over {
			p.handle(m, p.core.message(m))
			p.settle()
		}
	}
	return p.taken()
}

func (p *pure) answer(text, state string) {
	if i := slices.Index(p.open, text); i >= 0 {
		p.open = slices.Delete(p.open, i, i+1)
		p.say("answer " + text + " " + state)
	}
}

func (p *pure) wait(units int) []string {
	until := p.now + time.Duration(units)*unit
	for !p.over && len(p.timers) > 0 {
		i := 0
		for j, t := range p.timers {
			if t.at < p.timers[i].at {
				i = j
			}
		}
		t := p.timers[i]
		if t.at > until {
			break
		}
		p.now = t.at
		p.timers = slices.Delete(p.timers, i, i+1)
		p.handle(word{}, p.core.due(t.id))
		p.settle()
	}
	p.now = until
	return p.taken()
}

// settle runs what waits inside.
func (p *pure) settle() {
	for !p.over {
		switch {
		case p.core.more():
			p.handle(word{}, p.core.next())
		case len(p.front) > 0:
			m := p.front[0]
			p.front = p.front[1:]
			p.handle(m, p.core.message(m))
		default:
			return
		}
	}
}

func (p *pure) handle(hand word, ev Event[word]) {
	p.hand = hand
	state := p.core.state
	p.say(state + " " + eventName(ev))
	r := p.script.take(state, eventName(ev)).result(&p.turn, state, ev.Message, unit)
	todo, what, err := p.core.apply(r)
	p.finish(r, todo, what, err)
}

func (p *pure) finish(r scriptResult, todo []effect, what then, err error) {
	for {
		for _, e := range todo {
			p.perform(e)
		}
		switch {
		case err != nil:
			p.end(err)
			return
		case what == thenStop:
			p.end(r.why)
			return
		case what == thenDone:
			return
		}
		state := p.core.turn.next
		p.say(state + " enter " + p.core.state)
		r = p.script.take(state, "enter").result(&p.turn, state, word{}, unit)
		todo, what, err = p.core.apply(r)
	}
}

func (p *pure) perform(e effect) {
	switch e.do {
	case doAnswer:
		e.answer()
	case doStash:
		p.stash = append(p.stash, p.hand)
	case doUnstash:
		p.front = append(p.stash, p.front...)
		p.stash = nil
	case doStart:
		p.timers = append(p.timers, pureTimer{e.id, p.now + e.after})
	case doStop:
		p.timers = slices.DeleteFunc(p.timers, func(t pureTimer) bool { return t.id == e.id })
	case doStartAt:
		panic("scripts have no points in time")
	}
}

func (p *pure) end(why error) {
	p.over, p.exit = true, ending(why)
	p.say(p.core.state + " terminate")
}
