// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"mabeam.dev/actors/fault"
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

// ErrTailEnded is the end of a tail because the node has ended it: it stops, or it cannot read on.
var ErrTailEnded = fault.New(2409, "admin: the node has ended the stream")

// Tail gives each event of a tail to the function, or tells it with a zero event what was removed, until ctx ends, the function fails, or the node ends the
// stream: then the error is an *UnreachableError with ErrTailEnded, and the same again from the position behind the last one goes on without a gap.
func (c *Client) Tail(ctx context.Context, parameters url.Values, each func(e events.Event, gone *Removed) error) error {
	body, err := c.stream(ctx, "/v1/events/tail", parameters)
	if err != nil {
		return err
	}
	defer body.Close()
	in := bufio.NewReader(body)
	var name string
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return &UnreachableError{At: c.at, Err: ErrTailEnded}
		}
		line = strings.TrimSuffix(line, "\n")
		if word, ok := strings.CutPrefix(line, "event: "); ok {
			name = word
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		switch name {
		case tailEvent:
			e, err := events.ParseLine([]byte(data))
			if err == nil {
				err = each(e, nil)
			}
			if err != nil {
				return err
			}
		case tailRemoved:
			var gone Removed
			if err := json.Unmarshal([]byte(data), &gone); err != nil {
				return fmt.Errorf("admin: read the tail of %s: %w", c.at, err)
			}
			if err := each(events.Event{}, &gone); err != nil {
				return err
			}
		}
	}
}

// patient is the client for answers that may take as long as they like.
func (c *Client) patient() *Client {
	with := *c
	http := *c.http
	http.Timeout = 0
	with.http = &http
	return &with
}

// stream begins an answer that comes bit by bit.
func (c *Client) stream(ctx context.Context, path string, parameters url.Values) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path+"?"+parameters.Encode(), nil)
	if err != nil {
		return nil, err
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := c.patient().http.Do(req)
	if err != nil {
		return nil, &UnreachableError{At: c.at, Err: err}
	}
	if res.StatusCode == http.StatusOK {
		return res.Body, nil
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(res.Body, 4096)) // what came is enough for the message
	var p ProblemAnswer
	switch err := json.Unmarshal(text, &p); {
	case err == nil && p.Error.Code != "":
		return nil, &StatusError{At: c.at, Code: res.StatusCode, Reason: p.Error.Code, Text: p.Error.Message}
	case res.StatusCode == http.StatusNotFound:
		return nil, &UnreachableError{At: c.at, Err: ErrNoNode}
	}
	return nil, &StatusError{At: c.at, Code: res.StatusCode, Text: strings.TrimSpace(string(text))}
}
