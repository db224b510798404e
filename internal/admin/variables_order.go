// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
)

// VariableOrder is the body of a proposal. Either value or text says what is proposed.
type VariableOrder struct {
	Value   json.RawMessage `json:"value,omitempty"`   // as JSON: a number, a string, fields, a list of names
	Text    *string         `json:"text,omitempty"`    // as somebody has typed it
	Base    string          `json:"base,omitempty"`    // version that the variable must have, such as 0.17
	Key     string          `json:"key,omitempty"`     // makes a repetition the same proposal
	Because string          `json:"because,omitempty"` // reason
	By      string          `json:"by,omitempty"`      // user who proposes
	Agent   string          `json:"agent,omitempty"`   // or the agent: cooldown and rate limit are for it, and it must give a reason
	Force   bool            `json:"force,omitempty"`   // skips cooldown, rate limit and decision, never validation
	Within  string          `json:"within,omitempty"`  // how long it may take, as a duration
	Scope   string          `json:"scope,omitempty"`   // of an override: agent/NAME, role/NAME or node/NAME
	TTL     string          `json:"ttl,omitempty"`     // of an override, as a duration; without it for good
	Gone    bool            `json:"gone,omitempty"`    // takes the override away
	To      string          `json:"to,omitempty"`      // of a rollback: the version whose value is proposed
}

// VariableReceipt is what a proposal gave.
type VariableReceipt struct {
	Version      int    `json:"version"` // of this format: 1
	Space        string `json:"space"`
	Variable     string `json:"variable"`
	Value        any    `json:"value"`
	At           string `json:"variable_version"`
	SpaceVersion string `json:"space_version"`
	Again        bool   `json:"again,omitempty"` // the key was known: nothing was committed now
}

// ParseVariableVersion reads a version as it is shown: epoch, dot, number.
func ParseVariableVersion(text string) (cognitive.Version, error) {
	epoch, seq, ok := strings.Cut(text, ".")
	e, err1 := strconv.ParseUint(epoch, 10, 64)
	q, err2 := strconv.ParseUint(seq, 10, 64)
	if !ok || err1 != nil || err2 != nil {
		return cognitive.Version{}, refuse(http.StatusBadRequest, CodeBody, "version %.60q: want one such as 0.17", text)
	}
	return cognitive.Version{Epoch: e, Seq: q}, nil
}

// value is what the order proposes for a kind.
func (o VariableOrder) value(k kind.Kind) (kind.Value, error) {
	switch {
	case (o.Text != nil) == (o.Value != nil):
		return kind.Value{}, refuse(http.StatusBadRequest, CodeBody, "want either value or text")
	case o.Text != nil:
		return kind.FromText(k, *o.Text)
	}
	return kind.FromJSON(k, o.Value)
}

// options are those of the proposal.
func (o VariableOrder) options() (all []cognitive.ProposeOption, err error) {
	if o.Base != "" {
		v, err := ParseVariableVersion(o.Base)
		if err != nil {
			return nil, err
		}
		all = append(all, cognitive.Base(v))
	}
	if o.Within != "" {
		d, err := positive("within", o.Within)
		if err != nil {
			return nil, err
		}
		all = append(all, cognitive.Within(d))
	}
	if o.Key != "" {
		all = append(all, cognitive.Key(o.Key))
	}
	if o.By != "" {
		all = append(all, cognitive.From(o.By))
	}
	if o.Agent != "" {
		if o.Because == "" || o.Force || o.By != "" {
			return nil, refuse(http.StatusBadRequest, CodeBody, "an agent gives a reason, uses no force, and is not a user, too")
		}
		all = append(all, cognitive.FromAgent(o.Agent))
	}
	if o.Because != "" {
		all = append(all, cognitive.Because(o.Because))
	}
	if o.Force {
		all = append(all, cognitive.Force())
	}
	return all, nil
}

func positive(name, text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, refuse(http.StatusBadRequest, CodeBody, "%s %.60q: want a duration such as 30s", name, text)
	}
	return d, nil
}

// proposing reads a request and what it is about.
func (v *variableViews) proposing(w http.ResponseWriter, r *http.Request) (s *cognitive.Space, i cognitive.Info, o VariableOrder, options []cognitive.ProposeOption, err error) {
	if s, i, err = v.find(r); err != nil {
		return s, i, o, nil, err
	}
	if o, err = v.order(w, r); err != nil {
		return s, i, o, nil, err
	}
	options, err = o.options()
	return s, i, o, options, err
}

func receipt(w http.ResponseWriter, s *cognitive.Space, name string, r cognitive.Result, err error) error {
	if err == nil {
		answerWith(w, http.StatusOK, VariableReceipt{1, s.Name(), name, r.Value.Plain(), r.Version.String(), r.Space.String(), r.Again})
	}
	return err
}

func (v *variableViews) propose(w http.ResponseWriter, r *http.Request) error {
	s, i, o, options, err := v.proposing(w, r)
	if err != nil {
		return err
	}
	value, err := o.value(i.Kind)
	if err != nil {
		return err
	}
	res, err := s.Propose(r.Context(), i.Name, value, options...)
	return receipt(w, s, i.Name, res, err)
}

func (v *variableViews) rollback(w http.ResponseWriter, r *http.Request) error {
	s, i, o, options, err := v.proposing(w, r)
	if err != nil {
		return err
	}
	to, err := ParseVariableVersion(o.To)
	if err != nil {
		return err
	}
	res, err := s.Rollback(r.Context(), i.Name, to, options...)
	return receipt(w, s, i.Name, res, err)
}

func (v *variableViews) override(w http.ResponseWriter, r *http.Request) error {
	s, i, o, options, err := v.proposing(w, r)
	if err != nil {
		return err
	}
	var ttl time.Duration
	if o.TTL != "" {
		if ttl, err = positive("ttl", o.TTL); err != nil {
			return err
		}
	}
	var value kind.Value
	if !o.Gone {
		if value, err = o.value(i.Kind); err != nil {
			return err
		}
	}
	var res cognitive.Result
	x := exception{o.Scope, ttl, o.Gone, options}
	switch i.Kind.Type() {
	case kind.Number:
		res, err = except(r.Context(), s, i.Name, value.Float(), x)
	case kind.Whole:
		res, err = except(r.Context(), s, i.Name, value.Integer(), x)
	case kind.Text:
		res, err = except(r.Context(), s, i.Name, value.Choice(), x)
	case kind.Truth:
		res, err = except(r.Context(), s, i.Name, value.Truth(), x)
	case kind.Record:
		res, err = except(r.Context(), s, i.Name, cognitive.Fields(value.Fields()), x)
	case kind.Members:
		res, err = except(r.Context(), s, i.Name, value.Team(), x)
	case kind.None:
	}
	return receipt(w, s, i.Name, res, err)
}

// exception is a value for some agents alone.
type exception struct {
	scope   string
	ttl     time.Duration
	gone    bool
	options []cognitive.ProposeOption
}

func except[T cognitive.Values](ctx context.Context, s *cognitive.Space, name string, value T, x exception) (cognitive.Result, error) {
	h, err := cognitive.Lookup[T](s, name)
	if err != nil {
		return cognitive.Result{}, err
	}
	if x.gone {
		return h.Withdraw(ctx, x.scope, x.options...)
	}
	return h.Override(ctx, x.scope, value, x.ttl, x.options...)
}
