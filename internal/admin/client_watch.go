// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// Alerts asks for the alerts and silences.
func (c *Client) Alerts(ctx context.Context) (AlertsAnswer, error) {
	var a AlertsAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/alerts", nil, nil, &a, &a.Version)
}

// Acknowledge says that somebody takes care of an alert.
func (c *Client) Acknowledge(ctx context.Context, o AlertOrder) (AlertsAnswer, error) {
	var a AlertsAnswer
	return a, c.work(ctx, http.MethodPost, "/v1/alerts/ack", nil, o, &a, &a.Version)
}

// Silence mutes alerts for a while.
func (c *Client) Silence(ctx context.Context, o AlertOrder) (AlertsAnswer, error) {
	var a AlertsAnswer
	return a, c.work(ctx, http.MethodPost, "/v1/alerts/silences", nil, o, &a, &a.Version)
}

// Unsilence ends a silence.
func (c *Client) Unsilence(ctx context.Context, id uint64) (AlertsAnswer, error) {
	var a AlertsAnswer
	return a, c.work(ctx, http.MethodDelete, "/v1/alerts/silences/"+strconv.FormatUint(id, 10), nil, nil, &a, &a.Version)
}

// Crashes asks for crash reports: those of one process, or of all; the newest, or all that are kept if limit is 0.
func (c *Client) Crashes(ctx context.Context, path string, limit int) (CrashesAnswer, error) {
	var a CrashesAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/crashes", url.Values{"path": {path}, "limit": {strconv.Itoa(limit)}}, nil, &a, &a.Version)
}

// AgentMetrics asks for what an agent has recorded of itself, or, without an id, for the ids of those that have.
func (c *Client) AgentMetrics(ctx context.Context, agent string) (AgentMetricsAnswer, error) {
	var a AgentMetricsAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/agent-metrics", url.Values{"agent": {agent}}, nil, &a, &a.Version)
}

// Series asks for the series that alert rules may look at: one of them, or all if name is empty.
func (c *Client) Series(ctx context.Context, name string) (SeriesAnswer, error) {
	var a SeriesAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/series", url.Values{"name": {name}}, nil, &a, &a.Version)
}
