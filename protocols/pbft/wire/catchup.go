// SPDX-License-Identifier: Apache-2.0

package wire

// Status is where a member stands. Who hears it sends what the member seems to lack.
type Status struct {
	Epoch    uint64
	View     uint64
	Changing bool   // on the way into the view, not in it
	Low      uint64 // stable checkpoint
	Executed uint64
	Member   Member
	Sig      []byte
}

// Kind returns KindStatus.
func (*Status) Kind() Kind { return KindStatus }

// Author returns the member.
func (m *Status) Author() Member { return m.Member }

func (m *Status) said(e *enc) {
	e.u64(m.View)
	e.flag(m.Changing)
	e.u64(m.Low)
	e.u64(m.Executed)
	e.u16(uint16(m.Member))
}

func (m *Status) put(e *enc) {
	e.u64(m.Epoch)
	m.said(e)
	e.bytes(m.Sig)
}

func (m *Status) get(d *dec) {
	m.Epoch, m.View, m.Changing, m.Low, m.Executed, m.Member, m.Sig = d.u64(), d.u64(), d.flag(), d.u64(), d.u64(), Member(d.u16()), d.bytes()
}

// FetchBody asks for the batch of a digest.
type FetchBody struct {
	Epoch  uint64
	Seq    uint64
	Digest Digest
	Member Member
	Sig    []byte
}

// Kind returns KindFetchBody.
func (*FetchBody) Kind() Kind { return KindFetchBody }

// Author returns the member.
func (m *FetchBody) Author() Member { return m.Member }

func (m *FetchBody) said(e *enc) {
	e.u64(m.Seq)
	e.digest(m.Digest)
	e.u16(uint16(m.Member))
}

func (m *FetchBody) put(e *enc) {
	e.u64(m.Epoch)
	m.said(e)
	e.bytes(m.Sig)
}

func (m *FetchBody) get(d *dec) {
	m.Epoch, m.Seq, m.Digest, m.Member, m.Sig = d.u64(), d.u64(), d.digest(), Member(d.u16()), d.bytes()
}

// Body is a batch that somebody asked for. It needs no signature: who asked knows its digest.
type Body struct {
	Epoch uint64
	Seq   uint64
	Batch Batch
}

// Kind returns KindBody.
func (*Body) Kind() Kind { return KindBody }

func (m *Body) put(e *enc) {
	e.u64(m.Epoch)
	e.u64(m.Seq)
	m.Batch.put(e)
}

func (m *Body) get(d *dec) { m.Epoch, m.Seq, m.Batch = d.u64(), d.u64(), getBatch(d) }

// Exhibit shows a PRE-PREPARE to a member that voted for another one of the same view and number. The primary's signature is in it.
type Exhibit struct {
	Epoch      uint64
	PrePrepare *PrePrepare
}

// Kind returns KindExhibit.
func (*Exhibit) Kind() Kind { return KindExhibit }

func (m *Exhibit) put(e *enc) {
	e.u64(m.Epoch)
	m.PrePrepare.put(e)
}

func (m *Exhibit) get(d *dec) {
	m.Epoch = d.u64()
	m.PrePrepare = new(PrePrepare)
	m.PrePrepare.get(d)
}

// WholeState is the chunk number that asks for the manifest.
const WholeState = ^uint32(0)

// FetchState asks for a chunk of the state after Seq, or for the manifest of a stable state at Seq or later.
type FetchState struct {
	Epoch  uint64
	Seq    uint64
	Chunk  uint32 // WholeState for the manifest
	Member Member
	Sig    []byte
}

// Kind returns KindFetchState.
func (*FetchState) Kind() Kind { return KindFetchState }

// Author returns the member.
func (m *FetchState) Author() Member { return m.Member }

func (m *FetchState) said(e *enc) {
	e.u64(m.Seq)
	e.u32(m.Chunk)
	e.u16(uint16(m.Member))
}

func (m *FetchState) put(e *enc) {
	e.u64(m.Epoch)
	m.said(e)
	e.bytes(m.Sig)
}

func (m *FetchState) get(d *dec) {
	m.Epoch, m.Seq, m.Chunk, m.Member, m.Sig = d.u64(), d.u64(), d.u32(), Member(d.u16()), d.bytes()
}

// Manifest lists the chunks of a stable state. The certificate proves the state, and the state's digest is that of the list.
type Manifest struct {
	Epoch  uint64
	Stable *Stable
	Chunks []Digest
}

// Kind returns KindManifest.
func (*Manifest) Kind() Kind { return KindManifest }

func (m *Manifest) put(e *enc) {
	e.u64(m.Epoch)
	m.Stable.put(e)
	putDigests(e, m.Chunks)
}

func (m *Manifest) get(d *dec) {
	m.Epoch = d.u64()
	m.Stable = new(Stable)
	m.Stable.get(d)
	m.Chunks = make([]Digest, d.list(32, maxChunks))
	for i := range m.Chunks {
		m.Chunks[i] = d.digest()
	}
}

// Chunk is a piece of a state.
type Chunk struct {
	Epoch uint64
	Seq   uint64
	Index uint32
	Data  []byte
}

// Kind returns KindChunk.
func (*Chunk) Kind() Kind { return KindChunk }

func (m *Chunk) put(e *enc) {
	e.u64(m.Epoch)
	e.u64(m.Seq)
	e.u32(m.Index)
	e.bytes(m.Data)
}

func (m *Chunk) get(d *dec) { m.Epoch, m.Seq, m.Index, m.Data = d.u64(), d.u64(), d.u32(), d.bytes() }

func putDigests(e *enc, ds []Digest) {
	e.list(len(ds))
	for _, s := range ds {
		e.digest(s)
	}
}

// ChunkDigest returns the digest of one chunk of a state.
func ChunkDigest(data []byte) Digest { return Sum("chunk", data) }

// StateDigest returns the digest of the state after seq that consists of these chunks.
func StateDigest(seq uint64, chunks []Digest) Digest {
	var e enc
	e.u64(seq)
	putDigests(&e, chunks)
	return Sum("state", e.b)
}
