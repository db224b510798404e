// SPDX-License-Identifier: Apache-2.0

package work

import (
	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/bidding"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
)

// Message is what the queue's process takes. Messages are made by this package alone.
type Message interface{ queue() }

type (
	// submit offers tasks. Without wait a full queue refuses; with it the rest is kept until there is room.
	submit struct {
		offers []offer
		wait   bool
		reply  actors.Reply[[]Receipt]
	}
	// offer is one task of a submit.
	offer struct {
		task plan.Task
		from plan.Cursor
	}
	// cancel withdraws a task.
	cancel struct {
		id, reason string
		reply      actors.Reply[struct{}]
	}
	// look asks for something that the state gives at once; it runs in the queue's turn.
	look struct{ at func(*queue) }
	// drain stops acceptance and dispatch; the answer comes when no attempt runs.
	drain struct{ reply actors.Reply[struct{}] }
	// takeBack takes all attempts off their agents; the answer comes when that is durable and the sinks have what is.
	takeBack struct{ reply actors.Reply[struct{}] }
	// await asks for an answer when nothing is left to do.
	await struct{ reply actors.Reply[Stats] }
	// ended tells that a source's flag has been set.
	ended struct{}

	// agentChange is a step in the life of the directory.
	agentChange struct{ agents.Change }
	// standings is what has happened to agents in the registry.
	standings struct{ registry.Notice }
	// followAgain tries once more to follow the registry.
	followAgain struct{}
	// answer is what an agent, or its death, said to an attempt.
	answer struct {
		agent   plan.Agent
		token   plan.Token
		outcome agents.Outcome
		err     error
	}

	// bid is what an agent's own program said to a request, or nothing.
	bid struct {
		call  plan.Token
		agent string
		offer bidding.Offer
		err   error
	}
	// awarded is what came of a call.
	awarded struct {
		call  plan.Token
		award Award
	}
	// paid tells that a deal was settled.
	paid struct{ deal plan.Token }

	// flush is the queue's own message: it stands behind the commands that wait, so when it comes they have all been stepped.
	flush struct{}
	// tick is the timer that the plan asked for.
	tick struct{}
	// appended is the journal's answer to a batch.
	appended struct {
		outcomes []events.Outcome
		err      error
	}
	// again sends batches that the journal had no room for.
	again struct{}
	// kept is the answer to a snapshot.
	kept struct {
		version uint64
		err     error
	}
	// written is a sink's answer: it has everything up to a version.
	written struct {
		outlet *outlet
		upto   uint64
		err    error
	}
	// offerAgain tries a sink that did not answer once more.
	offerAgain struct{ outlet *outlet }
)

func (submit) queue()      {}
func (cancel) queue()      {}
func (look) queue()        {}
func (drain) queue()       {}
func (takeBack) queue()    {}
func (await) queue()       {}
func (ended) queue()       {}
func (agentChange) queue() {}
func (standings) queue()   {}
func (followAgain) queue() {}
func (answer) queue()      {}
func (bid) queue()         {}
func (awarded) queue()     {}
func (paid) queue()        {}
func (flush) queue()       {}
func (tick) queue()        {}
func (appended) queue()    {}
func (again) queue()       {}
func (kept) queue()        {}
func (written) queue()     {}
func (offerAgain) queue()  {}
