// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math"
	"strconv"
	"strings"

	"mabeam.dev/internal/bench/chart"
	"mabeam.dev/internal/benchtab"
)

// picture draws a table of rows; nil for one that is better read as a table.
func picture(r benchtab.Result) []byte {
	note := r.At.Format("2006-01-02") + ", " + r.Env.String() + "."
	switch r.Name {
	case "kernel", "cognitive":
		return goals(r, note).SVG()
	case "otp":
		return beside(r, note).SVG()
	case "scaling":
		return growth(r, note).SVG()
	case "coordination":
		return sizes(r, note, "agents, members, contenders or parties (logarithmic)").SVG()
	case "variables":
		return sizes(r, note, "proposers, reports a second, agents or variables (logarithmic)").SVG()
	}
	return nil
}

func title(name string) string {
	return map[string]string{
		"kernel":  "Mabeam's kernel and its goals",
		"otp":     "Mabeam beside Erlang/OTP",
		"scaling": "What operations cost with more processes alive",
		"million": "One million processes",

		"coordination": "What coordination costs among more and more agents",
		"cognitive":    "Cognitive variables and their goals",
		"variables":    "What variables cost among more and more who use them",
	}[name]
}

// goals draws each row that has a goal in parts of it, so that rows of different units stand on one axis.
func goals(r benchtab.Result, note string) chart.Bars {
	c := chart.Bars{
		Title: title(r.Name), Note: note + " Shorter is better; what ends before the line has met its goal.",
		Axis: "part of the goal", Legend: []string{"Mabeam", "baseline of the same run"}, Goal: "goal",
	}
	for _, row := range r.Rows {
		spent, ok := row.Spent()
		if !ok {
			continue
		}
		ours := benchtab.Figure(row.Value) + " " + row.Unit
		g := chart.Group{Label: row.Measure, Goal: 1}
		if ratio, ok := row.Ratio(); ok {
			g.Bars = []chart.Bar{
				{Value: spent, Text: ours + ", " + times(ratio) + ", goal " + row.Goal.String()},
				{Value: spent / ratio, Text: benchtab.Figure(row.Baseline) + " " + row.Unit + ", " + row.BaselineName},
			}
		} else {
			g.Bars = []chart.Bar{{Value: min(spent, 1000), Text: ours + ", goal " + row.Goal.String()}} // infinite: 1 allocation where none is allowed
		}
		c.Groups = append(c.Groups, g)
	}
	return c
}

// beside draws each row in multiples of the peer's figure.
func beside(r benchtab.Result, note string) chart.Bars {
	c := chart.Bars{
		Title: title(r.Name), Note: note + " Rounds of both were interleaved in one run. Shorter is better.",
		Axis: "multiples of Erlang/OTP's figure", Legend: []string{"Mabeam", "Erlang/OTP"}, Goal: "goal",
	}
	for _, row := range r.Rows {
		ratio, ok := row.Ratio()
		if !ok {
			continue
		}
		goal, ok := row.Share()
		if !ok {
			goal = -1
		}
		c.Groups = append(c.Groups, chart.Group{Label: row.Measure, Goal: goal, Bars: []chart.Bar{
			{Value: ratio, Text: benchtab.Figure(row.Value) + " " + row.Unit + ", " + times(ratio)},
			{Value: 1, Text: benchtab.Figure(row.Baseline) + " " + row.Unit},
		}})
	}
	return c
}

// growth draws, for each operation, its cost among more and more processes in multiples of that among few.
func growth(r benchtab.Result, note string) chart.Panels {
	c := chart.Panels{
		Title: title(r.Name), Note: note + " Each point is relative to the cost among " + thousands(few) +
			" measured just before and after it; flat is good, and a broken line is a limit.",
		XAxis: "processes alive, names registered, or keys in the table (logarithmic)",
	}
	at := map[string]int{} // operation -> index of its panel
	for _, row := range r.Rows {
		ratio, ok := row.Ratio()
		operation, alive, fits := splitAlive(row.Measure)
		if !ok || !fits {
			continue
		}
		i, seen := at[operation]
		if !seen {
			i = len(c.Panels)
			limit, _ := row.Share()
			at[operation] = i
			c.Panels = append(c.Panels, chart.Panel{Label: operation, Unit: row.Unit, Limit: limit, Points: []chart.Point{
				{X: few, Y: 1, Text: short(row.Baseline)},
			}})
		}
		p := &c.Panels[i]
		p.Points = append(p.Points, chart.Point{X: alive, Y: ratio, Text: short(row.Value), Remark: times(ratio)})
	}
	return c
}

// sizes draws, for each operation, its cost against the number of those who take part.
func sizes(r benchtab.Result, note, axis string) chart.Panels {
	c := chart.Panels{
		Title: title(r.Name), Note: note + " Medians, one operation after another.",
		XAxis: axis,
	}
	at := map[string]int{} // operation -> index of its panel
	for _, row := range r.Rows {
		operation, n, ok := benchtab.SplitAmong(row.Measure)
		if !ok {
			continue
		}
		i, seen := at[operation]
		if !seen {
			i = len(c.Panels)
			at[operation] = i
			c.Panels = append(c.Panels, chart.Panel{Label: operation, Unit: row.Unit})
		}
		p := &c.Panels[i]
		p.Points = append(p.Points, chart.Point{X: float64(n), Y: row.Value, Text: benchtab.Figure(row.Value)})
	}
	return c
}

// short writes a figure where there is little room: whole from 10 up, else with one decimal.
func short(v float64) string {
	if v >= 10 {
		return thousands(int(math.Round(v)))
	}
	return strconv.FormatFloat(v, 'f', 1, 64)
}

// alive names a row of the scaling table; splitAlive is its inverse.
func alive(operation string, n int) string { return operation + ", " + thousands(n) + " alive" }

func splitAlive(measure string) (operation string, n float64, ok bool) {
	rest, ok := strings.CutSuffix(measure, " alive")
	at := strings.LastIndex(rest, ", ")
	if !ok || at < 0 {
		return "", 0, false
	}
	n, err := strconv.ParseFloat(strings.ReplaceAll(rest[at+2:], ",", ""), 64)
	return rest[:at], n, err == nil && n > 0
}
