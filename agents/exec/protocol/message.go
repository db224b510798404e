// SPDX-License-Identifier: Apache-2.0

package protocol

import "encoding/json"

// Version is the only protocol version that [Session] accepts in a hello.
const Version = 1

// The features a hello may name; a feature that is not named is not used with that program.
const (
	// FeaturePing says that the program answers ping with pong while it works.
	FeaturePing = "ping"
	// FeatureHeartbeat says that the program sends heartbeat by itself, at least once per ping interval.
	FeatureHeartbeat = "heartbeat"
	// FeatureBid says that the program answers bid_request with bid or pass.
	FeatureBid = "bid"
	// FeatureVote says that the program answers vote_request with vote or abstain, and propose_request with propose or abstain.
	FeatureVote = "vote"
	// FeatureVariables says that the program reads variables, variable and answer. A ready names it too, where the runtime has variables for the program: then it
	// takes suggest, report and applied.
	FeatureVariables = "variables"
)

// FeatureRecord is what a ready names: the runtime takes [Record] lines.
const FeatureRecord = "record"

// maxMetric bounds the name of a metric in bytes.
const maxMetric = 200

// Message is a line from the program, decoded. The implementations are the structs of this file.
type Message interface {
	// wireType is the "type" the line carried.
	wireType() string
	// check reports what makes the message unusable although it is well-formed JSON.
	check() error
}

// Hello opens the conversation; nothing but logs and heartbeats may come before it.
type Hello struct {
	Protocol     int      `json:"protocol"`     // must be 1, the [Version]
	Name         string   `json:"name"`         // what the program calls itself, for logs
	Capabilities []string `json:"capabilities"` // what work it can do, for the registry
	Features     []string `json:"features"`     // optional parts of the protocol it speaks
	Inflight     int      `json:"inflight"`     // most tasks it takes at once; 0 leaves it to the runtime
}

// Result answers a task with its output, any JSON value (absent means null).
type Result struct {
	ID      string          `json:"id"`      // of the task
	Attempt int             `json:"attempt"` // 0 = not echoed
	Output  json.RawMessage `json:"output"`  // null if absent
}

// Failure answers a task with an error (wire type "error").
type Failure struct {
	ID      string `json:"id"`      // of the task
	Attempt int    `json:"attempt"` // 0 = not echoed
	Code    string `json:"code"`    // short and stable, for machines
	Message string `json:"message"` // for people
	Retry   *bool  `json:"retry"`   // whether another attempt can help; nil = not said
}

// Progress tells how far a task is; it is also a sign of life.
type Progress struct {
	ID   string          `json:"id"`   // of the task
	Data json.RawMessage `json:"data"` // handed on as it is
}

// Log is a line for the log with a level; stderr is the simpler road.
type Log struct {
	Level   string          `json:"level"`   // debug, info, warn or error; anything else is shown as info
	Message string          `json:"message"` // the text
	Fields  json.RawMessage `json:"fields"`  // handed on as they are
}

// Record adds a figure to one of the agent's own metrics. Only a runtime whose ready names [FeatureRecord] knows it.
type Record struct {
	Metric string  `json:"metric"` // name of the metric, not empty and at most 200 bytes
	Value  float64 `json:"value"`  // the figure, in a base unit: seconds, bytes
}

// Bid answers a [BidRequest] with a price or with bundles. Its fields are judged with the request at hand, by [Tender.Judge], so that what is
// wrong with a bid is told as such, and is a pass.
type Bid struct {
	ID json.RawMessage `json:"id"` // text, of the request
	// Price is asked for each task: a decimal number of units, as a text or a number.
	Price json.RawMessage `json:"price"`
	// Bundles is a list of {"tasks": [ids], "price": ...} instead of the price; at most one of them wins.
	Bundles json.RawMessage `json:"bundles"`
}

// Pass answers a [BidRequest] without a bid.
type Pass struct {
	ID  json.RawMessage `json:"id"`  // text, of the request
	Why json.RawMessage `json:"why"` // text, for people
}

// Vote answers a [VoteRequest]. Its fields are judged with the request at hand, so that what is wrong with a vote is told as such, and is an abstention.
// Which of them count is up to the role.
type Vote struct {
	ID json.RawMessage `json:"id"` // text, of the request
	// Choice is the option that is voted for, or an answer in free form.
	Choice json.RawMessage `json:"choice"`
	// Choices are several samples.
	Choices json.RawMessage `json:"choices"`
	// Value is a rating, from 0 to 1.
	Value json.RawMessage `json:"value"`
	// Confidence is how sure the program is, from 0 to 1.
	Confidence json.RawMessage `json:"confidence"`
	// Text is the reason.
	Text json.RawMessage `json:"text"`
	// Delegate is the agent that is to vote in this one's place.
	Delegate json.RawMessage `json:"delegate"`
}

// Abstain answers a [VoteRequest] without taking a side, or a [ProposeRequest] without a proposal.
type Abstain struct {
	ID  json.RawMessage `json:"id"`  // text, of the request
	Why json.RawMessage `json:"why"` // text, for people
}

// Propose answers a [ProposeRequest] with a proposal or, where proposals are to be judged, with scores.
type Propose struct {
	ID json.RawMessage `json:"id"` // text, of the request
	// Text is the proposal, or what there is to say of all of them.
	Text json.RawMessage `json:"text"`
	// Scores is a list of {"item": id, "value": from 0 to 1, "text": why}, for proposals that are to be judged.
	Scores json.RawMessage `json:"scores"`
	// Output is what the role needs besides, any JSON.
	Output json.RawMessage `json:"output"`
}

// Suggest proposes a value for a shared variable, and is answered by [Answer]. Its fields are judged with the variable at hand, so that what is wrong with a suggestion is told in
// the answer.
type Suggest struct {
	ID       json.RawMessage `json:"id"`       // text, repeated in the answer
	Space    json.RawMessage `json:"space"`    // text; not needed where the program sees one space alone
	Variable json.RawMessage `json:"variable"` // text
	Value    json.RawMessage `json:"value"`    // as [VariableValue] has it
	// Rationale is why, for people; it must be there, and has at most 2000 bytes.
	Rationale json.RawMessage `json:"rationale"`
	// Base is the version that the variable must still have, if it is given.
	Base json.RawMessage `json:"base"`
	// Key, if it is given, makes what is suggested again within ten minutes the same suggestion.
	Key json.RawMessage `json:"key"`
}

// Report tells what the program has measured while it used a version of a shared variable. One with an id is answered by [Answer].
type Report struct {
	ID       json.RawMessage `json:"id"`       // text; without it nothing is answered
	Space    json.RawMessage `json:"space"`    // text; not needed where the program sees one space alone
	Variable json.RawMessage `json:"variable"` // text
	Version  json.RawMessage `json:"version"`  // text, of the value that was used
	Metrics  json.RawMessage `json:"metrics"`  // figures by their names, such as latency, quality and cost
	Weight   json.RawMessage `json:"weight"`   // number above 0: how much the report counts; 1 if absent
}

// Applied is the program's word that it uses a version of a shared variable. One with an id is answered by [Answer].
type Applied struct {
	ID       json.RawMessage `json:"id"`       // text; without it nothing is answered
	Space    json.RawMessage `json:"space"`    // text; not needed where the program sees one space alone
	Variable json.RawMessage `json:"variable"` // text
	Version  json.RawMessage `json:"version"`  // text, of the value that is used
}

// Event publishes data under a topic, in either direction.
type Event struct {
	Topic string          `json:"topic"` // not empty
	Data  json.RawMessage `json:"data"`  // handed on as it is
}

// Heartbeat is a sign of life and nothing else.
type Heartbeat struct{}

// Pong answers the ping of the same number.
type Pong struct {
	N int `json:"n"` // of the ping
}

// Bye says that the program takes no more tasks and is about to exit.
type Bye struct{}

func (Hello) wireType() string     { return "hello" }
func (Result) wireType() string    { return "result" }
func (Failure) wireType() string   { return "error" }
func (Progress) wireType() string  { return "progress" }
func (Log) wireType() string       { return "log" }
func (Record) wireType() string    { return "record" }
func (Event) wireType() string     { return "event" }
func (Heartbeat) wireType() string { return "heartbeat" }
func (Pong) wireType() string      { return "pong" }
func (Bye) wireType() string       { return "bye" }
func (Bid) wireType() string       { return "bid" }
func (Pass) wireType() string      { return "pass" }
func (Vote) wireType() string      { return "vote" }
func (Abstain) wireType() string   { return "abstain" }
func (Propose) wireType() string   { return "propose" }
func (Suggest) wireType() string   { return "suggest" }
func (Report) wireType() string    { return "report" }
func (Applied) wireType() string   { return "applied" }

func (m Hello) check() error {
	if m.Inflight < 0 {
		return fieldError("inflight is negative")
	}
	return nil
}
func (m Result) check() error   { return needID(m.ID) }
func (m Failure) check() error  { return needID(m.ID) }
func (m Progress) check() error { return needID(m.ID) }
func (Log) check() error        { return nil }
func (m Record) check() error {
	switch {
	case m.Metric == "":
		return fieldError("metric is missing")
	case len(m.Metric) > maxMetric:
		return fieldError("metric is longer than 200 bytes")
	}
	return nil
}

func (m Event) check() error {
	if m.Topic == "" {
		return fieldError("topic is missing")
	}
	return nil
}
func (Heartbeat) check() error { return nil }
func (Pong) check() error      { return nil }
func (Bye) check() error       { return nil }
func (Bid) check() error       { return nil }
func (Pass) check() error      { return nil }
func (Vote) check() error      { return nil }
func (Abstain) check() error   { return nil }
func (Propose) check() error   { return nil }
func (Suggest) check() error   { return nil }
func (Report) check() error    { return nil }
func (Applied) check() error   { return nil }

// fieldError is what is wrong with a field of a well-formed line.
type fieldError string

func (e fieldError) Error() string { return string(e) }

func needID(id string) error {
	if id == "" {
		return fieldError("id is missing")
	}
	return nil
}
