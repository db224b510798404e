// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"math"
	"strconv"
)

// Bars is a chart of groups of horizontal bars on one axis.
type Bars struct {
	Title, Note string
	// Axis says what the axis counts: "multiples of Erlang/OTP".
	Axis string
	// Legend names the first and the second bar of each group, and Goal the line across it.
	Legend []string
	Goal   string
	Groups []Group
}

// Group is one measure: at most two bars under one label.
type Group struct {
	Label string
	Bars  []Bar
	// Goal is where the bars should end, in units of the axis; negative means that there is none.
	Goal float64
}

// Bar is one figure: its length in units of the axis, and the number that is written beside it.
type Bar struct {
	Value float64
	Text  string
}

const (
	numbers   = 190.0 // room for the number behind the longest bar
	barHeight = 14.0
	groupGap  = 12.0
	longest   = 2.5 // the axis never goes further: beyond it "too slow" is all that matters
)

// SVG draws the chart.
func (b Bars) SVG() []byte {
	c := &canvas{}
	top := b.legend(c, c.head(b.Title, b.Note))
	end, labels := b.end(), b.labels()
	x := func(v float64) float64 {
		return margin + labels + min(drawable(v), end)/end*(width-2*margin-labels-numbers)
	}
	height := 0.0
	for _, g := range b.Groups {
		height += float64(len(g.Bars))*barHeight + groupGap
	}
	for tick := 0.0; tick <= end; tick += 0.5 {
		c.line("grid", x(tick), top, x(tick), top+height)
		c.text("tick", "middle", x(tick), top+height+15, strconv.FormatFloat(tick, 'f', 1, 64))
	}
	c.text("note", "middle", (x(0)+x(end))/2, top+height+33, b.Axis)
	y := top + groupGap/2
	for _, g := range b.Groups {
		tall := float64(len(g.Bars)) * barHeight
		c.text("name", "end", margin+labels-10, y+tall/2+4, g.Label)
		for i, bar := range g.Bars {
			at := y + float64(i)*barHeight
			class := "a"
			if i > 0 {
				class = "b"
			}
			c.rect(class, x(0), at+1, x(bar.Value)-x(0), barHeight-2)
			text := bar.Text
			if bar.Value > end {
				text = "\u2192 " + text
			}
			c.text("tick", "start", x(max(bar.Value, g.Goal))+7, at+barHeight-3, text)
		}
		if g.Goal >= 0 {
			c.line("goal", x(g.Goal), y-2, x(g.Goal), y+tall+2)
		}
		y += tall + groupGap
	}
	return c.svg(b.Title, b.Note, width, top+height+48)
}

// legend explains the colours and returns where the drawing goes on.
func (b Bars) legend(c *canvas, y float64) float64 {
	x := margin
	for i, name := range b.Legend {
		class := "a"
		if i > 0 {
			class = "b"
		}
		c.rect(class, x, y, 12, 12)
		c.text("tick", "start", x+18, y+10, name)
		x += 40 + 6*float64(len(name))
	}
	if b.Goal != "" {
		c.line("goal", x+6, y-1, x+6, y+13)
		c.text("tick", "start", x+18, y+10, b.Goal)
	}
	return y + 26
}

// labels is the width of the column that they stand in.
func (b Bars) labels() float64 {
	most := 0
	for _, g := range b.Groups {
		most = max(most, len(g.Label))
	}
	return 20 + 7.2*float64(most)
}

// end is where the axis ends: at a half that every bar and goal fits before, but never beyond longest.
func (b Bars) end() float64 {
	end := 1.0
	for _, g := range b.Groups {
		end = max(end, g.Goal)
		for _, bar := range g.Bars {
			end = max(end, drawable(bar.Value))
		}
	}
	return min(math.Ceil(end*2)/2, longest)
}
