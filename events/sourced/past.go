// SPDX-License-Identifier: Apache-2.0

package sourced

import (
	"slices"

	"mabeam.dev/events"
)

// deed is what is remembered of a command: where its events are.
type deed struct {
	Command events.ID      `json:"command"`
	First   events.Version `json:"first"`
	Count   int            `json:"count"`
}

// past is the latest commands that stored events, oldest first. It follows from the events alone, so it is the same live and after a replay.
type past struct {
	limit int
	deeds []deed
	index map[events.ID]deed
}

func newPast(limit int, deeds []deed) *past {
	p := &past{limit: limit, index: make(map[events.ID]deed)}
	for _, d := range deeds {
		p.deeds = append(p.deeds, d)
		p.index[d.Command] = d
	}
	p.trim()
	return p
}

// note takes the event with that version, which the command caused, into account.
func (p *past) note(command events.ID, v events.Version) {
	d := deed{command, v, 1}
	if n := len(p.deeds); n > 0 && p.deeds[n-1].Command == command {
		p.deeds[n-1].Count++
		d = p.deeds[n-1]
	} else {
		p.deeds = append(p.deeds, d)
	}
	p.index[command] = d
	p.trim()
}

func (p *past) trim() {
	n := max(len(p.deeds)-p.limit, 0)
	for _, d := range p.deeds[:n] {
		delete(p.index, d.Command)
	}
	p.deeds = slices.Delete(p.deeds, 0, n)
}
