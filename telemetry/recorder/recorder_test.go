// SPDX-License-Identifier: Apache-2.0

package recorder

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/telemetry"
)

var noon = time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)

type happened struct {
	Path string
	What string
	Raw  any // what the log does not show
}

func (happened) EventName() string    { return "test.happened" }
func (happened) LogLevel() slog.Level { return slog.LevelInfo }
func (h happened) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String("path", h.Path), slog.String("what", h.What)}
}

type mute struct{ Secret string }

func (mute) EventName() string { return "test.mute" }

func subject(e telemetry.Event) (Subject, bool) {
	h, ok := e.(happened)
	return Subject{Path: h.Path}, ok
}

func recording(o Options) *Recorder {
	o.Subject = subject
	o.Now = func() time.Time { return noon }
	return New(o)
}

func texts(entries []Entry) (out []string) {
	for _, e := range entries {
		out = append(out, e.Text)
	}
	return out
}

func TestEntryIsWhatTheLogWouldShow(t *testing.T) {
	bus := telemetry.NewBus()
	r := recording(Options{})
	cancel := r.Attach(bus)
	telemetry.Emit(bus, happened{Path: "/a", What: `two "words"`, Raw: "hidden"})
	telemetry.Emit(bus, mute{"hidden"})
	cancel()
	telemetry.Emit(bus, mute{})
	assert.Equal(t, []Entry{
		{Seq: 1, At: noon, Name: "test.happened", Level: slog.LevelInfo, Subject: Subject{Path: "/a"}, Text: `path=/a what="two \"words\""`},
		{Seq: 2, At: noon, Name: "test.mute", Level: slog.LevelDebug},
	}, r.Last(10))
	var dump strings.Builder
	require.NoError(t, r.Dump(&dump, 10))
	assert.Equal(t, "12:00:00.000000 test.happened path=/a what=\"two \\\"words\\\"\"\n12:00:00.000000 test.mute\n", dump.String())
	assert.NotContains(t, dump.String(), "hidden")
}

func TestProcessHasItsOwnRing(t *testing.T) {
	r := recording(Options{MaxEvents: 10})
	r.Record(happened{Path: "/quiet", What: "born"})
	for i := range 1000 {
		r.Record(happened{Path: "/busy", What: fmt.Sprint(i)})
	}
	assert.Equal(t, []string{"path=/quiet what=born"}, texts(r.LastOf("/quiet", 5)))
	assert.Equal(t, []string{"path=/busy what=998", "path=/busy what=999"}, texts(r.LastOf("/busy", 2)))
	assert.Len(t, r.LastOf("/busy", 1000), perStripe)
	assert.Empty(t, r.LastOf("/nobody", 5))
	assert.Len(t, r.Last(1000), 10)
}

func TestLongTextIsCutAtAWholeCharacter(t *testing.T) {
	r := recording(Options{MaxText: 16})
	r.Record(happened{Path: "/a", What: strings.Repeat("ä", 50)})
	text := r.Last(1)[0].Text
	assert.LessOrEqual(t, len(text), 16)
	assert.True(t, strings.HasSuffix(text, "…"), text)
	assert.Equal(t, strings.ToValidUTF8(text, "?"), text)
}

func TestAcceptLeavesOut(t *testing.T) {
	r := New(Options{Accept: func(e telemetry.Event) bool { return e.EventName() != "test.mute" }})
	r.Record(mute{})
	r.Record(happened{})
	assert.EqualValues(t, 1, r.Stats().Seen)
}

// The naive model is a slice of everything: the recorder must have its end, cut where events or bytes run out.
func TestRecorderAgreesWithASliceOfEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.IntRange(1, 20).Draw(t, "events")
		bytes := rapid.IntRange(300, 8000).Draw(t, "bytes")
		r := recording(Options{MaxEvents: events, MaxBytes: bytes})
		var all []*Entry
		for i := range rapid.IntRange(0, 60).Draw(t, "n") {
			e := happened{Path: "/p", What: strings.Repeat("x", rapid.IntRange(0, 400).Draw(t, "size"))}
			r.Record(e)
			_, text := render(e, DefaultMaxText)
			all = append(all, &Entry{Seq: uint64(i + 1), Text: text, Subject: Subject{Path: "/p"}})
			// Each write gives up the oldest until the bound is met, and keeps the newest whatever it costs.
			var sum int64
			for _, e := range all {
				sum += e.size()
			}
			for len(all) > events || len(all) > 1 && sum > int64(bytes)*3/4 {
				sum -= all[0].size()
				all = all[1:]
			}
			got := r.Last(1000)
			if len(got) != len(all) || got[0].Seq != all[0].Seq || got[len(got)-1].Seq != all[len(all)-1].Seq {
				t.Fatalf("expected %d entries from %d, got %d from %d", len(all), all[0].Seq, len(got), got[0].Seq)
			}
			if s := r.Stats(); s.Kept != len(all) || r.node.bytes.Load() != sum {
				t.Fatalf("expected %d entries of %d bytes, got %+v", len(all), sum, s)
			}
		}
	})
}

func TestConcurrentWritersAndReadersKeepTheBounds(t *testing.T) {
	const writers, each, maxBytes = 8, 3000, 200_000
	r := recording(Options{MaxEvents: 128, MaxBytes: maxBytes})
	var wg sync.WaitGroup
	bad := make(chan error, 1)
	report := func(err error) {
		select {
		case bad <- err:
		default:
		}
	}
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				r.Record(happened{Path: fmt.Sprintf("/w%d", w), What: strings.Repeat("y", i%300)})
			}
		})
		wg.Go(func() {
			for range each / 10 {
				last := r.Last(200)
				for i := range last {
					if i > 0 && last[i].Seq <= last[i-1].Seq {
						report(errors.New("out of order"))
					}
				}
				if len(last) > 128 {
					report(errors.New("too many"))
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-bad:
		t.Fatal(err)
	default:
	}
	s := r.Stats()
	assert.EqualValues(t, writers*each, s.Seen)
	assert.LessOrEqual(t, s.Kept, 128)
	assert.LessOrEqual(t, s.Bytes, int64(maxBytes))
	var sum int64
	for i := range r.node.slots {
		if p := r.node.slots[i].Load(); p != nil {
			sum += p.entry.size()
		}
	}
	assert.Equal(t, sum, r.node.bytes.Load(), "the books agree with what is there")
}

func BenchmarkRecord(b *testing.B) {
	r := recording(Options{})
	e := happened{Path: "/app/db", What: "restarted"}
	b.ReportAllocs()
	for b.Loop() {
		r.Record(e)
	}
}
