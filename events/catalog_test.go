// SPDX-License-Identifier: Apache-2.0

package events_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
)

type stamped struct {
	By string `json:"by,omitempty"`
}

// placed is version 3 of its type: version 1 had a price in whole units, version 2 none at all.
type placed struct {
	stamped
	Item  string   `json:"item"`
	Cents int      `json:"cents"`
	Tags  []string `json:"tags,omitempty"`
	Skip  int      `json:"-"`
}

func (p placed) Validate() error {
	if p.Cents < 0 {
		return errors.Join(errors.New("cents below 0"), errors.New("no sale"))
	}
	return nil
}

func placedSchema() events.Schema {
	return events.Schema{
		Name: "order.placed", Version: 3, Severity: events.Warning, Required: []string{"item", "cents"},
		Upcasts: map[uint32]events.Upcast{
			2: func(data []byte) ([]byte, error) {
				var v map[string]any
				if err := json.Unmarshal(data, &v); err != nil {
					return nil, err
				}
				v["cents"] = 0
				return json.Marshal(v)
			},
		},
	}
}

func catalog(t *testing.T) (*events.Catalog, events.Kind[placed]) {
	t.Helper()
	c := events.NewCatalog()
	c.Untyped("raw.")
	events.MustRegister[struct{}](c, events.Schema{Name: "tick.heard", Severity: events.Debug})
	k, err := events.Register[placed](c, placedSchema())
	require.NoError(t, err)
	return c, k
}

func fieldsOf(t *testing.T, err error) (fields []string) {
	t.Helper()
	var many interface{ Unwrap() []error }
	require.ErrorAs(t, err, &many)
	for _, err := range many.Unwrap() {
		var f *events.FieldError
		require.ErrorAs(t, err, &f)
		fields = append(fields, f.Field)
	}
	return fields
}

func TestCatalogReportsEveryFieldThatIsWrong(t *testing.T) {
	c, k := catalog(t)
	n, err := k.New(placed{Item: "tea", Cents: 5})
	require.NoError(t, err)
	assert.Equal(t, `{"item":"tea","cents":5}`, string(n.Data))
	assert.NoError(t, c.Validate(n))
	bad := func(data string) []string {
		return fieldsOf(t, c.Validate(events.New{Type: "order.placed", Schema: 3, Data: []byte(data)}))
	}
	assert.Equal(t, []string{"data.by", "data.item", "data.cents", "data.tags"}, bad(`{"by":1,"item":null,"tags":[2]}`))
	assert.Equal(t, []string{"data"}, bad(`[1]`))
	assert.Equal(t, []string{"data"}, bad(`null`))
	assert.Equal(t, []string{"data"}, bad(``))
	assert.Equal(t, []string{"data", "data"}, bad(`{"item":"tea","cents":-1}`), "the type's own check")
	assert.NoError(t, c.Validate(events.New{Type: "order.placed", Schema: 3, Data: []byte(`{"item":"tea","cents":1,"later":true,"tags":null}`)}))
	_, err = k.New(placed{Item: "tea", Cents: -5})
	assert.ErrorIs(t, err, events.ErrInvalid)
	for _, n := range []events.New{{Type: "order.lost"}, {Type: "order.placed", Schema: 2}, {Type: "order.placed", Schema: 4}, {Type: "order.placed"}} {
		assert.ErrorIs(t, c.Validate(n), events.ErrUnknownType)
	}
	assert.NoError(t, c.Validate(events.New{Type: "raw.anything", Data: []byte("?")}))
	assert.Equal(t, []string{"order.placed"}, c.AtLeast(events.Info))
	assert.Equal(t, []string{"order.placed", "tick.heard"}, c.AtLeast(events.Debug))
	info := c.Types()[0]
	assert.Equal(t, []any{"order.placed", uint32(3), "warning", 4}, []any{info.Name, info.Version, info.Severity.String(), len(info.Fields)})
}

func TestRegistrationReportsEveryMistake(t *testing.T) {
	c, _ := catalog(t)
	_, err := events.Register[placed](c, events.Schema{
		Name: "order.placed", Version: 2, Severity: 9, Required: []string{"item", "Skip", "item"},
		Upcasts: map[uint32]events.Upcast{0: nil, 1: nil, 2: func(b []byte) ([]byte, error) { return b, nil }},
	})
	var many interface{ Unwrap() []error }
	require.ErrorAs(t, err, &many)
	assert.Len(t, many.Unwrap(), 7)
	_, err = events.Register[int](c, events.Schema{Name: "a\nb"})
	require.ErrorAs(t, err, &many)
	assert.Len(t, many.Unwrap(), 2)
	assert.Panics(t, func() { events.MustRegister[placed](c, placedSchema()) })
}

func TestOldVersionsAreUpcastWhenReadAndLaterOnesGivenRaw(t *testing.T) {
	c, k := catalog(t)
	stored := func(version uint32, data string) events.Event {
		return events.Event{New: events.New{ID: events.ID{1}, Type: "order.placed", Schema: version, Data: []byte(data)}, Stream: "s", Version: 1, Position: 1}
	}
	old := stored(2, `{"item":"tea"}`)
	v, err := k.Decode(old)
	require.NoError(t, err)
	assert.Equal(t, placed{Item: "tea"}, v)
	assert.Equal(t, `{"item":"tea"}`, string(old.Data), "what is stored stays")
	d, err := c.Decode(old)
	require.NoError(t, err)
	got, ok := events.As[placed](d)
	assert.Equal(t, []any{placed{Item: "tea"}, true, uint32(3), false}, []any{got, ok, d.Event.Schema, d.Unknown})

	_, err = k.Decode(stored(1, `{}`))
	assert.ErrorIs(t, err, events.ErrNoUpcast)
	var up *events.UpcastError
	_, err = c.Decode(stored(2, `]`))
	require.ErrorAs(t, err, &up)
	assert.NotErrorIs(t, err, events.ErrNoUpcast)
	var syntax *json.SyntaxError
	assert.ErrorAs(t, err, &syntax)
	_, err = c.Decode(stored(3, `{"cents":"x"}`))
	assert.ErrorIs(t, err, events.ErrInvalid)

	later := stored(4, `whatever`)
	d, err = c.Decode(later)
	require.NoError(t, err)
	assert.Equal(t, []any{later, true}, []any{d.Event, d.Unknown})
	_, ok = events.As[placed](d)
	assert.False(t, ok)
	_, err = k.Decode(later)
	assert.ErrorIs(t, err, events.ErrUnknownType)
	foreign := later
	foreign.Type = "order.forgotten"
	d, err = c.Decode(foreign)
	require.NoError(t, err)
	assert.True(t, d.Unknown)
}

func TestJournalWithACatalogRefusesWhatDoesNotFitApartFromTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, k := catalog(t)
		sys := actors.New(actors.Options{})
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		store := memory.New(memory.Options{})
		j := events.NewJournal(store, events.JournalOptions{Catalog: c})
		_, err := j.Start(sys)
		require.NoError(t, err)
		good, err := k.New(placed{Item: "tea", Cents: 1})
		require.NoError(t, err)
		bad := good
		bad.Data = []byte(`{}`)
		out, err := j.AppendMany(t.Context(),
			events.Append{Stream: "s", Events: []events.New{good, bad, {Type: "no"}}},
			events.Append{Stream: "s", Events: []events.New{good}},
			events.Append{Stream: "t", Events: []events.New{bad}},
			events.Append{Stream: "u", Events: []events.New{good}})
		require.NoError(t, err)
		assert.ErrorIs(t, out[0].Err, events.ErrUnknownType)
		var f *events.FieldError
		require.ErrorAs(t, out[0].Err, &f)
		assert.Equal(t, []any{events.Stream("s"), "events[1].data.item"}, []any{f.Stream, f.Field})
		assert.ErrorIs(t, out[2].Err, events.ErrInvalid)
		assert.Equal(t, []events.Position{1, 2}, []events.Position{out[1].First, out[3].First})
		_, err = j.Append(t.Context(), "s", events.Any, bad)
		assert.ErrorIs(t, err, events.ErrInvalid)
		head, err := store.Head(t.Context())
		require.NoError(t, err)
		assert.Equal(t, events.Position(2), head, "nothing of a refused append is stored")
	})
}
