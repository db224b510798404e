// SPDX-License-Identifier: Apache-2.0

package machine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols/machine"
)

var at = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

func TestEveryEventIsReadAsItWasWritten(t *testing.T) {
	v := int64(7)
	for _, e := range []machine.Event{
		machine.Opened{At: at, Seed: 1 << 63, Deadline: at.Add(time.Second)},
		machine.Opened{At: at},
		machine.Received{At: at, From: "ann", Msg: machine.Answer{Choice: "yes", Value: &v, Scores: []machine.Score{{Item: "p", Value: 3}}}},
		machine.Received{At: at, From: "service", Msg: machine.Told{Key: "k", Data: []byte(`{"a":1}`)}},
		machine.Received{At: at, From: "ann", Msg: machine.Invite{Role: machine.RoleVote, Options: []string{"a", "b"}, Deadline: at}},
		machine.Tick{At: at},
		machine.TimerFired{At: at, ID: "deadline", Gen: 3},
		machine.Down{At: at, Agent: "ann", Reason: "killed"},
		machine.Up{At: at, Agent: "ann", Incarnation: 4},
		machine.Cancel{At: at, Why: "changed my mind"},
		machine.Command{At: at, Name: "pause", Args: []byte(`{}`)},
		machine.Restored{At: at, Epoch: 2},
	} {
		data, err := machine.Encode(e)
		require.NoError(t, err)
		back, err := machine.Decode(data)
		require.NoError(t, err)
		assert.Equal(t, e, back)
		assert.Equal(t, at, back.When())
	}
}

func TestWhatIsNoEventIsRefused(t *testing.T) {
	for _, text := range []string{"", "{}", `{"v":2,"event":"tick"}`, `{"v":1,"event":"dream"}`, `{"v":1,"event":"received","kind":"song"}`, `{"v":1,"event":"received","kind":"answer","data":3}`} {
		_, err := machine.Decode([]byte(text))
		assert.ErrorIs(t, err, machine.ErrMalformed, text)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"v":1,"event":"tick","at":"2030-01-01T00:00:00Z"}`))
	f.Add([]byte(`{"v":1,"event":"received","name":"ann","kind":"answer","data":{"choice":"yes"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := machine.Decode(data)
		if err != nil {
			return
		}
		if _, err := machine.Encode(e); err != nil {
			t.Fatal(err)
		}
	})
}

type counter struct{}

func (counter) Step(n int, e machine.Event) (int, []machine.Effect) {
	if _, ok := e.(machine.Cancel); ok {
		return n, []machine.Effect{machine.Decide{Outcome: machine.Outcome{Verdict: machine.Cancelled}}}
	}
	return n + 1, nil
}

func TestNothingHappensAfterTheEnd(t *testing.T) {
	r := machine.Of(counter{}, 0)
	out := machine.Replay(r, []machine.Event{machine.Tick{At: at}, machine.Cancel{At: at}, machine.Tick{At: at}})
	require.NotNil(t, out)
	assert.Equal(t, machine.Cancelled, out.Verdict)
	assert.True(t, r.Ended())
	assert.Equal(t, 1, r.State())
	assert.Equal(t, machine.NoteLate, r.Step(machine.Up{At: at, Agent: "ann"})[0].(machine.Note).Kind)
}

type strict struct{}

func (strict) Verify(n int) error {
	if n < 0 {
		return errors.New("forged")
	}
	return nil
}

func TestOnlyTheVerifierMakesVerifiedMessages(t *testing.T) {
	v, err := machine.Verify[int](strict{}, 3)
	require.NoError(t, err)
	n, ok := v.Message()
	assert.True(t, ok)
	assert.Equal(t, 3, n)
	v, err = machine.Verify[int](strict{}, -3)
	require.Error(t, err)
	_, ok = v.Message()
	assert.False(t, ok)
}
