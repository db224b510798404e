// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"reflect"

	"github.com/puzpuzpuz/xsync/v4"

	"mabeam.dev/actors"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/recorder"
)

var (
	pidType    = reflect.TypeFor[actors.PID]()
	originType = reflect.TypeFor[telemetry.Origin]()
	// subjects remembers, for each type of events, where it says which process it is about. It holds nothing of any system.
	subjects = xsync.NewMap[reflect.Type, locator]()
)

// locator is a field of an event type.
type locator struct {
	index  []int // nil if there is none
	origin bool  // a telemetry.Origin; else an actors.PID
}

// SubjectOf says which process an event is about: the one in its field PID, or in the telemetry.Origin that it embeds. It is made for
// recorder.Options.
func SubjectOf(e telemetry.Event) (s recorder.Subject, ok bool) {
	v := reflect.ValueOf(e)
	if v.Kind() != reflect.Struct {
		return s, false
	}
	at, known := subjects.Load(v.Type())
	if !known {
		at = locate(v.Type())
		subjects.Store(v.Type(), at)
	}
	if at.index == nil {
		return s, false
	}
	field := v.FieldByIndex(at.index).Interface()
	if at.origin {
		o := field.(telemetry.Origin)
		return recorder.Subject{Path: o.Path, Incarnation: o.Incarnation}, o.Path != ""
	}
	pid := field.(actors.PID)
	return recorder.Subject{Path: pid.Path(), Incarnation: pid.Incarnation()}, !pid.IsZero()
}

// locate looks for the field; embedded structs that are reached through pointers are left alone, as they may be nil.
func locate(t reflect.Type) locator {
	for _, f := range reflect.VisibleFields(t) {
		if throughPointer(t, f.Index) {
			continue
		}
		switch {
		case f.Name == "PID" && f.Type == pidType:
			return locator{index: f.Index}
		case f.Anonymous && f.Type == originType:
			return locator{index: f.Index, origin: true}
		}
	}
	return locator{}
}

func throughPointer(t reflect.Type, index []int) bool {
	for i := range len(index) - 1 {
		if t.FieldByIndex(index[:i+1]).Type.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}
