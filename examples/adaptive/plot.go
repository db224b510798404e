// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The picture's measures, in pixels.
const (
	width, left, right = 860, 70, 20
	tall, gap          = 170, 34
)

// line is one curve of a panel.
type line struct {
	name, colour string
	values       []float64
}

// plot draws what two runs did: items a second, and the two variables, over time.
func plot(fixed, adaptive *record, every time.Duration) string {
	whole := time.Duration(len(phases)) * every
	const steps = 120
	slice := whole / steps
	rates := func(r *record) (v []float64) {
		for i := range steps {
			v = append(v, float64(r.total(time.Duration(i)*slice, time.Duration(i+1)*slice))/slice.Seconds())
		}
		return v
	}
	setting := func(r *record, of func(sample) int64) (v []float64) {
		all, last := r.samples(), 0
		for i := range steps {
			for last+1 < len(all) && all[last+1].at <= time.Duration(i+1)*slice {
				last++
			}
			if len(all) > 0 {
				v = append(v, float64(of(all[last])))
			}
		}
		return v
	}
	pair := func(of func(*record) []float64) []line {
		return []line{{fixed.name, "#8a8f98", of(fixed)}, {adaptive.name, "#0b6bcb", of(adaptive)}}
	}
	panels := []struct {
		title string
		lines []line
	}{
		{"items per second", pair(rates)},
		{"parallelism", pair(func(r *record) []float64 { return setting(r, func(s sample) int64 { return s.parallelism }) })},
		{"chunk", pair(func(r *record) []float64 { return setting(r, func(s sample) int64 { return s.chunk }) })},
	}
	var b strings.Builder
	height := len(panels)*(tall+gap) + 40
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="white"/>`+"\n", width, height)
	for i, p := range panels {
		top := gap + i*(tall+gap)
		most := 1.0
		for _, l := range p.lines {
			most = max(most, slices.Max(append(l.values, 0)))
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" font-weight="bold">%s</text>`+"\n", left, top-8, p.title)
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%.0f</text><text x="%d" y="%d" text-anchor="end">0</text>`+"\n", left-6, top+10, most, left-6, top+tall)
		fmt.Fprintf(&b, `<path d="M%d %dV%dH%d" fill="none" stroke="#333"/>`+"\n", left, top, top+tall, width-right)
		for k, ph := range phases {
			x := left + (width-left-right)*k/len(phases)
			if k > 0 {
				fmt.Fprintf(&b, `<path d="M%d %dV%d" stroke="#bbb" stroke-dasharray="4 3"/>`+"\n", x, top, top+tall)
			}
			if i == 0 {
				fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#666">%s</text>`+"\n", x+6, top+14, ph.name)
			}
		}
		for _, l := range p.lines {
			var points []string
			for k, v := range l.values {
				points = append(points, fmt.Sprintf("%.1f,%.1f", left+float64(width-left-right)*(float64(k)+0.5)/steps, float64(top+tall)-v/most*tall))
			}
			fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="1.6"/>`+"\n", strings.Join(points, " "), l.colour)
		}
	}
	foot := height - 14
	for i, l := range panels[0].lines {
		fmt.Fprintf(&b, `<path d="M%d %dh24" stroke="%s" stroke-width="3"/><text x="%d" y="%d">%s</text>`+"\n", left+i*160, foot-4, l.colour, left+i*160+30, foot, l.name)
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end" fill="#666">%s in all</text>`+"\n</svg>\n", width-right, foot, whole)
	return b.String()
}
