// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"time"

	"mabeam.dev/internal/admin"
)

// plotVariable draws how a variable went and writes the picture to a file.
func (c *command) plotVariable(ctx context.Context, client *admin.Client, v admin.VariableView, path string, limit int) error {
	a, err := client.VariableHistory(ctx, v.Space, v.Name, url.Values{"limit": {strconv.Itoa(limit)}})
	if err != nil {
		return err
	}
	picture, err := drawHistory(v.Space+"/"+v.Name, a.Commits)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, picture, 0o644); err != nil { //nolint:gosec // a picture for anybody
		return err
	}
	fmt.Fprintln(c.Stdout, "wrote", path)
	return nil
}

// The picture's measures, in pixels.
const (
	pictureWide, pictureTall           = 860.0, 300.0
	pictureLeft, pictureTop            = 90.0, 40.0
	pictureAcross, pictureDown float64 = pictureWide - pictureLeft - 30, pictureTall - pictureTop - 50
)

// drawHistory draws commits as a line in steps over time: numbers by their height, options and the like by a level each. What adaptation has set is a full dot, what it has taken
// back a ring, what others have set a square; each has a title with its reason.
func drawHistory(name string, commits []admin.CommitView) ([]byte, error) {
	var values []float64
	var times []time.Time
	var shown []admin.CommitView
	var levels []string
	for _, k := range commits {
		if k.Scope != "" {
			continue // of some agents alone
		}
		at, err := time.Parse(time.RFC3339Nano, k.Time)
		if err != nil {
			return nil, fmt.Errorf("inspect variables: time of version %s: %w", k.At, err)
		}
		x, number := k.Value.(float64)
		if !number {
			if !slices.Contains(levels, k.Text) {
				levels = append(levels, k.Text)
			}
			x = float64(slices.Index(levels, k.Text))
		}
		values, times, shown = append(values, x), append(times, at), append(shown, k)
	}
	if len(values) == 0 {
		return nil, usage("%s has no history to draw", name)
	}
	low, high := slices.Min(values), slices.Max(values)
	if low == high {
		low, high = low-0.5, high+0.5
	}
	first, last := times[0], times[len(times)-1]
	across := func(t time.Time) float64 {
		if span := last.Sub(first); span > 0 {
			return pictureLeft + pictureAcross*0.97*float64(t.Sub(first))/float64(span)
		}
		return pictureLeft
	}
	down := func(x float64) float64 { return pictureTop + pictureDown*(high-x)/(high-low) }

	var b bytes.Buffer
	text := func(s string) string {
		var escaped bytes.Buffer
		_ = xml.EscapeText(&escaped, []byte(s)) // a buffer takes everything
		return escaped.String()
	}
	label := func(x, y float64, anchor, s string) {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n", x, y, anchor, text(s))
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" font-family="sans-serif" font-size="12">`+"\n", pictureWide, pictureTall)
	b.WriteString("<style>text{fill:#444}path,circle.back{fill:none;stroke:#2a78c2;stroke-width:1.5}circle,rect.set{fill:#2a78c2}line{stroke:#999}@media(prefers-color-scheme:dark){text{fill:#ccc}}</style>\n")
	fmt.Fprintf(&b, "<title>%s</title>\n", text(name))
	label(pictureLeft, 22, "start", name)
	fmt.Fprintf(&b, `<line x1="%g" y1="%g" x2="%g" y2="%g"/>`+"\n", pictureLeft-8, pictureTop, pictureLeft-8, pictureTop+pictureDown)
	fmt.Fprintf(&b, `<line x1="%g" y1="%g" x2="%g" y2="%g"/>`+"\n", pictureLeft-8, pictureTop+pictureDown+8, pictureLeft+pictureAcross, pictureTop+pictureDown+8)
	if len(levels) > 0 {
		for i, l := range levels {
			label(pictureLeft-14, down(float64(i))+4, "end", l)
		}
	} else {
		label(pictureLeft-14, down(high)+4, "end", strconv.FormatFloat(high, 'g', 6, 64))
		label(pictureLeft-14, down(low)+4, "end", strconv.FormatFloat(low, 'g', 6, 64))
	}
	label(pictureLeft, pictureTall-16, "start", first.UTC().Format(time.DateTime))
	label(pictureLeft+pictureAcross, pictureTall-16, "end", last.UTC().Format(time.DateTime)+" UTC")
	fmt.Fprintf(&b, `<path d="M%.1f %.1f`, across(first), down(values[0]))
	for i := range values[1:] {
		fmt.Fprintf(&b, " H%.1f V%.1f", across(times[i+1]), down(values[i+1]))
	}
	fmt.Fprintf(&b, ` H%.1f"/>`+"\n", pictureLeft+pictureAcross)
	for i, k := range shown {
		x, y := across(times[i]), down(values[i])
		title := "<title>" + text(k.At+" = "+k.Text+", "+k.Cause+" "+k.Proposer+": "+k.Because) + "</title>"
		switch k.Cause {
		case "adapter":
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="3">%s</circle>`+"\n", x, y, title)
		case "revert":
			fmt.Fprintf(&b, `<circle class="back" cx="%.1f" cy="%.1f" r="4">%s</circle>`+"\n", x, y, title)
		default:
			fmt.Fprintf(&b, `<rect class="set" x="%.1f" y="%.1f" width="6" height="6">%s</rect>`+"\n", x-3, y-3, title)
		}
	}
	b.WriteString("</svg>\n")
	return b.Bytes(), nil
}
