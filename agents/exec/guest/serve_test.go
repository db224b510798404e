// SPDX-License-Identifier: Apache-2.0

package guest_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/exec/guest"
	"mabeam.dev/market/money"
)

func shout(_ context.Context, t guest.Task) (any, error) {
	var text string
	if err := json.Unmarshal(t.Input, &text); err != nil {
		return nil, &guest.PermanentError{Err: err}
	}
	if text == "fail" {
		return nil, errors.New("as told")
	}
	return strings.ToUpper(text), nil
}

func TestServeAnswersEveryTaskAndEndsWithItsInput(t *testing.T) {
	in := `{"type":"task","id":"a","attempt":1,"input":"hi"}` + "\n" + `{"type":"ping","n":4}` + "\n"
	var out bytes.Buffer
	require.NoError(t, guest.Serve(t.Context(), strings.NewReader(in), &out, guest.Hello{Capabilities: []string{"text"}}, shout))
	assert.Contains(t, out.String(), `{"capabilities":["text"],"features":["ping"],"protocol":1,"type":"hello"}`)
	assert.Contains(t, out.String(), `{"attempt":1,"id":"a","output":"HI","type":"result"}`)
	assert.Contains(t, out.String(), `{"n":4,"type":"pong"}`)
}

func TestServeTellsPermanentErrorsFromOthers(t *testing.T) {
	for input, retry := range map[string]bool{`"fail"`: true, `{}`: false} {
		var out bytes.Buffer
		in := fmt.Sprintf(`{"type":"task","id":"a","attempt":2,"input":%s}`+"\n", input)
		require.NoError(t, guest.Serve(t.Context(), strings.NewReader(in), &out, guest.Hello{}, shout))
		assert.Contains(t, out.String(), fmt.Sprintf(`"retry":%t`, retry))
	}
}

func TestServeRefusesLinesThatAreNoMessages(t *testing.T) {
	err := guest.Serve(t.Context(), strings.NewReader("nonsense\n"), &bytes.Buffer{}, guest.Hello{}, shout)
	assert.ErrorContains(t, err, `"nonsense\n"`)
}

// A result that has no JSON is answered with an error that no attempt can cure, instead of with nothing.
func TestServeAnswersForAResultThatHasNoJSON(t *testing.T) {
	var out bytes.Buffer
	in := `{"type":"task","id":"a","attempt":1}` + "\n"
	nonsense := func(context.Context, guest.Task) (any, error) { return math.NaN(), nil }
	require.NoError(t, guest.Serve(t.Context(), strings.NewReader(in), &out, guest.Hello{}, nonsense))
	assert.Contains(t, out.String(), `"message":"guest: encode result of task \"a\": json: unsupported value: NaN"`)
	assert.Contains(t, out.String(), `"retry":false`)
}

func TestRecordReachesANodeThatTakesFiguresAndNoOther(t *testing.T) {
	count := func(ctx context.Context, _ guest.Task) (any, error) {
		return guest.Record(ctx, "tokens", 12.5) && !guest.Record(ctx, "", 1) && !guest.Record(ctx, "tokens", math.Inf(1)), nil
	}
	for ready, taken := range map[string]bool{`{"type":"ready","features":["record"]}`: true, `{"type":"ready"}`: false} {
		var out bytes.Buffer
		in := ready + "\n" + `{"type":"task","id":"a","attempt":1}` + "\n"
		require.NoError(t, guest.Serve(t.Context(), strings.NewReader(in), &out, guest.Hello{}, count))
		assert.Contains(t, out.String(), fmt.Sprintf(`"output":%t`, taken))
		assert.Equal(t, taken, strings.Contains(out.String(), `{"metric":"tokens","type":"record","value":12.5}`))
	}
	assert.False(t, guest.Record(t.Context(), "tokens", 1), "no handler's context")
}

func TestProgramsThatBidAreAskedAndAnswerExactly(t *testing.T) {
	bid := func(_ context.Context, r guest.BidRequest) (guest.Bid, error) {
		switch {
		case r.Ceiling < money.Unit:
			return guest.Bid{}, errors.New("too little")
		case r.Slots == 0:
			return guest.Bid{Why: "no room"}, nil
		case r.Bundles:
			return guest.Bid{Bundles: []guest.Bundle{{Tasks: []string{r.Tasks[0].ID, r.Tasks[1].ID}, Price: 3 * money.Unit}}}, nil
		}
		return guest.Bid{Price: r.Ceiling - 1}, nil
	}
	for fields, want := range map[string]string{
		`"slots":1,"ceiling":"5"`:   `{"id":"q.1/1","price":"4.999999","type":"bid"}`,
		`"slots":0,"ceiling":"5"`:   `{"id":"q.1/1","type":"pass","why":"no room"}`,
		`"slots":1,"ceiling":"0.5"`: `{"id":"q.1/1","type":"pass","why":"too little"}`,
		`"slots":2,"ceiling":"5","bundles":true,"tasks":[{"id":"a"},{"id":"b"}]`: `{"bundles":[{"tasks":["a","b"],"price":"3"}],"id":"q.1/1","type":"bid"}`,
	} {
		var out bytes.Buffer
		in := `{"type":"bid_request","id":"q.1/1","deadline_ms":1000,` + fields + "}\n"
		require.NoError(t, guest.Serve(t.Context(), strings.NewReader(in), &out, guest.Hello{OnBid: bid}, shout))
		assert.Contains(t, out.String(), `"features":["ping","bid"]`)
		assert.Contains(t, out.String(), want)
	}
	var out bytes.Buffer
	in := `{"type":"bid_request","id":"q.1/1"}` + "\n"
	require.NoError(t, guest.Serve(t.Context(), strings.NewReader(in), &out, guest.Hello{}, shout))
	assert.NotContains(t, out.String(), "q.1/1", "who has not said that it bids is not asked, and would not answer")
}

func TestProgramsThatVoteAreAskedAndAnswerOnce(t *testing.T) {
	half := 0.5
	hello := guest.Hello{
		OnVote: func(_ context.Context, r guest.VoteRequest) (guest.Vote, error) {
			switch {
			case r.Role == "rate":
				return guest.Vote{Value: &half, Text: "so so"}, nil
			case r.Role == "sample":
				return guest.Vote{Choices: []string{"a", "b"}}, nil
			case len(r.Options) == 0:
				return guest.Vote{}, errors.New("nothing to choose")
			}
			return guest.Vote{Choice: r.Options[len(r.Options)-1]}, nil
		},
		OnPropose: func(_ context.Context, r guest.VoteRequest) (guest.Proposal, error) {
			if len(r.Items) > 0 {
				return guest.Proposal{Scores: []guest.Score{{Item: r.Items[0].ID, Value: 1}}}, nil
			}
			return guest.Proposal{Text: r.Question + " pasta", Output: map[string]int{"price": 3}}, nil
		},
	}
	serve := func(hello guest.Hello, line string) string {
		var out bytes.Buffer
		require.NoError(t, guest.Serve(t.Context(), strings.NewReader(line+"\n"), &out, hello, shout))
		return out.String()
	}
	for request, want := range map[string]string{
		`{"type":"vote_request","role":"vote","options":["soup","salad"]`:  `{"choice":"salad","id":"v/1","type":"vote"}`,
		`{"type":"vote_request","role":"vote"`:                             `{"id":"v/1","type":"abstain","why":"nothing to choose"}`,
		`{"type":"vote_request","role":"rate"`:                             `{"id":"v/1","text":"so so","type":"vote","value":0.5}`,
		`{"type":"vote_request","role":"sample"`:                           `{"choices":["a","b"],"id":"v/1","type":"vote"}`,
		`{"type":"propose_request","role":"propose","question":"Lunch?"`:   `{"id":"v/1","output":{"price":3},"text":"Lunch? pasta","type":"propose"}`,
		`{"type":"propose_request","role":"critique","items":[{"id":"p"}]`: `{"id":"v/1","scores":[{"item":"p","value":1}],"type":"propose"}`,
	} {
		out := serve(hello, request+`,"id":"v/1","deadline_ms":1000}`)
		assert.Contains(t, out, `"features":["ping","vote"]`)
		assert.Contains(t, out, want)
	}
	assert.Contains(t, serve(guest.Hello{OnVote: hello.OnVote}, `{"type":"propose_request","id":"v/1","role":"propose","deadline_ms":1000}`), `"type":"abstain"`)
	assert.NotContains(t, serve(guest.Hello{}, `{"type":"stop"}`), "vote", "who does not vote does not say so")
}

// talk is a program and the node's ends of its pipes.
type talk struct {
	t    *testing.T
	in   *io.PipeWriter
	out  *bufio.Scanner
	over chan error // sent to once
}

func converse(t *testing.T, hello guest.Hello, handle guest.Handler) *talk {
	in, node := io.Pipe()
	back, out := io.Pipe()
	c := &talk{t, node, bufio.NewScanner(back), make(chan error, 1)}
	go func() { // ends when the node closes its end
		c.over <- guest.Serve(t.Context(), in, out, hello, handle)
		_ = out.Close()
	}()
	c.says(`"features":["ping","variables"]`)
	return c
}

// says reads a line of the program.
func (c *talk) says(parts ...string) string {
	c.t.Helper()
	require.True(c.t, c.out.Scan())
	for _, p := range parts {
		require.Contains(c.t, c.out.Text(), p)
	}
	return c.out.Text()
}

func (c *talk) tell(lines ...string) {
	for _, l := range lines {
		_, err := io.WriteString(c.in, l+"\n")
		require.NoError(c.t, err)
	}
}

func (c *talk) end() {
	require.NoError(c.t, c.in.Close())
	require.False(c.t, c.out.Scan())
	require.NoError(c.t, <-c.over)
}

var sharing = []string{
	`{"type":"ready","features":["record","variables"]}`,
	`{"type":"variables","space":"s","space_version":"0.1","more":true,"variables":[{"variable":"a","form":"float","value":0.5,"version":"0.1"}]}`,
	`{"type":"variables","space":"s","space_version":"0.1","variables":[{"variable":"m","form":"option","value":"x","version":"0.1"}]}`,
}

func TestProgramsReadVariablesAndConfirmChanges(t *testing.T) {
	read := func(ctx context.Context, _ guest.Task) (any, error) {
		a, version, ok := guest.Load[float64](ctx, "s/a")
		m, also := guest.Get[string](ctx, "m")
		_, form := guest.Get[string](ctx, "s/a")
		_, there := guest.Get[string](ctx, "s/none")
		return []any{a, version, ok, m, also, form, there}, nil
	}
	change := `{"type":"variable","space":"s","space_version":"0.3","variable":"a","form":"float","value":0.7,"version":"0.2","cause":"user","confirm":true}`
	applied := []string{`"type":"applied"`, `"space":"s"`, `"variable":"a"`, `"version":"0.2"`}
	c := converse(t, guest.Hello{Variables: true}, read)
	c.tell(sharing...)
	c.tell(`{"type":"task","id":"t"}`)
	c.says(`[0.5,"0.1",true,"x",true,false,false]`)
	c.tell(change)
	c.says(applied...)
	c.tell(`{"type":"task","id":"t"}`)
	c.says(`[0.7,"0.2",true,"x",true,false,false]`)
	c.end()

	heard := make(chan guest.Change, 10)
	c = converse(t, guest.Hello{OnChange: func(ctx context.Context, x guest.Change) error {
		a, ok := guest.Get[float64](ctx, x.Variable)
		assert.True(t, ok && a == 0.7)
		if heard <- x; x.Version != "0.2" {
			return errors.New("not that one")
		}
		return nil
	}}, read)
	c.tell(sharing...)
	c.tell(strings.Replace(change, `"0.2"`, `"0.9"`, 1))
	assert.Equal(t, "0.9", (<-heard).Version)
	c.tell(change)
	assert.Equal(t, guest.Change{Variable: "s/a", Value: json.RawMessage("0.7"), Version: "0.2", Cause: "user"}, <-heard)
	c.says(applied...)
	c.end()
}

func TestProgramsSuggestAndReportAndAreAnswered(t *testing.T) {
	try := func(ctx context.Context, task guest.Task) (any, error) {
		if task.Kind == "report" {
			return nil, guest.Report(ctx, guest.Feedback{Variable: "a", Version: "0.1", Metrics: map[string]float64{"cost": 2}})
		}
		got, err := guest.Suggest(ctx, guest.Suggestion{Variable: "s/a", Value: 0.75, Rationale: "why not", Base: "0.1"})
		var refused *guest.RefusedError
		if errors.As(err, &refused) {
			return []any{refused.Code, refused.After.String()}, nil
		}
		return []any{string(got.Value), got.Version, got.Again}, err
	}
	c := converse(t, guest.Hello{Variables: true}, try)
	c.tell(`{"type":"task","id":"early"}`)
	c.says(`guest: the node has no variables for the program`)
	c.tell(sharing...)
	c.tell(`{"type":"task","id":"t"}`)
	c.says(`{"base":"0.1","id":"v1","rationale":"why not","space":"s","type":"suggest","value":0.75,"variable":"a"}`)
	c.tell(`{"type":"answer","id":"v9","ok":true}`, `{"type":"answer","id":"v1","ok":true,"value":0.75,"version":"0.2"}`)
	c.says(`["0.75","0.2",false]`)
	c.tell(`{"type":"task","id":"t"}`)
	c.says(`"id":"v2"`)
	c.tell(`{"type":"answer","id":"v2","ok":false,"code":"E4682","message":"it cools down","retry_ms":1500}`)
	c.says(`["E4682","1.5s"]`)
	c.tell(`{"type":"task","id":"t","kind":"report"}`)
	c.says(`{"id":"v3","metrics":{"cost":2},"type":"report","variable":"a","version":"0.1"}`)
	c.tell(`{"type":"answer","id":"v3","ok":false,"code":"E4681","message":"another version"}`)
	c.says(`guest: variable \"a\": E4681: another version`)
	c.tell(`{"type":"task","id":"cut"}`)
	c.says(`"id":"v4"`)
	c.tell(`{"type":"cancel","id":"cut"}`)
	c.says(`context canceled`)
	c.end()
}

// A program that upper-cases text. The node's side of the conversation comes from a string here.
func Example() {
	in := strings.NewReader(`{"type":"stop","grace_ms":1000}` + "\n")
	err := guest.Serve(context.Background(), in, os.Stdout, guest.Hello{}, shout)
	fmt.Println(err)
	// Output:
	// {"capabilities":null,"features":["ping"],"protocol":1,"type":"hello"}
	// {"type":"bye"}
	// <nil>
}
