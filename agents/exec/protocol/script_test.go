// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"mabeam.dev/protocols/machine"
)

// TestSessionFollowsTheScripts plays the conversations of testdata/session and compares every action.
// -rewrite writes what the session did.
func TestSessionFollowsTheScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/session", func(t *testing.T, path string) {
		var s *Session
		timers := map[string]Timer{} // the last arming under each name, as a clock would hold it
		perform := func(actions []Action) string {
			var b strings.Builder
			for _, a := range actions {
				if arm, ok := a.(ArmTimer); ok {
					timers[timerName(arm.Timer)] = arm.Timer
				}
				fmt.Fprintln(&b, render(a))
			}
			if b.Len() == 0 {
				return "nothing\n"
			}
			return b.String()
		}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			arg := func(name, preset string) string {
				if d.HasArg(name) {
					d.ScanArgs(t, name, &preset)
				}
				return preset
			}
			number := func(name string) (n int) {
				d.MaybeScanArgs(t, name, &n)
				return n
			}
			switch d.Cmd {
			case "new":
				s = NewSession(Config{
					Inflight: number("inflight"), JunkLimit: number("junk"), Strict: d.HasArg("strict"), LineLimit: number("limit"),
					Variables: d.HasArg("variables"),
				})
				return perform(s.Begin())
			case "line", "lines":
				var b strings.Builder
				for line := range strings.Lines(d.Input) {
					b.WriteString(perform(s.Step(LineRead{Line: []byte(strings.TrimSuffix(line, "\n"))})))
				}
				return b.String()
			case "assign":
				var timeout time.Duration
				if v := arg("timeout", ""); v != "" {
					timeout, _ = time.ParseDuration(v)
				}
				actions, err := s.Assign(Task{
					ID: arg("id", ""), Kind: "k", Input: json.RawMessage(d.Input), Attempt: max(1, number("attempt")), Timeout: timeout,
				})
				if err != nil {
					return "error: " + err.Error() + "\n"
				}
				return perform(actions)
			case "ask":
				tender := Tender{Call: arg("call", ""), Slots: number("slots"), Currency: "credit", Ceiling: 5_000_000, Within: time.Second}
				for id := range strings.SplitSeq(arg("tasks", ""), "+") {
					tender.Tasks = append(tender.Tasks, BidTask{ID: strings.Trim(id, "-"), Kind: "k", Bytes: 10, Attempt: 1}) // "-" is a task that is over
				}
				id, actions, err := s.AskBid(tender)
				if err != nil {
					return "error: " + err.Error() + "\n"
				}
				return "asked " + id + "\n" + perform(actions)
			case "poll":
				in := machine.Invite{Role: machine.Role(arg("role", "vote")), Round: number("round"), Key: arg("key", ""), Question: "Lunch?"}
				for option := range strings.SplitSeq(arg("options", "soup+salad"), "+") {
					in.Options = append(in.Options, option)
				}
				id, actions, err := s.AskVote(Poll{Call: arg("call", ""), Invite: in, Within: time.Second})
				if err != nil {
					return "error: " + err.Error() + "\n"
				}
				return "asked " + id + "\n" + perform(actions)
			case "space": // each word of the input is a variable, with its value
				v := Variables{Space: "s", SpaceVersion: "0.9", Variables: []VariableValue{}}
				for word := range strings.FieldsSeq(d.Input) {
					name, value, _ := strings.Cut(word, "=")
					v.Variables = append(v.Variables, VariableValue{Variable: name, Form: "float", Value: json.RawMessage(value), Version: "0.1"})
				}
				parts, err := s.SplitVariables(v)
				var b strings.Builder
				if err != nil {
					fmt.Fprintln(&b, "error:", err)
				}
				for _, part := range parts {
					actions, err := s.TellVariables(part)
					if err != nil {
						fmt.Fprintln(&b, "error:", err)
						continue
					}
					b.WriteString(perform(actions))
				}
				return b.String()
			case "change":
				c := VariableChange{Space: "s", SpaceVersion: "0.10", Cause: "user", VariableValue: VariableValue{Variable: "a", Form: "float", Value: json.RawMessage(d.Input), Version: "0.4"}}
				if d.HasArg("gap") {
					c.Gap = &VersionGap{From: "0.2", To: "0.3"}
				}
				actions, err := s.TellVariable(c)
				if err != nil {
					return "error: " + err.Error() + "\n"
				}
				return perform(actions)
			case "answer":
				actions, err := s.Answer(Answer{ID: arg("id", ""), OK: true, Value: json.RawMessage(d.Input), Version: "0.4"})
				if err != nil {
					return "error: " + err.Error() + "\n"
				}
				return perform(actions)
			case "publish":
				actions, err := s.Publish(Event{Topic: arg("topic", ""), Data: json.RawMessage(d.Input)})
				if err != nil {
					return "error: " + err.Error() + "\n"
				}
				return perform(actions)
			case "cancel":
				return perform(s.Step(TaskCancelled{ID: arg("id", "")}))
			case "fire":
				timer, ok := timers[arg("timer", "")]
				if !ok {
					t.Fatalf("%s: timer %q was never armed", d.Pos, arg("timer", ""))
				}
				return perform(s.Step(TimerFired{Timer: timer}))
			case "overflow":
				return perform(s.Step(LineOverflowed{Err: &LineTooLongError{Limit: 1 << 20, Head: "xxxx"}}))
			case "eof":
				return perform(s.Step(OutputEnded{Rest: []byte(strings.TrimSuffix(d.Input, "\n"))}))
			case "input-closed":
				return perform(s.Step(InputClosed{}))
			case "write-blocked":
				return perform(s.Step(WriteBlocked{}))
			case "exit":
				return perform(s.Step(ProcessExited{Status: Status{Code: number("code"), Signal: number("signal")}}))
			case "stop":
				return perform(s.Step(StopAsked{}))
			case "kill":
				return perform(s.Step(KillAsked{}))
			case "state":
				return fmt.Sprintf("%s free=%d\n", s.State(), s.Free())
			}
			t.Fatalf("%s: unknown command %q", d.Pos, d.Cmd)
			return ""
		})
	})
}

func timerName(t Timer) string {
	if t.Task == "" {
		return t.Kind.String()
	}
	return t.Kind.String() + ":" + t.Task
}

func render(a Action) string {
	switch a := a.(type) {
	case WriteLine:
		return "write " + strings.TrimSuffix(string(a.Line), "\n")
	case CloseInput:
		return "close input"
	case ArmTimer:
		return fmt.Sprintf("arm %s %v", timerName(a.Timer), a.After)
	case DisarmTimer:
		return "disarm " + timerName(a.Timer)
	case SignalGroup:
		return "signal " + a.Signal.String()
	case BecameReady:
		return fmt.Sprintf("-> ready name=%q capabilities=%q inflight=%d", a.Hello.Name, a.Hello.Capabilities, a.Inflight)
	case TaskDone:
		return fmt.Sprintf("-> done %s#%d %s", a.ID, a.Attempt, a.Output)
	case TaskRefused:
		retry := "not said"
		if a.Retry != nil {
			retry = fmt.Sprint(*a.Retry)
		}
		return fmt.Sprintf("-> refused %s#%d code=%q message=%q retry=%s", a.ID, a.Attempt, a.Code, a.Message, retry)
	case TaskFailed:
		return fmt.Sprintf("-> failed %s#%d: %v", a.ID, a.Attempt, a.Err)
	case TaskProgressed:
		return fmt.Sprintf("-> progress %s#%d %s", a.ID, a.Attempt, a.Data)
	case PlaceFreed:
		return fmt.Sprintf("-> place freed by %s, late=%d", a.ID, a.Late)
	case Logged:
		return fmt.Sprintf("-> log %s %q %s", a.Log.Level, a.Log.Message, a.Log.Fields)
	case Recorded:
		return fmt.Sprintf("-> record %s %v", a.Record.Metric, a.Record.Value)
	case EventReceived:
		return fmt.Sprintf("-> event %s %s", a.Event.Topic, a.Event.Data)
	case JunkSeen:
		return fmt.Sprintf("-> junk %d %s: %v", a.Total, a.Junk.Kind, a.Junk)
	case StrayAnswer:
		return fmt.Sprintf("-> stray %d: %v", a.Total, a.Stray)
	case BidMade:
		return fmt.Sprintf("-> bid %s each=%v %v", a.ID, a.Proposal.Each, a.Proposal.Bundles)
	case BidPassed:
		return fmt.Sprintf("-> passed %s: %v", a.ID, a.Err)
	case BidRefused:
		return fmt.Sprintf("-> bid refused %d %s: %v", a.Total, a.Err.Kind(), a.Err)
	case VoteCast:
		answer, _ := json.Marshal(a.Answer)
		return fmt.Sprintf("-> vote %s %s", a.ID, answer)
	case VoteMissing:
		return fmt.Sprintf("-> no vote %s: %v", a.ID, a.Err)
	case VoteRefused:
		return fmt.Sprintf("-> vote refused %d %s: %v", a.Total, a.Err.Kind(), a.Err)
	case Suggested:
		base := "any"
		if x := a.Suggestion.Base; x != nil {
			base = x.String()
		}
		x := a.Suggestion
		return fmt.Sprintf("-> suggested %s %s/%s=%s because %q base=%s key=%q", x.ID, x.Space, x.Variable, x.Value, x.Rationale, base, x.Key)
	case Reported:
		x := a.Feedback
		return fmt.Sprintf("-> reported %q %s/%s %s %v weight=%v", x.ID, x.Space, x.Variable, x.Version, x.Metrics, x.Weight)
	case Confirmed:
		x := a.Confirmation
		return fmt.Sprintf("-> confirmed %q %s/%s %s", x.ID, x.Space, x.Variable, x.Version)
	case VariableRefused:
		refusal := Refusal(a.Err.ID, a.Err)
		return fmt.Sprintf("-> variable refused %d %s answer=%q %s: %v", a.Total, a.Err.Kind(), refusal.ID, refusal.Code, a.Err)
	case Leaving:
		return "-> leaving"
	case Ended:
		return fmt.Sprintf("-> ended: %s; crashed=%v junk=%d late=%d", a.Reason, a.Reason.Crashed(), a.Junk, a.Late)
	}
	return fmt.Sprintf("UNKNOWN %T", a)
}
