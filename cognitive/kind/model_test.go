// SPDX-License-Identifier: Apache-2.0

package kind_test

import (
	"encoding/json"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/cognitive/kind"
)

func anyFloat(t *rapid.T) kind.Float {
	lo := rapid.Float64Range(-1e6, 1e6).Draw(t, "min")
	k := kind.Float{Min: lo, Max: lo + rapid.Float64Range(1e-3, 1e6).Draw(t, "span"), Bounds: rapid.SampledFrom([]kind.Bounds{kind.Reject, kind.Clamp, kind.Wrap}).Draw(t, "bounds")}
	if rapid.Bool().Draw(t, "grid") {
		k.Step = (k.Max - k.Min) / rapid.Float64Range(1, 1000).Draw(t, "steps")
	}
	if k.Min > 0 && rapid.Bool().Draw(t, "log") {
		k.Scale = kind.Log
	}
	return k
}

func anyInteger(t *rapid.T) kind.Integer {
	a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
	k := kind.Integer{Min: min(a, b), Max: max(a, b), Bounds: rapid.SampledFrom([]kind.Bounds{kind.Reject, kind.Clamp, kind.Wrap}).Draw(t, "bounds")}
	if k.Min < k.Max && rapid.Bool().Draw(t, "grid") {
		k.Step = int64(rapid.Uint64Range(1, min(uint64(k.Max)-uint64(k.Min), math.MaxInt64)).Draw(t, "step"))
	}
	if k.Min > 0 && rapid.Bool().Draw(t, "log") {
		k.Scale = kind.Log
	}
	return k
}

// held says that a value is inside of its kind and stays what it is.
func held(t *rapid.T, k kind.Ranged, v kind.Value) {
	again, err := k.Normal(v)
	require.NoError(t, err, "%s of %+v", v, k)
	require.True(t, again.Equal(v), "%s became %s", v, again)
	switch k := k.(type) {
	case kind.Float:
		require.True(t, v.Float() >= k.Min && v.Float() <= k.Max)
	case kind.Integer:
		require.True(t, v.Integer() >= k.Min && v.Integer() <= k.Max)
		d := new(big.Int).Sub(big.NewInt(v.Integer()), big.NewInt(k.Min))
		require.Zero(t, d.Mod(d, big.NewInt(max(k.Step, 1))).Sign())
	}
}

// Holds: COG-1, COG-2
func TestNoNumberThatIsTakenIsOutsideOfItsKind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var k kind.Ranged
		var got kind.Value
		if rapid.Bool().Draw(t, "integer") {
			k, got = anyInteger(t), kind.OfInteger(rapid.Int64().Draw(t, "n"))
		} else {
			k, got = anyFloat(t), kind.OfFloat(rapid.OneOf(rapid.Float64(), rapid.Float64Range(-2e6, 2e6)).Draw(t, "x"))
		}
		require.NoError(t, k.Validate())
		v, err := k.Normal(got)
		if err == nil {
			held(t, k, v)
		}
		held(t, k, k.First())
		v = k.FromUnit(rapid.OneOf(rapid.Float64Range(0, 1), rapid.Float64()).Draw(t, "unit"))
		if f, ok := k.(kind.Float); !ok || f.Bounds != kind.Wrap || v.Float() < f.Max {
			held(t, k, v)
			share := rapid.Float64Range(-1, 1).Draw(t, "share")
			moved := k.Shift(v, share)
			require.False(t, (moved.Number()-v.Number())*share < 0, "it moved %s to %s by %v", v, moved, share)
			if k.StepShare() > 0 && k.Unit(v)+share > k.StepShare() && k.Unit(v)+share < 1-k.StepShare() && share != 0 {
				require.False(t, moved.Equal(v), "no step is rounded to none")
			}
		}
	})
}

func TestIntegersWrapLikeTheirModulus(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := anyInteger(t)
		k.Step, k.Bounds = 0, kind.Wrap
		n := rapid.Int64().Draw(t, "n")
		got, err := k.Normal(kind.OfInteger(n))
		require.NoError(t, err)
		count := new(big.Int).Add(new(big.Int).Sub(big.NewInt(k.Max), big.NewInt(k.Min)), big.NewInt(1))
		want := new(big.Int).Sub(big.NewInt(n), big.NewInt(k.Min))
		want.Add(want.Mod(want, count), big.NewInt(k.Min))
		require.Equal(t, want.Int64(), got.Integer())
	})
}

func anyValue(t *rapid.T, depth int) kind.Value {
	switch rapid.IntRange(0, 5+depth).Draw(t, "form") {
	case 0:
		return kind.Value{}
	case 1:
		return kind.OfFloat(rapid.Float64().Draw(t, "x"))
	case 2:
		return kind.OfInteger(rapid.Int64().Draw(t, "n"))
	case 3:
		return kind.OfChoice(rapid.String().Draw(t, "s"))
	case 4:
		return kind.OfTruth(rapid.Bool().Draw(t, "b"))
	case 5:
		return kind.OfTeam(rapid.SliceOfN(rapid.String(), 0, 4).Draw(t, "team")...)
	}
	parts := make([]kind.Part, rapid.IntRange(0, 3).Draw(t, "fields"))
	for i := range parts {
		parts[i] = kind.Part{Name: rapid.StringMatching("[a-z]{3}").Draw(t, "name"), Value: anyValue(t, depth-1)}
	}
	return kind.OfRecord(parts...)
}

func TestValuesComeBackFromTheirEncoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyValue(t, 2)
		data, err := json.Marshal(v)
		require.NoError(t, err)
		var back kind.Value
		require.NoError(t, json.Unmarshal(data, &back))
		again, err := json.Marshal(back)
		require.NoError(t, err)
		require.Equal(t, string(data), string(again))
	})
}

func FuzzValuesThatAreReadAreValues(f *testing.F) {
	f.Add([]byte(`{"f":0.5}`))
	f.Add([]byte(`{"r":[{"n":"a","v":{"m":["x","y"]}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var v kind.Value
		if json.Unmarshal(data, &v) != nil {
			return
		}
		var back kind.Value
		require.NoError(t, json.Unmarshal(v.AppendJSON(nil), &back))
		assert.True(t, v.Equal(back))
	})
}

func TestKindsComeBackFromTheirEncoding(t *testing.T) {
	for _, k := range []kind.Kind{
		temperature, whole, kind.OptionsOf("a", "b"),
		kind.Module{Choice: kind.OptionsOf("a", "b")},
		kind.Agents{Min: 1, Max: 3, Roles: []string{"r"}},
		kind.Computed{Of: kind.Truth},
		kind.Structured{Fields: []kind.Field{{"x", temperature}, {"y", kind.OptionsOf("a", "b")}}},
	} {
		data, err := kind.Encode(k)
		require.NoError(t, err)
		back, err := kind.Decode(data)
		require.NoError(t, err)
		assert.Equal(t, k, back)
		assert.True(t, kind.Same(k, back))
	}
	_, err := kind.Decode([]byte(`{"float":{"min":3,"max":1}}`))
	var wrong *kind.DefinitionError
	assert.ErrorAs(t, err, &wrong)
	_, err = kind.Decode([]byte(`{}`))
	assert.ErrorIs(t, err, kind.ErrType)
}

func anyWrite(t *rapid.T, m kind.Merge) kind.Write {
	w := kind.Write{
		Score: rapid.Float64Range(0, 2).Draw(t, "score"), Node: rapid.SampledFrom([]string{"n1", "n2", "n3"}).Draw(t, "node"),
		Clock: kind.Clock{Wall: rapid.Int64Range(0, 2).Draw(t, "wall"), Logical: rapid.Uint32Range(0, 1).Draw(t, "logical")},
	}
	switch m {
	case kind.Union:
		members := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), rapid.ID[string]).Draw(t, "members")
		slices.Sort(members)
		w.Value = kind.OfTeam(members...)
	case kind.Counter:
		for _, n := range []string{"n1", "n2"} {
			w.Counts = append(w.Counts, kind.Count{Node: n, Up: rapid.Uint64().Draw(t, "up"), Down: rapid.Uint64Range(0, 3).Draw(t, "down")})
		}
		j, _ := kind.Counter.Join(kind.Write{Value: kind.OfInteger(0), Counts: w.Counts}, kind.Write{Value: kind.OfInteger(0)})
		w.Value = j.Value
	case kind.Largest, kind.Smallest, kind.ByPerformance, kind.LastWriter:
		w.Value = kind.OfFloat(float64(rapid.IntRange(0, 3).Draw(t, "x")))
	}
	return w
}

func TestJoinsAreCommutativeAssociativeAndIdempotent(t *testing.T) {
	for _, m := range []kind.Merge{kind.Largest, kind.Smallest, kind.Union, kind.Counter, kind.ByPerformance, kind.LastWriter} {
		rapid.Check(t, func(t *rapid.T) {
			join := func(a, b kind.Write) kind.Write {
				w, err := m.Join(a, b)
				require.NoError(t, err)
				return w
			}
			a, b, c := anyWrite(t, m), anyWrite(t, m), anyWrite(t, m)
			require.Equal(t, join(a, b), join(b, a))
			require.Equal(t, join(join(a, b), c), join(a, join(b, c)))
			require.Equal(t, a, join(a, a))
			all := rapid.Permutation([]kind.Write{a, b, c, a, c}).Draw(t, "order")
			end := all[0]
			for _, w := range all[1:] {
				end = join(end, w)
			}
			require.Equal(t, join(join(a, b), c), end, "the order of delivery does not matter")
		})
	}
}

func TestRulesRefuseWhatTheyCannotJoin(t *testing.T) {
	text, number := kind.Write{Value: kind.OfChoice("a")}, kind.Write{Value: kind.OfFloat(1)}
	for _, m := range []kind.Merge{kind.Largest, kind.Union, kind.Counter} {
		_, err := m.Join(text, text)
		assert.ErrorIs(t, err, kind.ErrType)
	}
	_, err := kind.LastWriter.Join(text, number)
	assert.ErrorIs(t, err, kind.ErrType)
	assert.Equal(t, kind.Clock{Wall: 5, Logical: 1}, kind.Clock{Wall: 5}.Next(4))
	assert.Equal(t, kind.Clock{Wall: 6}, kind.Clock{Wall: 5, Logical: 9}.Next(6))
}

func TestTheLastPointOfAGridIsNotLeftBackwards(t *testing.T) {
	k := kind.Integer{Min: -16, Max: 1, Step: 3}
	assert.Equal(t, int64(-1), k.Shift(kind.OfInteger(-1), 1.0/64).Integer())
	assert.Equal(t, int64(-4), k.Shift(kind.OfInteger(-1), -1.0/64).Integer())
	assert.Equal(t, int64(-16), k.Shift(kind.OfInteger(-16), -1.0/64).Integer())
}
