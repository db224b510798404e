// SPDX-License-Identifier: Apache-2.0

package node

import (
	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/standard"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/supervision"
)

// journalService is the one writer of the journal. Its store ends with the node, after everything else.
var journalService = service{
	Service: phase.Service{
		Name: "journal", Phase: phase.Journal,
		Without: "Nothing new is accepted, and no outcome is written: what asks for it fails or waits. Queues begin again from what is durable; agents go on.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		store, err := openStore(n.o)
		if err != nil {
			return nil, err
		}
		n.store = store
		n.catalog = standard.Catalog()
		marketTypes(n.catalog)
		coordinationTypes(n.catalog)
		variableTypes(n.catalog)
		n.journal = events.NewJournal(store, events.JournalOptions{Entropy: n.o.Entropy, Catalog: n.catalog})
		j := n.journal
		return []supervision.Child{{ID: j.Name(), Start: func(in actors.Spawner, _ any) (actors.PID, error) {
			ref, err := actors.SpawnLink(in, j.Name(), j.Behavior, j.ProcessOptions()...)
			return ref.PID(), err
		}}}, nil
	},
	health: func(n *Node) string {
		switch s := n.store.Stats(); {
		case s.Poisoned != nil:
			return "the journal takes no more events: " + s.Poisoned.Error()
		case s.Full:
			return "the disk is full: nothing is accepted until there is room"
		}
		return ""
	},
	end: func(n *Node) error { return n.store.Close() },
}

// Journal returns the node's journal.
func (n *Node) Journal() *events.Journal { return n.journal }
