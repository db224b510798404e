// SPDX-License-Identifier: Apache-2.0

package kind_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive/kind"
)

var (
	temperature = kind.Float{Min: 0, Max: 2, Step: 0.01}
	whole       = kind.Integer{Min: math.MinInt64, Max: math.MaxInt64}
)

func TestNumbersAreStoredInOneForm(t *testing.T) {
	f, i := kind.OfFloat, kind.OfInteger
	with := func(k kind.Float, b kind.Bounds) kind.Float { k.Bounds = b; return k }
	for _, c := range []struct {
		name string
		kind kind.Kind
		got  kind.Value
		want kind.Value // none: it is refused
		err  error
	}{
		{"a point of the grid that has no exact binary form", temperature, f(0.9), f(0.9), nil},
		{"between two points", temperature, f(0.905), kind.Value{}, kind.ErrRange},
		{"between two points, clamped", with(temperature, kind.Clamp), f(0.904), f(0.9), nil},
		{"outside", temperature, f(2.01), kind.Value{}, kind.ErrRange},
		{"outside, clamped", with(temperature, kind.Clamp), f(1e300), f(2), nil},
		{"outside, wrapped", kind.Float{Min: -180, Max: 180, Bounds: kind.Wrap}, f(190), f(-170), nil},
		{"the upper end of a wrapped range is the lower", kind.Float{Min: -180, Max: 180, Bounds: kind.Wrap}, f(180), f(-180), nil},
		{"wrapped from below", kind.Float{Min: 1, Max: 4, Bounds: kind.Wrap}, f(-0.5), f(2.5), nil},
		{"wrapped on a grid", kind.Float{Min: 0, Max: 1, Step: 0.25, Bounds: kind.Wrap}, f(0.99), f(0), nil},
		{"wrapped from as far as there is", kind.Float{Min: -1, Max: 1, Bounds: kind.Wrap}, f(-math.MaxFloat64), f(-1 + math.Mod(1-math.Mod(math.MaxFloat64, 2)+2, 2)), nil},
		{"NaN", with(temperature, kind.Clamp), f(math.NaN()), kind.Value{}, kind.ErrNotFinite},
		{"infinity, clamped all the same", with(temperature, kind.Clamp), f(math.Inf(1)), kind.Value{}, kind.ErrNotFinite},
		{"infinity, wrapped all the same", with(temperature, kind.Wrap), f(math.Inf(-1)), kind.Value{}, kind.ErrNotFinite},
		{"minus zero", temperature, f(math.Copysign(0, -1)), f(0), nil},
		{"another form", temperature, i(1), kind.Value{}, kind.ErrType},
		{"an integer as far as there is", whole, i(math.MinInt64), i(math.MinInt64), nil},
		{"steps over all integers", kind.Integer{Min: math.MinInt64, Max: math.MaxInt64, Step: math.MaxInt64}, i(-1), i(-1), nil},
		{"the last step of them", kind.Integer{Min: math.MinInt64, Max: math.MaxInt64, Step: math.MaxInt64, Bounds: kind.Clamp}, i(math.MaxInt64), i(math.MaxInt64 - 1), nil},
		{"between two integers", kind.Integer{Min: 1, Max: 10, Step: 3}, i(5), kind.Value{}, kind.ErrRange},
		{"between two integers, clamped", kind.Integer{Min: 1, Max: 10, Step: 3, Bounds: kind.Clamp}, i(6), i(7), nil},
		{"an integer wrapped", kind.Integer{Min: 0, Max: 9, Bounds: kind.Wrap}, i(-3), i(7), nil},
		{"an integer wrapped from the other end of all", kind.Integer{Min: math.MaxInt64 - 1, Max: math.MaxInt64, Bounds: kind.Wrap}, i(math.MinInt64), i(math.MaxInt64 - 1), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.NoError(t, c.kind.Validate())
			got, err := c.kind.Normal(c.got)
			if c.err != nil {
				assert.ErrorIs(t, err, c.err)
				return
			}
			require.NoError(t, err)
			assert.True(t, c.want.Equal(got), "want %s, got %s", c.want, got)
			assert.False(t, math.Signbit(got.Float()) && got.Float() == 0)
		})
	}
}

func TestDescriptionsThatAllowNothingAreRefusedWithEveryProblem(t *testing.T) {
	for _, c := range []struct {
		kind     kind.Kind
		problems int
	}{
		{temperature, 0},
		{whole, 0},
		{kind.Float{Min: 1, Max: 1}, 1},
		{kind.Float{Min: math.NaN(), Max: math.Inf(1)}, 2},
		{kind.Float{Min: -math.MaxFloat64, Max: math.MaxFloat64}, 1},
		{kind.Float{Min: 0, Max: 1, Step: 2, Scale: kind.Log, Bounds: 7}, 3},
		{kind.Integer{Min: 2, Max: 1, Step: -1, Scale: 9, Bounds: 7}, 4},
		{kind.Integer{Min: 5, Max: 5}, 0},
		{kind.OptionsOf("a"), 1},
		{kind.OptionsOf("a", "a", ""), 2},
		{kind.Choice{Options: []kind.Option{{Name: "a", Disabled: true}, {Name: "b", Disabled: true, Cost: -1}}, SwitchingCost: math.NaN()}, 3},
		{kind.Module{Choice: kind.OptionsOf("fast", "good")}, 0},
		{kind.Structured{}, 1},
		{kind.Structured{Fields: []kind.Field{{"x", temperature}, {"x", kind.Agents{Max: 1}}}, Rules: []kind.Rule{{}}}, 3},
		{kind.Agents{Min: 3, Max: 2, Roles: []string{"r", "r"}, Budget: -1, Add: 2}, 4},
		{kind.Computed{Of: kind.Members}, 1},
	} {
		err := c.kind.Validate()
		if c.problems == 0 {
			assert.NoError(t, err)
			continue
		}
		all, ok := err.(interface{ Unwrap() []error })
		if !ok {
			assert.Equal(t, 1, c.problems, "%v", err)
			continue
		}
		assert.Len(t, all.Unwrap(), c.problems, "%v", err)
	}
}

func TestARecordIsTakenAsAWholeOrNotAtAll(t *testing.T) {
	k := kind.Structured{
		Fields: []kind.Field{{"low", kind.Float{Min: 0, Max: 1}}, {"high", kind.Float{Min: 0, Max: 1}}, {"mode", kind.OptionsOf("a", "b")}},
		Rules:  []kind.Rule{{"low is less than high", func(r kind.Value) bool { return r.Field("low").Float() < r.Field("high").Float() }}},
	}
	require.NoError(t, k.Validate())
	record := func(low, high float64, mode string, more ...kind.Part) kind.Value {
		return kind.OfRecord(append(more, kind.Part{Name: "mode", Value: kind.OfChoice(mode)}, kind.Part{Name: "high", Value: kind.OfFloat(high)}, kind.Part{Name: "low", Value: kind.OfFloat(low)})...)
	}
	v, err := k.Normal(record(0.1, 0.2, "b"))
	require.NoError(t, err)
	assert.Equal(t, "{high: 0.2, low: 0.1, mode: b}", v.String())
	_, err = k.Normal(record(0.3, 0.2, "b"))
	assert.ErrorIs(t, err, kind.ErrRange)
	assert.ErrorContains(t, err, "low is less than high")
	_, err = k.Normal(record(0.1, 1.2, "b"))
	assert.ErrorIs(t, err, kind.ErrRange)
	_, err = k.Normal(record(0.1, 0.2, "c"))
	assert.ErrorIs(t, err, kind.ErrUnknownChoice)
	_, err = k.Normal(record(0.1, 0.2, "a", kind.Part{Name: "x", Value: kind.OfFloat(1)}))
	assert.ErrorIs(t, err, kind.ErrUnknownChoice)
	_, err = k.Normal(kind.OfRecord(kind.Part{Name: "low", Value: kind.OfFloat(0)}))
	assert.ErrorIs(t, err, kind.ErrType)
	assert.Equal(t, 1.0, k.Distance(record(0.1, 0.2, "a"), record(0.1, 0.2, "b")))
}

func TestOptionsAndTeams(t *testing.T) {
	k := kind.Choice{Options: []kind.Option{{Name: "a", Disabled: true}, {Name: "b"}, {Name: "c"}}}
	assert.Equal(t, "b", k.First().Choice())
	_, err := k.Normal(kind.OfChoice("a"))
	var unknown *kind.UnknownChoiceError
	require.ErrorAs(t, err, &unknown)
	assert.Equal(t, []string{"b", "c"}, unknown.Options)

	team := kind.Agents{Min: 1, Max: 2}
	_, err = team.Normal(kind.OfTeam("x", "y"))
	require.NoError(t, err)
	for _, bad := range []kind.Value{kind.OfTeam(), kind.OfTeam("x", "y", "z"), kind.OfTeam("x", "x"), kind.OfTeam("")} {
		_, err = team.Normal(bad)
		assert.Error(t, err, "%s", bad)
	}
	assert.InDelta(t, 2.0/3, kind.Agents{}.Distance(kind.OfTeam("x", "y"), kind.OfTeam("y", "z")), 1e-15)
}

func TestValuesAreReadAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		kind kind.Kind
		text string
		want kind.Value
	}{
		{temperature, "0.7", kind.OfFloat(0.7)},
		{whole, "-12", kind.OfInteger(-12)},
		{kind.OptionsOf("a", "b"), "b", kind.OfChoice("b")},
		{kind.Computed{Of: kind.Truth}, "true", kind.OfTruth(true)},
		{kind.Agents{Max: 2}, "ann,bob", kind.OfTeam("ann", "bob")},
		{kind.Agents{Max: 2}, "", kind.OfTeam()},
		{kind.Structured{Fields: []kind.Field{{"x", temperature}}}, `{"r":[{"n":"x","v":{"f":1}}]}`, kind.OfRecord(kind.Part{Name: "x", Value: kind.OfFloat(1)})},
	} {
		v, err := kind.Parse(c.kind, c.text)
		require.NoError(t, err)
		assert.True(t, c.want.Equal(v), "%s", v)
	}
	for k, text := range map[kind.Type]string{kind.Number: "x", kind.Whole: "1.5", kind.Truth: "yes"} {
		_, err := kind.Parse(kind.Computed{Of: k}, text)
		assert.ErrorIs(t, err, kind.ErrType)
	}
	_, err := kind.Parse(kind.Structured{Fields: []kind.Field{{"x", temperature}}}, "{")
	assert.ErrorIs(t, err, kind.ErrType)
	_, err = kind.Parse(temperature, "3")
	assert.ErrorIs(t, err, kind.ErrRange)
}
