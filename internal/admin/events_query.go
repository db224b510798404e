// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/events"
)

// ErrEventQuery matches every problem of the parameters of a query.
var ErrEventQuery = fault.New(1410, "admin: malformed query")

// ParameterError is one parameter that is not what is asked for.
type ParameterError struct {
	Name   string // of the parameter
	Value  string // as it was given
	Reason string // what is wanted
}

// Error names parameter, value and what is wanted.
func (e *ParameterError) Error() string { return fmt.Sprintf("%s %q: %s", e.Name, e.Value, e.Reason) }

// FaultCode is E1410.
func (*ParameterError) FaultCode() fault.Code { return 1410 }

// Is matches [ErrEventQuery].
func (e *ParameterError) Is(target error) bool { return target == ErrEventQuery }

// EventQuery is a query over HTTP or on the command line.
type EventQuery struct {
	events.Query
	// Most is how many events are wanted in all.
	Most int
	// Explain asks how the query is answered, and for no event.
	Explain bool
}

// severities are the words for them.
var severities = []events.Severity{events.Debug, events.Info, events.Warning, events.Error, events.Critical}

// ParseEventQuery reads the parameters of a query: stream, agent, type (several, or parted by commas), severity (that one or a higher one), correlation, causation (ids), since, until
// (RFC 3339), from, to (positions), order (asc or desc), limit, after (the next of the page before), scan (true allows a query without an index) and explain. It returns every problem,
// joined, each a [*ParameterError] or an [*events.QueryError].
func ParseEventQuery(v url.Values, catalog *events.Catalog) (EventQuery, error) {
	p := parameters{values: v}
	q := EventQuery{Most: p.number("limit", usualEvents, 1, longestEvents), Explain: p.flag("explain")}
	q.Stream, q.Agent = events.Stream(p.text("stream")), p.text("agent")
	for _, list := range v["type"] {
		for word := range strings.SplitSeq(list, ",") {
			if word = strings.TrimSpace(word); word != "" && !slices.Contains(q.Types, word) {
				q.Types = append(q.Types, word)
			}
		}
	}
	q.Correlation, q.Causation = p.id("correlation"), p.id("causation")
	q.Since, q.Until = p.time("since"), p.time("until")
	q.From, q.To = p.position("from"), p.position("to")
	q.Cursor, q.AllowScan = events.Cursor(p.text("after")), p.flag("scan")
	switch order := p.text("order"); order {
	case "", "asc":
	case "desc":
		q.Descending = true
	default:
		p.add("order", order, "want asc or desc")
	}
	if text := p.text("severity"); text != "" {
		p.severity(&q, text, catalog)
	}
	for name := range v {
		if !slices.Contains(queryParameters, name) {
			p.add(name, v.Get(name), "no such parameter")
		}
	}
	slices.SortFunc(p.problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	if len(p.problems) > 0 {
		return q, errors.Join(p.problems...)
	}
	return q, q.Validate()
}

var queryParameters = []string{
	"stream", "agent", "type", "severity", "correlation", "causation", "since", "until", "from", "to", "order", "limit", "after", "scan", "explain", "last",
}

// parameters collects what is wrong with them.
type parameters struct {
	values   url.Values
	problems []error
}

func (p *parameters) add(name, value, reason string) {
	p.problems = append(p.problems, &ParameterError{name, value, reason})
}

func (p *parameters) text(name string) string { return p.values.Get(name) }

func (p *parameters) number(name string, usual, least, most int) int {
	text := p.text(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		p.add(name, text, fmt.Sprintf("want a number from %d to %d", least, most))
	}
	return n
}

func (p *parameters) position(name string) events.Position {
	text := p.text(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || n == 0 {
		p.add(name, text, "want a position, a number from 1 on")
	}
	return events.Position(n)
}

func (p *parameters) id(name string) (id events.ID) {
	text := p.text(name)
	if text == "" {
		return id
	}
	id, err := events.ParseID(text)
	if err != nil || id.IsZero() {
		p.add(name, text, "want an id, 32 hexadecimal digits with or without hyphens")
	}
	return id
}

func (p *parameters) time(name string) time.Time {
	text := p.text(name)
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		p.add(name, text, "want a time such as 2026-01-02T15:04:05Z")
	}
	return at
}

func (p *parameters) flag(name string) bool {
	text := p.text(name)
	on, err := strconv.ParseBool(text)
	if text != "" && err != nil {
		p.add(name, text, "want true or false")
	}
	return on
}

// severity narrows the types to those of a severity or a higher one.
func (p *parameters) severity(q *EventQuery, text string, catalog *events.Catalog) {
	i := slices.IndexFunc(severities, func(s events.Severity) bool { return s.String() == text })
	if i < 0 {
		p.add("severity", text, "want debug, info, warning, error or critical")
		return
	}
	severe := catalog.AtLeast(severities[i])
	if len(q.Types) > 0 {
		severe = slices.DeleteFunc(q.Types, func(t string) bool { return !slices.Contains(severe, t) })
	}
	if len(severe) == 0 {
		p.add("severity", text, "none of the types has it")
	}
	q.Types = severe
}

// ExplainOf tells how a query is answered; the errors are those of [events.Query.Explain].
func ExplainOf(q EventQuery) (ExplainView, error) {
	x, err := q.Query.Explain()
	return ExplainView{Index: x.Index, Filters: append([]string{}, x.Filters...), Bounded: x.Bounded, Scan: x.Scan, Text: x.String()}, err
}

// PageOf reads as many events as the query wants, in small pages, and stops early when they are large.
func PageOf(ctx context.Context, from events.Querier, q EventQuery) (EventsAnswer, error) {
	a := EventsAnswer{Version: 1, Events: []json.RawMessage{}}
	for size := 0; len(a.Events) < q.Most && size < answerBytes; {
		q.Limit = min(readPage, q.Most-len(a.Events))
		page, err := from.Query(ctx, q.Query)
		if err != nil {
			return a, err
		}
		for _, e := range page.Events {
			line, err := events.Line(e)
			if err != nil {
				return a, err
			}
			a.Events = append(a.Events, line)
			size += len(line)
		}
		a.Head, a.Next, q.Cursor = page.Head, page.Next, page.Next
		if page.Next == "" {
			break
		}
	}
	return a, nil
}
