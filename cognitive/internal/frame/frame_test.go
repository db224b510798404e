// SPDX-License-Identifier: Apache-2.0

package frame

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func Example() {
	w := New("counter", 1)
	w.Uint(7)
	data := w.Done()
	r := Open(data, "counter", 1)
	fmt.Println(r.Uint(100), r.Done())
	fmt.Println(Open(data, "clock", 1).Done())
	// Output:
	// 7 <nil>
	// cognitive: restore "clock": it is the state of "counter"
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, i, b := rapid.Uint64().Draw(t, "u"), rapid.Int().Draw(t, "i"), rapid.Bool().Draw(t, "b")
		f, text := rapid.Float64Range(-1e300, 1e300).Draw(t, "f"), rapid.String().Draw(t, "text")
		fs := rapid.SliceOf(rapid.Float64Range(-1, 1)).Draw(t, "fs")
		w := New("x", 3)
		w.Uint(u)
		w.Int(i)
		w.Bool(b)
		w.Float(f)
		w.Floats(fs)
		w.Text(text)
		w.Blob([]byte(text))
		data := w.Done()
		r := Open(data, "x", 3)
		require.Equal(t, u, r.Uint(math.MaxUint64))
		require.Equal(t, i, r.Int(math.MinInt, math.MaxInt))
		require.Equal(t, b, r.Bool())
		require.Equal(t, f, r.Between(-1e300, 1e300))
		require.Equal(t, len(fs), len(r.Floats(len(fs))))
		require.Equal(t, text, r.Text())
		require.Equal(t, text, string(r.Blob()))
		require.NoError(t, r.Done())
		at := rapid.IntRange(0, len(data)-1).Draw(t, "at")
		data[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		var wrong *StateError
		require.ErrorAs(t, Open(data, "x", 3).Done(), &wrong)
	})
}

func TestTheFirstMistakeIsKeptAndAllAfterItIsZero(t *testing.T) {
	w := New("x", 1)
	w.Float(math.Inf(1))
	w.Uint(5)
	r := Open(w.Done(), "x", 1)
	assert.Zero(t, r.Float())
	assert.Zero(t, r.Uint(9))
	assert.Nil(t, r.Floats(3))
	assert.Empty(t, r.Text())
	assert.False(t, r.OK())
	assert.ErrorContains(t, r.Done(), "not finite")
	assert.ErrorContains(t, Open(nil, "x", 1).Done(), "checksum")
	assert.ErrorContains(t, Open(New("x", 2).Done(), "x", 1).Done(), "another version than 1")
	w = New("x", 1)
	w.Uint(1 << 40) // more numbers than there are bytes
	assert.ErrorContains(t, Open(w.Done(), "x", 1).Done(), "left over")
	r = Open(w.Done(), "x", 1)
	assert.Nil(t, r.Floats(1<<40))
	assert.Error(t, r.Done())
}
