// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"mabeam.dev/actors/fault"
)

// Client asks a running node.
type Client struct {
	http  *http.Client
	base  string
	token string // shown where one may be needed
	at    string // what the user knows it by
}

// ErrNoNode is the reason of an UnreachableError when something else than a node answers.
var ErrNoNode = fault.New(2402, "admin: what answers there is no node")

// UnreachableError says that no node answers at an address.
type UnreachableError struct {
	At  string // address or socket
	Err error  // the network's error
}

// Error names the address and says what to do.
func (e *UnreachableError) Error() string {
	return fmt.Sprintf("admin: no node answers at %s (is it running? --addr or --socket names another): %v", e.At, e.Err)
}

// FaultCode is E2401.
func (*UnreachableError) FaultCode() fault.Code { return 2401 }

// Unwrap returns the network's error.
func (e *UnreachableError) Unwrap() error { return e.Err }

// StatusError is a refusal of the node.
type StatusError struct {
	At   string // address or socket
	Code int    // HTTP status
	// Reason is the code of the problem, such as CodeQueue; empty from what gives none.
	Reason string
	Text   string     // the node's words
	Fault  fault.Code // of the error behind it, at the node; 0 from what gives none
}

// Error gives the node's words.
func (e *StatusError) Error() string {
	return fmt.Sprintf("admin: %s says %d: %s", e.At, e.Code, e.Text)
}

// FaultCode is E2407.
func (*StatusError) FaultCode() fault.Code { return 2407 }

// FaultRetry advises by the HTTP status, where the node gave no code.
func (e *StatusError) FaultRetry() fault.Retry { return retryOf(e.Code) }

// Unwrap returns an error with the code that the node gave, if it gave one: the refusal goes by that.
func (e *StatusError) Unwrap() error {
	if e.Fault == 0 {
		return nil
	}
	return fault.New(e.Fault, e.Text)
}

// DialSocket returns a client of the node behind a unix socket.
func DialSocket(path string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
	return &Client{
		http: &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}, Timeout: 10 * time.Second},
		base: "http://node", at: path,
	}
}

// DialAddr returns a client of the node that listens at host:port.
func DialAddr(addr string) *Client {
	return &Client{http: &http.Client{Timeout: 10 * time.Second}, base: "http://" + addr, at: addr}
}

// Health asks for the node's health.
func (c *Client) Health(ctx context.Context) (Health, error) {
	var h Health
	return h, c.get(ctx, "/v1/health", nil, &h, &h.Version)
}

// Tree asks for the supervision tree; limit 0 is everything.
func (c *Client) Tree(ctx context.Context, limit int) (TreeAnswer, error) {
	var t TreeAnswer
	return t, c.get(ctx, "/v1/tree", url.Values{"limit": {fmt.Sprint(limit)}}, &t, &t.Version)
}

// get reads an answer, of which version is a part that every answer of a node has.
func (c *Client) get(ctx context.Context, path string, query url.Values, into any, version *int) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path+"?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return &UnreachableError{At: c.at, Err: err}
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusNotFound {
		return &UnreachableError{At: c.at, Err: ErrNoNode}
	}
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 4096)) // what came is enough for the message
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
