// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/market"
	"mabeam.dev/market/integrity"
	"mabeam.dev/market/listing"
	"mabeam.dev/market/reputation"
	"mabeam.dev/market/stake"
)

// The codes of a Problem about deals, cases and rankings.
const (
	CodeNoDeals   = "no_deals"     // the node keeps no deals, or nothing is at stake
	CodeNoCase    = "unknown_case" // no such case, deal or finding
	CodeCaseOrder = "bad_case"     // not a step of a case
	CodeNotNow    = "not_now"      // the case is elsewhere, or somebody else has to take the step
)

// DealsOptions are what the handlers of deals, cases and rankings are made of; what the node does not run is nil.
type DealsOptions struct {
	Deals      *market.Deals
	Stakes     *market.Stakes
	Reputation *market.Reputation
	Trust      *market.Trust
	Integrity  *market.Integrity
	Security   *market.Security
	// Now is the clock of the node.
	Now func() time.Time
	// Token and Body are those of [TaskOptions].
	Token string
	Body  int64
}

// RankingsAnswer says who is how good by what was measured, the best first.
type RankingsAnswer struct {
	Version int       `json:"version"` // of this format: 1
	Level   string    `json:"level"`   // of the market as a whole: normal, caution, halt or recovering
	Ranks   []RankRow `json:"ranks"`
}

// RankRow is one agent. All numbers but Trust are lower bounds, 0 to 1.
type RankRow struct {
	Agent       string  `json:"agent"`
	Overall     float64 `json:"overall"`
	Reliability float64 `json:"reliability"`
	Performance float64 `json:"performance"`
	Cost        float64 `json:"cost_efficiency"`
	Cooperation float64 `json:"cooperation"`
	Trust       float64 `json:"trust"`  // 0 where nobody has stake
	Weight      float64 `json:"weight"` // of the evidence, in deals
}

// CasesAnswer is all cases, with what was found and is no case.
type CasesAnswer struct {
	Version  int             `json:"version"` // of this format: 1
	Cases    []CaseView      `json:"cases"`
	Findings []market.Raised `json:"findings"`
}

// CaseView is one case.
type CaseView struct {
	ID       string            `json:"id"`
	State    string            `json:"state"`
	Since    string            `json:"since"` // RFC 3339
	Guilty   bool              `json:"guilty"`
	Accuser  string            `json:"accuser,omitempty"` // empty for a monitor
	Reviewer string            `json:"reviewer,omitempty"`
	Judge    string            `json:"judge,omitempty"`
	Reasons  []string          `json:"reasons,omitempty"`
	Finding  integrity.Finding `json:"finding"`
}

// CaseAnswer is the answer about one case.
type CaseAnswer struct {
	Version int      `json:"version"` // of this format: 1
	Case    CaseView `json:"case"`
}

// DealsAnswer is the deals whose money has not moved yet.
type DealsAnswer struct {
	Version int            `json:"version"` // of this format: 1
	Deals   []listing.Deal `json:"deals"`
}

// CaseOrder is the body of a step of a case.
type CaseOrder struct {
	Case   string `json:"case"`
	By     string `json:"by,omitempty"`     // who takes it
	Guilty bool   `json:"guilty,omitempty"` // of a decision
	Reason string `json:"reason,omitempty"`
	// Accusation is that of accuse; its case is Case.
	Accusation *market.Accusation `json:"accusation,omitempty"`
}

// dealViews serves them.
type dealViews struct{ o DealsOptions }

// Deals serves what a node knows of deals, cases and reputations. Who may ask is said with the tasks. A node without them answers 404.
//
//   - GET /v1/market/rankings: [RankingsAnswer]; ?domain=D, ?limit=N (default 100, at most 1000).
//   - GET /v1/market/deals: [DealsAnswer].
//   - GET /v1/market/cases: [CasesAnswer].
//   - POST /v1/market/cases/accuse, /review, /decide, /appeal and /contest: the step of a [CaseOrder]; [CaseAnswer]. 409 if the case is elsewhere, or
//     the step is for somebody else. The repetition of a step is a success.
func Deals(o DealsOptions) http.Handler {
	if o.Body <= 0 {
		o.Body = 1 << 20
	}
	v := &dealViews{o}
	guard := &tasks{o: TaskOptions{Token: o.Token, Wait: 10 * time.Second}}
	mux := http.NewServeMux()
	for pattern, serve := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /v1/market/rankings":      v.rankings,
		"GET /v1/market/deals":         v.deals,
		"GET /v1/market/cases":         v.cases,
		"POST /v1/market/cases/{step}": v.step,
	} {
		mux.HandleFunc(pattern, guard.guarded(guard.bounded(func(w http.ResponseWriter, r *http.Request) error { return dealProblem(serve(w, r)) })))
	}
	return mux
}

// WithDeals serves deals, cases and rankings besides everything else.
func WithDeals(all, deals http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", all)
	for _, path := range []string{"rankings", "deals", "cases", "cases/"} {
		mux.Handle("/v1/market/"+path, deals)
	}
	return mux
}

// dealProblem gives the errors of deals and cases their status.
func dealProblem(err error) error {
	var known *Problem
	var input *stake.InputError
	if err == nil || errors.As(err, &known) {
		return err
	}
	status, code := 0, ""
	switch {
	case errors.As(err, &input):
		status, code = http.StatusBadRequest, CodeCaseOrder
	case errors.Is(err, stake.ErrUnknown), errors.Is(err, listing.ErrUnknown):
		status, code = http.StatusNotFound, CodeNoCase
	case errors.Is(err, market.ErrUnavailable):
		status, code = http.StatusServiceUnavailable, CodeUnavailable
	case errors.Is(err, integrity.ErrNotParty), errors.Is(err, integrity.ErrInvalidState), errors.Is(err, stake.ErrDuplicate), fault.CodeOf(err) == 4555:
		status, code = http.StatusConflict, CodeNotNow
	default:
		return err
	}
	p := refuse(status, code, "%v", err)
	p.cause = err
	return p
}

func none(what string) error {
	return refuse(http.StatusNotFound, CodeNoDeals, "the node keeps no %s: its config has no such section under market", what)
}

func (v *dealViews) rankings(w http.ResponseWriter, r *http.Request) error {
	if v.o.Reputation == nil {
		return none("deals")
	}
	limit := 100
	if text := r.URL.Query().Get("limit"); text != "" {
		var err error
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > 1000 {
			return refuse(http.StatusBadRequest, CodeBody, "limit %q: want a number from 1 to 1000", text)
		}
	}
	places, err := v.o.Reputation.Ranking(r.Context(), reputation.Question{Domain: r.URL.Query().Get("domain"), Limit: limit, At: v.o.Now()})
	if err != nil {
		return err
	}
	a := RankingsAnswer{Version: 1, Level: stake.Normal.String(), Ranks: []RankRow{}}
	if v.o.Security != nil {
		a.Level = v.o.Security.Level().String()
	}
	for _, p := range places {
		of := func(d reputation.Dimension) float64 { return p.Score.Estimates[d].Lower }
		row := RankRow{
			Agent: string(p.Agent), Overall: p.Score.Overall, Reliability: of(reputation.Reliability), Performance: of(reputation.Performance), Cost: of(reputation.CostEfficiency),
			Cooperation: of(reputation.Cooperation), Weight: p.Score.Weight,
		}
		if v.o.Trust != nil {
			if t, err := v.o.Trust.Seen(); err == nil {
				row.Trust = t.Of(p.Agent)
			}
		}
		a.Ranks = append(a.Ranks, row)
	}
	answerWith(w, http.StatusOK, a)
	return nil
}

func (v *dealViews) deals(w http.ResponseWriter, r *http.Request) error {
	if v.o.Deals == nil {
		return none("deals")
	}
	open, err := v.o.Deals.Open(r.Context())
	if err != nil {
		return err
	}
	answerWith(w, http.StatusOK, DealsAnswer{1, append([]listing.Deal{}, open...)})
	return nil
}

func (v *dealViews) cases(w http.ResponseWriter, r *http.Request) error {
	if v.o.Stakes == nil {
		return none("stakes")
	}
	all, err := v.o.Stakes.Cases(r.Context())
	if err != nil {
		return err
	}
	a := CasesAnswer{Version: 1, Cases: []CaseView{}, Findings: []market.Raised{}}
	for _, is := range all {
		a.Cases = append(a.Cases, caseView(is))
	}
	if v.o.Integrity != nil {
		for _, f := range v.o.Integrity.Findings() {
			if !f.Case {
				a.Findings = append(a.Findings, f)
			}
		}
	}
	answerWith(w, http.StatusOK, a)
	return nil
}

func caseView(is integrity.Case) CaseView {
	return CaseView{
		ID: is.ID, State: is.State.String(), Since: is.Since.UTC().Format(time.RFC3339), Guilty: is.Guilty, Accuser: is.Accuser, Reviewer: is.Reviewer, Judge: is.Judge,
		Reasons: is.Reasons, Finding: is.Finding,
	}
}

// step takes a step of a case.
func (v *dealViews) step(w http.ResponseWriter, r *http.Request) error {
	if v.o.Stakes == nil {
		return none("stakes")
	}
	var o CaseOrder
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, v.o.Body))
	d.DisallowUnknownFields()
	var large *http.MaxBytesError
	if err := d.Decode(&o); errors.As(err, &large) {
		return err
	} else if err != nil {
		return refuse(http.StatusBadRequest, CodeBody, "the body is no step of a case: %v", err)
	}
	var is integrity.Case
	var err error
	switch step := r.PathValue("step"); step {
	case "accuse":
		if o.Accusation == nil || o.Accusation.Proof != "" { // what a machine has proven comes from the machine
			return refuse(http.StatusBadRequest, CodeCaseOrder, "an accusation without a proof is wanted: who is accused of what, by whom, and what there is to look at")
		}
		a := *o.Accusation
		a.Case = o.Case
		if a.Accuser == "" {
			return refuse(http.StatusBadRequest, CodeCaseOrder, "an accusation has an accuser")
		}
		is, err = v.o.Stakes.Accuse(r.Context(), a)
	case "review":
		is, err = v.o.Stakes.Review(r.Context(), o.Case, o.By)
	case "decide":
		is, err = v.o.Stakes.Decide(r.Context(), o.Case, o.By, o.Guilty, o.Reason)
	case "appeal":
		is, err = v.o.Stakes.Appeal(r.Context(), o.Case, o.By, o.Reason)
	case "contest":
		if v.o.Integrity == nil {
			return none("monitors")
		}
		is, err = v.o.Integrity.Contest(r.Context(), o.Case, o.By)
	default:
		return refuse(http.StatusNotFound, CodeCaseOrder, "a case has no step %q: accuse, review, decide, appeal or contest", step)
	}
	if err != nil {
		return err
	}
	answerWith(w, http.StatusOK, CaseAnswer{1, caseView(is)})
	return nil
}
