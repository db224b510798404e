// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// WithToken makes the client show a token, which a node on another machine asks for.
func (c *Client) WithToken(token string) *Client {
	with := *c
	with.token = token
	return &with
}

// Queues asks for the numbers of the node's queues.
func (c *Client) Queues(ctx context.Context) (QueuesAnswer, error) {
	var a QueuesAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/queues", nil, nil, &a, &a.Version)
}

// Tasks asks for the tasks of a queue; the parameters are those of GET /v1/queues/{queue}/tasks.
func (c *Client) Tasks(ctx context.Context, queue string, parameters url.Values) (TasksAnswer, error) {
	var a TasksAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/queues/"+url.PathEscape(queue)+"/tasks", parameters, nil, &a, &a.Version)
}

// Retry gives dead letters a new series of attempts.
func (c *Client) Retry(ctx context.Context, queue string, o Order) (ReceiptsAnswer, error) {
	var a ReceiptsAnswer
	return a, c.work(ctx, http.MethodPost, "/v1/queues/"+url.PathEscape(queue)+"/retry", nil, o, &a, &a.Version)
}

// Purge gives dead letters up.
func (c *Client) Purge(ctx context.Context, queue string, o Order) (ReceiptsAnswer, error) {
	var a ReceiptsAnswer
	return a, c.work(ctx, http.MethodPost, "/v1/queues/"+url.PathEscape(queue)+"/purge", nil, o, &a, &a.Version)
}

// Pause stops a queue from giving tasks out.
func (c *Client) Pause(ctx context.Context, queue, reason string) (QueuesAnswer, error) {
	var a QueuesAnswer
	return a, c.work(ctx, http.MethodPost, "/v1/queues/"+url.PathEscape(queue)+"/pause", nil, Order{Reason: reason}, &a, &a.Version)
}

// Resume lets a paused queue go on.
func (c *Client) Resume(ctx context.Context, queue string) (QueuesAnswer, error) {
	var a QueuesAnswer
	return a, c.work(ctx, http.MethodPost, "/v1/queues/"+url.PathEscape(queue)+"/resume", nil, Order{}, &a, &a.Version)
}

// work asks for something about tasks. Unlike a view it may be refused with a [ProblemAnswer], which becomes a *StatusError.
func (c *Client) work(ctx context.Context, method, path string, query url.Values, body, into any, version *int) error {
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path+"?"+query.Encode(), sent)
	if err != nil {
		return err
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return &UnreachableError{At: c.at, Err: err}
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 4096)) // what came is enough for the message
		var p ProblemAnswer
		switch err := json.Unmarshal(text, &p); {
		case err == nil && p.Error.Code != "":
			return &StatusError{At: c.at, Code: res.StatusCode, Reason: p.Error.Code, Text: p.Error.Message, Fault: p.Error.Fault}
		case res.StatusCode == http.StatusNotFound:
			return &UnreachableError{At: c.at, Err: ErrNoNode}
		}
		return &StatusError{At: c.at, Code: res.StatusCode, Text: strings.TrimSpace(string(text))}
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		return &UnreachableError{At: c.at, Err: fmt.Errorf("%w: %w", ErrNoNode, err)}
	}
	if *version == 0 {
		return &UnreachableError{At: c.at, Err: ErrNoNode}
	}
	return nil
}
