// SPDX-License-Identifier: Apache-2.0

package market

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"mabeam.dev/market/integrity"
	"mabeam.dev/telemetry"
)

// Detector says which observations a monitor keeps, and what it looks for in them.
type Detector string

// The groups of detectors. Each has a process of its own.
const (
	// Bidding looks for shills and for bursts among the bids of sales.
	Bidding Detector = "bidding"
	// Tendering looks for cartels among the offers of procurements.
	Tendering Detector = "tendering"
	// Trading looks for goods that go in circles.
	Trading Detector = "trading"
	// Identity looks for identities that are one.
	Identity Detector = "identity"
	// Rating looks for praise, slander and decline.
	Rating Detector = "rating"
)

// detectors are all groups.
var detectors = []Detector{Bidding, Tendering, Trading, Identity, Rating}

// Raised is a finding with its place among those of a monitor, and what became of it.
type Raised struct {
	// ID names it: the group and a number. A case about it has the same id.
	ID      string
	Finding integrity.Finding
	At      time.Time
	// Open says that it is acted on as its severity says. It is closed by a verdict.
	Open bool
	// Case says that there is one, and Dismissed that it was decided in favour of the subjects.
	Case, Dismissed bool
}

// FindingRaised is the event: a monitor has found something. It is a reason to look, and no verdict.
type FindingRaised struct {
	Process string // that found it
	// Raised is what was found, in whom, and by which detector.
	Raised Raised
}

// EventName returns "market.finding_raised".
func (FindingRaised) EventName() string { return "market.finding_raised" }

// LogLevel is Warn.
func (FindingRaised) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the finding, its subjects and how strong it is.
func (e FindingRaised) LogAttrs() []slog.Attr {
	f := e.Raised.Finding
	return []slog.Attr{
		slog.String("finding", e.Raised.ID), slog.String("about", string(f.Kind)), slog.String("subjects", strings.Join(f.Subjects, " ")),
		slog.Float64("score", f.Score), slog.Float64("p", f.P), slog.String("severity", f.Severity.String()),
	}
}

// monitorCommand is one of its fields.
type monitorCommand struct {
	seen  *monitorSeen
	mark  *monitorMark
	ask   func(k *monitorKeeper) monitorAnswer // pure
	check bool                                 // look for findings now
}

// monitorSeen is what is behind a version of a stream, up to another.
type monitorSeen struct {
	Stream   string        `json:"stream"`
	From, To uint64        `json:"-"`
	At       uint64        `json:"at"` // To, in the journal
	All      []Observation `json:"all,omitempty"`
}

// monitorMark is what became of a finding.
type monitorMark struct {
	ID     string `json:"id"`
	Case   bool   `json:"case,omitempty"`   // there is one
	Closed bool   `json:"closed,omitempty"` // it is decided
	Guilty bool   `json:"guilty,omitempty"`
}

// monitorItem is one of its fields, in the journal.
type monitorItem struct {
	Seen  *monitorSeen       `json:"seen,omitempty"`
	Found *integrity.Finding `json:"found,omitempty"`
	Mark  *monitorMark       `json:"mark,omitempty"`
}

type monitorEvent struct {
	At    time.Time     `json:"at"`
	Items []monitorItem `json:"items"`
}

type monitorAnswer struct {
	cursor uint64
	raised []Raised
}

// monitorKeeper is the state of a monitor: its place in each stream, a window of what it saw, and its findings. What it has found is in the journal: a
// restart does not find it again.
type monitorKeeper struct {
	name  string
	group Detector
	rules IntegrityRules
	show  func([]Raised)

	at      time.Time
	cursors map[string]uint64
	window  observed
	raised  []Raised
	known   map[string]int // places in raised, by what a finding is about
	dirty   bool           // something was seen since the last look
	looked  time.Time
	next    []monitorItem
	told    []Raised
	taken   int // items since the last snapshot, and what was observed in them
}

func (k *monitorKeeper) reset() {
	*k = monitorKeeper{name: k.name, group: k.group, rules: k.rules, show: k.show, cursors: map[string]uint64{}, known: map[string]int{}}
	k.window.reset(k.rules.Window)
}

func (k *monitorKeeper) replay(ev Event) error {
	if ev.Type != "market.integrity.batch" {
		return fmt.Errorf("market: event %q is none of a monitor", ev.Type)
	}
	var e monitorEvent
	if err := json.Unmarshal(ev.Data, &e); err != nil {
		return fmt.Errorf("market: decode monitor: %w", err)
	}
	k.at = e.At
	k.count(e.Items)
	for _, i := range e.Items {
		switch {
		case i.Seen != nil:
			k.see(i.Seen)
		case i.Found != nil:
			k.raise(*i.Found)
		case i.Mark != nil:
			k.mark(i.Mark)
		}
	}
	k.told = nil
	return nil
}

// see takes observations in and moves the cursor.
func (k *monitorKeeper) see(s *monitorSeen) {
	k.cursors[s.Stream] = s.At
	for _, o := range s.All {
		k.dirty = k.window.add(k.group, o) || k.dirty
	}
}

// matter identifies what a finding is about.
func matter(f *integrity.Finding) string {
	return string(f.Kind) + "|" + f.Beneficiary + "|" + strings.Join(f.Subjects, "|")
}

// raise takes a finding in: a new one, or one that has become more severe.
func (k *monitorKeeper) raise(f integrity.Finding) {
	id := matter(&f)
	if at, ok := k.known[id]; ok {
		k.raised[at].Open = k.raised[at].Open || !k.raised[at].Dismissed
		k.raised[at].Finding = f
		k.told = append(k.told, k.raised[at])
		return
	}
	r := Raised{ID: fmt.Sprintf("%s/%d", k.name, len(k.raised)+1), Finding: f, At: k.at, Open: true}
	k.known[id] = len(k.raised)
	k.raised = append(k.raised, r)
	k.told = append(k.told, r)
}

func (k *monitorKeeper) mark(m *monitorMark) {
	i := slices.IndexFunc(k.raised, func(r Raised) bool { return r.ID == m.ID })
	if i < 0 {
		return
	}
	r := &k.raised[i]
	r.Case = r.Case || m.Case
	if m.Closed {
		r.Open, r.Dismissed = false, !m.Guilty
	}
}

func (k *monitorKeeper) do(now time.Time, c monitorCommand) (monitorAnswer, error) {
	k.now(now)
	switch {
	case c.ask != nil:
		return c.ask(k), nil
	case c.check:
		k.look()
		return monitorAnswer{raised: slices.Clone(k.raised)}, nil
	case c.mark != nil:
		k.mark(c.mark)
		k.next = append(k.next, monitorItem{Mark: c.mark})
		return monitorAnswer{}, nil
	}
	if k.cursors[c.seen.Stream] != c.seen.From {
		return monitorAnswer{cursor: k.cursors[c.seen.Stream]}, nil // it was seen before: nothing counts twice
	}
	c.seen.At = c.seen.To
	k.see(c.seen)
	k.next = append(k.next, monitorItem{Seen: c.seen})
	return monitorAnswer{cursor: c.seen.To}, nil
}

// now is a time that never goes back.
func (k *monitorKeeper) now(now time.Time) {
	if now = now.UTC().Truncate(time.Microsecond); now.After(k.at) {
		k.at = now
	}
}

// tick looks for findings when there is something new, but not too often.
func (k *monitorKeeper) tick(now time.Time) {
	k.now(now)
	if k.dirty && k.at.Sub(k.looked) >= k.rules.Every {
		k.look()
	}
}

// look runs the detectors. What is found that was not known, or is more severe than it was, is raised.
func (k *monitorKeeper) look() {
	k.dirty, k.looked = false, k.at
	for _, f := range k.window.findings(k.group, &k.rules) {
		if at, ok := k.known[matter(&f)]; ok && k.raised[at].Finding.Severity >= f.Severity {
			continue
		}
		f.At = f.At.UTC().Round(0)
		k.raise(f)
		k.next = append(k.next, monitorItem{Found: &f})
	}
}

func (k *monitorKeeper) size() int {
	n := 0
	for _, i := range k.next {
		if n += 300; i.Seen != nil {
			n += 500 * len(i.Seen.All) // about
		}
	}
	return n
}

func (k *monitorKeeper) batch(time.Time) (Event, bool) {
	if len(k.next) == 0 {
		return Event{}, false
	}
	k.count(k.next)
	data, err := json.Marshal(monitorEvent{k.at, k.next})
	if err != nil {
		panic(err) // values only; detectors give numbers
	}
	k.next = nil
	return Event{"market.integrity.batch", data}, true
}

func (k *monitorKeeper) publish(bus *telemetry.Bus) {
	k.show(slices.Clone(k.raised))
	for _, r := range k.told {
		telemetry.Emit(bus, FindingRaised{Process: k.name, Raised: r})
	}
	k.told = nil
}
