// SPDX-License-Identifier: Apache-2.0

package kind_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive/kind"
)

var pair = kind.Structured{Fields: []kind.Field{{Name: "n", Kind: kind.Integer{Min: 0, Max: 9}}, {Name: "w", Kind: kind.OptionsOf("a", "b")}}}

func TestWhatIsWrittenPlainlyIsReadBack(t *testing.T) {
	for _, c := range []struct {
		kind  kind.Kind
		value kind.Value
		json  string
	}{
		{kind.Float{Min: 0, Max: 2}, kind.OfFloat(0.5), "0.5"},
		{kind.Integer{Min: -1 << 63, Max: 1<<63 - 1}, kind.OfInteger(1<<63 - 1), "9223372036854775807"},
		{kind.OptionsOf("a", "b"), kind.OfChoice("b"), `"b"`},
		{kind.Computed{Of: kind.Truth}, kind.OfTruth(true), "true"},
		{pair, kind.OfRecord(kind.Part{Name: "n", Value: kind.OfInteger(3)}, kind.Part{Name: "w", Value: kind.OfChoice("a")}), `{"n":3,"w":"a"}`},
		{kind.Agents{Max: 3}, kind.OfTeam("x", "y"), `["x","y"]`},
	} {
		text, err := json.Marshal(c.value.Plain())
		require.NoError(t, err)
		assert.Equal(t, c.json, string(text))
		back, err := kind.FromJSON(c.kind, text)
		require.NoError(t, err)
		assert.True(t, c.value.Equal(back), c.json)
	}
	assert.Nil(t, kind.Value{}.Plain())
}

func TestWhatIsTypedIsReadByTheKind(t *testing.T) {
	for text, want := range map[string]struct {
		kind  kind.Kind
		value kind.Value
	}{
		"0.5":        {kind.Float{Min: 0, Max: 2}, kind.OfFloat(0.5)},
		" 7 ":        {kind.Integer{Min: 0, Max: 9}, kind.OfInteger(7)},
		"b":          {kind.OptionsOf("a", "b"), kind.OfChoice("b")},
		"x, y":       {kind.Agents{Max: 3}, kind.OfTeam("x", "y")},
		`["x"]`:      {kind.Agents{Max: 3}, kind.OfTeam("x")},
		`{"n":1}`:    {pair, kind.OfRecord(kind.Part{Name: "n", Value: kind.OfInteger(1)})},
		"true":       {kind.Computed{Of: kind.Truth}, kind.OfTruth(true)},
		"":           {kind.Agents{Max: 3}, kind.OfTeam()},
		`"quoted"`:   {kind.OptionsOf(`"quoted"`, "b"), kind.OfChoice(`"quoted"`)},
		"1e1":        {kind.Float{Min: 0, Max: 20}, kind.OfFloat(10)},
		`{"n":1e99}`: {kind.Structured{Fields: []kind.Field{{Name: "n", Kind: kind.Float{Min: 0, Max: 1}}}}, kind.OfRecord(kind.Part{Name: "n", Value: kind.OfFloat(1e99)})},
	} {
		v, err := kind.FromText(want.kind, text)
		require.NoError(t, err, text)
		assert.True(t, want.value.Equal(v), "%q: %s", text, v)
	}
}

func TestWhatIsOfAnotherFormIsNotRead(t *testing.T) {
	for text, k := range map[string]kind.Kind{
		`"x"`: kind.Float{Min: 0, Max: 1}, "1.5": kind.Integer{Min: 0, Max: 9}, "1": kind.OptionsOf("a", "b"), "true": kind.Agents{Max: 1}, `[1]`: kind.Agents{Max: 1},
		`{"n":"x"}`: pair, "[]": pair, "1 2": kind.Float{Min: 0, Max: 1}, "null": kind.Float{Min: 0, Max: 1},
	} {
		_, err := kind.FromJSON(k, []byte(text))
		require.ErrorIs(t, err, kind.ErrType, text)
	}
	_, err := kind.FromJSON(kind.Float{Min: 0, Max: 1}, []byte("1e999"))
	require.ErrorIs(t, err, kind.ErrNotFinite)
	_, err = kind.FromJSON(pair, []byte("{"))
	require.Error(t, err)
	for _, text := range []string{"warm", "NaN", ""} {
		_, err = kind.FromText(kind.Float{Min: 0, Max: 1}, text)
		require.ErrorIs(t, err, kind.ErrType, text)
	}
	v, err := kind.FromJSON(pair, []byte(`{"n":1,"w":"a","z":1}`))
	require.NoError(t, err)
	_, err = pair.Normal(v)
	require.ErrorIs(t, err, kind.ErrUnknownChoice, "a field that there is not is named by the kind")
}
