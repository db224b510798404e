// SPDX-License-Identifier: Apache-2.0

package recorder

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWriterThatWasHeldUpForARoundOverwritesNothing(t *testing.T) {
	r := newRing(4, 1<<20)
	for range 5 {
		r.put(&Entry{Name: "new"})
	}
	bytes := r.bytes.Load()
	r.next.Store(0) // the place that it was given before the others came
	r.put(&Entry{Name: "old"})
	r.next.Store(5)
	for _, e := range r.last(10, func(*Entry) bool { return true }) {
		assert.Equal(t, "new", e.Name)
	}
	assert.Equal(t, bytes, r.bytes.Load())
}

func TestEntryThatWasGivenUpBeforeItWasThereIsDropped(t *testing.T) {
	r := newRing(4, 1<<20)
	r.next.Store(2)
	r.tail.Store(3)
	r.put(&Entry{})
	assert.Zero(t, r.bytes.Load())
	assert.Zero(t, r.kept())
}
