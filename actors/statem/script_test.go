// SPDX-License-Identifier: Apache-2.0

package statem

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/actors"
)

// A script is a machine in words, which the core, the process, the naive model and real OTP all understand. Its lines are
//
//	enter on                            Enter is called
//	start STATE [ACTION...]             the first state
//	on STATE EVENT = VERB [ACTION...]   what is done, once for each line; afterwards, and else, the state is kept
//
// with EVENT: enter, msg/C, int/C, state/C, event/C, NAME/C (timeouts), where C is the content;
// VERB: keep, repeat, next/STATE, stop/normal, stop/shutdown, stop/boom, none;
// ACTION: postpone, reply, ins/KIND/C, after/ID/TIME/C, upd/ID/C, cancel/ID, with KIND and ID as in EVENT and TIME in units.
type script struct {
	enter bool
	start rule
	rules map[string][]rule // by state and event
}

// rule is what one callback returns.
type rule struct {
	verb    string
	to      string
	actions [][]string
}

// parseScript reads a script; a mistake in it is a panic, as scripts are part of the tests.
func parseScript(text string) *script {
	s := &script{rules: map[string][]rule{}}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case words[0] == "enter":
			s.enter = words[1] == "on"
		case words[0] == "start":
			s.start = parseRule(append([]string{"next/" + words[1]}, words[2:]...))
		case words[0] == "on" && words[3] == "=":
			key := words[1] + " " + words[2]
			s.rules[key] = append(s.rules[key], parseRule(words[4:]))
		default:
			panic("script: " + line)
		}
	}
	return s
}

func parseRule(words []string) rule {
	var r rule
	r.verb, r.to, _ = strings.Cut(words[0], "/")
	for _, w := range words[1:] {
		r.actions = append(r.actions, strings.Split(w, "/"))
	}
	return r
}

// take uses up the rule for a state and an event.
func (s *script) take(state, event string) rule {
	key := state + " " + event
	left := s.rules[key]
	if len(left) == 0 {
		return rule{verb: "keep"}
	}
	s.rules[key] = left[1:]
	return left[0]
}

// word is the message of scripts; a call brings its reply address.
type word struct {
	text  string
	reply func(state string) // nil unless it is a call
}

var errBoom = errors.New("boom")

type (
	scriptTurn   = Turn[string, *script, word]
	scriptResult = Result[string, word]
)

// ids are the names of timeouts in scripts.
func timeoutOf(id string) Timeout {
	switch id {
	case "state":
		return StateTimeout
	case "event":
		return EventTimeout
	}
	return Timeout(id)
}

// eventName is the word of an event in scripts and traces.
func eventName(ev Event[word]) string {
	kind := "msg"
	switch {
	case ev.Kind == Internal:
		kind = "int"
	case ev.Timeout == StateTimeout:
		kind = "state"
	case ev.Timeout == EventTimeout:
		kind = "event"
	case ev.Kind == TimedOut:
		kind = string(ev.Timeout)
	}
	return kind + "/" + ev.Message.text
}

// eventOf is the event that an ins action names.
func eventOf(kind, content string) Event[word] {
	switch kind {
	case "msg":
		return Event[word]{Message: word{text: content}}
	case "int":
		return Event[word]{Kind: Internal, Message: word{text: content}}
	}
	return Event[word]{Kind: TimedOut, Timeout: timeoutOf(kind), Message: word{text: content}}
}

// result is a rule as the result of a callback; hand is the event in hand.
func (r rule) result(t *scriptTurn, state string, hand word, unit time.Duration) scriptResult {
	var out scriptResult
	switch r.verb {
	case "keep":
		out = t.Keep()
	case "repeat":
		out = t.Repeat()
	case "next":
		out = t.Next(r.to)
	case "stop":
		out = t.Stop(map[string]error{"normal": nil, "shutdown": actors.StopShutdown, "boom": errBoom}[r.to])
	case "none":
		return out
	default:
		panic("script: " + r.verb)
	}
	for _, a := range r.actions {
		switch a[0] {
		case "postpone":
			out = out.Postpone()
		case "reply":
			if hand.reply != nil {
				out = out.Reply(Answer{func() { hand.reply(state) }})
			}
		case "ins":
			out = out.NextEventAs(eventOf(a[1], a[2]))
		case "after":
			n, err := strconv.Atoi(a[2])
			if err != nil {
				panic(err)
			}
			out = out.After(timeoutOf(a[1]), time.Duration(n)*unit, word{text: a[3]})
		case "upd":
			out = out.Update(timeoutOf(a[1]), word{text: a[2]})
		case "cancel":
			out = out.Cancel(timeoutOf(a[1]))
		default:
			panic("script: " + a[0])
		}
	}
	return out
}

// ending is the word for why a machine ended.
func ending(err error) string {
	for word, is := range map[string]error{
		"normal": actors.Stop, "shutdown": actors.StopShutdown, "boom": errBoom, "no-result": ErrNoResult,
		"enter-result": ErrEnterResult, "enter-action": ErrEnterAction, "stop-action": ErrStopAction, "bad-timeout": ErrBadTimeout,
	} {
		if errors.Is(err, is) {
			return word
		}
	}
	return fmt.Sprint(err)
}

// callback is what a machine that runs a script calls for each event; say notes a line of the trace.
func (s *script) callback(say func(string)) Handler[string, *script, word] {
	return func(t *scriptTurn, ev Event[word]) scriptResult {
		say(t.State + " " + eventName(ev))
		return s.take(t.State, eventName(ev)).result(t, t.State, ev.Message, unit)
	}
}

// entering is callback for Enter.
func (s *script) entering(say func(string)) Enter[string, *script, word] {
	if !s.enter {
		return nil
	}
	return func(t *scriptTurn, old string) scriptResult {
		say(t.State + " enter " + old)
		return s.take(t.State, "enter").result(t, t.State, word{}, unit)
	}
}

// machine is a script as a machine; half of the states that have rules get a callback of their own, the others share one.
func (s *script) machine(say func(string)) *Machine[string, *script, word] {
	m := &Machine[string, *script, word]{
		Init: func(t *scriptTurn) scriptResult {
			*t.Data = s
			return s.start.result(t, "", word{}, unit)
		},
		States:    map[string]State[string, *script, word]{},
		Handle:    s.callback(say),
		Enter:     s.entering(say),
		Terminate: func(t *scriptTurn, _ actors.Reason) error { say(t.State + " terminate"); return nil },
		Show:      func(state string, data **script) any { return len((*data).rules) },
	}
	for _, state := range []string{"a", "c"} {
		m.States[state] = State[string, *script, word]{Handle: s.callback(say), Enter: s.entering(say)}
	}
	return m
}

// unit is one unit of a script's time.
const unit = time.Second
