// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
)

// Describe lets crash reports of this process show its state as it is when the process crashes: b's own view if it offers one, else a
// [Summary]. Call it in Init. A view that panics is left out.
func Describe[M any](ctx *actors.Context[M], b any) error {
	pid, sys := ctx.PID(), ctx.System()
	_, err := actors.AtEnd(ctx, func(why actors.Reason) { NoteState(sys, pid, why, b) })
	return err
}

// NoteState is what [Describe] does at the end of a process, for those who have a hook there anyway. Unless the process crashes and somebody
// makes reports it does nothing.
func NoteState(sys *actors.System, pid actors.PID, why actors.Reason, b any) {
	if why.Kind() != exit.Crash {
		return
	}
	all := statesOf(sys)
	if all.readers.Load() == 0 {
		return
	}
	defer func() { _ = recover() }() // the state may be what is broken; the report is made without it
	if i, ok := b.(actors.Inspector); ok {
		if view := i.Inspect(); view != nil {
			text := fmt.Sprintf("%+v", view)
			all.note(pid, func(n *noted) { n.state = text })
			return
		}
	}
	text := Summary(b)
	all.note(pid, func(n *noted) { n.state = text })
}

const (
	summaryDepth  = 6    // pointers followed and structs inside structs
	summaryFields = 32   // of one struct
	summarySize   = 8192 // bytes from which on no further field is looked at
)

// Summary shows a value by its types, for reports that anybody may read: numbers, truth values and times are shown, of texts, lists and
// tables only the length. So no secret is in it, whatever the value holds. It calls no method of the value.
func Summary(v any) string {
	var b strings.Builder
	summarize(&b, reflect.ValueOf(v), summaryDepth)
	return b.String()
}

func summarize(b *strings.Builder, v reflect.Value, depth int) {
	if !v.IsValid() {
		b.WriteString("nil")
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		b.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if v.Type() == reflect.TypeFor[time.Duration]() {
			b.WriteString(time.Duration(v.Int()).String())
			return
		}
		b.WriteString(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		b.WriteString(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float32, reflect.Float64:
		b.WriteString(strconv.FormatFloat(v.Float(), 'g', 6, 64))
	case reflect.String, reflect.Slice, reflect.Map, reflect.Chan:
		fmt.Fprintf(b, "%s(%d)", v.Type(), v.Len())
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		if depth == 0 { // values may hold themselves
			b.WriteString(v.Type().String())
			return
		}
		if v.Kind() == reflect.Pointer {
			b.WriteByte('&')
		}
		summarize(b, v.Elem(), depth-1)
	case reflect.Struct:
		summarizeStruct(b, v, depth)
	default:
		b.WriteString(v.Type().String())
	}
}

func summarizeStruct(b *strings.Builder, v reflect.Value, depth int) {
	t := v.Type()
	b.WriteString(t.String())
	if t == reflect.TypeFor[time.Time]() || depth == 0 { // a time's fields say nothing, and its methods may not be called on a field of others
		return
	}
	b.WriteByte('{')
	for i := range t.NumField() {
		if i > 0 {
			b.WriteByte(' ')
		}
		if i == summaryFields || b.Len() > summarySize {
			b.WriteString("…")
			break
		}
		b.WriteString(t.Field(i).Name + ":")
		summarize(b, v.Field(i), depth-1)
	}
	b.WriteByte('}')
}
