// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"mabeam.dev/actors/fault"
)

// ErrTailEnded is the end of a tail because the node has ended it: it stops, or it cannot read on.
var ErrTailEnded = fault.New(2409, "admin: the node has ended the stream")

// follow gives the name and data of each server-sent event to the function, until ctx ends, the function fails, or the node ends the stream: then the
// error is an *UnreachableError with ErrTailEnded.
func (c *Client) follow(ctx context.Context, path string, parameters url.Values, each func(name, data string) error) error {
	body, err := c.stream(ctx, path, parameters)
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
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			if err := each(name, data); err != nil {
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
