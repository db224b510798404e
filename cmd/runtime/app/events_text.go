// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"mabeam.dev/events"
	"mabeam.dev/internal/admin"
)

// showEvents prints one line for each event.
func (c *command) showEvents(a admin.EventsAnswer) error {
	list, err := parsed(a.Events)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		fmt.Fprintln(c.Stderr, "no events")
	}
	for _, e := range list {
		fmt.Fprintln(c.Stdout, eventLine(e))
	}
	if a.Next != "" {
		fmt.Fprintf(c.Stdout, "... more with --after %s\n", a.Next)
	}
	return nil
}

// eventLine is an event for people.
func eventLine(e events.Event) string {
	return fmt.Sprintf("%d  %s  %s", e.Position, e.At.Format("2006-01-02T15:04:05.000000Z"), eventWords(e))
}

// eventWords says what happened, where, and the plain values of the data.
func eventWords(e events.Event) string {
	text := fmt.Sprintf("%s  %s v%d", e.Type, e.Stream, e.Version)
	if e.Agent != "" {
		text += "  agent " + e.Agent
	}
	if words := dataWords(e.Data); words != "" {
		text += "  " + words
	}
	return text
}

// longestWord is where a value is cut short.
const longestWord = 60

// dataWords gives the values of the first two levels of a JSON object that are no lists, in the order in which they were written.
func dataWords(data []byte) string {
	if len(data) == 0 {
		return ""
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return fmt.Sprintf("%d bytes", len(data))
	}
	return strings.Join(objectWords(d, "", 2), " ")
}

// objectWords reads the rest of an object. What is not JSON any more ends the words.
func objectWords(d *json.Decoder, prefix string, depth int) (words []string) {
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return words
		}
		name := prefix + fmt.Sprint(key)
		var raw json.RawMessage
		if d.Decode(&raw) != nil {
			return words
		}
		switch raw[0] {
		case '{':
			if depth > 1 {
				in := json.NewDecoder(bytes.NewReader(raw))
				_, _ = in.Token() // the brace that was just seen
				words = append(words, objectWords(in, name+".", depth-1)...)
			}
		case '[', 'n':
		default:
			if stamp(raw) {
				continue
			}
			words = append(words, name+"="+short(string(raw)))
		}
	}
	return words
}

// stamp reports whether a value is a moment in nanoseconds: the line tells the time in words.
func stamp(raw []byte) bool { return len(raw) >= 16 && raw[0] >= '0' && raw[0] <= '9' }

// short cuts a long value, at a whole character.
func short(s string) string {
	r := []rune(s)
	if len(r) <= longestWord {
		return s
	}
	return string(r[:longestWord]) + "..."
}

// tell prints the story of one piece of work.
func (c *command) tell(a admin.EventsAnswer) error {
	list, err := parsed(a.Events)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		fmt.Fprintln(c.Stdout, "no events")
		return nil
	}
	t := events.NewTrace(list[0].Correlation, list)
	first, last := list[0].At, list[len(list)-1].At
	fmt.Fprintf(c.Stdout, "%s  %d events from %s, in %s\n", t.Correlation, len(list), first.Format("2006-01-02T15:04:05.000000Z"), last.Sub(first))
	orphans := make(map[events.Position]bool, len(t.Orphans))
	for _, i := range t.Orphans {
		orphans[list[i].Position] = true
	}
	for depth, e := range t.Walk() {
		mark := ""
		if orphans[e.Position] {
			mark = "(by " + e.Causation.String() + ", which is not among them)  "
		}
		fmt.Fprintf(c.Stdout, "%6d  %-12s %s%s%s\n", e.Position, "+"+e.At.Sub(first).Round(time.Microsecond).String(), strings.Repeat("  ", depth), mark, eventWords(e))
	}
	if a.Next != "" {
		fmt.Fprintf(c.Stdout, "... more with --after %s\n", a.Next)
	}
	return nil
}
