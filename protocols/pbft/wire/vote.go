// SPDX-License-Identifier: Apache-2.0

package wire

// PrePrepare is a primary's signed word that a batch has a sequence number in a view. It is what certificates hold; a [Proposal] brings the batch.
type PrePrepare struct {
	View   uint64
	Seq    uint64
	Digest Digest
	Sig    []byte // by the primary of the view
}

// Kind returns KindPrePrepare.
func (*PrePrepare) Kind() Kind { return KindPrePrepare }

func (m *PrePrepare) said(e *enc) {
	e.u64(m.View)
	e.u64(m.Seq)
	e.digest(m.Digest)
}

func (m *PrePrepare) put(e *enc) {
	m.said(e)
	e.bytes(m.Sig)
}

func (m *PrePrepare) get(d *dec) {
	m.View, m.Seq, m.Digest, m.Sig = d.u64(), d.u64(), d.digest(), d.bytes()
}

// Proposal is a PRE-PREPARE with its batch.
type Proposal struct {
	Epoch      uint64
	PrePrepare *PrePrepare
	Batch      Batch
}

// Kind returns KindProposal.
func (*Proposal) Kind() Kind { return KindProposal }

func (m *Proposal) put(e *enc) {
	e.u64(m.Epoch)
	m.PrePrepare.put(e)
	m.Batch.put(e)
}

func (m *Proposal) get(d *dec) {
	m.Epoch = d.u64()
	m.PrePrepare = new(PrePrepare)
	m.PrePrepare.get(d)
	m.Batch = getBatch(d)
}

// Vote is a PREPARE or a COMMIT.
type Vote struct {
	Phase  Kind // KindPrepare or KindCommit
	Epoch  uint64
	View   uint64
	Seq    uint64
	Digest Digest
	Member Member
	Sig    []byte // a signature, or in MAC mode one tag for each member
}

// Kind returns the phase.
func (m *Vote) Kind() Kind { return m.Phase }

// Author returns the member.
func (m *Vote) Author() Member { return m.Member }

func (m *Vote) said(e *enc) {
	e.u64(m.View)
	e.u64(m.Seq)
	e.digest(m.Digest)
	e.u16(uint16(m.Member))
}

func (m *Vote) put(e *enc) {
	e.u64(m.Epoch)
	m.said(e)
	e.bytes(m.Sig)
}

func (m *Vote) get(d *dec) {
	m.Epoch, m.View, m.Seq, m.Digest, m.Member, m.Sig = d.u64(), d.u64(), d.u64(), d.digest(), Member(d.u16()), d.bytes()
}

// Checkpoint is a member's signed word about the state after a sequence number.
type Checkpoint struct {
	Epoch  uint64
	Seq    uint64
	State  Digest
	Member Member
	Sig    []byte
}

// Kind returns KindCheckpoint.
func (*Checkpoint) Kind() Kind { return KindCheckpoint }

// Author returns the member.
func (m *Checkpoint) Author() Member { return m.Member }

func (m *Checkpoint) said(e *enc) {
	e.u64(m.Seq)
	e.digest(m.State)
	e.u16(uint16(m.Member))
}

func (m *Checkpoint) put(e *enc) {
	e.u64(m.Epoch)
	m.said(e)
	e.bytes(m.Sig)
}

func (m *Checkpoint) get(d *dec) {
	m.Epoch, m.Seq, m.State, m.Member, m.Sig = d.u64(), d.u64(), d.digest(), Member(d.u16()), d.bytes()
}

// Mark is one member's part of a certificate: what it signed is in the certificate itself.
type Mark struct {
	Member Member
	Sig    []byte
}

func putMarks(e *enc, marks []Mark) {
	e.list(len(marks))
	for _, m := range marks {
		e.u16(uint16(m.Member))
		e.bytes(m.Sig)
	}
}

func getMarks(d *dec) []Mark {
	marks := make([]Mark, d.list(6, MaxMembers))
	for i := range marks {
		marks[i] = Mark{Member(d.u16()), d.bytes()}
	}
	return marks
}

// Stable proves that a state is the group's: a quorum of members signed a CHECKPOINT of it. At the base of an epoch it needs no marks.
type Stable struct {
	Seq   uint64
	State Digest
	Marks []Mark
}

func (m *Stable) put(e *enc) {
	e.u64(m.Seq)
	e.digest(m.State)
	putMarks(e, m.Marks)
}

func (m *Stable) get(d *dec) { m.Seq, m.State, m.Marks = d.u64(), d.digest(), getMarks(d) }

// Checkpoint returns the message that a mark of the certificate stands for.
func (m *Stable) Checkpoint(epoch uint64, k Mark) *Checkpoint {
	return &Checkpoint{Epoch: epoch, Seq: m.Seq, State: m.State, Member: k.Member, Sig: k.Sig}
}
