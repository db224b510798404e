// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/internal/admin"
	"mabeam.dev/supervision"
)

// inStudio is a space with a variable of each kind and the handlers that serve it, in a bubble.
func inStudio(t *testing.T, body func(*testing.T, *office, *cognitive.Space)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		s, child, err := cognitive.NewSpace(sys, cognitive.SpaceOptions{Name: "tuning"})
		require.NoError(t, err)
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}})
		require.NoError(t, err)
		ctx := t.Context()
		add := func(name string, k kind.Kind, set cognitive.Settings) {
			require.NoError(t, s.Add(ctx, name, k, cognitive.With(set)))
		}
		add("a", kind.Float{Min: 0, Max: 1, Step: 0.25}, cognitive.Settings{About: "how warm"})
		add("b", kind.Integer{Min: 0, Max: 10}, cognitive.Settings{Rate: 0.001, Burst: 1, Agents: []string{"ann"}})
		add("cold", kind.Choice{Options: []kind.Option{{Name: "x"}, {Name: "y"}, {Name: "z", Disabled: true}}}, cognitive.Settings{Cooldown: time.Hour})
		add("slow", kind.Float{Min: 0, Max: 1}, cognitive.Settings{Slew: 0.001})
		add("asked", kind.Float{Min: 0, Max: 1}, cognitive.Settings{Decision: cognitive.Policy{Mode: "vote"}})
		add("pair", kind.Structured{Fields: []kind.Field{{Name: "lo", Kind: kind.Integer{Max: 9}}, {Name: "hi", Kind: kind.Integer{Max: 9}}}}, cognitive.Settings{})
		add("team", kind.Agents{Min: 0, Max: 3}, cognitive.Settings{})
		_, err = cognitive.AddComposite[float64](ctx, s, "sum", cognitive.Composite{Inputs: []string{"a", "b"}, Text: "a + double(b)"})
		require.NoError(t, err)
		_, err = cognitive.AddComposite[bool](ctx, s, "high", cognitive.Composite{Inputs: []string{"a"}, Text: "a > 0.5"})
		require.NoError(t, err)
		require.NoError(t, s.Constrain(cognitive.Constraint{Name: "cap", Variables: []string{"a", "b"}, Text: "a + double(b) <= 8.5"}))
		o := admin.VariableOptions{Spaces: []*cognitive.Space{s}, Token: "secret", System: sys, Body: 2000}
		body(t, &office{t: t, handler: admin.WithVariables(admin.Handler(healthy(), nil), admin.Variables(o))}, s)
	})
}

func TestVariablesAreShownAndChangedOverHTTP(t *testing.T) {
	inStudio(t, func(t *testing.T, o *office, s *cognitive.Space) {
		code, all := get[admin.VariablesAnswer](o, "/v1/variables")
		require.Equal(t, http.StatusOK, code)
		require.Len(t, all.Spaces, 1)
		assert.Equal(t, []string{"cap"}, all.Spaces[0].Constraints)
		assert.Equal(t, s.Version().String(), all.Spaces[0].SpaceVersion)
		var names []string
		for _, v := range all.Spaces[0].Variables {
			names = append(names, v.Name+":"+v.Form+"="+v.Text)
		}
		assert.Equal(t, []string{
			"a:float=0", "b:integer=0", "cold:option=x", "slow:float=0", "asked:float=0", "pair:record={hi: 0, lo: 0}", "team:team={}", "sum:float=0", "high:truth=false",
		}, names)

		code, receipt := post[admin.VariableReceipt](o, "/v1/variables/tuning/a", `{"value":0.75,"because":"p95","by":"ann","base":"0.1","within":"1s"}`, map[string]string{"Idempotency-Key": "k"})
		require.Equal(t, http.StatusOK, code)
		assert.Equal(t, admin.VariableReceipt{Version: 1, Space: "tuning", Variable: "a", Value: 0.75, At: "0.2", SpaceVersion: s.Version().String()}, receipt)
		_, again := post[admin.VariableReceipt](o, "/v1/variables/tuning/a", `{"value":0.5,"key":"k"}`, nil)
		assert.True(t, again.Again)
		assert.Equal(t, "0.2", again.At)
		for path, body := range map[string]string{ // a body for each form of value
			"pair": `{"value":{"lo":1,"hi":2}}`, "team": `{"value":["ann","bob"]}`, "b": `{"text":"3"}`, "cold": `{"text":"y"}`,
		} {
			code, _ := post[admin.VariableReceipt](o, "/v1/variables/tuning/"+path, body, nil)
			assert.Equal(t, http.StatusOK, code, path)
		}
		for path, body := range map[string]string{
			"a": `{"scope":"agent/ann","value":0.25,"ttl":"1m"}`, "b": `{"scope":"role/dev","value":7}`, "cold": `{"scope":"node/n","value":"x"}`,
			"pair": `{"scope":"node/n","value":{"lo":0,"hi":0}}`, "team": `{"scope":"node/n","value":["cid"]}`,
		} {
			code, _ := post[admin.VariableReceipt](o, "/v1/variables/tuning/"+path+"/override", body, nil)
			assert.Equal(t, http.StatusOK, code, path)
		}
		code, one := get[admin.VariableAnswer](o, "/v1/variables/tuning/a")
		assert.Equal(t, http.StatusOK, code)
		v := one.Variable
		assert.Equal(t, []any{0.75, "0.2", "user", "ann", "p95", "how warm", "durable"}, []any{v.Value, v.At, v.Cause, v.Proposer, v.Because, v.About, v.Durability})
		require.Len(t, v.Exceptions, 1)
		assert.Equal(t, []any{"agent/ann", 0.25}, []any{v.Exceptions[0].Scope, v.Exceptions[0].Value})
		assert.NotEmpty(t, v.Exceptions[0].Until)
		_, sum := get[admin.VariableAnswer](o, "/v1/variables/tuning/sum")
		assert.Equal(t, []any{3.75, "a + double(b)", []string{"a", "b"}}, []any{sum.Variable.Value, sum.Variable.Expression, sum.Variable.Inputs})
		code, _ = post[admin.VariableReceipt](o, "/v1/variables/tuning/a/override", `{"scope":"agent/ann","gone":true}`, nil)
		assert.Equal(t, http.StatusOK, code)
		code, back := post[admin.VariableReceipt](o, "/v1/variables/tuning/a/rollback", `{"to":"0.1"}`, nil)
		assert.Equal(t, []any{http.StatusOK, 0.0}, []any{code, back.Value})

		_, h := get[admin.VariableHistoryAnswer](o, "/v1/variables/tuning/a/history")
		var went []string
		for _, c := range h.Commits {
			went = append(went, c.At+" "+c.Text+" "+c.Cause)
		}
		assert.Equal(t, []string{"0.1 0 initial", "0.2 0.75 user", "0.3 0 rollback"}, went)
		_, h = get[admin.VariableHistoryAnswer](o, "/v1/variables/tuning/a/history?limit=1")
		assert.Len(t, h.Commits, 1)
		_, h = get[admin.VariableHistoryAnswer](o, "/v1/variables/tuning/a/history?proposer=ann&all=1")
		assert.Len(t, h.Commits, 1)
		_, h = get[admin.VariableHistoryAnswer](o, "/v1/variables/tuning/a/why")
		require.Len(t, h.Commits, 1)
		assert.Equal(t, []string{"0.3", "rollback to 0.1"}, []string{h.Commits[0].At, h.Commits[0].Because})
	})
}

func TestEveryMistakeAboutAVariableHasItsStatusAndReason(t *testing.T) {
	inStudio(t, func(t *testing.T, o *office, s *cognitive.Space) {
		_, err := s.Propose(t.Context(), "cold", kind.OfChoice("y"))
		require.NoError(t, err)
		_, err = s.Propose(t.Context(), "slow", kind.OfFloat(0.5), cognitive.Force())
		require.NoError(t, err)
		_, err = s.Suggest(t.Context(), "ann", "b", kind.OfInteger(1), "r")
		require.NoError(t, err)
		before := s.Version()
		for _, c := range []struct {
			method, path, body, reason string
			code                       int
		}{
			{"GET", "/none/a", "", admin.CodeNoVariable, 404},
			{"GET", "/tuning/none", "", admin.CodeNoVariable, 404},
			{"GET", "/tuning/none/history", "", admin.CodeNoVariable, 404},
			{"GET", "/tuning/none/why", "", admin.CodeNoVariable, 404},
			{"GET", "/tuning/a/history?limit=no", "", admin.CodeBody, 400},
			{"POST", "/tuning/none", `{"value":1}`, admin.CodeNoVariable, 404},
			{"POST", "/tuning/a", ``, admin.CodeBody, 400},
			{"POST", "/tuning/a", `{"value":1} {}`, admin.CodeBody, 400},
			{"POST", "/tuning/a", `{"value":1,"colour":"red"}`, admin.CodeBody, 400},
			{"POST", "/tuning/a", `{"value":1,"text":"1"}`, admin.CodeBody, 400},
			{"POST", "/tuning/a", `{}`, admin.CodeBody, 400},
			{"POST", "/tuning/a", `{"value":NaN}`, admin.CodeBody, 400},
			{"POST", "/tuning/a", `{"value":1,"base":"seven"}`, admin.CodeBody, 400},
			{"POST", "/tuning/a", `{"value":1,"within":"-1s"}`, admin.CodeBody, 400},
			{"POST", "/tuning/a", `{"value":1,"agent":"ann"}`, admin.CodeBody, 400},
			{"POST", "/tuning/a", `{"value":1,"agent":"ann","because":"r","force":true}`, admin.CodeBody, 400},
			{"POST", "/tuning/a", `{"value":1e999}`, admin.CodeValue, 400},
			{"POST", "/tuning/a", `{"text":"NaN"}`, admin.CodeValue, 400},
			{"POST", "/tuning/a", `{"value":2}`, admin.CodeValue, 400},
			{"POST", "/tuning/a", `{"value":0.3}`, admin.CodeValue, 400},
			{"POST", "/tuning/a", `{"value":"warm"}`, admin.CodeValue, 400},
			{"POST", "/tuning/cold", `{"value":"w"}`, admin.CodeValue, 400},
			{"POST", "/tuning/cold", `{"value":"z"}`, admin.CodeValue, 400},
			{"POST", "/tuning/pair", `{"value":{"lo":1}}`, admin.CodeValue, 400},
			{"POST", "/tuning/a", `{"value":1,"base":"0.9"}`, admin.CodeMoved, 409},
			{"POST", "/tuning/b", `{"value":9}`, admin.CodeNotAgreed, 409},   // the constraint
			{"POST", "/tuning/sum", `{"value":9}`, admin.CodeNotAgreed, 409}, // computed
			{"POST", "/tuning/slow", `{"value":1}`, admin.CodeNotAgreed, 409},
			{"POST", "/tuning/b", `{"value":2,"agent":"bob","because":"r"}`, admin.CodeNotAgreed, 409}, // may not
			{"POST", "/tuning/b", `{"value":2,"agent":"ann","because":"r"}`, admin.CodeTooSoon, 429},
			{"POST", "/tuning/cold", `{"value":"x","agent":"ann","because":"r"}`, admin.CodeTooSoon, 429},
			{"POST", "/tuning/a/override", `{"value":1,"scope":"ann"}`, admin.CodeNoVariable, 404},
			{"POST", "/tuning/a/override", `{"value":1,"scope":"agent/ann","ttl":"soon"}`, admin.CodeBody, 400},
			{"POST", "/tuning/a/override", `{"value":3,"scope":"agent/ann"}`, admin.CodeValue, 400},
			{"POST", "/tuning/a/override", `{"scope":"agent/ann","gone":true}`, admin.CodeNoVariable, 404},
			{"POST", "/tuning/sum/override", `{"value":3,"scope":"agent/ann"}`, admin.CodeNotAgreed, 409},
			{"POST", "/tuning/high/override", `{"value":true,"scope":"agent/ann"}`, admin.CodeNotAgreed, 409},
			{"POST", "/tuning/a/rollback", `{}`, admin.CodeBody, 400},
			{"POST", "/tuning/a/rollback", `{"to":"0.77"}`, admin.CodeNoVariable, 404},
		} {
			code, reason := refused(o, o.ask(c.method, "/v1/variables"+c.path, c.body, request{}))
			assert.Equal(t, []any{c.code, c.reason}, []any{code, reason}, "%s %s %s", c.method, c.path, c.body)
		}
		assert.Equal(t, before, s.Version(), "what is refused changes nothing")
		code, _ := refused(o, o.ask("POST", "/v1/variables/tuning/a", `{"value":1,"because":"`+strings.Repeat("x", 3000)+`"}`, request{}))
		assert.Equal(t, http.StatusRequestEntityTooLarge, code)
		code, reason := refused(o, o.ask("POST", "/v1/variables/tuning/a", `{"value":1,"key":"k"}`, request{header: map[string]string{"Idempotency-Key": "l"}}))
		assert.Equal(t, []any{400, admin.CodeBody}, []any{code, reason}, "two keys")
		for _, path := range []string{"/v1/variables", "/v1/variables/tuning/a", "/v1/variables/watch"} {
			code, _ = refused(o, o.ask("GET", path, "", request{from: "10.0.0.1:1", host: "node:1"}))
			assert.Equal(t, http.StatusUnauthorized, code, path)
			code, reason = refused(&office{t: t}, (&office{t: t, handler: admin.Variables(admin.VariableOptions{})}).ask("GET", path, "", request{}))
			assert.Equal(t, []any{404, admin.CodeNoVariables}, []any{code, reason}, path)
		}
	})
}

// toldEvent is one server-sent event.
type toldEvent struct{ id, name, data string }

// listen reads a watch until the test lets it end, which it does when the reader has gone.
func (o *office) listen(target, last string) (leave func() []toldEvent) {
	ctx, cancel := context.WithCancel(o.t.Context())
	said := make(chan string)
	header := map[string]string{}
	if last != "" {
		header["Last-Event-ID"] = last
	}
	go func() { // ends when the reader has gone
		said <- o.ask("GET", target, "", request{ctx: ctx, header: header}).Body.String()
	}()
	synctest.Wait()
	return func() (all []toldEvent) {
		synctest.Wait()
		cancel()
		var e toldEvent
		for line := range strings.Lines(<-said) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			switch key {
			case "id":
				e.id = value
			case "event":
				e.name = value
			case "data":
				e.data = value
				all = append(all, e)
				e = toldEvent{}
			}
		}
		return all
	}
}

func TestAWatchOfVariablesGoesOnWhereItsReaderWas(t *testing.T) {
	inStudio(t, func(t *testing.T, o *office, s *cognitive.Space) {
		v, err := cognitive.Lookup[float64](s, "a")
		require.NoError(t, err)
		set := func(xs ...float64) {
			for _, x := range xs {
				_, err := v.Propose(t.Context(), x, cognitive.From("ann"), cognitive.Because("trying"))
				require.NoError(t, err)
			}
		}
		leave := o.listen("/v1/variables/watch", "")
		begin := s.Version()
		set(0.25, 0.5)
		_, err = v.Override(t.Context(), "agent/ann", 1, 0)
		require.NoError(t, err)
		time.Sleep(11 * time.Second)
		first := leave()
		require.Equal(t, "variables", first[0].name)
		assert.Equal(t, begin.String(), first[0].id)
		var there admin.WatchedVariables
		require.NoError(t, json.Unmarshal([]byte(first[0].data), &there))
		assert.Len(t, there.Variables, 9)
		// a and sum, then a and sum, then the override of a; high is as before
		var seen []string
		for _, e := range first[1:] {
			require.Equal(t, "commit", e.name)
			var c admin.WatchedCommit
			require.NoError(t, json.Unmarshal([]byte(e.data), &c))
			seen = append(seen, c.Variable+c.Commit.Scope+" "+c.Commit.At+" "+c.Commit.Text)
			if c.Variable == "a" {
				assert.Equal(t, c.Commit.Scope == "", c.Commit.Because == "trying")
			}
		}
		assert.Equal(t, []string{"a 0.2 0.25", "sum 0.2 0.25", "a 0.3 0.5", "sum 0.3 0.5", "aagent/ann 0.1 1"}, seen)

		set(0.75) // while nobody listens; high changes, too
		for i, e := range first {
			leave := o.listen("/v1/variables/watch?space=tuning", e.id)
			set(1, 0.75)
			rest := leave()
			require.NotEmpty(t, rest)
			for _, x := range rest {
				require.Equal(t, "commit", x.name, "no gap")
			}
			ids := map[string]bool{}
			for _, x := range append(slices.Clone(first[:i+1]), rest...) {
				require.False(t, ids[x.id], "%s twice after %s", x.id, e.id)
				ids[x.id] = true
			}
			if i+1 < len(first) {
				assert.Equal(t, first[i+1], rest[0])
			}
		}
		for last, code := range map[string]int{"nonsense": 400, "0.3/0": 400, "0.3/x": 400} {
			got, reason := refused(o, o.ask("GET", "/v1/variables/watch", "", request{header: map[string]string{"Last-Event-ID": last}}))
			assert.Equal(t, []any{code, admin.CodeBody}, []any{got, reason}, last)
		}
		got, reason := refused(o, o.ask("GET", "/v1/variables/watch?space=none", "", request{}))
		assert.Equal(t, []any{404, admin.CodeNoVariable}, []any{got, reason})
		for _, last := range []string{"7.1", "0.1/99", "0.9999"} { // of another journal, or of more than there was
			events := o.listen("/v1/variables/watch", last)()
			require.Len(t, events, 2, last)
			assert.Equal(t, []string{"gap", "variables"}, []string{events[0].name, events[1].name}, last)
			assert.Equal(t, s.Version().String(), events[1].id)
		}
	})
}
