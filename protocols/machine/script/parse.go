// SPDX-License-Identifier: Apache-2.0

package script

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/protocols/machine"
)

// Epoch is when scripts begin.
var Epoch = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// LineError is a line that is no event.
type LineError struct {
	Line string // as it was written
	Why  string // what is wrong with it
}

// Error shows the line.
func (e *LineError) Error() string { return fmt.Sprintf("script: %q: %s", e.Line, e.Why) }

// FaultCode is E1943.
func (*LineError) FaultCode() fault.Code { return 1943 }

// Parse reads an event.
func Parse(line string) (machine.Event, error) {
	words, err := split(line)
	if err != nil || len(words) < 2 {
		return nil, &LineError{line, "it needs a time and a word"}
	}
	ms, err := strconv.ParseInt(words[0], 10, 64)
	if err != nil {
		return nil, &LineError{line, "its time is no number"}
	}
	at := Epoch.Add(time.Duration(ms) * time.Millisecond)
	arg := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	number := func(s string) uint64 {
		n, bad := strconv.ParseUint(s, 10, 64)
		if bad != nil {
			err = &LineError{line, strconv.Quote(s) + " is no number"}
		}
		return n
	}
	var e machine.Event
	switch words[1] {
	case "open":
		o := machine.Opened{At: at}
		for _, w := range words[2:] {
			switch key, value, _ := strings.Cut(w, "="); key {
			case "seed":
				o.Seed = number(value)
			case "deadline":
				o.Deadline = Epoch.Add(time.Duration(number(value)) * time.Millisecond)
			default:
				err = &LineError{line, strconv.Quote(key) + " is unknown"}
			}
		}
		e = o
	case "tick":
		e = machine.Tick{At: at}
	case "down":
		e = machine.Down{At: at, Agent: arg(2), Reason: strings.Join(words[min(3, len(words)):], " ")}
	case "up":
		e = machine.Up{At: at, Agent: arg(2), Incarnation: 2}
	case "timer":
		e = machine.TimerFired{At: at, ID: arg(2), Gen: number(arg(3))}
	case "cancel":
		e = machine.Cancel{At: at, Why: strings.Join(words[2:], " ")}
	case "command":
		e = machine.Command{At: at, Name: arg(2), Args: []byte(arg(3))}
	case "restored":
		e = machine.Restored{At: at, Epoch: uint32(number(arg(2)))}
	case "told":
		e = machine.Received{At: at, From: arg(2), Msg: machine.Told{Key: arg(3), Data: []byte(arg(4))}}
	case "failed":
		e = machine.Received{At: at, From: arg(2), Msg: machine.Told{Key: arg(3), Error: or(arg(4), "it failed")}}
	default:
		a, bad := answer(line, words[2:])
		e, err = machine.Received{At: at, From: words[1], Msg: a}, bad
	}
	return e, err
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func answer(line string, words []string) (a machine.Answer, err error) {
	millionths := func(s string) *int64 {
		n, bad := strconv.ParseInt(s, 10, 64)
		if bad != nil {
			err = &LineError{line, strconv.Quote(s) + " is no number"}
		}
		return &n
	}
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		switch {
		case key == "round":
			a.Round = int(*millionths(value))
		case key == "key":
			a.Key = value
		case key == "digest":
			a.Digest = value
		case key == "seq":
			a.Seq = uint64(*millionths(value))
		case key == "choice":
			a.Choice = value
		case key == "choices":
			a.Choices = strings.Split(value, "|")
		case key == "value":
			a.Value = millionths(value)
		case key == "confidence":
			a.Confidence = millionths(value)
		case key == "text":
			a.Text = value
		case key == "output":
			a.Output = []byte(value)
		case key == "delegate":
			a.Delegate = value
		case key == "abstain":
			a.Abstain = or(value, "no reason")
		case key == "decline":
			a.Decline = or(value, "no reason")
		case key == "error":
			a.Error = or(value, "no reason")
		case strings.HasPrefix(key, "score:"):
			number, text, _ := strings.Cut(value, ",")
			a.Scores = append(a.Scores, machine.Score{Item: key[len("score:"):], Value: *millionths(number), Text: text})
		default:
			return a, &LineError{line, strconv.Quote(key) + " is unknown"}
		}
	}
	return a, err
}

// split parts a line at spaces; quotes keep what is between them together.
func split(line string) (words []string, err error) {
	var word strings.Builder
	quoted, any := false, false
	for _, r := range line {
		switch {
		case r == '\'':
			quoted, any = !quoted, true
		case r == ' ' && !quoted:
			if any {
				words = append(words, word.String())
			}
			word.Reset()
			any = false
		default:
			word.WriteRune(r)
			any = true
		}
	}
	if quoted {
		return nil, &LineError{line, "a quote is open"}
	}
	if any {
		words = append(words, word.String())
	}
	return words, nil
}
