// SPDX-License-Identifier: Apache-2.0

package config

import "time"

// Telemetry says what the node remembers of itself and where its traces go.
type Telemetry struct {
	Recorder Size          `yaml:"recorder" default:"16MiB" min:"1MiB" max:"1GiB" doc:"Memory for the node's last events, which crash reports show."`
	Snapshot time.Duration `yaml:"snapshot" default:"5s" min:"1s" doc:"Time between two events system.snapshot."`
	Crashes  int           `yaml:"crashes" default:"64" min:"1" max:"10000" doc:"Crash reports that are kept for runtime inspect crashes."`
	Traces   *Traces       `yaml:"traces" doc:"Sends a trace of every task to a collector; off unless this section is written."`
}

// Traces is where spans go.
type Traces struct {
	Endpoint Text            `yaml:"endpoint" required:"true" check:"path" doc:"Address of an OpenTelemetry collector that takes OTLP over HTTP, such as http://127.0.0.1:4318; spans go to /v1/traces below it."`
	Headers  map[string]Text `yaml:"headers" check:"header" doc:"Headers of the requests, such as Authorization."`
	Ratio    float64         `yaml:"ratio" default:"1" min:"0" max:"1" doc:"Share of the tasks that are traced."`
	Timeout  time.Duration   `yaml:"timeout" default:"10s" min:"10ms" max:"5m" doc:"How long one request may take, with its repetitions."`
	MaxOpen  int             `yaml:"max_open" default:"100000" min:"1" max:"10000000" doc:"Most spans that are open at once; beyond it the oldest is ended as unfinished."`
}
