// SPDX-License-Identifier: Apache-2.0

package config

import "time"

// Journal says how the journal is kept.
type Journal struct {
	Flush      Flush         `yaml:"flush" default:"always" doc:"What an accepted task and an outcome survive besides kill -9 of the node: always a loss of power, too; with interval it may take the last flush_every; with never nothing more is promised."`
	FlushEvery time.Duration `yaml:"flush_every" default:"1s" min:"1ms" max:"1h" doc:"Longest time until something is flushed, if flush is interval."`
	Reserve    Size          `yaml:"reserve" default:"8MiB" min:"0B" max:"1GiB" doc:"Space that is kept on the disk, so that a full one does not keep the node from writing its last events; 0B keeps none."`
	Sweep      time.Duration `yaml:"sweep" default:"10m" min:"1s" doc:"Pause between two sweeps, which remove what no class of retention keeps."`
	Retention  []Retention   `yaml:"retention" key:"class" doc:"Classes of streams and how long their events are kept; a stream belongs to the first that names it, and without one its events are kept for ever."`
}

// Retention is a class of streams.
type Retention struct {
	Class   string        `yaml:"class" required:"true" check:"name" doc:"Name of the class, unique in the list."`
	Streams []string      `yaml:"streams" required:"true" doc:"Beginnings of the names of its streams, such as alerts or work/."`
	Age     time.Duration `yaml:"age" default:"0s" min:"0s" doc:"How old an event may become; 0s sets no bound."`
	Events  int           `yaml:"events" default:"0" min:"0" doc:"How many events of one stream are kept; 0 sets no bound."`
	Size    Size          `yaml:"size" default:"0B" min:"0B" doc:"How large the events of one stream may be together; 0B sets no bound."`
	Unowned bool          `yaml:"unowned" default:"false" doc:"Nobody rebuilds a state from these streams, as with records for people; without it only what a snapshot covers is removed."`
	Forced  bool          `yaml:"forced" default:"false" doc:"Removes events even if a consumer or a snapshot still needs them."`
}

// Flush says when the journal waits for the disk.
type Flush string

// The policies, strictest first.
const (
	FlushAlways   Flush = "always"   // before anything is acknowledged
	FlushInterval Flush = "interval" // within a time
	FlushNever    Flush = "never"    // when the system likes to
)

// Values lists the words a file may use.
func (Flush) Values() []string { return []string{"always", "interval", "never"} }
