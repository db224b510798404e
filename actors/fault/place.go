// SPDX-License-Identifier: Apache-2.0

package fault

// Place is where an error happened, as far as the runtime knows. Nothing in it is ever made up: what nobody knew is empty.
type Place struct {
	// Agent is the id of the agent.
	Agent string `json:"agent,omitempty"`
	// Process is the path of the process in its tree.
	Process string `json:"process,omitempty"`
	// Handling is the Go type of the message that was in hand, or the callback's name.
	Handling string `json:"handling,omitempty"`
	// Task is the id of the task that was being worked on.
	Task string `json:"task,omitempty"`
	// Correlation is the id that joins everything of one task or session in the journal.
	Correlation string `json:"correlation,omitempty"`
}

// Placed is an error that knows where it happened.
type Placed interface {
	error
	// FaultPlace returns what it knows.
	FaultPlace() Place
}

// At returns err with a place: its text and what it matches stay the same. Nil stays nil, and an empty place leaves the error as it is.
func At(err error, p Place) error {
	if err == nil || p == (Place{}) {
		return err
	}
	return &placed{err, p}
}

type placed struct {
	err   error
	place Place
}

func (e *placed) Error() string     { return e.err.Error() }
func (e *placed) Unwrap() error     { return e.err }
func (e *placed) FaultPlace() Place { return e.place }

// within adds what an outer place knows. The place nearest to the cause counts: agent and message of another process would be wrong there,
// while task and correlation belong to the work, wherever it went.
func (p Place) within(outer Place) Place {
	fill := func(to *string, from string) {
		if *to == "" {
			*to = from
		}
	}
	if p.Process == "" || p.Process == outer.Process {
		fill(&p.Agent, outer.Agent)
		fill(&p.Process, outer.Process)
		fill(&p.Handling, outer.Handling)
	}
	fill(&p.Task, outer.Task)
	fill(&p.Correlation, outer.Correlation)
	return p
}
