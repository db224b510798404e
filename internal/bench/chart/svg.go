// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
)

// style gives every class its colours on a light and on a dark page. The background is painted, because a picture that stands alone does not know
// what is behind it.
const style = `
.page{fill:#ffffff}
text{fill:#1f2328;font-family:system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;font-size:12px}
.title{font-size:16px;font-weight:600}
.note,.tick{fill:#59636e;font-size:11px}
.name{font-weight:600}
.grid{stroke:#d8dee4;stroke-width:1}
.a{fill:#0969da}.b{fill:#9aa4af}
.goal{stroke:#bc4c00;stroke-width:2}
.limit{stroke:#bc4c00;stroke-width:1.5;stroke-dasharray:5 4}
.line{stroke:#0969da;stroke-width:2;fill:none}
@media (prefers-color-scheme:dark){
.page{fill:#0d1117}
text{fill:#e6edf3}
.note,.tick{fill:#9198a1}
.grid{stroke:#30363d}
.a{fill:#4493f8}.b{fill:#656c76}
.goal,.limit{stroke:#f0883e}
.line{stroke:#4493f8}
}
`

// canvas collects the elements of one picture. Numbers are written with one decimal, so that equal charts are equal bytes on every machine.
type canvas struct {
	bytes.Buffer
}

func (c *canvas) rect(class string, x, y, w, h float64) {
	fmt.Fprintf(c, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n", class, x, y, w, h)
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(c, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class, x1, y1, x2, y2)
}

func (c *canvas) dot(class string, x, y float64) {
	fmt.Fprintf(c, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>\n", class, x, y)
}

// text writes s with its anchor (start, middle or end) at x.
func (c *canvas) text(class, anchor string, x, y float64, s string) {
	fmt.Fprintf(c, "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", class, anchor, x, y, escape(s))
}

// svg wraps what was drawn into a document of the given size.
func (c *canvas) svg(title, note string, w, h float64) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n", w, h, w, h)
	fmt.Fprintf(&out, "<title>%s</title>\n<desc>%s</desc>\n<style>%s</style>\n", escape(title), escape(note), escape(style))
	fmt.Fprintf(&out, "<rect class=\"page\" width=\"%.0f\" height=\"%.0f\"/>\n", w, h)
	out.Write(c.Bytes())
	out.WriteString("</svg>\n")
	return out.Bytes()
}

// head writes title and note and returns where the drawing may begin.
func (c *canvas) head(title, note string) (top float64) {
	c.text("title", "start", margin, 28, title)
	y := 46.0
	for _, line := range wrap(note, noteWidth) {
		c.text("note", "start", margin, y, line)
		y += 15
	}
	return y + 4
}

const (
	width     = 900.0 // of a picture
	margin    = 20.0
	noteWidth = 135 // characters of a line of a note
)

// wrap breaks a text at blanks into lines of at most n characters, where that is possible.
func wrap(s string, n int) (lines []string) {
	line := ""
	for _, word := range bytes.Fields([]byte(s)) {
		if line != "" && len(line)+1+len(word) > n {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += string(word)
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

func escape(s string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		panic(err) // a Buffer takes everything
	}
	return b.String()
}

// drawable is v as it can be drawn.
func drawable(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
		return 0
	}
	return v
}
