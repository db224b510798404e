// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"fmt"
	"slices"

	"mabeam.dev/actors"
)

// naiveBox is a mailbox as slices: what is in hand, before the queue, queued and stashed, who waits for room, and what became of all.
type naiveBox struct {
	policy actors.Overflow
	bound  int // 0: none
	hand   *letter
	front  []letter
	queue  []letter
	stash  []letter
	open   []letter // calls that were taken and not answered
	line   []letter // of senders that wait for room
	high   int
	count  int // of letters handled
	dead   string

	handled  []int    // what the behaviour got, in order
	letters  []string // dead letters, in order
	outcomes []string // of calls, in order
}

// letter is one message.
type letter struct {
	label int
	// user letters count against the bound; others are notices and what the process put off itself.
	user bool
	// notice is what becomes no dead letter, because it is no message yet.
	notice  bool
	call    bool
	stashed bool // in hand: it has been set aside
	front   bool // put there by Continue
}

func (b *naiveBox) users() int {
	n := 0
	for _, l := range slices.Concat(b.front, b.queue, b.stash) {
		if l.user {
			n++
		}
	}
	return n
}

func (b *naiveBox) full() bool { return b.bound > 0 && b.users() >= b.bound }

func (b *naiveBox) push(l letter) {
	b.queue = append(b.queue, l)
	b.high = max(b.high, b.users())
}

// send is a send that does not wait; it says what the sender is told.
func (b *naiveBox) send(l letter) string {
	if b.dead != "" {
		return "nobody"
	}
	if b.full() {
		oldest := slices.IndexFunc(b.queue, func(l letter) bool { return l.user })
		if b.policy != actors.DropOldest || l.call || oldest < 0 {
			return "full"
		}
		b.lose(b.queue[oldest], "mailbox_full", "full")
		b.queue = slices.Delete(b.queue, oldest, oldest+1)
	}
	b.push(l)
	return "taken"
}

// lose is the fate of a letter that is not handled: a call fails, a message is a dead letter.
func (b *naiveBox) lose(l letter, why, outcome string) {
	switch {
	case l.call:
		b.outcomes = append(b.outcomes, fmt.Sprintf("%d %s", l.label, outcome))
	case !l.notice:
		b.letters = append(b.letters, fmt.Sprintf("%d %s", l.label, why))
	}
}

// take puts the next letter in hand, if there is one; the first in line then gets the room.
func (b *naiveBox) take() {
	if b.hand != nil || b.dead != "" {
		return
	}
	from := &b.front
	if len(*from) == 0 {
		from = &b.queue
	}
	if len(*from) == 0 {
		return
	}
	next := (*from)[0]
	*from = (*from)[1:]
	next.notice = false
	b.hand = &next
	b.handled = append(b.handled, next.label)
	b.count++
	if len(b.line) > 0 && !b.full() {
		b.push(b.line[0])
		b.line = b.line[1:]
	}
}

// putAside stashes what is in hand, once.
func (b *naiveBox) putAside() {
	if b.hand.stashed {
		return
	}
	set := *b.hand
	set.front = false
	b.stash = append(b.stash, set)
	b.hand.stashed, b.hand.call = true, false
}

// unstash puts what accept says yes to behind what Continue put in front.
func (b *naiveBox) unstash(accept func(label int) bool) {
	var yes, no []letter
	for _, l := range b.stash {
		if accept(l.label) {
			yes = append(yes, l)
		} else {
			no = append(no, l)
		}
	}
	at := 0
	for at < len(b.front) && b.front[at].front {
		at++
	}
	b.front = slices.Insert(b.front, at, yes...)
	b.stash = no
}

// done ends the turn; an answer ends the call that is in hand, which is open otherwise.
func (b *naiveBox) done(answer bool) {
	switch {
	case b.hand.call && answer:
		b.outcomes = append(b.outcomes, fmt.Sprintf("%d answered", b.hand.label))
	case b.hand.call:
		b.open = append(b.open, *b.hand)
	}
	b.hand = nil
}

// die drains all there is.
func (b *naiveBox) die(why string) {
	b.dead = why
	if b.hand != nil && b.hand.call {
		b.lose(*b.hand, "", why)
	}
	for _, l := range slices.Concat(b.open, b.stash, b.front, b.queue) {
		b.lose(l, "stopped", why)
	}
	for _, l := range b.line {
		b.outcomes = append(b.outcomes, fmt.Sprintf("%d nobody", l.label))
	}
	b.hand, b.open, b.stash, b.front, b.queue, b.line = nil, nil, nil, nil, nil, nil
}
