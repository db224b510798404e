// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/telemetry/alert"
)

// maxAnswer is how much of a web hook's answer is read before the connection is given up.
const maxAnswer = 64 << 10

// StatusError is a web hook's answer that is no success.
type StatusError struct {
	// URL is the hook's scheme and host.
	URL string
	// Status is the answer's code.
	Status int
}

// Error names the hook and the status.
func (e *StatusError) Error() string {
	return fmt.Sprintf("telemetry/collect: web hook %q: answer %d %s", e.URL, e.Status, http.StatusText(e.Status))
}

// FaultCode is E8302.
func (*StatusError) FaultCode() fault.Code { return 8302 }

// FaultRetry advises to try again after answers that tell of a passing state.
func (e *StatusError) FaultRetry() fault.Retry {
	switch {
	case e.Status >= 500, e.Status == http.StatusTooManyRequests, e.Status == http.StatusRequestTimeout, e.Status == http.StatusTooEarly:
		return fault.Retry{Class: fault.Exponential, Base: time.Second, Max: time.Minute}
	}
	return fault.Retry{}
}

// Webhook returns a Sender that posts each delivery as JSON. The header Idempotency-Key holds its id. Any answer but 2xx is a *StatusError; redirects
// are not followed. A nil client means one of its own. The deadline is that of the route.
func Webhook(address string, client *http.Client) Sender {
	var c http.Client
	if client != nil {
		c = *client
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return SenderFunc(func(ctx context.Context, d alert.Delivery) error {
		body, err := json.Marshal(d)
		if err != nil {
			return fmt.Errorf("telemetry/collect: web hook: %w", err)
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
		if err != nil {
			return fmt.Errorf("telemetry/collect: web hook: %w", bare(err))
		}
		where := url.URL{Scheme: req.URL.Scheme, Host: req.URL.Host} // all else may hold a secret: many hooks have it in the path
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", d.Route+"-"+strconv.FormatUint(d.ID, 10))
		resp, err := c.Do(req)
		if err != nil {
			return fmt.Errorf("telemetry/collect: web hook %q: %w", where.String(), bare(err))
		}
		defer resp.Body.Close()
		_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer) // so that the connection can be used again; what it says does not matter
		if resp.StatusCode < 200 || resp.StatusCode > 299 {
			return &StatusError{URL: where.String(), Status: resp.StatusCode}
		}
		return nil
	})
}

// bare takes the address off an error: it may hold a secret.
func bare(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}
