// SPDX-License-Identifier: Apache-2.0

package collect_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/collect"
)

// wire answers requests without a network.
type wire func(*http.Request) (*http.Response, error)

// RoundTrip answers a request.
func (w wire) RoundTrip(r *http.Request) (*http.Response, error) { return w(r) }

func reply(status int, header http.Header) *http.Response {
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader("thanks"))}
}

func delivery() alert.Delivery {
	return alert.Delivery{
		ID: 7, Route: "ops", At: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		Notices: []alert.Notice{
			{Rule: "hot", Key: "a", Severity: alert.Critical, What: alert.Fired, Value: 95, Threshold: 90},
			{Rule: "cold", What: alert.Over, Runbook: "wait"},
		},
	}
}

func TestWebhookPostsTheDeliveryAsJSONUnderItsID(t *testing.T) {
	var got *http.Request
	var body []byte
	client := &http.Client{Transport: wire(func(r *http.Request) (*http.Response, error) {
		got = r
		body, _ = io.ReadAll(r.Body)
		return reply(http.StatusAccepted, nil), nil
	})}
	require.NoError(t, collect.Webhook("http://example.invalid/hook", client).Send(t.Context(), delivery()))
	assert.Equal(t, http.MethodPost, got.Method)
	assert.Equal(t, "ops-7", got.Header.Get("Idempotency-Key"))
	assert.Equal(t, "application/json", got.Header.Get("Content-Type"))
	assert.JSONEq(t, `{"id":7,"route":"ops","at":"2000-01-01T00:00:00Z","notices":[
		{"rule":"hot","key":"a","severity":"critical","what":"fired","value":95,"threshold":90},
		{"rule":"cold","severity":"medium","runbook":"wait","what":"resolved","value":0,"threshold":0}]}`, string(body))
}

func TestWebhookTakesOnlySuccessForAnArrival(t *testing.T) {
	for _, status := range []int{http.StatusFound, http.StatusNotFound, http.StatusInternalServerError} {
		asked := 0
		client := &http.Client{Transport: wire(func(*http.Request) (*http.Response, error) {
			asked++
			return reply(status, http.Header{"Location": {"http://elsewhere.invalid/"}}), nil
		})}
		err := collect.Webhook("http://user:pass@example.invalid/hook/secret?token=secret", client).Send(t.Context(), delivery())
		var answer *collect.StatusError
		require.ErrorAs(t, err, &answer)
		assert.Equal(t, status, answer.Status)
		assert.Equal(t, 1, asked, "redirects are not followed")
		assert.NotContains(t, err.Error(), "secret")
		assert.NotContains(t, err.Error(), "pass")
	}
	down := errors.New("no route to host")
	client := &http.Client{Transport: wire(func(r *http.Request) (*http.Response, error) {
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		return nil, down
	})}
	err := collect.Webhook("http://example.invalid/secret?token=secret", client).Send(t.Context(), delivery())
	require.ErrorIs(t, err, down)
	assert.NotContains(t, err.Error(), "secret")
	require.Error(t, collect.Webhook("http://a b", nil).Send(t.Context(), delivery()))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, collect.Webhook("http://example.invalid/", client).Send(ctx, delivery()), context.Canceled)
}

func TestLogGetsALineForEachNotice(t *testing.T) {
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	require.NoError(t, collect.LogTo(logger).Send(t.Context(), delivery()))
	assert.Equal(t, `level=ERROR msg="alert fired" rule=hot key=a severity=critical value=95 threshold=90
level=INFO msg="alert resolved" rule=cold severity=medium value=0 threshold=0 runbook=wait
`, out.String())
}
