// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/events"
)

// The codes of a Problem about events.
const (
	CodeQuery     = "bad_query" // a condition is malformed, or the query would scan the log
	CodeCompacted = "compacted" // retention has removed what was asked for
	CodeCorrupt   = "corrupt"   // stored events are damaged
	CodeBeyond    = "beyond"    // the place is behind the end of the log: it is of another journal
)

const (
	// usualEvents and longestEvents are how many events an answer has, and answerBytes when it ends for its size.
	usualEvents, longestEvents = 100, 1000
	answerBytes                = 4 << 20
	// readPage is how many events are read at once.
	readPage = 64
)

// EventsOptions are what the handlers of events are made of.
type EventsOptions struct {
	// Journal is the node's.
	Journal *events.Journal
	// Catalog knows which types have a severity.
	Catalog *events.Catalog
	// System is that of the journal's process.
	System *actors.System
	// Token is that of [TaskOptions].
	Token string
	// Heartbeat is the pause after which a stream of events that is silent shows that it is alive; 0 means 10 s.
	Heartbeat time.Duration
}

// EventsAnswer is a page of events.
type EventsAnswer struct {
	Version int               `json:"version"`           // of this format: 1
	Explain *ExplainView      `json:"explain,omitempty"` // how the query is answered, if that was asked for; then there are no events
	Events  []json.RawMessage `json:"events"`            // each as a line of an export
	Next    events.Cursor     `json:"next,omitempty"`    // is the ?after= for the rest, if there is more
	Head    events.Position   `json:"head"`              // the last position when the page was read
}

// ExplainView tells how a query is answered.
type ExplainView struct {
	Index   events.Index `json:"index"`   // what is walked
	Filters []string     `json:"filters"` // what is checked on each event of the walk
	Bounded bool         `json:"bounded"` // both ends of the walk are given
	Scan    bool         `json:"scan"`    // it may look at the whole log
	Text    string       `json:"text"`    // the same for people
}

// VerifiedAnswer tells what a verification has looked at, without finding damage.
type VerifiedAnswer struct {
	Version int             `json:"version"` // of this format: 1
	Streams int             `json:"streams"` // that were looked at
	Events  int             `json:"events"`  // that were read
	Head    events.Position `json:"head"`    // the last position
}

// eventViews serves them.
type eventViews struct{ o EventsOptions }

// Events serves what the journal holds. Who may ask is said with the tasks: callers on this machine, and those with the token.
//
//   - GET /v1/events: [EventsAnswer], the events that the parameters of [ParseEventQuery] select; ?explain=true tells how they would be found.
//   - GET /v1/events/tail: server-sent events: with ?last=N the newest N that are selected, or with ?from=POSITION all from there on, and then each one
//     when it is durable. The data of "event" is a line of an export, its id the position; "removed" tells with {"first": N} that retention was faster.
//   - GET /v1/events/export: JSON lines, the whole log or what the parameters select; whole only if its last line is there.
//   - GET /v1/events/verify: [VerifiedAnswer] when everything has been read; 500 with the code corrupt for the first damage.
func Events(o EventsOptions) http.Handler {
	if o.Heartbeat <= 0 {
		o.Heartbeat = 10 * time.Second
	}
	v := &eventViews{o}
	guard := &tasks{o: TaskOptions{Token: o.Token}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/events", guard.guarded(v.query))
	mux.HandleFunc("GET /v1/events/tail", guard.guarded(v.tail))
	mux.HandleFunc("GET /v1/events/export", guard.guarded(v.export))
	mux.HandleFunc("GET /v1/events/verify", guard.guarded(v.verify))
	return mux
}

// WithEvents serves events beside other things at one address.
func WithEvents(others, journal http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", others)
	mux.Handle("/v1/events", journal)
	mux.Handle("/v1/events/", journal)
	return mux
}

// eventProblem gives an error of the journal the form of a refusal; any other stays as it is.
func eventProblem(err error) error {
	switch {
	case errors.Is(err, events.ErrInvalid), errors.Is(err, events.ErrScan), errors.Is(err, ErrEventQuery):
		return refuse(http.StatusBadRequest, CodeQuery, "%v", err)
	case errors.Is(err, events.ErrCompacted):
		return refuse(http.StatusGone, CodeCompacted, "%v", err)
	case errors.Is(err, events.ErrCorrupt):
		return refuse(http.StatusInternalServerError, CodeCorrupt, "%v", err)
	}
	return err
}

func (v *eventViews) query(w http.ResponseWriter, r *http.Request) error {
	q, err := ParseEventQuery(r.URL.Query(), v.o.Catalog)
	if err != nil {
		return eventProblem(err)
	}
	if q.Explain {
		x, err := ExplainOf(q)
		if err != nil {
			return eventProblem(err)
		}
		answerWith(w, http.StatusOK, EventsAnswer{Version: 1, Explain: &x, Events: []json.RawMessage{}})
		return nil
	}
	a, err := PageOf(r.Context(), v.o.Journal, q)
	if err != nil {
		return eventProblem(err)
	}
	answerWith(w, http.StatusOK, a)
	return nil
}

func (v *eventViews) verify(w http.ResponseWriter, r *http.Request) error {
	done, err := v.o.Journal.Verify(r.Context())
	if err != nil {
		return eventProblem(err)
	}
	answerWith(w, http.StatusOK, VerifiedAnswer{Version: 1, Streams: done.Streams, Events: done.Events, Head: done.Head})
	return nil
}
