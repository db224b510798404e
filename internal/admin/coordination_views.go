// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"mabeam.dev/protocols"
	"mabeam.dev/protocols/machine"
)

// SessionView is what is known of a session.
type SessionView struct {
	ID           string           `json:"id"`
	State        string           `json:"state"`
	Protocol     string           `json:"protocol"`
	Question     string           `json:"question,omitempty"`
	Participants []string         `json:"participants"`
	Opened       string           `json:"opened"`   // RFC 3339
	Deadline     string           `json:"deadline"` // RFC 3339
	Epoch        uint32           `json:"epoch"`    // lives that it had
	Answers      int              `json:"answers"`  // that counted
	Rounds       int              `json:"rounds,omitempty"`
	Tags         []string         `json:"tags,omitempty"`
	Correlation  string           `json:"correlation,omitempty"`
	Steps        []protocols.Step `json:"steps,omitempty"`  // of the one session that was asked for
	Result       *SessionResult   `json:"result,omitempty"` // when it has ended
}

// SessionResult is what a session came to. Shares are from 0 to 1.
type SessionResult struct {
	Session    string          `json:"session"`
	State      string          `json:"state"`
	Protocol   string          `json:"protocol"`
	Decision   string          `json:"decision,omitempty"`
	Why        string          `json:"why,omitempty"`  // there is no decision
	Text       string          `json:"text,omitempty"` // for people
	Method     string          `json:"method,omitempty"`
	Tally      []TallyRow      `json:"tally,omitempty"`
	Turnout    float64         `json:"turnout"` // share of the electorate's weight
	Confidence float64         `json:"confidence,omitempty"`
	Dissent    []string        `json:"dissent,omitempty"`
	Missing    []string        `json:"missing,omitempty"`
	Liars      []string        `json:"liars,omitempty"` // who is proven to have lied
	Excluded   []ExcludedView  `json:"excluded,omitempty"`
	Rounds     int             `json:"rounds,omitempty"`
	Early      bool            `json:"early,omitempty"`
	Messages   int             `json:"messages"`
	Late       int             `json:"late,omitempty"`
	Opened     string          `json:"opened"` // RFC 3339
	Seconds    float64         `json:"seconds"`
	Epoch      uint32          `json:"epoch"`
	Durable    bool            `json:"durable"`
	Cached     bool            `json:"cached,omitempty"`
	Cost       int64           `json:"cost,omitempty"`    // what its answers say that they have cost
	Quality    *float64        `json:"quality,omitempty"` // of the decision as it turned out, from 0 to 1, where somebody has said it; not in histories
	Detail     json.RawMessage `json:"detail,omitempty"`  // peculiar to the protocol
	// Certificate proves the outcome to anybody who has the public keys of the participants; see Keys.
	Certificate []byte            `json:"certificate,omitempty"`
	Keys        map[string][]byte `json:"keys,omitempty"` // ed25519, by participant, where there is a certificate
}

// TallyRow is one option of a tally.
type TallyRow struct {
	Option string  `json:"option"`
	Weight float64 `json:"weight"`
	Voters int     `json:"voters"`
}

// ExcludedView is who was left out at the opening.
type ExcludedView struct {
	Agent string `json:"agent"`
	Why   string `json:"why"`
}

// SessionAnswer is the answer about one session.
type SessionAnswer struct {
	Version int         `json:"version"` // of this format: 1
	Session SessionView `json:"session"`
}

// SessionsAnswer is a page of sessions, in the order of their starts.
type SessionsAnswer struct {
	Version  int           `json:"version"` // of this format: 1
	Sessions []SessionView `json:"sessions"`
}

// HistoryAnswer is what sessions came to, the latest first.
type HistoryAnswer struct {
	Version int             `json:"version"` // of this format: 1
	Results []SessionResult `json:"results"`
}

// CoordinationStats is the numbers of the sessions.
type CoordinationStats struct {
	Version   int             `json:"version"` // of this format: 1
	Active    int             `json:"active"`
	Ended     map[string]int  `json:"ended"` // by state, since the node's start
	Protocols []ProtocolStats `json:"protocols"`
	Known     []string        `json:"known"` // protocols that can be used
}

// ProtocolStats sums up the last sessions of one protocol.
type ProtocolStats struct {
	Protocol string  `json:"protocol"`
	Sessions int     `json:"sessions"`
	Decided  int     `json:"decided"`
	P50      float64 `json:"p50_seconds"`
	P99      float64 `json:"p99_seconds"`
	Messages int     `json:"messages"` // of a session, on average
	Turnout  float64 `json:"turnout"`  // on average, from 0 to 1
}

// ExplainAnswer says which protocol a session gets and why.
type ExplainAnswer struct {
	Version int    `json:"version"` // of this format: 1
	Text    string `json:"text"`
}

// CoordinationAnswer is all that goes on.
type CoordinationAnswer struct {
	Version  int               `json:"version"` // of this format: 1
	Sessions []SessionView     `json:"sessions"`
	Stats    CoordinationStats `json:"stats"`
	Spaces   []SpaceView       `json:"spaces"`
}

func share(millionths int64) float64 { return float64(millionths) / machine.One }

func sessionView(s protocols.Status) SessionView {
	return SessionView{
		ID: string(s.ID), State: string(s.State), Protocol: string(s.Protocol), Question: s.Question, Participants: s.Participant, Opened: stamp(s.Opened),
		Deadline: stamp(s.Deadline), Epoch: s.Epoch, Answers: s.Answers, Rounds: s.Rounds, Tags: s.Tags, Correlation: s.Correlation,
	}
}

func sessionResult(r protocols.Result) SessionResult {
	v := SessionResult{
		Session: string(r.Session), State: string(r.State), Protocol: string(r.Protocol), Decision: r.Decision, Why: string(r.Why), Text: r.Text, Method: r.Method,
		Confidence: share(r.Confidence), Dissent: r.Dissent, Missing: r.Missing, Liars: r.Liars, Certificate: r.Certificate, Rounds: r.Rounds, Early: r.Early, Messages: r.Messages, Late: r.Late,
		Opened: stamp(r.Opened), Seconds: r.Took.Seconds(), Epoch: r.Epoch, Durable: r.Durable, Cached: r.Cached, Cost: r.Cost,
	}
	if r.Electorate > 0 {
		v.Turnout = float64(r.Turnout) / float64(r.Electorate)
	}
	for _, t := range r.Tally {
		v.Tally = append(v.Tally, TallyRow{t.Option, share(t.Weight), t.Voters})
	}
	for _, x := range r.Excluded {
		v.Excluded = append(v.Excluded, ExcludedView(x))
	}
	if json.Valid(r.Detail) {
		v.Detail = r.Detail
	}
	return v
}

// session shows one session with its steps behind a number.
func (v *coordinationViews) session(id protocols.SessionID, after int) (SessionView, error) {
	status, err := v.o.Engine.Status(id)
	if err != nil {
		return SessionView{}, err
	}
	r, ended, err := v.o.Engine.Result(id)
	if err != nil {
		return SessionView{}, err
	}
	steps, err := v.o.Engine.Story(id, after)
	if err != nil {
		return SessionView{}, err
	}
	view := sessionView(status)
	view.Steps = steps
	if ended {
		result := sessionResult(r)
		if len(r.Certificate) > 0 {
			result.Keys = map[string][]byte{}
			for _, agent := range r.Participants {
				if key, known := v.o.Engine.PublicKey(agent); known {
					result.Keys[agent] = key
				}
			}
		}
		if quality, rated := v.o.Engine.Rating(id); rated {
			said := share(quality)
			result.Quality = &said
		}
		view.Result, view.State = &result, string(r.State)
	}
	return view, nil
}

func (v *coordinationViews) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	limit, err := sessionLimit(r)
	if err != nil {
		return err
	}
	f := protocols.Filter{
		State: protocols.State(q.Get("state")), Active: q.Get("active") == "1", Protocol: ProtocolNamed(q.Get("protocol")), Participant: q.Get("participant"),
		Tag: q.Get("tag"), After: protocols.SessionID(q.Get("after")), Limit: limit,
	}
	a := SessionsAnswer{Version: 1, Sessions: []SessionView{}}
	for _, s := range v.o.Engine.Sessions(f) {
		a.Sessions = append(a.Sessions, sessionView(s))
	}
	answerWith(w, http.StatusOK, a)
	return nil
}

// sessionLimit reads ?limit.
func sessionLimit(r *http.Request) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return 100, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1000 {
		return 0, refuse(http.StatusBadRequest, CodeBody, "limit=%.60q: want 1 to 1000", text)
	}
	return n, nil
}

func (v *coordinationViews) history(w http.ResponseWriter, r *http.Request) error {
	limit, err := sessionLimit(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	chosen := protocols.Query{Protocol: ProtocolNamed(q.Get("protocol")), Participant: q.Get("participant"), State: protocols.State(q.Get("state"))}
	if text := q.Get("since"); text != "" {
		if chosen.Since, err = time.Parse(time.RFC3339, text); err != nil {
			return refuse(http.StatusBadRequest, CodeBody, "since=%.60q: want a time such as 2030-01-02T15:04:05Z", text)
		}
	}
	a := HistoryAnswer{Version: 1, Results: []SessionResult{}}
	for one, err := range v.o.Engine.History(r.Context(), chosen) {
		if err != nil {
			return err
		}
		if a.Results = append(a.Results, sessionResult(one)); len(a.Results) > 2*limit { // only the latest are wanted
			a.Results = append(a.Results[:0], a.Results[len(a.Results)-limit:]...)
		}
	}
	a.Results = a.Results[max(len(a.Results)-limit, 0):]
	slices.Reverse(a.Results)
	answerWith(w, http.StatusOK, a)
	return nil
}

func (v *coordinationViews) numbers() CoordinationStats {
	s := v.o.Engine.Stats()
	a := CoordinationStats{Version: 1, Active: s.Active, Ended: map[string]int{}, Protocols: []ProtocolStats{}}
	for state, n := range s.Ended { // into a map again
		a.Ended[string(state)] = n
	}
	for _, p := range v.o.Engine.Analytics(protocols.Query{}) {
		a.Protocols = append(a.Protocols, ProtocolStats{
			Protocol: string(p.Protocol), Sessions: p.Sessions, Decided: p.Decided, P50: p.P50.Seconds(), P99: p.P99.Seconds(), Messages: p.Messages, Turnout: share(p.Turnout),
		})
	}
	for _, name := range v.o.Engine.Protocols() {
		a.Known = append(a.Known, string(name))
	}
	return a
}

func (v *coordinationViews) stats(w http.ResponseWriter, _ *http.Request) error {
	answerWith(w, http.StatusOK, v.numbers())
	return nil
}

func (v *coordinationViews) all(w http.ResponseWriter, r *http.Request) error {
	a := CoordinationAnswer{Version: 1, Sessions: []SessionView{}, Stats: v.numbers(), Spaces: []SpaceView{}}
	for _, s := range v.o.Engine.Sessions(protocols.Filter{Active: true}) {
		a.Sessions = append(a.Sessions, sessionView(s))
	}
	for _, s := range v.o.Spaces {
		view, err := spaceView(r.Context(), s)
		if err != nil {
			view = SpaceView{Space: s.Name(), Down: err.Error()} // the others are shown
		}
		a.Spaces = append(a.Spaces, view)
	}
	answerWith(w, http.StatusOK, a)
	return nil
}
