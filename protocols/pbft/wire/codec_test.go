// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols/pbft/wire"
)

func samples() []wire.Message {
	d := wire.Sum("test", []byte("x"))
	req := &wire.Request{Epoch: 1, Client: 2, Seq: 3, Ops: [][]byte{[]byte("a"), []byte("bc")}, Sig: []byte("s")}
	pp := &wire.PrePrepare{View: 4, Seq: 5, Digest: d, Sig: []byte("p")}
	stable := &wire.Stable{Seq: 64, State: d, Marks: []wire.Mark{{Member: 1, Sig: []byte("m")}, {Member: 2, Sig: []byte("n")}}}
	prepared := &wire.Prepared{PrePrepare: pp, Marks: []wire.Mark{{Member: 3, Sig: []byte("q")}}}
	change := &wire.ViewChange{Epoch: 1, View: 5, Stable: stable, Prepared: []*wire.Prepared{prepared}, Member: 1, Sig: []byte("v")}
	claims := &wire.ViewChange{Epoch: 1, View: 5, Stable: stable, P: []wire.Claim{{65, 4, d}}, Q: []wire.Claim{{65, 3, d}, {66, 4, d}}, Member: 1, Sig: []byte("v")}
	return []wire.Message{
		req,
		&wire.Proposal{Epoch: 1, PrePrepare: pp, Batch: wire.Batch{req, req}},
		&wire.Vote{Phase: wire.KindPrepare, Epoch: 1, View: 4, Seq: 5, Digest: d, Member: 6, Sig: []byte("s")},
		&wire.Vote{Phase: wire.KindCommit, Epoch: 1, View: 4, Seq: 5, Digest: d, Member: 6, Sig: []byte("s")},
		&wire.Checkpoint{Epoch: 1, Seq: 64, State: d, Member: 6, Sig: []byte("s")},
		change, claims,
		&wire.NewView{Epoch: 1, View: 5, Changes: []*wire.ViewChange{change, claims}, Orders: []*wire.PrePrepare{pp}, Sig: []byte("s")},
		&wire.Reply{Epoch: 1, View: 2, Seq: 3, Client: 4, Number: 5, Request: d, Result: d, Member: 6, Sig: []byte("s"), Results: [][]byte{[]byte("r")}},
		&wire.Status{Epoch: 1, View: 2, Changing: true, Low: 3, Executed: 4, Member: 5, Sig: []byte("s")},
		&wire.FetchBody{Epoch: 1, Seq: 2, Digest: d, Member: 3, Sig: []byte("s")},
		&wire.Body{Epoch: 1, Seq: 2, Batch: wire.Batch{req}},
		&wire.Exhibit{Epoch: 1, PrePrepare: pp},
		&wire.FetchState{Epoch: 1, Seq: 2, Chunk: wire.WholeState, Member: 3, Sig: []byte("s")},
		&wire.Manifest{Epoch: 1, Stable: stable, Chunks: []wire.Digest{d, d}},
		&wire.Chunk{Epoch: 1, Seq: 2, Index: 3, Data: []byte("data")},
	}
}

func TestEveryMessageSurvivesItsEncoding(t *testing.T) {
	for _, m := range samples() {
		got, err := wire.Decode(wire.Encode(m))
		require.NoError(t, err, m.Kind())
		assert.Equal(t, m, got)
	}
}

func TestNothingButAnEncodingIsDecoded(t *testing.T) {
	for _, m := range samples() {
		b := wire.Encode(m)
		_, err := wire.Decode(append(b, 0))
		assert.ErrorIs(t, err, wire.ErrMalformed, "%v with a trailing byte", m.Kind())
		for i := range b {
			_, err := wire.Decode(b[:i])
			assert.ErrorIs(t, err, wire.ErrMalformed, "the first %d bytes of %v", i, m.Kind())
		}
	}
	_, err := wire.Decode([]byte{200})
	assert.ErrorIs(t, err, wire.ErrMalformed)
	_, err = wire.Decode(append([]byte{byte(wire.KindChunk)}, make([]byte, wire.MaxMessage)...))
	assert.ErrorIs(t, err, wire.ErrTooLarge)
}

func TestRecordsSurviveTheirEncoding(t *testing.T) {
	ms := samples()
	nv := ms[7].(*wire.NewView)
	for _, r := range []wire.Record{
		&wire.KeptBody{Seq: 1, Batch: ms[1].(*wire.Proposal).Batch}, &wire.Accepted{PrePrepare: nv.Orders[0]},
		&wire.Committing{Prepared: nv.Changes[0].Prepared[0]}, &wire.Checkpointed{Seq: 64, State: []byte("state")},
		&wire.Changing{ViewChange: nv.Changes[1]}, &wire.Entered{NewView: nv}, &wire.Settled{Stable: nv.Changes[0].Stable},
	} {
		b := wire.EncodeRecord(r)
		got, err := wire.DecodeRecord(b)
		require.NoError(t, err)
		assert.Equal(t, r, got)
		_, err = wire.DecodeRecord(append(b, 7))
		assert.ErrorIs(t, err, wire.ErrMalformed)
	}
}

// A signature of one group, epoch or kind is one of no other.
func TestWhatIsSignedNamesGroupEpochAndKind(t *testing.T) {
	v := wire.Vote{Phase: wire.KindPrepare, View: 1, Seq: 2, Member: 3}
	c := v
	c.Phase = wire.KindCommit
	seen := map[string]string{}
	for _, cfg := range []*wire.Config{{Group: "a", Epoch: 1}, {Group: "a", Epoch: 2}, {Group: "b", Epoch: 1}} {
		for _, m := range []*wire.Vote{&v, &c} {
			b := string(wire.AppendSigned(nil, cfg, m))
			name := fmt.Sprintf("%s/%d/%v", cfg.Group, cfg.Epoch, m.Kind())
			assert.Empty(t, seen[b], name)
			seen[b] = name
		}
	}
}

func TestQuorumsShareAnHonestMember(t *testing.T) {
	for n := 4; n <= wire.MaxMembers; n++ {
		c := &wire.Config{Members: make([]wire.Identity, n)}
		f, q := c.F(), c.Quorum()
		assert.GreaterOrEqual(t, 2*q-n, f+1, "n = %d: two quorums share more than the liars", n)
		assert.LessOrEqual(t, q, n-f, "n = %d: the honest alone are a quorum", n)
		assert.Less(t, 2*(q-1)-n, f+1, "n = %d: one less would not do", n)
	}
}

func TestAConfigurationHasAllItsProblemsTold(t *testing.T) {
	c := &wire.Config{Mode: 7, Members: make([]wire.Identity, 3), Rules: wire.Rules{Interval: 9, Window: 10, ClientWindow: 1 << 20, ChunkSize: 1 << 30}}
	err := c.Validate()
	assert.ErrorIs(t, err, wire.ErrInvalidConfig)
	var one *wire.ConfigError
	require.ErrorAs(t, err, &one)
	for _, field := range []string{"Group:", "Mode:", "Members:", "Members[2].Name:", "Members[0].Sign:", "Clients:", "Rules.Window:", "Rules.ClientWindow:", "Rules.ChunkSize:"} {
		assert.Contains(t, err.Error(), field)
	}
	b := wire.EncodeConfig(c)
	got, err := wire.DecodeConfig(b)
	require.NoError(t, err)
	assert.Equal(t, c.Digest(), got.Digest())
	_, err = wire.DecodeConfig(append(b, 1))
	assert.ErrorIs(t, err, wire.ErrMalformed)
}

func FuzzDecode(f *testing.F) {
	for _, m := range samples() {
		f.Add(wire.Encode(m))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := wire.Decode(b)
		if err != nil {
			return
		}
		if got := wire.Encode(m); string(got) != string(b) {
			t.Fatalf("%x is another encoding of %v, %x", b, m.Kind(), got)
		}
	})
}

func Example() {
	b := wire.Encode(&wire.Chunk{Epoch: 1, Seq: 64, Index: 0, Data: []byte("state")})
	m, err := wire.Decode(b)
	fmt.Println(m.Kind(), err)
	_, err = wire.Decode(append(b, 0))
	fmt.Println(err)
	// Output:
	// chunk <nil>
	// pbft/wire: decode "chunk": trailing bytes: pbft/wire: not an encoding
}
