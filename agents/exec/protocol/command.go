// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"mabeam.dev/market/money"
)

// Task is one attempt at a piece of work, as the session gives it to the program.
type Task struct {
	ID      string          // not empty, unique among the tasks the program holds
	Kind    string          // what to do, in words that program and sender share
	Input   json.RawMessage // any JSON value; nil means null
	Attempt int             // counted from 1; the program may echo it
	Timeout time.Duration   // until the answer is no longer wanted; 0 = no deadline
}

// Command is a line to the program. The implementations are the structs of this file and [Event].
type Command interface {
	// commandType is the "type" the line carries.
	commandType() string
}

// Ready answers hello and states the limits the program must keep.
type Ready struct {
	Protocol  int    `json:"protocol"`        // as in the hello
	Agent     string `json:"agent,omitempty"` // the agent's id in the runtime
	Inflight  int    `json:"inflight"`        // most tasks that will be out at once
	LineLimit int    `json:"line_limit"`      // in bytes
	// Features are the optional lines that the runtime takes: "record" and, where it has variables for the program, "variables".
	Features []string `json:"features,omitempty"`
}

// Work is the wire form of a [Task] (wire type "task").
type Work struct {
	ID         string          `json:"id"`                    // to be repeated in the answer
	Kind       string          `json:"kind,omitempty"`        // what to do, in words that program and sender share
	Input      json.RawMessage `json:"input"`                 // null if there is none
	Attempt    int             `json:"attempt"`               // from 1
	DeadlineMS int64           `json:"deadline_ms,omitempty"` // remaining, at least 1
}

// Cancel says that the answer to a task is no longer wanted. The program still answers it, soon.
type Cancel struct {
	ID string `json:"id"` // of the task
}

// BidRequest asks for a bid or a pass of the same id.
type BidRequest struct {
	ID         string       `json:"id"`          // to be repeated in the answer
	Tasks      []BidTask    `json:"tasks"`       // at least one
	Slots      int          `json:"slots"`       // most of them that the program may win
	Bundles    bool         `json:"bundles"`     // whether bundles of several tasks can win
	DeadlineMS int64        `json:"deadline_ms"` // until the answer no longer counts, at least 1
	Currency   string       `json:"currency"`    // what prices are in
	Ceiling    money.Amount `json:"ceiling"`     // most that is paid for a task, as a decimal text
}

// BidTask is what a program is told of a task that is bid for; not its input.
type BidTask struct {
	ID         string `json:"id"`                   // of the task
	Kind       string `json:"kind,omitempty"`       // what to do, in words that program and sender share
	Capability string `json:"capability,omitempty"` // what the task needs; absent if nothing
	Bytes      int    `json:"bytes"`                // length of the input
	Attempt    int    `json:"attempt,omitempty"`    // that it would be, from 1; absent if not known
}

// VoteRequest asks for a vote or an abstention of the same id.
type VoteRequest struct {
	ID         string          `json:"id"`                 // to be repeated in the answer
	Role       string          `json:"role"`               // vote, rate, predict or sample
	Round      int             `json:"round,omitempty"`    // from 1, where there are any
	Question   string          `json:"question,omitempty"` // what is asked
	Options    []string        `json:"options,omitempty"`  // what can be chosen
	Items      []PollItem      `json:"items,omitempty"`    // what others have said
	Input      json.RawMessage `json:"input,omitempty"`    // what the role needs besides
	DeadlineMS int64           `json:"deadline_ms"`        // until the answer no longer counts, at least 1
}

// ProposeRequest asks for a proposal, a judgement of those of others, or an abstention of the same id.
type ProposeRequest struct {
	ID         string          `json:"id"`                 // to be repeated in the answer
	Role       string          `json:"role"`               // propose or critique
	Round      int             `json:"round,omitempty"`    // from 1, where there are any
	Question   string          `json:"question,omitempty"` // what is asked
	Items      []PollItem      `json:"items,omitempty"`    // what others have proposed
	Input      json.RawMessage `json:"input,omitempty"`    // what the role needs besides
	DeadlineMS int64           `json:"deadline_ms"`        // until the answer no longer counts, at least 1
}

// PollItem is what one participant has said.
type PollItem struct {
	ID    string   `json:"id"`
	Agent string   `json:"agent,omitempty"` // absent where it is not told
	Text  string   `json:"text,omitempty"`
	Notes []string `json:"notes,omitempty"` // what others said of it
}

// Variables is what the program sees of a space of shared variables, at one version of the space: values for the agent, its role and its node are applied. It follows ready, one
// for each space. A space that is too large for one line comes in several.
type Variables struct {
	Space        string          `json:"space"`          // name of the space
	SpaceVersion string          `json:"space_version"`  // as of which all of it is
	Variables    []VariableValue `json:"variables"`      // what the program sees
	More         bool            `json:"more,omitempty"` // another line of the same space follows
}

// VariableValue is what the program sees of one variable.
type VariableValue struct {
	Variable string          `json:"variable"`        // its name
	Form     string          `json:"form"`            // of the value: float, integer, option, truth, record or team
	Value    json.RawMessage `json:"value"`           // a number, a text, true or false, fields by name, or a list of names
	Version  string          `json:"version"`         // such as 0.17; each scope has versions of its own
	Scope    string          `json:"scope,omitempty"` // whom the value is for, such as agent/ann; absent if for all
}

// VariableChange is a change of what the program sees of a variable (wire type "variable"). Changes of a space come in the order of its versions, and those of a variable and scope
// without a gap, or with word of it.
type VariableChange struct {
	Space        string `json:"space"`         // name of the space
	SpaceVersion string `json:"space_version"` // that the change is a part of
	VariableValue
	Cause   string      `json:"cause"`             // why it was changed: user, agent, adapter, rollback, override, expiry and so on
	Gap     *VersionGap `json:"gap,omitempty"`     // versions that the program did not get
	Confirm bool        `json:"confirm,omitempty"` // the program is to say applied
}

// VersionGap is a range of versions, both ends included.
type VersionGap struct {
	From string `json:"from"` // the first
	To   string `json:"to"`   // the last
}

// Answer is what became of a [Suggest], or of a [Report] or [Applied] with an id.
type Answer struct {
	ID           string          `json:"id"`                      // of the line that is answered
	OK           bool            `json:"ok"`                      // it was committed, or taken
	Code         string          `json:"code,omitempty"`          // of the error, such as E4683
	Message      string          `json:"message,omitempty"`       // why not, for people
	RetryMS      int64           `json:"retry_ms,omitempty"`      // before that another one is in vain
	Value        json.RawMessage `json:"value,omitempty"`         // of a suggestion that was committed: the value in its normal form
	Version      string          `json:"version,omitempty"`       // and its version
	SpaceVersion string          `json:"space_version,omitempty"` // and that of the space
	Again        bool            `json:"again,omitempty"`         // the key was known: nothing was committed now
}

// Ping asks for a pong of the same number.
type Ping struct {
	N int `json:"n"` // to be repeated in the pong
}

// Stop asks the program to exit; its input ends right after this line.
type Stop struct {
	GraceMS int64 `json:"grace_ms"` // until the runtime sends SIGTERM; 0 = it will not
}

func (Ready) commandType() string  { return "ready" }
func (Work) commandType() string   { return "task" }
func (Cancel) commandType() string { return "cancel" }
func (Event) commandType() string  { return "event" }
func (Ping) commandType() string   { return "ping" }

func (BidRequest) commandType() string     { return "bid_request" }
func (VoteRequest) commandType() string    { return "vote_request" }
func (ProposeRequest) commandType() string { return "propose_request" }

func (Variables) commandType() string      { return "variables" }
func (VariableChange) commandType() string { return "variable" }
func (Answer) commandType() string         { return "answer" }

func (Stop) commandType() string { return "stop" }

// Encode writes a command as one line with its newline. It fails only for raw JSON that is not valid JSON in UTF-8.
func Encode(c Command) ([]byte, error) {
	var line bytes.Buffer
	fmt.Fprintf(&line, `{"type":%q,`, c.commandType())
	body := json.NewEncoder(&line)
	body.SetEscapeHTML(false)
	start := line.Len()
	// The encoder compacts raw JSON, so no newline of an input can break the line in two.
	if err := body.Encode(c); err != nil {
		return nil, fmt.Errorf("protocol: encode %q: %w", c.commandType(), err)
	}
	// All commands have at least one field that is always present, so the object is never "{}".
	out := line.Bytes()
	copy(out[start:], out[start+1:])
	out = out[:len(out)-1]
	if !utf8.Valid(out) {
		return nil, fmt.Errorf("protocol: encode %q: raw JSON is not valid UTF-8", c.commandType())
	}
	return out, nil
}

func (t Task) work() Work {
	w := Work{ID: t.ID, Kind: t.Kind, Input: t.Input, Attempt: t.Attempt}
	if len(w.Input) == 0 {
		w.Input = json.RawMessage("null")
	}
	if t.Timeout > 0 {
		w.DeadlineMS = max(1, t.Timeout.Milliseconds())
	}
	return w
}
