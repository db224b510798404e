// SPDX-License-Identifier: Apache-2.0

package protocol_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/exec/protocol"
)

func TestDecodeReadsEveryMessage(t *testing.T) {
	yes := true
	for line, want := range map[string]protocol.Message{
		`{"type":"hello","protocol":1,"name":"n","capabilities":["a"],"features":["ping"],"inflight":2}`: protocol.Hello{
			Protocol: 1, Name: "n", Capabilities: []string{"a"}, Features: []string{"ping"}, Inflight: 2,
		},
		`{"type":"result","id":"x","attempt":2,"output":[1, 2]}`:          protocol.Result{ID: "x", Attempt: 2, Output: json.RawMessage(`[1, 2]`)},
		`{"id":"x","code":"c","message":"m","retry":true,"type":"error"}`: protocol.Failure{ID: "x", Code: "c", Message: "m", Retry: &yes},
		`{"type":"progress","id":"x","data":"half"}`:                      protocol.Progress{ID: "x", Data: json.RawMessage(`"half"`)},
		`{"type":"log","level":"info","message":"m"}`:                     protocol.Log{Level: "info", Message: "m"},
		`{"type":"record","metric":"tokens","value":12.5}`:                protocol.Record{Metric: "tokens", Value: 12.5},
		`{"type":"event","topic":"t","data":null}`:                        protocol.Event{Topic: "t", Data: json.RawMessage(`null`)},
		"  {\"type\":\"heartbeat\"}\t":                                    protocol.Heartbeat{},
		`{"type":"pong","n":7}`:                                           protocol.Pong{N: 7},
		`{"type":"bye","some":"field of a later version"}`:                protocol.Bye{},
	} {
		got, err := protocol.Decode([]byte(line), false)
		require.NoError(t, err, line)
		assert.Equal(t, want, got, line)
	}
}

func TestDecodeSaysWhyALineIsJunk(t *testing.T) {
	for _, tc := range []struct {
		line   string
		strict bool
		want   protocol.JunkKind
	}{
		{line: `hello`, want: protocol.NotJSON},
		{line: `"hello"`, want: protocol.NotJSON},
		{line: `{"type":"hello"`, want: protocol.NotJSON},
		{line: `{"type":"bye"} {"type":"bye"}`, want: protocol.NotJSON},
		{line: strings.Repeat(`{"type":`, 20000), want: protocol.NotJSON},
		{line: "{\"type\":\"result\",\"id\":\"\xff\"}", want: protocol.NotUTF8},
		{line: `{}`, want: protocol.UnknownType},
		{line: `{"type":""}`, want: protocol.UnknownType},
		{line: `{"type":null}`, want: protocol.UnknownType},
		{line: `{"type":"call","id":"x"}`, want: protocol.UnknownType},
		{line: `{"type":7}`, want: protocol.NotJSON},
		{line: `{"type":"result"}`, want: protocol.BadField},
		{line: `{"type":"result","id":7}`, want: protocol.BadField},
		{line: `{"type":"error","id":""}`, want: protocol.BadField},
		{line: `{"type":"progress"}`, want: protocol.BadField},
		{line: `{"type":"event"}`, want: protocol.BadField},
		{line: `{"type":"hello","protocol":"1"}`, want: protocol.BadField},
		{line: `{"type":"hello","protocol":1,"inflight":-1}`, want: protocol.BadField},
		{line: `{"type":"bye","why":"tired"}`, strict: true, want: protocol.BadField},
	} {
		_, err := protocol.Decode([]byte(tc.line), tc.strict)
		var junk *protocol.JunkLine
		require.ErrorAs(t, err, &junk, tc.line)
		assert.Equal(t, tc.want.String(), junk.Kind.String(), tc.line)
		assert.LessOrEqual(t, len(junk.Head), 80)
		assert.True(t, strings.HasPrefix(tc.line, junk.Head))
	}
}

func TestDecodeKeepsNothingOfTheLine(t *testing.T) {
	line := []byte(`{"type":"result","id":"x","output":{"a":1}}`)
	m, err := protocol.Decode(line, false)
	require.NoError(t, err)
	clear(line)
	assert.JSONEq(t, `{"a":1}`, string(m.(protocol.Result).Output))
}

func TestEncodeWritesOneLineThatReadsBack(t *testing.T) {
	for _, c := range []protocol.Command{
		protocol.Ready{Protocol: 1, Agent: "a\nb", Inflight: 1, LineLimit: 10},
		protocol.Work{ID: "x", Kind: "k", Input: json.RawMessage("{\n\t\"html\": \"<b>&\"\r\n}"), Attempt: 1},
		protocol.Cancel{ID: "line\u2028separator"},
		protocol.Event{Topic: "t"},
		protocol.Ping{N: 1},
		protocol.Stop{GraceMS: 5},
	} {
		line, err := protocol.Encode(c)
		require.NoError(t, err)
		assert.Equal(t, 1, strings.Count(string(line), "\n"), "%s", line)
		assert.True(t, strings.HasSuffix(string(line), "}\n"))
		assert.True(t, json.Valid(line), "%s", line)
	}
	_, err := protocol.Encode(protocol.Event{Topic: "t", Data: json.RawMessage("{")})
	assert.Error(t, err)
	_, err = protocol.Encode(protocol.Event{Topic: "t", Data: json.RawMessage("\"\xff\"")})
	assert.Error(t, err)
}

func TestConfigReportsEveryMistakeAtOnce(t *testing.T) {
	require.NoError(t, protocol.Config{}.Validate())
	require.NoError(t, protocol.Config{
		JunkLimit: protocol.NoJunk, StartTimeout: protocol.Never, StopGrace: protocol.Never,
		PingInterval: protocol.Never, CancelGrace: protocol.Never, JunkWindow: protocol.Never,
	}.Validate())
	err := protocol.Config{TermGrace: -time.Second, CloseGrace: -1, PingMisses: -1, Inflight: -1, LineLimit: -1}.Validate()
	require.Error(t, err)
	for _, field := range []string{"TermGrace", "CloseGrace", "PingMisses", "Inflight", "LineLimit"} {
		assert.ErrorContains(t, err, field)
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"type":"hello","protocol":1}`, `{"type":"result","id":"a","output":{}}`, `{"type":"error","id":"a","retry":null}`,
		`{"type":"log"}`, `{"Type":"bye"}`, `{"type":"bye","type":"log"}`, `{`, `null`, "\xff", `{"type":"event","topic":"x","data":1e999}`,
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, line []byte, strict bool) {
		m, err := protocol.Decode(line, strict)
		if (m == nil) == (err == nil) && err == nil {
			t.Fatal("neither message nor error")
		}
		var junk *protocol.JunkLine
		if err != nil && !assert.ErrorAs(t, err, &junk) {
			t.FailNow()
		}
		// Whatever the line, a session survives it: at worst it is counted.
		s := protocol.NewSession(protocol.Config{})
		s.Begin()
		s.Step(protocol.LineRead{Line: []byte(`{"type":"hello","protocol":1}`)})
		if _, err := s.Assign(protocol.Task{ID: "a", Attempt: 1}); err != nil {
			t.Fatal(err)
		}
		s.Step(protocol.LineRead{Line: line})
		s.Step(protocol.ProcessExited{})
		if s.State() != protocol.Exited {
			t.Fatalf("state %v after exit", s.State())
		}
	})
}
