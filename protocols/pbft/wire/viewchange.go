// SPDX-License-Identifier: Apache-2.0

package wire

// Prepared proves that a batch was prepared in a view: the primary's PRE-PREPARE, and PREPAREs of a quorum less one of the others.
type Prepared struct {
	PrePrepare *PrePrepare
	Marks      []Mark
}

func (m *Prepared) put(e *enc) {
	m.PrePrepare.put(e)
	putMarks(e, m.Marks)
}

func (m *Prepared) get(d *dec) {
	m.PrePrepare = new(PrePrepare)
	m.PrePrepare.get(d)
	m.Marks = getMarks(d)
}

// Vote returns the PREPARE that a mark of the certificate stands for.
func (m *Prepared) Vote(epoch uint64, k Mark) *Vote {
	pp := m.PrePrepare
	return &Vote{Phase: KindPrepare, Epoch: epoch, View: pp.View, Seq: pp.Seq, Digest: pp.Digest, Member: k.Member, Sig: k.Sig}
}

// Claim is a member's word, without proof, that a batch was prepared or pre-prepared in a view.
type Claim struct {
	Seq    uint64
	View   uint64
	Digest Digest
}

func putClaims(e *enc, claims []Claim) {
	e.list(len(claims))
	for _, c := range claims {
		e.u64(c.Seq)
		e.u64(c.View)
		e.digest(c.Digest)
	}
}

func getClaims(d *dec) []Claim {
	n := d.list(48, maxClaims)
	if n == 0 {
		return nil
	}
	claims := make([]Claim, n)
	for i := range claims {
		claims[i] = Claim{d.u64(), d.u64(), d.digest()}
	}
	return claims
}

// ViewChange is a member's vote for leaving all views before View, with what it has prepared above its stable checkpoint.
type ViewChange struct {
	Epoch    uint64
	View     uint64
	Stable   *Stable
	Prepared []*Prepared // signed mode: by ascending sequence number, one each, of the highest view
	P        []Claim     // MAC mode: what was prepared, as Prepared
	Q        []Claim     // MAC mode: what was pre-prepared, by sequence number and then view, for each batch the highest view
	Member   Member
	Sig      []byte
}

// Kind returns KindViewChange.
func (*ViewChange) Kind() Kind { return KindViewChange }

// Author returns the member.
func (m *ViewChange) Author() Member { return m.Member }

func (m *ViewChange) said(e *enc) {
	e.u64(m.View)
	m.Stable.put(e)
	e.list(len(m.Prepared))
	for _, p := range m.Prepared {
		p.put(e)
	}
	putClaims(e, m.P)
	putClaims(e, m.Q)
	e.u16(uint16(m.Member))
}

func (m *ViewChange) put(e *enc) {
	e.u64(m.Epoch)
	m.said(e)
	e.bytes(m.Sig)
}

func (m *ViewChange) get(d *dec) {
	m.Epoch, m.View = d.u64(), d.u64()
	m.Stable = new(Stable)
	m.Stable.get(d)
	if n := d.list(56, maxClaims); n > 0 {
		m.Prepared = make([]*Prepared, n)
		for i := range m.Prepared {
			m.Prepared[i] = new(Prepared)
			m.Prepared[i].get(d)
		}
	}
	m.P, m.Q = getClaims(d), getClaims(d)
	m.Member, m.Sig = Member(d.u16()), d.bytes()
}

// NewView begins a view: the VIEW-CHANGEs that allow it, and what follows from them for every sequence number that may have been decided.
type NewView struct {
	Epoch   uint64
	View    uint64
	Changes []*ViewChange // by ascending member
	Orders  []*PrePrepare // by ascending sequence number, without holes
	Sig     []byte        // by the primary of the view
}

// Kind returns KindNewView.
func (*NewView) Kind() Kind { return KindNewView }

// said is short for what was said: VIEW-CHANGEs and orders are signed for by their digest.
func (m *NewView) said(e *enc) {
	var body enc
	m.parts(&body)
	e.u64(m.View)
	e.digest(Sum("new view", body.b))
}

func (m *NewView) parts(e *enc) {
	e.list(len(m.Changes))
	for _, c := range m.Changes {
		c.put(e)
	}
	e.list(len(m.Orders))
	for _, o := range m.Orders {
		o.put(e)
	}
}

func (m *NewView) put(e *enc) {
	e.u64(m.Epoch)
	e.u64(m.View)
	m.parts(e)
	e.bytes(m.Sig)
}

func (m *NewView) get(d *dec) {
	m.Epoch, m.View = d.u64(), d.u64()
	m.Changes = make([]*ViewChange, d.list(80, MaxMembers))
	for i := range m.Changes {
		m.Changes[i] = new(ViewChange)
		m.Changes[i].get(d)
	}
	if n := d.list(52, maxClaims); n > 0 {
		m.Orders = make([]*PrePrepare, n)
		for i := range m.Orders {
			m.Orders[i] = new(PrePrepare)
			m.Orders[i].get(d)
		}
	}
	m.Sig = d.bytes()
}
