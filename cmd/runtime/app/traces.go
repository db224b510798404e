// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"

	"mabeam.dev/config"
	"mabeam.dev/internal/buildinfo"
	"mabeam.dev/telemetry"
	spans "mabeam.dev/telemetry/otel"
)

// traces sends the spans of a node to a collector. Without a section telemetry.traces there is none, and nothing of the SDK runs.
type traces struct {
	provider *sdk.TracerProvider
	timeout  time.Duration
	maxOpen  int
}

// newTraces makes the exporter; nil if the config wants none. The collector is asked for the first time when there is something to send, so a node starts
// without it.
func newTraces(ctx context.Context, cfg config.Config, logger *slog.Logger) (*traces, error) {
	t := cfg.Telemetry.Traces
	if t == nil {
		return nil, nil
	}
	headers := make(map[string]string, len(t.Headers))
	for name, value := range t.Headers {
		headers[name] = value.Reveal()
	}
	exporter, err := otlptracehttp.New(ctx,
		otlptracehttp.WithEndpointURL(collector(t.Endpoint.Reveal())), otlptracehttp.WithHeaders(headers), otlptracehttp.WithTimeout(t.Timeout),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{
			Enabled: true, InitialInterval: 200 * time.Millisecond, MaxInterval: 2 * time.Second, MaxElapsedTime: t.Timeout,
		}),
	)
	if err != nil {
		return nil, err
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { // the SDK knows no other place for it
		text := strings.ReplaceAll(err.Error(), strings.TrimSuffix(t.Endpoint.Reveal(), "/"), t.Endpoint.String()) // it names the address, which may hold a secret
		logger.Warn("traces.export_failed", telemetry.KeyError, text)
	}))
	return &traces{
		provider: sdk.NewTracerProvider(
			sdk.WithBatcher(exporter),
			sdk.WithSampler(sdk.ParentBased(sdk.TraceIDRatioBased(t.Ratio))),
			sdk.WithResource(resource.NewSchemaless(
				attribute.String("service.name", "mabeam"), attribute.String("service.version", buildinfo.Version),
				attribute.String("service.instance.id", cfg.Node.Name),
			)),
		),
		timeout: t.Timeout, maxOpen: t.MaxOpen,
	}, nil
}

// collector is the address that spans are sent to.
func collector(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil || strings.HasSuffix(u.Path, "/v1/traces") {
		return endpoint
	}
	return u.JoinPath("v1", "traces").String()
}

// make is node.Options.Traces.
func (t *traces) make() func(*telemetry.Bus, func() time.Time) *spans.Spans {
	if t == nil {
		return nil
	}
	return func(bus *telemetry.Bus, now func() time.Time) *spans.Spans {
		return spans.New(bus, spans.Options{Provider: t.provider, Now: now, MaxOpen: t.maxOpen})
	}
}

// end sends what is left, for as long as one request may take.
func (t *traces) end() {
	if t == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), t.timeout)
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil {
		otel.Handle(err)
	}
}
