// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"mabeam.dev/events"
)

// Events asks for a page of events; the parameters are those of [ParseEventQuery].
func (c *Client) Events(ctx context.Context, parameters url.Values) (EventsAnswer, error) {
	var a EventsAnswer
	return a, c.patient().work(ctx, http.MethodGet, "/v1/events", parameters, nil, &a, &a.Version)
}

// VerifyEvents has the node read its whole journal; damage is a *StatusError with the reason CodeCorrupt.
func (c *Client) VerifyEvents(ctx context.Context) (VerifiedAnswer, error) {
	var a VerifiedAnswer
	return a, c.patient().work(ctx, http.MethodGet, "/v1/events/verify", nil, nil, &a, &a.Version)
}

// ExportEvents copies an export of what the parameters select, without any of everything. It is whole only if [events.CheckExport] says so.
func (c *Client) ExportEvents(ctx context.Context, parameters url.Values, to io.Writer) error {
	body, err := c.stream(ctx, "/v1/events/export", parameters)
	if err != nil {
		return err
	}
	defer body.Close()
	if _, err = io.Copy(to, body); err != nil {
		return fmt.Errorf("admin: read the export of %s: %w", c.at, err)
	}
	return nil
}

// Tail gives each event of a tail to the function, or tells it with a zero event what was removed, until ctx ends, the function fails, or the node ends the
// stream: then the error is an *UnreachableError with ErrTailEnded, and the same again from the position behind the last one goes on without a gap.
func (c *Client) Tail(ctx context.Context, parameters url.Values, each func(e events.Event, gone *Removed) error) error {
	return c.follow(ctx, "/v1/events/tail", parameters, func(name, data string) error {
		switch name {
		case tailEvent:
			e, err := events.ParseLine([]byte(data))
			if err != nil {
				return err
			}
			return each(e, nil)
		case tailRemoved:
			var gone Removed
			if err := json.Unmarshal([]byte(data), &gone); err != nil {
				return fmt.Errorf("admin: read the tail of %s: %w", c.at, err)
			}
			return each(events.Event{}, &gone)
		}
		return nil
	})
}
