// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
)

// Adapting changes how variables are adapted. The node connects one.
type Adapting interface {
	// Adapt makes an adaptation that of a variable. how has the keys of the config's section adapt; what it does not say stays.
	Adapt(ctx context.Context, space, variable string, how []byte) error
	// Stop ends the adaptation of a variable.
	Stop(ctx context.Context, space, variable string) error
	// Strategy is what a variable is adapted for, in the words of the config; empty if it is not.
	Strategy(space, variable string) string
}

// CodeNotAdapted says that nobody adapts the variable.
const CodeNotAdapted = "not_adapted"

// AdaptationOptions are what the handlers of adaptation are made of.
type AdaptationOptions struct {
	VariableOptions
	// Adapting changes how variables are adapted.
	Adapting Adapting
	// Now is the node's clock.
	Now func() time.Time
}

// Bounds of one batch of feedback, and of the answers that are kept for repetitions.
const (
	mostReports  = 10_000
	mostReceipts = 10_000
	keptReceipts = 10 * time.Minute
)

// adaptationViews answers about adaptation.
type adaptationViews struct {
	*variableViews
	o        AdaptationOptions
	receipts *receipts
}

// Adaptation serves what adapts variables. Every answer has a version, 1.
//
//   - POST /v1/variables/{space}/{name}/feedback: a [FeedbackOrder], answered by a [FeedbackReceipt] when its reports are with the adapter. An Idempotency-Key makes a repetition
//     within ten minutes, of the same node, the same batch.
//   - GET /v1/variables/{space}/{name}/adaptation: [AdaptationAnswer].
//   - POST /v1/variables/{space}/{name}/adaptation: does what an [AdaptationOrder] says and answers [AdaptationAnswer].
func Adaptation(o AdaptationOptions) http.Handler {
	if o.Body <= 0 {
		o.Body = 1 << 20
	}
	if o.Wait <= 0 {
		o.Wait = 10 * time.Minute
	}
	v := &adaptationViews{&variableViews{o: o.VariableOptions}, o, &receipts{}}
	guard := &tasks{o: TaskOptions{Token: o.Token, Wait: o.Wait}}
	mux := http.NewServeMux()
	for pattern, serve := range map[string]func(http.ResponseWriter, *http.Request) error{
		"POST /v1/variables/{space}/{name}/feedback":   v.feedback,
		"GET /v1/variables/{space}/{name}/adaptation":  v.adaptation,
		"POST /v1/variables/{space}/{name}/adaptation": v.adapt,
	} {
		mux.HandleFunc(pattern, guard.guarded(guard.bounded(func(w http.ResponseWriter, r *http.Request) error { return variableProblem(serve(w, r)) })))
	}
	return mux
}

// WithAdaptation serves adaptation besides everything else.
func WithAdaptation(all, adaptation http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", all)
	mux.Handle("/v1/variables/{space}/{name}/feedback", adaptation)
	mux.Handle("/v1/variables/{space}/{name}/adaptation", adaptation)
	return mux
}

// FeedbackOrder is the body of a batch of reports.
type FeedbackOrder struct {
	Key     string       `json:"key,omitempty"` // makes a repetition the same batch
	Reports []ReportView `json:"reports"`
}

// ReportView is what somebody has measured while they used a version of a variable.
type ReportView struct {
	At      string             `json:"variable_version"` // that was used, such as 0.17
	Agent   string             `json:"agent,omitempty"`  // who; its own version counts if it has one
	Metrics map[string]float64 `json:"metrics"`
	Weight  float64            `json:"weight,omitempty"` // 0 is 1
}

// FeedbackReceipt is what became of a batch.
type FeedbackReceipt struct {
	Version  int    `json:"version"` // of this format: 1
	Space    string `json:"space"`
	Variable string `json:"variable"`
	Taken    int    `json:"taken"`           // reports of versions that are in force
	Outdated int    `json:"outdated"`        // of others: they are counted, and nothing is learned from them
	Dropped  int    `json:"dropped"`         // for want of room: the adapter does not keep up
	Empty    int    `json:"empty"`           // without a metric, or with one that is no number
	Again    bool   `json:"again,omitempty"` // the key was known: nothing was reported now
}

// feedback takes a batch of reports.
func (v *adaptationViews) feedback(w http.ResponseWriter, r *http.Request) error {
	s, i, err := v.find(r)
	if err != nil {
		return err
	}
	var o FeedbackOrder
	if err := v.body(w, r, &o); err != nil {
		return err
	}
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		if o.Key != "" && o.Key != key {
			return refuse(http.StatusBadRequest, CodeBody, "the key %.60q is not the Idempotency-Key %.60q", o.Key, key)
		}
		o.Key = key
	}
	if n := len(o.Reports); n == 0 || n > mostReports {
		return refuse(http.StatusBadRequest, CodeBody, "%d reports: want 1 to %d", n, mostReports)
	}
	reports := make([]cognitive.Feedback, len(o.Reports))
	for at, one := range o.Reports { // all are read before the first counts
		if reports[at], err = one.feedback(i.Name); err != nil {
			return refuse(http.StatusBadRequest, CodeBody, "reports[%d]: %v", at, err)
		}
	}
	if len(o.Key) > 200 {
		return refuse(http.StatusBadRequest, CodeBody, "the key has %d bytes: want 200 or less", len(o.Key))
	}
	name := s.Name() + "/" + i.Name
	got, err := v.receipts.once(v.o.Now(), name, o.Key, func() (FeedbackReceipt, error) {
		got := FeedbackReceipt{Version: 1, Space: s.Name(), Variable: i.Name}
		for _, one := range reports {
			fate, err := s.Hear(one)
			if errors.Is(err, cognitive.ErrNotFound) {
				return got, refuse(http.StatusConflict, CodeNotAdapted, "nobody adapts %s: its config has no section adapt", name)
			}
			if err != nil {
				return got, err
			}
			switch fate {
			case cognitive.Taken:
				got.Taken++
			case cognitive.Outdated:
				got.Outdated++
			case cognitive.Dropped:
				got.Dropped++
			case cognitive.Empty:
				got.Empty++
			}
		}
		return got, nil
	})
	if err != nil {
		return err
	}
	answerWith(w, http.StatusOK, got)
	return nil
}

// feedback is the report as package cognitive has it.
func (r ReportView) feedback(variable string) (cognitive.Feedback, error) {
	f := cognitive.Feedback{Variable: variable, Agent: r.Agent, Weight: r.Weight}
	if r.At != "" {
		at, err := ParseVariableVersion(r.At)
		if err != nil {
			return f, err
		}
		f.Version = at
	}
	if r.Weight < 0 {
		return f, fmt.Errorf("a weight of %v", r.Weight)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Metrics)) {
		f.Metrics = append(f.Metrics, adapt.Metric{Name: name, Value: r.Metrics[name]})
	}
	return f, nil
}

// body reads one JSON value, of known fields.
func (v *adaptationViews) body(w http.ResponseWriter, r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, v.o.Body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	if err == nil && d.More() {
		err = errors.New("more than one value")
	}
	if err != nil {
		return refuse(http.StatusBadRequest, CodeBody, "the body cannot be read: %v", err)
	}
	return nil
}
