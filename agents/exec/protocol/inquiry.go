// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"slices"
	"strconv"
)

// maxAsked bounds the questions of one sort that a program has not answered.
const maxAsked = 64

// inquiries are the questions of one sort: calls for bids, or for votes.
type inquiries[T any] struct {
	open    []inquiry[T]
	asked   uint64  // so far
	settled history // closed lately
}

// inquiry is a question that the program has not answered.
type inquiry[T any] struct {
	id    string // as the line has it: unlike what the owner calls it, never used twice
	about T
}

// standing is what a question is to an answer that names it.
type standing int

const (
	askedNow    standing = iota // it waits for the answer
	askedLate                   // its time was up
	askedBefore                 // it was answered before
	neverAsked
)

// next is the id of the next question under a name.
func (q *inquiries[T]) next(name string) string {
	return name + "/" + strconv.FormatUint(q.asked+1, 10)
}

func (q *inquiries[T]) add(id string, about T) {
	q.asked++
	q.open = append(q.open, inquiry[T]{id, about})
}

func (q *inquiries[T]) standing(id string) standing {
	if slices.ContainsFunc(q.open, func(i inquiry[T]) bool { return i.id == id }) {
		return askedNow
	}
	switch known, late := q.settled.find(id); {
	case late:
		return askedLate
	case known:
		return askedBefore
	}
	return neverAsked
}

// close ends an open question, by an answer or because it is too late for one.
func (q *inquiries[T]) close(id string, late bool) (about T, ok bool) {
	i := slices.IndexFunc(q.open, func(i inquiry[T]) bool { return i.id == id })
	if i < 0 {
		return about, false
	}
	about = q.open[i].about
	q.open = slices.Delete(q.open, i, i+1)
	q.settled.add(id, late)
	return about, true
}

// drop ends all of them without an answer, and returns their ids.
func (q *inquiries[T]) drop() (ids []string) {
	for _, i := range q.open {
		q.settled.add(i.id, true)
		ids = append(ids, i.id)
	}
	q.open = nil
	return ids
}
