// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"
	"errors"
	"net/http"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
)

// AdaptationOrder is the body of a change. One of its fields is set.
type AdaptationOrder struct {
	Adapt  json.RawMessage `json:"adapt,omitempty"`  // keys of the config's section adapt; what it does not say stays
	Text   string          `json:"text,omitempty"`   // the same, as YAML
	Stop   bool            `json:"stop,omitempty"`   // ends the adaptation
	Resume bool            `json:"resume,omitempty"` // ends a freeze
}

// AdaptationAnswer is how a variable is adapted.
type AdaptationAnswer struct {
	Version   int        `json:"version"` // of this format: 1
	Space     string     `json:"space"`
	Variable  string     `json:"variable"`
	With      []string   `json:"with,omitempty"` // variables that are changed together with it
	Strategy  string     `json:"strategy"`       // none if nobody adapts it
	Phase     string     `json:"phase,omitempty"`
	Candidate any        `json:"candidate,omitempty"` // what is on trial
	Reports   float64    `json:"reports"`             // of the present value
	Score     float64    `json:"score"`               // their mean
	Frozen    bool       `json:"frozen"`
	Resting   string     `json:"resting,omitempty"` // until when
	Moves     uint64     `json:"moves"`             // changes that were kept or are watched
	Received  uint64     `json:"received"`          // reports, of all versions
	Outdated  uint64     `json:"outdated"`          // of other versions than the present one
	Dropped   uint64     `json:"dropped"`           // for want of room, or without what the score rests on
	Refused   uint64     `json:"refused"`           // proposals that were not committed
	Problems  []string   `json:"problems,omitempty"`
	Told      []ToldView `json:"told,omitempty"` // what it did last, oldest first
}

// ToldView is one thing that an adapter did or noticed.
type ToldView struct {
	Time string `json:"time"`
	What string `json:"what"`
	Why  string `json:"why"`
}

// Unadapted is the strategy of a variable that nobody adapts.
const Unadapted = "none"

func (v *adaptationViews) adaptation(w http.ResponseWriter, r *http.Request) error {
	s, i, err := v.find(r)
	if err != nil {
		return err
	}
	return v.shown(w, r, s, i.Name)
}

// shown answers how a variable is adapted.
func (v *adaptationViews) shown(w http.ResponseWriter, r *http.Request, s *cognitive.Space, name string) error {
	a := AdaptationAnswer{Version: 1, Space: s.Name(), Variable: name, Strategy: Unadapted}
	x, err := s.Adapter(r.Context(), name)
	switch {
	case errors.Is(err, cognitive.ErrNotFound):
		answerWith(w, http.StatusOK, a)
		return nil
	case err != nil:
		return err
	}
	a.Strategy = x.Strategy.String()
	if word := v.o.Adapting.Strategy(s.Name(), x.Variable); word != "" {
		a.Strategy = word
	}
	if x.Variable != name {
		a.With = append(a.With, x.Variable)
	}
	for _, other := range x.Group {
		if other != name {
			a.With = append(a.With, other)
		}
	}
	a.Phase, a.Reports, a.Score, a.Frozen, a.Resting = x.Phase, x.Reports, x.Mean, x.Frozen, stamp(x.Resting)
	a.Moves, a.Received, a.Outdated, a.Dropped, a.Refused, a.Problems = x.Moves, x.Received, x.Outdated, x.Dropped, x.Refused, x.Problems
	if x.Candidate.Type() != kind.None {
		a.Candidate = x.Candidate.Plain()
	}
	for _, t := range x.Told {
		a.Told = append(a.Told, ToldView{stamp(t.At), t.What, t.Why})
	}
	answerWith(w, http.StatusOK, a)
	return nil
}

// adapt does what an order says.
func (v *adaptationViews) adapt(w http.ResponseWriter, r *http.Request) error {
	s, i, err := v.find(r)
	if err != nil {
		return err
	}
	var o AdaptationOrder
	if err := v.body(w, r, &o); err != nil {
		return err
	}
	ways := 0
	for _, used := range []bool{len(o.Adapt) > 0, o.Text != "", o.Stop, o.Resume} {
		if used {
			ways++
		}
	}
	if ways != 1 {
		return refuse(http.StatusBadRequest, CodeBody, "want one of adapt, text, stop and resume")
	}
	switch {
	case o.Stop:
		err = v.o.Adapting.Stop(r.Context(), s.Name(), i.Name)
	case o.Resume:
		err = s.Resume(r.Context(), i.Name)
	case o.Text != "":
		err = v.o.Adapting.Adapt(r.Context(), s.Name(), i.Name, []byte(o.Text))
	default:
		err = v.o.Adapting.Adapt(r.Context(), s.Name(), i.Name, o.Adapt)
	}
	if errors.Is(err, cognitive.ErrNotFound) {
		return refuse(http.StatusConflict, CodeNotAdapted, "nobody adapts %s/%s", s.Name(), i.Name)
	}
	if err != nil {
		return err
	}
	return v.shown(w, r, s, i.Name)
}
