// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/events/standard"
	"mabeam.dev/internal/admin"
)

// archive is a journal with the handlers of its events, in a bubble.
type archive struct {
	*office
	sys   *actors.System
	j     *events.Journal
	store *memory.Store
}

func inArchive(t *testing.T, body func(*testing.T, *archive)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		store := memory.New(memory.Options{})
		j := events.NewJournal(store, events.JournalOptions{})
		_, err := j.Start(sys)
		require.NoError(t, err)
		o := admin.EventsOptions{Journal: j, Catalog: standard.Catalog(), System: sys, Token: "secret"}
		body(t, &archive{&office{t: t, handler: admin.WithEvents(admin.Handler(healthy(), nil), admin.Events(o))}, sys, j, store})
	})
}

// put appends events of these types to stream "s", the first the cause of the others.
func (a *archive) put(types ...string) {
	a.t.Helper()
	for _, typ := range types {
		_, err := a.j.Append(a.t.Context(), "s", events.Any, events.New{Type: typ, Agent: "clerk", Correlation: events.ID{7}, Data: []byte(`{"n":1}`)})
		require.NoError(a.t, err)
	}
}

func positions(t *testing.T, a admin.EventsAnswer) (out []events.Position) {
	t.Helper()
	for _, line := range a.Events {
		e, err := events.ParseLine(line)
		require.NoError(t, err)
		out = append(out, e.Position)
	}
	return out
}

func TestEventsAreSelectedByParametersPageAfterPage(t *testing.T) {
	inArchive(t, func(t *testing.T, a *archive) {
		a.put("work.accepted", "work.failed", "work.died", "other")
		for query, want := range map[string][]events.Position{
			"":                                  {1, 2, 3, 4},
			"type=work.died,other":              {3, 4},
			"type=work.died&type=other":         {3, 4},
			"severity=warning":                  {2, 3},
			"severity=warning&type=work.failed": {2},
			"stream=s&order=desc":               {4, 3, 2, 1},
			"agent=clerk&from=2&to=3":           {2, 3},
			"agent=nobody":                      nil,
			"correlation=" + (events.ID{7}).String() + "&limit=2":                            {1, 2},
			"correlation=07000000000000000000000000000000&since=1999-01-01T00:00:00%2B01:00": {1, 2, 3, 4},
			"until=1999-01-01T00:00:00Z&type=other":                                          nil,
		} {
			code, p := get[admin.EventsAnswer](a.office, "/v1/events?"+query)
			assert.Equal(t, http.StatusOK, code, query)
			assert.Equal(t, want, positions(t, p), query)
			assert.Equal(t, events.Position(4), p.Head, query)
		}
		_, p := get[admin.EventsAnswer](a.office, "/v1/events?stream=s&limit=3")
		_, p = get[admin.EventsAnswer](a.office, "/v1/events?stream=s&limit=3&after="+string(p.Next))
		assert.Equal(t, []events.Position{4}, positions(t, p))
		assert.Empty(t, p.Next)
		_, p = get[admin.EventsAnswer](a.office, "/v1/events?stream=s&agent=clerk&explain=true")
		assert.Equal(t, &admin.ExplainView{Index: "stream", Filters: []string{"agent"}, Text: "index stream, filter agent"}, p.Explain)
	})
}

func TestAQueryNamesEveryMistake(t *testing.T) {
	inArchive(t, func(t *testing.T, a *archive) {
		for query, want := range map[string]string{
			"limit=0":                   `limit "0": want a number from 1 to 1000`,
			"from=zero&to=-1":           "from \"zero\": want a position, a number from 1 on\nto \"-1\": want a position, a number from 1 on",
			"correlation=xyz":           `correlation "xyz": want an id, 32 hexadecimal digits with or without hyphens`,
			"since=yesterday":           `since "yesterday": want a time such as 2026-01-02T15:04:05Z`,
			"order=up":                  `order "up": want asc or desc`,
			"severity=loud":             `severity "loud": want debug, info, warning, error or critical`,
			"severity=error&type=other": `severity "error": none of the types has it`,
			"wher=x":                    `wher "x": no such parameter`,
			"stream=s&after=junk":       `events: query: cursor: not a cursor`,
			"causation=07000000000000000000000000000000": events.ErrScan.Error(),
			"from=5&to=2": "events: query: from: position 5 is after to, 2",
		} {
			code, p := get[admin.ProblemAnswer](a.office, "/v1/events?"+query)
			assert.Equal(t, http.StatusBadRequest, code, query)
			assert.Equal(t, admin.CodeQuery, p.Error.Code, query)
			assert.Equal(t, want, p.Error.Message, query)
		}
	})
}

func TestEventsAreForThisMachineAndForThoseWithTheToken(t *testing.T) {
	inArchive(t, func(t *testing.T, a *archive) {
		for _, path := range []string{"/v1/events", "/v1/events/tail", "/v1/events/export", "/v1/events/verify"} {
			code, _ := refused(a.office, a.ask("GET", path, "", request{from: "10.0.0.9:1"}))
			assert.Equal(t, http.StatusUnauthorized, code, path)
			code, _ = refused(a.office, a.ask("GET", path, "", request{header: map[string]string{"Origin": "http://evil.example"}}))
			assert.Equal(t, http.StatusForbidden, code, path)
		}
		w := a.ask("GET", "/v1/events", "", request{from: "10.0.0.9:1", header: map[string]string{"Authorization": "Bearer secret"}})
		assert.Equal(t, http.StatusOK, w.Code)
	})
}

// tailFor follows for some time and gives what was sent.
func (a *archive) tailFor(d time.Duration, query string, header map[string]string) string {
	ctx, cancel := context.WithTimeout(a.t.Context(), d)
	defer cancel()
	return a.ask("GET", "/v1/events/tail?"+query, "", request{ctx: ctx, header: header}).Body.String()
}

func TestATailGivesWhatIsThereAndThenWhatComesOnce(t *testing.T) {
	inArchive(t, func(t *testing.T, a *archive) {
		a.put("work.accepted", "other", "work.failed", "work.died")
		later := func() {
			go func() { // ended by the bubble, which waits for it
				time.Sleep(time.Second)
				a.put("other", "work.failed")
			}()
		}
		for _, c := range []struct {
			query  string
			header map[string]string
			want   string
		}{
			{"last=2", nil, "3 4 5 6"},
			{"from=2&type=work.failed", nil, "3 6 8"},
			{"severity=warning&last=9", nil, "3 4 6 8 10"},
			{"", map[string]string{"Last-Event-ID": "9"}, "10 11 12"},
			{"", nil, "13 14"},
		} {
			later()
			body := a.tailFor(2*time.Second, c.query, c.header)
			var ids []string
			for line := range strings.Lines(body) {
				if id, ok := strings.CutPrefix(line, "id: "); ok {
					ids = append(ids, strings.TrimSpace(id))
				}
			}
			assert.Equal(t, c.want, strings.Join(ids, " "), "%+v", c)
		}
		assert.Contains(t, a.tailFor(time.Minute, "", nil), ": alive\n")
	})
}

func TestATailSaysWhatRetentionHasRemovedAndRefusesAPlaceBehindTheEnd(t *testing.T) {
	inArchive(t, func(t *testing.T, a *archive) {
		for range 1100 {
			a.put("other")
		}
		_, err := a.store.Remove(t.Context(), events.Removal{Stream: "s", Before: 11})
		require.NoError(t, err)
		body := a.tailFor(time.Second, "from=3", nil)
		assert.True(t, strings.HasPrefix(body, "event: removed\ndata: {\"first\":11}\n\nid: 11\n"), body[:min(len(body), 80)])
		code, why := refused(a.office, a.ask("GET", "/v1/events/tail?from=2000", "", request{}))
		assert.Equal(t, http.StatusConflict, code)
		assert.Equal(t, admin.CodeBeyond, why)
		code, _ = refused(a.office, a.ask("GET", "/v1/events/tail?since=1999-01-01T00:00:00Z", "", request{}))
		assert.Equal(t, http.StatusBadRequest, code)
	})
}

func TestAnExportIsWholeAndAVerificationCounts(t *testing.T) {
	inArchive(t, func(t *testing.T, a *archive) {
		a.put("work.accepted", "other")
		body := a.ask("GET", "/v1/events/export", "", request{}).Body.String()
		done, err := events.CheckExport(t.Context(), strings.NewReader(body))
		require.NoError(t, err)
		assert.Equal(t, events.Exported{Events: 2, Last: 2}, done)
		body = a.ask("GET", "/v1/events/export?type=other", "", request{}).Body.String()
		done, err = events.CheckExport(t.Context(), strings.NewReader(body))
		require.NoError(t, err)
		assert.Equal(t, events.Exported{Events: 1, Last: 2}, done)
		_, v := get[admin.VerifiedAnswer](a.office, "/v1/events/verify")
		assert.Equal(t, admin.VerifiedAnswer{Version: 1, Streams: 1, Events: 2, Head: 2}, v)
	})
}

// A client over a real connection: the stream of a tail, its end, and refusals.
func TestTheClientFollowsAndSaysHowItEnded(t *testing.T) {
	sys := actors.New(actors.Options{})
	defer func() { require.NoError(t, sys.Close(context.Background())) }()
	j := events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{})
	_, err := j.Start(sys)
	require.NoError(t, err)
	server := httptest.NewServer(admin.Events(admin.EventsOptions{Journal: j, Catalog: standard.Catalog(), System: sys}))
	defer server.Close()
	client := admin.DialAddr(strings.TrimPrefix(server.URL, "http://"))
	for i := range 3 {
		_, err := j.Append(t.Context(), "s", events.Any, events.New{Type: fmt.Sprint("t", i)})
		require.NoError(t, err)
	}
	var seen []string
	stop := errors.New("stop")
	err = client.Tail(t.Context(), url.Values{"last": {"2"}}, func(e events.Event, _ *admin.Removed) error {
		if seen = append(seen, e.Type); len(seen) == 3 {
			return stop
		}
		if len(seen) == 2 {
			_, err := j.Append(t.Context(), "s", events.Any, events.New{Type: "t3"})
			return err
		}
		return nil
	})
	assert.ErrorIs(t, err, stop)
	assert.Equal(t, []string{"t1", "t2", "t3"}, seen)

	err = client.Tail(t.Context(), url.Values{"last": {"1"}}, func(events.Event, *admin.Removed) error {
		server.CloseClientConnections()
		return nil
	})
	var lost *admin.UnreachableError
	require.ErrorAs(t, err, &lost)
	assert.ErrorIs(t, err, admin.ErrTailEnded)

	_, err = client.Events(t.Context(), url.Values{"order": {"up"}})
	var refused *admin.StatusError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, admin.CodeQuery, refused.Reason)
	a, err := client.Events(t.Context(), url.Values{"stream": {"s"}})
	require.NoError(t, err)
	assert.Len(t, a.Events, 4)
}
