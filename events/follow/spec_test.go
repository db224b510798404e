// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
)

func TestASpecReportsAllItsProblems(t *testing.T) {
	for name, c := range map[string]struct {
		spec Spec
		want int
	}{
		"the name alone is enough":           {Spec{Name: "n"}, 0},
		"a dead stream with halt":            {Spec{Name: "n", Query: events.Query{Stream: "dead/m"}, Halt: true}, 0},
		"no name":                            {Spec{}, 1},
		"no room for the dead stream's name": {Spec{Name: strings.Repeat("n", events.MaxName)}, 1},
		"the store's own":                    {Spec{Name: events.UpkeepPrefix + "n"}, 1},
		"a circle of dead events":            {Spec{Name: "n", Query: events.Query{Stream: "dead/n"}}, 1},
		"numbers": {Spec{
			Name: "n", Page: -1, Retry: Retry{Attempts: -1, Initial: 2, Max: 1},
		}, 3},
		"what belongs to a page": {Spec{Name: "n", Query: events.Query{
			From: 1, To: 2, Since: time.Unix(1, 0), Until: time.Unix(2, 0), Descending: true, Limit: 1,
		}}, 6},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.spec.Validate()
			if c.want == 0 {
				assert.NoError(t, err)
				return
			}
			require.Error(t, err)
			assert.Equal(t, c.want, leaves(err), "%v", err)
			_, made := NewConsumer(nil, c.spec, func(ctx ctx, _ events.Event) error { return nil })
			assert.Equal(t, err, made)
		})
	}
}

// leaves counts the problems in an error.
func leaves(err error) int {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		var s *SpecError
		var q *events.QueryError
		if errors.As(err, &s) || errors.As(err, &q) {
			return 1
		}
		return -1000 // of neither kind
	}
	n := 0
	for _, e := range joined.Unwrap() {
		n += leaves(e)
	}
	return n
}

func TestPausesDoubleUpToTheLongest(t *testing.T) {
	var got []time.Duration
	for n := range 6 {
		got = append(got, pause(n+1, time.Second, 10*time.Second))
	}
	assert.Equal(t, []time.Duration{1e9, 2e9, 4e9, 8e9, 10e9, 10e9}, got)
	assert.Equal(t, longestPause, pause(1_000_000, firstPause, longestPause))
	assert.Equal(t, time.Second, pause(1, 2*time.Second, time.Second))
}

func TestALetterIsTheSameForTheSameEvent(t *testing.T) {
	e := events.Event{New: events.New{ID: events.ID{1}, Type: "t", Agent: "a", Correlation: events.ID{2}, Data: []byte("x")}, Stream: "s", Position: 7}
	one, two := letter("n", e, 5, errors.New("one")), letter("n", e, 9, errors.New(strings.Repeat("\xff", 10_000)))
	assert.Equal(t, one.ID, two.ID)
	assert.NotEqual(t, one.ID, letter("m", e, 5, errors.New("one")).ID)
	assert.Equal(t, events.ID{1}, one.Causation)
	for _, n := range []events.New{one, two} {
		assert.NoError(t, events.Append{Stream: "dead/n", Events: []events.New{n}}.Validate())
	}
	e.Data = make([]byte, events.MaxData)
	assert.NoError(t, events.Append{Stream: "dead/n", Events: []events.New{letter("n", e, 1, errors.New("x"))}}.Validate())
}
