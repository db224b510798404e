// SPDX-License-Identifier: Apache-2.0

package protocol_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors/fault"
	"mabeam.dev/agents/exec/protocol"
	"mabeam.dev/market/money"
)

// three is a call for three tasks, of which the second is over, with two free slots.
var three = protocol.Tender{
	Call: "q.1", Slots: 2, Currency: "credit", Ceiling: 5 * money.Unit, Within: time.Second, Tasks: []protocol.BidTask{{ID: "a"}, {}, {ID: "c"}},
}

func judge(t *testing.T, fields string) (protocol.Proposal, error) {
	t.Helper()
	var b protocol.Bid
	require.NoError(t, json.Unmarshal([]byte(`{"id":"x"`+fields+`}`), &b))
	return three.Judge(b)
}

func TestBidsThatCountAreReadExactly(t *testing.T) {
	for fields, want := range map[string]protocol.Proposal{
		`,"price":2`:                                     {Each: 2 * money.Unit},
		`,"price":"0.000001"`:                            {Each: 1},
		`,"price":0.1`:                                   {Each: 100_000},
		`,"price":1,"bundles":null`:                      {Each: money.Unit},
		`,"price":4611686018427.387903`:                  {Each: money.Max / 2},
		`,"bundles":[{"tasks":["c"],"price":1}]`:         {Bundles: []protocol.Bundle{{Tasks: []int{2}, Price: money.Unit}}},
		`,"bundles":[{"tasks":["c","a"],"price":"2.5"}]`: {Bundles: []protocol.Bundle{{Tasks: []int{0, 2}, Price: 2_500_000}}},
	} {
		got, err := judge(t, fields)
		require.NoError(t, err, fields)
		assert.Equal(t, want, got, fields)
	}
}

func TestBidsThatDoNotCountSayWhy(t *testing.T) {
	for fields, want := range map[string]error{
		``:                                           protocol.ErrBidMalformed,
		`,"price":null`:                              protocol.ErrBidMalformed,
		`,"price":1,"bundles":[]`:                    protocol.ErrBidMalformed,
		`,"price":"much"`:                            protocol.ErrBidMalformed,
		`,"price":""`:                                protocol.ErrBidMalformed,
		`,"price":1e2`:                               protocol.ErrBidMalformed,
		`,"price":"NaN"`:                             protocol.ErrBidMalformed,
		`,"price":true`:                              protocol.ErrBidMalformed,
		`,"price":{}`:                                protocol.ErrBidMalformed,
		`,"price":0`:                                 protocol.ErrBidPrice,
		`,"price":-0`:                                protocol.ErrBidPrice,
		`,"price":"-3"`:                              protocol.ErrBidPrice,
		`,"price":9223372036854775807`:               protocol.ErrBidOverflow,
		`,"price":"9223372036854.775807"`:            protocol.ErrBidOverflow, // fits, and not twice
		`,"price":-9223372036855`:                    protocol.ErrBidOverflow,
		`,"price":1.0000001`:                         protocol.ErrBidPrecision,
		`,"price":"0.0000000"`:                       protocol.ErrBidPrecision,
		`,"bundles":{}`:                              protocol.ErrBidMalformed,
		`,"bundles":[]`:                              protocol.ErrBidMalformed,
		`,"bundles":[7]`:                             protocol.ErrBidMalformed,
		`,"bundles":[{"tasks":["a"]}]`:               protocol.ErrBidMalformed,
		`,"bundles":[{"price":1}]`:                   protocol.ErrBidTask,
		`,"bundles":[{"tasks":["a"],"price":0}]`:     protocol.ErrBidPrice,
		`,"bundles":[{"tasks":["b"],"price":1}]`:     protocol.ErrBidTask,
		`,"bundles":[{"tasks":[""],"price":1}]`:      protocol.ErrBidTask, // the one that is over
		`,"bundles":[{"tasks":["a","a"],"price":1}]`: protocol.ErrBidTask,
		`,"bundles":[{"tasks":["a","c","a"],"price":1}]`:    protocol.ErrBidTask, // two slots are free
		`,"bundles":[{"tasks":["a"],"price":1.0000001}]`:    protocol.ErrBidPrecision,
		`,"bundles":[` + strings.Repeat(`{},`, 256) + `{}]`: protocol.ErrBidMalformed,
	} {
		got, err := judge(t, fields)
		require.ErrorIs(t, err, want, fields)
		assert.Zero(t, got, fields)
		assert.Less(t, len(err.Error()), 300, "what a program wrote is cut")
	}
}

// No bid is junk, whatever its fields are: none ends the program, and each question has one end.
func TestNoBidEndsTheProgram(t *testing.T) {
	s := protocol.NewSession(protocol.Config{JunkLimit: protocol.NoJunk})
	s.Begin()
	s.Step(protocol.LineRead{Line: []byte(`{"type":"hello","protocol":1,"features":["bid"]}`)})
	for n := range 1000 {
		id, _, err := s.AskBid(three)
		require.NoError(t, err)
		word := []string{`"price":{"a":[]}`, `"price":"` + strings.Repeat("9", 1000) + `"`, `"bundles":true`, `"price":-1`}[n%4]
		ends := 0
		for _, action := range s.Step(protocol.LineRead{Line: fmt.Appendf(nil, `{"type":"bid","id":%q,%s}`, id, word)}) {
			if passed, ok := action.(protocol.BidPassed); ok {
				ends++
				assert.Equal(t, fault.Code(3345), fault.Of(passed.Err).Code)
			}
		}
		require.Equal(t, 1, ends)
		s.Step(protocol.LineRead{Line: []byte(`{"type":"bid","id":{"deep":[1,2]}}`)})
		s.Step(protocol.LineRead{Line: []byte(`{"type":"pass","id":[]}`)})
	}
	assert.Equal(t, protocol.Running, s.State())
}

func TestQuestionsAreBounded(t *testing.T) {
	s := protocol.NewSession(protocol.Config{LineLimit: 2000})
	_, _, err := s.AskBid(three)
	require.ErrorIs(t, err, protocol.ErrNotReady)
	s.Step(protocol.LineRead{Line: []byte(`{"type":"hello","protocol":1,"features":["bid"]}`)})
	large := three
	large.Call = strings.Repeat("x", 2000)
	_, _, err = s.AskBid(large)
	require.ErrorIs(t, err, protocol.ErrBidRequest)
	for range 64 {
		_, _, err = s.AskBid(three)
		require.NoError(t, err)
	}
	_, _, err = s.AskBid(three)
	require.ErrorIs(t, err, protocol.ErrBusy)
}
