// SPDX-License-Identifier: Apache-2.0

// Package chart draws measurements as SVG: bars beside one another, and lines over a growing number, a panel for each.
//
// Guarantees: the same chart gives the same bytes. The picture is well-formed XML, shows every label and number as text, names its axes with
// units, starts its axes at zero, and is readable on a light and on a dark page, whatever colours are seen: a goal is a line, who is who is also told
// by order. A bar too long for the axis is cut and marked with an arrow; its number is still the true one.
//
// Usage:
//
//	svg := chart.Bars{Title: "Kernel", Axis: "share of the goal", Legend: []string{"ours", "baseline"}, Groups: groups}.SVG()
//
// Duties of the user: short labels, for text is not wrapped but in notes. Failure modes: none; a figure that is not finite or is negative is drawn as zero.
//
// State: none. Tests: parse the SVG and look for the texts.
package chart
