// SPDX-License-Identifier: Apache-2.0

package standard

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
	"mabeam.dev/events/follow"
	"mabeam.dev/events/sqlite"
)

// examples is one event of each type of work, with as little as its writer may put in.
func examples() []plan.Event {
	return []plan.Event{
		plan.Accepted{Task: plan.Task{ID: "t", Kind: "k", Input: json.RawMessage("1")}, At: 1},
		plan.Started{ID: "t"},
		plan.Failed{ID: "t"},
		plan.Returned{ID: "t"},
		plan.Offered{ID: "t"},
		plan.Done{},
		plan.Died{},
		plan.Cancelled{},
		plan.Revived{},
		plan.Forgotten{},
		plan.Purged{},
		plan.Paused{},
		plan.Unpaused{},
		plan.Called{},
		plan.Unsold{},
		plan.Voided{},
		plan.Settled{},
	}
}

func TestEveryTypeThatAQueueWritesIsRegisteredAndFitsItsSchema(t *testing.T) {
	c := Catalog()
	known := map[string]events.TypeInfo{}
	for _, i := range c.Types() {
		known[i.Name] = i
	}
	left := plan.Types()
	for _, e := range examples() {
		r, err := plan.Encode(e)
		require.NoError(t, err)
		left = slices.DeleteFunc(left, func(name string) bool { return name == r.Type })
		i, ok := known[r.Type]
		require.True(t, ok, r.Type)
		assert.Equal(t, uint32(r.Version), i.Version)
		var fields map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(r.Data, &fields))
		for _, f := range i.Fields { // sealed types are not looked into by an append, so it is done here
			if f.Required {
				assert.Contains(t, fields, f.Name, r.Type)
			}
		}
		assert.NoError(t, c.Validate(events.New{Type: r.Type, Schema: uint32(r.Version), Data: r.Data}))
	}
	assert.Empty(t, left, "types without an example")
	assert.Contains(t, known, sqlite.LossType)
	assert.Contains(t, known, follow.DeadType)
}

func TestTypesOfTheNodeHaveASentenceAndOneOfItsPrefixes(t *testing.T) {
	for _, i := range Catalog().Types() {
		assert.NotEmpty(t, i.Doc, i.Name)
		assert.True(t, slices.ContainsFunc(Prefixes(), func(p string) bool { return strings.HasPrefix(i.Name, p) }), i.Name)
	}
}

func TestAnUnknownTypeOrVersionIsRefused(t *testing.T) {
	c := Catalog()
	for _, n := range []events.New{{Type: "work.invented"}, {Type: "other"}, {Type: plan.TypeDone, Schema: 9}} {
		assert.ErrorIs(t, c.Validate(n), events.ErrUnknownType)
	}
	assert.ErrorIs(t, c.Validate(events.New{Type: lossType, Data: []byte(`{"have":1}`)}), events.ErrInvalid)
}

func TestSeveritiesSelectTypes(t *testing.T) {
	assert.Equal(t, []string{"alert.fired", lossType, plan.TypeDied}, Catalog().AtLeast(events.Error))
}
