// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"math"
	"strconv"
)

// Panels is a chart of small pictures side by side, each a line over the same growing number.
type Panels struct {
	Title, Note string
	// XAxis says what grows.
	XAxis  string
	Panels []Panel
}

// Panel is one line. Its vertical axis begins at zero, so that what is flat looks flat.
type Panel struct {
	// Label says what is shown and Unit in which unit.
	Label, Unit string
	// Points are ordered by X, which is drawn as a logarithm and must be positive.
	Points []Point
	// Limit is the height that the line should stay under, in Unit; 0 means none.
	Limit float64
}

// Point is one figure, the number that is written above it, and the remark below.
type Point struct {
	X, Y         float64
	Text, Remark string
}

const (
	columns     = 3
	panelHeight = 150.0
	plotHeight  = 84.0
)

// SVG draws the chart.
func (p Panels) SVG() []byte {
	c := &canvas{}
	top := c.head(p.Title, p.Note)
	panelWidth := (width - 2*margin) / columns
	for i, panel := range p.Panels {
		panel.draw(c, margin+float64(i%columns)*panelWidth, top+float64(i/columns)*panelHeight, panelWidth-24)
	}
	rows := math.Ceil(float64(len(p.Panels)) / columns)
	bottom := top + rows*panelHeight
	c.text("note", "middle", width/2, bottom+10, p.XAxis)
	return c.svg(p.Title, p.Note, width, bottom+24)
}

func (p Panel) draw(c *canvas, left, top, wide float64) {
	c.text("name", "start", left, top+16, p.Label+", "+p.Unit)
	most := p.Limit
	for _, pt := range p.Points {
		most = max(most, drawable(pt.Y))
	}
	low, high := decades(p.Points)
	base := top + 32 + plotHeight
	x := func(v float64) float64 { return left + 20 + (math.Log10(v)-low)/(high-low)*(wide-40) }
	y := func(v float64) float64 {
		return base - drawable(v)/max(most, math.SmallestNonzeroFloat64)/1.12*plotHeight
	}
	c.line("grid", left, base, left+wide, base)
	for d := low; d <= high; d++ {
		at := x(math.Pow(10, d))
		c.line("grid", at, top+32, at, base)
		c.text("tick", "middle", at, base+15, decade(int(d)))
	}
	if p.Limit > 0 {
		c.line("limit", left, y(p.Limit), left+wide, y(p.Limit))
	}
	for i, pt := range p.Points {
		if i > 0 {
			c.line("line", x(p.Points[i-1].X), y(p.Points[i-1].Y), x(pt.X), y(pt.Y))
		}
	}
	for _, pt := range p.Points {
		c.dot("a", x(pt.X), y(pt.Y))
		c.text("tick", "middle", x(pt.X), y(pt.Y)-7, pt.Text)
		c.text("note", "middle", x(pt.X), y(pt.Y)+16, pt.Remark)
	}
}

// decades returns the powers of ten that hold all points, at least one apart.
func decades(points []Point) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, pt := range points {
		low, high = min(low, math.Floor(math.Log10(pt.X))), max(high, math.Ceil(math.Log10(pt.X)))
	}
	if len(points) == 0 {
		low, high = 0, 1
	}
	return low, max(high, low+1)
}

// decade writes a power of ten as a reader says it: 1k, 10k, 100k, 1M.
func decade(power int) string {
	units := []string{"", "k", "M", "G"}
	at := min(max(power/3, 0), len(units)-1)
	return strconv.Itoa(int(math.Pow(10, float64(power-3*at)))) + units[at]
}
