// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
	"unsafe"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

// memory measures what an idle variable takes, and what a process under the same kind of supervisor does, which it has, too.
func (b *bench) memory() error {
	n := b.many(100_000)
	each, err := idleVariable(n)
	if err != nil {
		return err
	}
	process, err := idleProcess(n)
	if err != nil {
		return err
	}
	b.row("idle variable among 100,000, with its process and its first commit", each, "bytes", benchtab.Goal{})
	first := float64(unsafe.Sizeof(cognitive.Commit{}) + unsafe.Sizeof((*cognitive.Commit)(nil))) // all of its history, and its place there
	b.row("idle variable among 100,000, besides its process and its history", each-process-first, "bytes", benchtab.ValueAtMost(1024))
	return nil
}

// live is what is used of heap and stacks: without what lies free in half-used spans, which adding leaves behind and others take.
func live() uint64 {
	runtime.GC()
	runtime.GC() // what the first one's finalizers and pools let go
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// idleVariable is what one of n variables takes.
func idleVariable(n int) (each float64, err error) {
	few := setup{variables: 1, settings: cognitive.Settings{Durability: cognitive.Ephemeral}}
	w, err := few.open()
	defer func() { err = errors.Join(err, w.close()) }()
	if err != nil {
		return 0, err
	}
	before := live()
	if err := w.add(n, few.settings); err != nil {
		return 0, err
	}
	each = (float64(live()) - float64(before)) / float64(n)
	runtime.KeepAlive(w)
	return each, nil
}

// idleBehavior does nothing.
type idleBehavior struct{}

// Receive does nothing.
func (idleBehavior) Receive(*actors.Context[struct{}], struct{}) error { return nil }

// idleProcess is what one of n processes takes that are children of a supervisor of many, by name and with a limit of restarts, as those of variables are.
func idleProcess(n int) (each float64, err error) {
	w, err := setup{}.open()
	defer func() { err = errors.Join(err, w.close()) }()
	if err != nil {
		return 0, err
	}
	sup, err := dynamic.Start(w.sys, "many", dynamic.Spec{})
	if err != nil {
		return 0, err
	}
	before := live()
	for i := range n {
		c := supervision.Worker(fmt.Sprint("p", i), func() actors.Behavior[struct{}] { return idleBehavior{} }, actors.Kind("variable"), actors.MailboxSize(-1))
		c.Limit = &supervision.Limit{Intensity: supervision.Intensity{Max: 10, Within: 10 * time.Second}, Then: supervision.StopChild}
		if _, err := sup.StartChild(context.Background(), c); err != nil {
			return 0, err
		}
	}
	each = (float64(live()) - float64(before)) / float64(n)
	runtime.KeepAlive(sup)
	return each, nil
}
