// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// texts parses a picture and returns its texts.
func texts(t *testing.T, svg []byte) (out []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	in := ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			in = token.Name.Local
		case xml.CharData:
			if in == "text" {
				out = append(out, string(token))
			}
		case xml.EndElement:
			in = ""
		}
	}
}

func bars() Bars {
	return Bars{
		Title: "Ours & theirs", Note: "measured <once>", Axis: "multiples", Legend: []string{"ours", "theirs"}, Goal: "goal",
		Groups: []Group{
			{Label: "tell", Bars: []Bar{{0.5, "50 ns"}, {1, "100 ns"}}, Goal: 1.05},
			{Label: "far <too> slow", Bars: []Bar{{7, "700 ns"}}, Goal: -1},
		},
	}
}

func panels() Panels {
	return Panels{Title: "Growth", XAxis: "processes alive", Panels: []Panel{
		{Label: "call", Unit: "ns", Limit: 200, Points: []Point{{1e3, 100, "100", ""}, {1e4, 110, "110", "1.1x"}, {1e6, 120, "120", "1.2x"}}},
		{Label: "nothing", Unit: "ns"},
	}}
}

func TestAPictureIsXMLThatShowsEveryLabelAndNumber(t *testing.T) {
	got := texts(t, bars().SVG())
	for _, want := range []string{
		"Ours & theirs", "measured <once>", "multiples", "ours", "theirs", "goal", "tell", "50 ns", "100 ns", "far <too> slow", "\u2192 700 ns", "2.5",
	} {
		assert.Contains(t, got, want)
	}
	got = texts(t, panels().SVG())
	for _, want := range []string{"Growth", "processes alive", "call, ns", "100", "110", "120", "1.1x", "1.2x", "1k", "10k", "100k", "1M", "nothing, ns"} {
		assert.Contains(t, got, want)
	}
}

func TestTheSameChartIsTheSameBytes(t *testing.T) {
	assert.Equal(t, bars().SVG(), bars().SVG())
	assert.Equal(t, panels().SVG(), panels().SVG())
}

func TestAFigureThatCannotBeDrawnIsZero(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), -1} {
		svg := string(Bars{Groups: []Group{{Label: "x", Bars: []Bar{{v, "?"}}, Goal: -1}}}.SVG())
		assert.NotContains(t, svg, "NaN")
		assert.NotContains(t, svg, "Inf")
		assert.Contains(t, svg, `width="0.0"`)
	}
}

func TestDecadesHoldAllPoints(t *testing.T) {
	for _, c := range []struct {
		xs        []float64
		low, high float64
	}{
		{nil, 0, 1},
		{[]float64{1000}, 3, 4},
		{[]float64{1000, 10_000}, 3, 4},
		{[]float64{2000, 30_000}, 3, 5},
	} {
		var points []Point
		for _, x := range c.xs {
			points = append(points, Point{X: x})
		}
		low, high := decades(points)
		assert.Equal(t, [2]float64{c.low, c.high}, [2]float64{low, high}, c.xs)
	}
}

func TestNotesAreWrappedAtBlanks(t *testing.T) {
	assert.Equal(t, []string{"one two", "three", "incomprehensible"}, wrap("one two three incomprehensible", 8))
	assert.Empty(t, wrap("", 8))
}

func ExampleBars() {
	svg := Bars{Title: "tell", Groups: []Group{{Label: "tell", Bars: []Bar{{Value: 0.5, Text: "50 ns"}}, Goal: 1}}}.SVG()
	fmt.Println(strings.Contains(string(svg), ">50 ns</text>"))
	// Output: true
}
