// SPDX-License-Identifier: Apache-2.0

package byzantine

import (
	"mabeam.dev/actors"
	"mabeam.dev/protocols/pbft"
)

// message is what the processes of a group take.
type message interface{ byzantine() }

type (
	begin struct{}
	// parcel is an encoded message. Who reads it trusts nothing in it.
	parcel struct{ bytes []byte }
	fired  struct {
		client int // the clerk's
		timer  pbft.Timer
		gen    uint64
	}
	// heard is answered when everything before it has been.
	heard  struct{ reply actors.Reply[struct{}] }
	submit struct {
		asks  []Ask
		reply actors.Reply[[]Decision]
	}
)

func (begin) byzantine()  {}
func (parcel) byzantine() {}
func (fired) byzantine()  {}
func (heard) byzantine()  {}
func (submit) byzantine() {}
