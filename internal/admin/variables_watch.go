// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
)

// The names of the server-sent events of a watch of variables.
const (
	variablesEvent = "variables"
	commitEvent    = "commit"
	gapEvent       = "gap"
)

// WatchedVariables is what there is when a watch begins.
type WatchedVariables struct {
	Space        string          `json:"space"`
	SpaceVersion string          `json:"space_version"`
	Variables    []WatchedCommit `json:"variables"` // the commits that made the present values, also those for some agents
}

// WatchedCommit is one commit of a watch.
type WatchedCommit struct {
	Space    string     `json:"space"`
	Variable string     `json:"variable"`
	Missed   *WatchGap  `json:"missed,omitempty"` // versions of the variable before this one that are not told
	Commit   CommitView `json:"commit"`
}

// WatchGap is a range of versions that are not told, both ends included.
type WatchGap struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// watchedUpdates carries what a watch hears from its process to the goroutine that writes. It is bounded, so that a reader that stands still costs little.
type watchedUpdates struct {
	ready chan struct{} // a token, sent by put if there is room for it; one is enough
	mu    struct {
		sync.Mutex
		list []cognitive.Update
		over bool
	}
}

func (c *watchedUpdates) put(u cognitive.Update) {
	c.mu.Lock()
	if len(c.mu.list) >= longestLag || u.Err != nil {
		c.mu.over = true
	}
	if !c.mu.over {
		c.mu.list = append(c.mu.list, u)
	}
	c.mu.Unlock()
	select {
	case c.ready <- struct{}{}:
	default:
	}
}

func (c *watchedUpdates) take() (list []cognitive.Update, over bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list, c.mu.list = c.mu.list, nil
	return list, c.mu.over
}

// variableWatch is the process of one watch. It ends when the reader has gone.
type variableWatch struct {
	space   *cognitive.Space
	heard   cognitive.Heard
	begin   cognitive.Resumed
	updates *watchedUpdates
}

// Init subscribes; an error is the reader's answer.
func (o *variableWatch) Init(ctx *actors.Context[cognitive.Update]) (err error) {
	o.begin, _, err = cognitive.ResumeSpace(ctx, o.space, o.heard, cognitive.Buffer(longestLag), func(u cognitive.Update) cognitive.Update { return u })
	return err
}

// Receive passes an update on.
func (o *variableWatch) Receive(_ *actors.Context[cognitive.Update], u cognitive.Update) error {
	o.updates.put(u)
	return nil
}

// heardOf reads a Last-Event-ID: a version of the space, or one and how many of its commits were told, such as 0.17/2.
func heardOf(id string) (h cognitive.Heard, err error) {
	if id == "" {
		return h, nil
	}
	version, commits, parted := strings.Cut(id, "/")
	if h.Space, err = ParseVariableVersion(version); err == nil && parted {
		h.Commits, err = strconv.Atoi(commits)
	}
	if err != nil || parted && h.Commits < 1 {
		return h, refuse(http.StatusBadRequest, CodeBody, "Last-Event-ID %.60q: want a version such as 0.17 or 0.17/2", id)
	}
	return h, nil
}

// watchedSpace is the space that a watch is of.
func (v *variableViews) watchedSpace(r *http.Request) (*cognitive.Space, error) {
	name := r.URL.Query().Get("space")
	if name == "" && len(v.o.Spaces) == 1 {
		return v.o.Spaces[0], nil
	}
	for _, s := range v.o.Spaces {
		if s.Name() == name {
			return s, nil
		}
	}
	if name == "" {
		return nil, refuse(http.StatusBadRequest, CodeBody, "there are several spaces: want ?space=NAME")
	}
	return nil, refuse(http.StatusNotFound, CodeNoVariable, "there is no space %.60q of variables", name)
}

func (v *variableViews) watch(w http.ResponseWriter, r *http.Request) error {
	s, err := v.watchedSpace(r)
	if err != nil {
		return err
	}
	heard, err := heardOf(r.Header.Get("Last-Event-ID"))
	if err != nil {
		return err
	}
	o := &variableWatch{space: s, heard: heard, updates: &watchedUpdates{ready: make(chan struct{}, 1)}}
	ref, err := actors.Spawn(v.o.System, "", func() actors.Behavior[cognitive.Update] { return o }, actors.Kind("variable watch"))
	if err != nil {
		return err
	}
	defer ref.PID().Stop()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := &variableStream{stream: &stream{w: w, c: http.NewResponseController(w)}, space: s.Name(), at: heard}
	if !out.begin(o.begin) {
		return nil // the reader has gone
	}
	alive := time.NewTicker(v.o.Heartbeat)
	defer alive.Stop()
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-alive.C:
			if !ref.PID().Alive() || !out.say(": alive\n\n") {
				return nil
			}
		case <-o.updates.ready:
			list, over := o.updates.take()
			for _, u := range list {
				if !out.commit(u) {
					return nil
				}
			}
			if over {
				return nil // the reader comes again with its last id
			}
		}
	}
}

// variableStream writes a watch, and knows how far its reader is.
type variableStream struct {
	*stream
	space string
	at    cognitive.Heard
}

// begin writes what a watch begins with: nothing for a reader that goes on where it was.
func (s *variableStream) begin(r cognitive.Resumed) bool {
	if r.Whole {
		return s.say(": goes on\n\n")
	}
	if !s.at.Space.IsZero() && !s.event(gapEvent, "", WatchGap{s.at.Space.String(), r.Space.String()}) {
		return false
	}
	s.at = cognitive.Heard{Space: r.Space}
	a := WatchedVariables{Space: s.space, SpaceVersion: r.Space.String(), Variables: []WatchedCommit{}}
	for _, u := range r.First {
		a.Variables = append(a.Variables, s.watched(u))
	}
	return s.event(variablesEvent, r.Space.String(), a)
}

func (s *variableStream) commit(u cognitive.Update) bool {
	if u.Space != s.at.Space {
		s.at = cognitive.Heard{Space: u.Space}
	}
	s.at.Commits++
	return s.event(commitEvent, fmt.Sprintf("%s/%d", u.Space, s.at.Commits), s.watched(u))
}

func (s *variableStream) watched(u cognitive.Update) WatchedCommit {
	c := WatchedCommit{Space: s.space, Variable: u.Variable, Commit: commitView(cognitive.Commit{
		Variable: u.Variable, Scope: u.Scope, Version: u.Version, Space: u.Space, Value: u.Value, Gone: u.Gone, Cause: u.Cause, Proposer: u.Proposer, Reason: u.Reason, At: u.At,
	})}
	if u.Gap != nil {
		c.Missed = &WatchGap{u.Gap.From.String(), u.Gap.To.String()}
	}
	return c
}

// event writes one server-sent event.
func (s *variableStream) event(name, id string, v any) bool {
	data, err := json.Marshal(v)
	if err != nil {
		return false
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	return s.say(fmt.Sprintf("%sevent: %s\ndata: %s\n\n", id, name, data))
}
