// SPDX-License-Identifier: Apache-2.0

package council

import "mabeam.dev/protocols/machine"

// Service is the name under which machines of this package ask for what a group does.
const Service = "byzantine"

// Request is what a machine asks of the service, as JSON.
type Request struct {
	Session string `json:"session"`
	// Do is one of the words below.
	Do     string           `json:"do"`
	Agent  string           `json:"agent,omitempty"`
	Ballot *machine.Answer  `json:"ballot,omitempty"`
	Final  *machine.Outcome `json:"final,omitempty"`
}

// What can be asked for.
const (
	DoBallot = "ballot" // sign Ballot in Agent's name and have it ordered
	DoAbsent = "absent" // have the members say that Agent will not answer
	DoClose  = "close"  // have the members say that time is up
	DoRatify = "ratify" // have Final agreed on
	DoSettle = "settle" // tell who has lied, when everything that was said has been heard
)

// Response is what the service says, as JSON.
type Response struct {
	// Group names the incarnation of the group: another one knows nothing of earlier ballots.
	Group string `json:"group"`
	Result
	// Certificate is the Proof of the outcome, if there is one.
	Certificate []byte `json:"certificate,omitempty"`
	// Accused are those who are convicted so far.
	Accused []Accusation `json:"accused,omitempty"`
}

// Accusation is evidence against an agent.
type Accusation struct {
	Agent    string `json:"agent"`
	Kind     string `json:"kind"`
	Evidence []byte `json:"evidence"` // see Accused
}
