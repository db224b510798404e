// SPDX-License-Identifier: Apache-2.0

package machine

import "time"

// Message is what travels between a machine and its participants or services. Those of this file are known to Encode.
type Message interface {
	// Kind names the type of the message, the same in all versions.
	Kind() string
}

// Role says what an invitation asks for.
type Role string

// The roles.
const (
	RoleVote      Role = "vote"      // choose one of the options
	RoleRate      Role = "rate"      // say how far to agree with the question
	RolePropose   Role = "propose"   // write a proposal
	RoleCritique  Role = "critique"  // judge what others have proposed
	RoleSample    Role = "sample"    // answer the question freely
	RolePredict   Role = "predict"   // answer with a class and a confidence
	RoleTrial     Role = "trial"     // measure a trial
	RoleRun       Role = "run"       // do a node of a workflow
	RoleUndo      Role = "undo"      // undo a node of a workflow
	RoleProbe     Role = "probe"     // tell what became of a node that was begun
	RoleDecided   Role = "decided"   // nothing: the session has a decision, in Question
	RoleCancelled Role = "cancelled" // nothing: the session has ended without one
)

// Invite asks a participant for an Answer. It is sent again when none comes; what is told twice is one question.
type Invite struct {
	Role Role `json:"role"`
	// Round counts from 1; Key tells questions of one round apart and comes back in the answer.
	Round int    `json:"round,omitempty"`
	Key   string `json:"key,omitempty"`
	// Question is what is asked, or told.
	Question string   `json:"question,omitempty"`
	Options  []string `json:"options,omitempty"`
	// Items are what others have said, for who is to judge it or learn from it.
	Items []Item `json:"items,omitempty"`
	// Input is JSON for roles that need more.
	Input []byte `json:"input,omitempty"`
	// Deadline is when an answer is of no use any more.
	Deadline time.Time `json:"deadline"`
	// Reminder is true if it has been sent before.
	Reminder bool `json:"reminder,omitempty"`
	// Once keeps it from being sent again by who runs the machine: what it asks for must not be done twice.
	Once bool `json:"once,omitempty"`
}

// Item is what one participant has said, as it is shown to others.
type Item struct {
	ID    string   `json:"id"`
	Agent string   `json:"agent,omitempty"` // empty where it is not told
	Text  string   `json:"text,omitempty"`
	Notes []string `json:"notes,omitempty"` // what others said of it
}

// Answer is a participant's reply to an Invite. Which fields it needs is up to the role.
type Answer struct {
	Round int    `json:"round,omitempty"`
	Key   string `json:"key,omitempty"`
	// Digest is of the question that is answered; empty means the present one.
	Digest string `json:"digest,omitempty"`
	// Seq numbers the answers of one participant to one question: a higher one replaces a lower.
	Seq uint64 `json:"seq,omitempty"`
	// Choice is the option that is voted for, or an answer in free form.
	Choice string `json:"choice,omitempty"`
	// Choices are several samples in free form.
	Choices []string `json:"choices,omitempty"`
	// Value is a rating from 0 to 1, and Confidence how sure the participant says it is, from 0 to 1; both in millionths. Nil means not said.
	Value      *int64 `json:"value,omitempty"`
	Confidence *int64 `json:"confidence,omitempty"`
	// Scores rate Items, in millionths.
	Scores []Score `json:"scores,omitempty"`
	// Text is the reason, the proposal or the output.
	Text string `json:"text,omitempty"`
	// Output is JSON for roles that need more.
	Output []byte `json:"output,omitempty"`
	// Delegate is the participant that is to vote in this one's place.
	Delegate string `json:"delegate,omitempty"`
	// Abstain is why the participant takes no side, and Decline why it does not answer at all: both are answers.
	Abstain string `json:"abstain,omitempty"`
	Decline string `json:"decline,omitempty"`
	// Error is why what was asked for could not be done.
	Error string `json:"error,omitempty"`
	// Cost is what the answer has cost, in the unit of the session's budget; 0 means nothing, or not said.
	Cost int64 `json:"cost,omitempty"`
}

// Score rates one item.
type Score struct {
	Item  string `json:"item"`
	Value int64  `json:"value"` // millionths, 0 to 1,000,000
	Text  string `json:"text,omitempty"`
}

// Told is what a service said to an Ask.
type Told struct {
	Key   string `json:"key"`
	Data  []byte `json:"data,omitempty"`  // JSON
	Error string `json:"error,omitempty"` // why there is no data
}

// Kind is "invite".
func (Invite) Kind() string { return "invite" }

// Kind is "answer".
func (Answer) Kind() string { return "answer" }

// Kind is "told".
func (Told) Kind() string { return "told" }

// Millionth is the unit of weights, ratings and confidences: one is a million of it.
const Millionth = 1

// One is 1 in millionths.
const One = 1_000_000 * Millionth

// Verified is a message whose authenticity was checked. Only Verify makes one that is not empty.
type Verified[T any] struct {
	msg T
	ok  bool
}

// Verifier says whether a message is from whom it says. Those of simulations are ideal; others check signatures.
type Verifier[T any] interface {
	// Verify returns nil for a message that is from whom it says.
	Verify(msg T) error
}

// Verify has a message checked.
func Verify[T any](v Verifier[T], msg T) (Verified[T], error) {
	if err := v.Verify(msg); err != nil {
		return Verified[T]{}, err
	}
	return Verified[T]{msg, true}, nil
}

// Message returns what was checked; ok is false for the zero Verified.
func (v Verified[T]) Message() (msg T, ok bool) { return v.msg, v.ok }
