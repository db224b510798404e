// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
	"mabeam.dev/supervision"
)

func TestCasesAreDecidedAndRankingsReadOverHTTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { assert.NoError(t, sys.Close(context.Background())) }()
		j := events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{})
		log := marketlog.New(j)
		l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: "market/ledger", Journal: log})
		require.NoError(t, err)
		r, err := market.NewReputation(market.ReputationOptions{Name: "reputation", Stream: "market/reputation", Journal: log, Settlements: l})
		require.NoError(t, err)
		d, err := market.NewDeals(market.DealsOptions{Name: "deals", Stream: "market/deals", Journal: log, Ledger: l, Reputation: r})
		require.NoError(t, err)
		s, err := market.NewStakes(market.StakesOptions{Name: "stakes", Stream: "market/stakes", Journal: log, Ledger: l, Reputation: r})
		require.NoError(t, err)
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{
			supervision.Worker(j.Name(), j.Behavior, j.ProcessOptions()...), supervision.Worker(l.Name(), l.Behavior, l.ProcessOptions()...), r.Child(), d.Child(), s.Child(),
		}})
		require.NoError(t, err)
		for _, who := range []string{"ann", "bob"} {
			in := ledger.Deposit("in/"+who, who, money.Of(100*money.Unit, "credit"))
			in.Accounts = []ledger.Account{ledger.Available(who)}
			_, err := l.Post(t.Context(), in)
			require.NoError(t, err)
		}
		_, err = d.Fund(t.Context(), listing.Terms{ID: "1", Buyer: "bob", Provider: "ann", Price: money.Unit})
		require.NoError(t, err)
		_, err = s.Lock(t.Context(), "1", "ann", 10*money.Unit)
		require.NoError(t, err)
		h := admin.WithDeals(http.NotFoundHandler(), admin.Deals(admin.DealsOptions{Deals: d, Stakes: s, Reputation: r, Now: sys.Now}))
		ask := func(method, path, body string) (int, string) {
			req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
			req.RemoteAddr, req.Host = "127.0.0.1:1", "localhost"
			w := httptest.NewRecorder()
			h.ServeHTTP(w, req)
			return w.Code, w.Body.String()
		}
		status, body := ask("GET", "/v1/market/deals", "")
		require.Equal(t, 200, status, body)
		assert.Contains(t, body, `"State":"funded"`)
		const accusation = `{"case": "c", "accusation": {"kind": "collusion", "accuser": "bob", "finding": {"Kind": "shill", "Subjects": ["ann"], "Records": ["1"]}}}`
		for _, c := range []struct {
			step, body string
			status     int
			want       string
		}{
			{"accuse", `{"case": "c"}`, 400, "bad_case"},
			{"accuse", `{"case": "c", "accusation": {"proof": "believe me"}}`, 400, "bad_case"},
			{"accuse", `{"case": "c", "accusation": {"accuser": "bob", "finding": {"Subjects": ["ann"]}}}`, 400, "bad_case"},
			{"accuse", `{"case": "c", "what": 1}`, 400, "bad_body"},
			{"accuse", accusation, 200, `"state":"reported"`},
			{"accuse", accusation, 200, `"state":"reported"`},
			{"decide", `{"case": "c", "by": "judge", "guilty": true}`, 409, "not_now"},
			{"review", `{"case": "c", "by": "bob"}`, 409, "not_now"},
			{"review", `{"case": "?", "by": "judge"}`, 404, "unknown_case"},
			{"review", `{"case": "c", "by": "judge"}`, 200, `"state":"reviewed"`},
			{"decide", `{"case": "c", "by": "judge", "guilty": true, "reason": "seen"}`, 200, `"state":"upheld"`},
			{"appeal", `{"case": "c", "by": "ann", "reason": "no"}`, 200, `"state":"appealed"`},
			{"decide", `{"case": "c", "by": "other", "guilty": true}`, 200, `"state":"final"`},
			{"forgive", `{"case": "c"}`, 404, "bad_case"},
			{"contest", `{"case": "c", "by": "ann"}`, 404, "no_deals"},
		} {
			status, body := ask("POST", "/v1/market/cases/"+c.step, c.body)
			assert.Equal(t, c.status, status, "%s %s: %s", c.step, c.body, body)
			assert.Contains(t, body, c.want)
		}
		time.Sleep(2 * time.Second) // what was upheld is entered
		_, body = ask("GET", "/v1/market/cases", "")
		var cases admin.CasesAnswer
		require.NoError(t, json.Unmarshal([]byte(body), &cases))
		require.Len(t, cases.Cases, 1)
		assert.True(t, cases.Cases[0].Guilty)
		status, body = ask("GET", "/v1/market/rankings", "")
		require.Equal(t, 200, status, body)
		var ranks admin.RankingsAnswer
		require.NoError(t, json.Unmarshal([]byte(body), &ranks))
		require.Len(t, ranks.Ranks, 1)
		assert.Equal(t, "ann", ranks.Ranks[0].Agent)
		assert.Equal(t, "normal", ranks.Level)
		status, _ = ask("GET", "/v1/market/rankings?limit=0", "")
		assert.Equal(t, 400, status)
		h = admin.Deals(admin.DealsOptions{})
		for _, path := range []string{"rankings", "deals", "cases"} {
			status, body := ask("GET", "/v1/market/"+path, "")
			assert.Equal(t, 404, status)
			assert.Contains(t, body, "no_deals")
		}
	})
}
