// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// Silence mutes the alerts that it fits, until it ends.
type Silence struct {
	// ID is given by Machine.Silence; 0 before.
	ID uint64
	// Rule and Key are patterns in which * stands for anything; empty fits everything.
	Rule, Key string
	// Author and Reason are required: whoever meets the silence wants to know.
	Author, Reason string
	// Until is when it ends, at most MaxSilence from now.
	Until time.Time
}

func (s Silence) fits(rule, key string) bool {
	return (s.Rule == "" || Matches(s.Rule, rule)) && (s.Key == "" || Matches(s.Key, key))
}

// Silence adds a silence and returns its id, or all its mistakes.
func (m *Machine) Silence(now time.Time, s Silence) (id uint64, err error) {
	var c checker
	if s.Author == "" {
		c.add("silence", s.Rule, "author", "is missing")
	}
	if s.Reason == "" {
		c.add("silence", s.Rule, "reason", "is missing")
	}
	if !s.Until.After(now) {
		c.add("silence", s.Rule, "until", "is over")
	} else if s.Until.Sub(now) > MaxSilence {
		c.add("silence", s.Rule, "until", "is more than %v away", MaxSilence)
	}
	if c.problems != nil {
		return 0, errors.Join(c.problems...)
	}
	m.made++
	s.ID = m.made
	m.silences = append(m.silences, s)
	return s.ID, nil
}

// Unsilence ends a silence, or returns ErrNoSilence.
func (m *Machine) Unsilence(id uint64) error {
	i := slices.IndexFunc(m.silences, func(s Silence) bool { return s.ID == id })
	if i < 0 {
		return ErrNoSilence
	}
	m.silences = slices.Delete(slices.Clone(m.silences), i, i+1)
	return nil
}

// Silences returns those that have not ended, in the order in which they were made.
func (m *Machine) Silences() []Silence { return slices.Clone(m.silences) }

// Acknowledge says that somebody takes care of a pending or firing alert: it is neither repeated nor escalated until it is resolved. It
// returns ErrNoAlert, or a *FieldError if by is empty.
func (m *Machine) Acknowledge(rule, key, by string) error {
	if by == "" {
		return &FieldError{Kind: "rule", Subject: rule, Field: "acknowledged_by", Reason: "is missing"}
	}
	i := m.ruleIndex(rule)
	if i < 0 {
		return ErrNoAlert
	}
	a := m.alerts[i][key]
	if a == nil || a.state != Pending && a.state != Firing {
		return ErrNoAlert
	}
	a.acked = by
	return nil
}

// expire drops silences that have ended.
func (m *Machine) expire(now time.Time) {
	if slices.ContainsFunc(m.silences, func(s Silence) bool { return !s.Until.After(now) }) {
		m.silences = slices.DeleteFunc(slices.Clone(m.silences), func(s Silence) bool { return !s.Until.After(now) })
	}
}

// muted says why nobody is told of an alert: "silenced", "inhibited", or empty if it is not muted.
func (m *Machine) muted(rule int, key string, now time.Time) string {
	r := &m.spec.Rules[rule]
	for _, s := range m.silences {
		if s.Until.After(now) && s.fits(r.Name, key) {
			return "silenced"
		}
	}
	for _, by := range r.InhibitedBy {
		for _, k := range []string{key, ""} {
			if a := m.alerts[m.ruleIndex(by)][k]; a != nil && a.state == Firing {
				return "inhibited"
			}
		}
	}
	return ""
}

// Matches reports whether text has the form of a pattern in which * stands for any run of characters.
func Matches(pattern, text string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, head)
	if !ok {
		return false
	}
	for {
		part, more, again := strings.Cut(rest, "*")
		if !again {
			return strings.HasSuffix(text, part)
		}
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text, rest = text[i+len(part):], more
	}
}
