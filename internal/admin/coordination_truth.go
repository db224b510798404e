// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"net/http"
	"net/url"

	"mabeam.dev/cognitive/ensemble"
)

// Truths takes in what was true of the questions of ensembles, and tells what was learned of it.
type Truths interface {
	// Tell keeps what was true of the question of a session.
	Tell(ctx context.Context, session, truth string) error
	// Skilled calls yield with what the members of each subject are weighed by, in order, and how.
	Skilled(ctx context.Context, yield func(subject string, by ensemble.Method, skills []ensemble.Skill)) error
}

// TruthOrder is the body that tells a truth.
type TruthOrder struct {
	Truth string `json:"truth"` // a class, or a text
}

// TruthAnswer is what is kept.
type TruthAnswer struct {
	Version int    `json:"version"`
	Session string `json:"session"`
	Truth   string `json:"truth"`
}

// SkillsAnswer is what the members of ensembles are weighed by, by subject in order.
type SkillsAnswer struct {
	Version  int           `json:"version"`
	Subjects []SubjectView `json:"subjects"`
}

// SubjectView is one subject. Method is log_odds where truths were told, dawid_skene where members are judged by one another, and heads where neither can
// be.
type SubjectView struct {
	Subject string      `json:"subject"`
	Method  string      `json:"method"`
	Members []SkillView `json:"members"`
}

// SkillView is one member: how often it is right, on so many outcomes, and the weight of its vote.
type SkillView struct {
	Agent    string  `json:"agent"`
	Accuracy float64 `json:"accuracy"`
	Outcomes int     `json:"outcomes"`
	Weight   float64 `json:"weight"`
}

func (v *coordinationViews) truths() (Truths, error) {
	if v.o.Truths == nil {
		return nil, refuse(http.StatusNotFound, CodeNoCoordination, "the node learns nothing of ensembles")
	}
	return v.o.Truths, nil
}

func (v *coordinationViews) truth(w http.ResponseWriter, r *http.Request) error {
	to, err := v.truths()
	if err != nil {
		return err
	}
	var o TruthOrder
	if err := v.strictly(w, r, &o); err != nil {
		return err
	}
	id := r.PathValue("id")
	if err := to.Tell(r.Context(), id, o.Truth); err != nil {
		return err
	}
	answerWith(w, http.StatusOK, TruthAnswer{1, id, o.Truth})
	return nil
}

func (v *coordinationViews) skills(w http.ResponseWriter, r *http.Request) error {
	of, err := v.truths()
	if err != nil {
		return err
	}
	a := SkillsAnswer{Version: 1, Subjects: []SubjectView{}}
	err = of.Skilled(r.Context(), func(subject string, by ensemble.Method, skills []ensemble.Skill) {
		s := SubjectView{Subject: subject, Method: string(by), Members: []SkillView{}}
		for _, k := range skills {
			s.Members = append(s.Members, SkillView(k))
		}
		a.Subjects = append(a.Subjects, s)
	})
	if err != nil {
		return err
	}
	answerWith(w, http.StatusOK, a)
	return nil
}

// TellTruth tells what was true of the question of an ensemble's session.
func (c *Client) TellTruth(ctx context.Context, session, truth string) (TruthAnswer, error) {
	var a TruthAnswer
	return a, c.work(ctx, http.MethodPost, "/v1/coordination/sessions/"+url.PathEscape(session)+"/truth", nil, TruthOrder{truth}, &a, &a.Version)
}

// Skills asks what the members of ensembles are weighed by.
func (c *Client) Skills(ctx context.Context) (SkillsAnswer, error) {
	var a SkillsAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/coordination/skills", nil, nil, &a, &a.Version)
}
