// SPDX-License-Identifier: Apache-2.0

package wire

// Limits of requests and batches.
const (
	MaxBatch      = 256      // requests of one batch
	MaxBatchBytes = 64 << 10 // encoded bytes of one batch
	MaxOps        = 1024     // operations of one request
)

// Request asks for operations, all or none of them, in this order. A client and its sequence number stand for one request for ever.
type Request struct {
	Epoch  uint64
	Client Client
	Seq    uint64
	Ops    [][]byte
	Sig    []byte // by the client
}

// Kind returns KindRequest.
func (*Request) Kind() Kind { return KindRequest }

func (m *Request) said(e *enc) {
	e.u32(uint32(m.Client))
	e.u64(m.Seq)
	e.list(len(m.Ops))
	for _, op := range m.Ops {
		e.bytes(op)
	}
}

func (m *Request) put(e *enc) {
	e.u64(m.Epoch)
	m.said(e)
	e.bytes(m.Sig)
}

func (m *Request) get(d *dec) {
	m.Epoch, m.Client, m.Seq = d.u64(), Client(d.u32()), d.u64()
	m.Ops = make([][]byte, d.list(4, MaxOps))
	for i := range m.Ops {
		m.Ops[i] = d.bytes()
	}
	m.Sig = d.bytes()
}

// Size returns the length of the encoding.
func (m *Request) Size() int {
	n := 8 + 4 + 8 + 4 + 4 + len(m.Sig)
	for _, op := range m.Ops {
		n += 4 + len(op)
	}
	return n
}

// Digest returns the digest of what is asked, by whom and under which number; the signature is no part of it.
func (m *Request) Digest() Digest {
	e := enc{make([]byte, 0, m.Size())}
	e.u64(m.Epoch)
	m.said(&e)
	return Sum("request", e.b)
}

// Batch is the requests of one sequence number, in order. Its digest covers the signatures as well, so that who proposes a forged request has
// signed for it.
type Batch []*Request

// Digest returns the digest of the batch.
func (b Batch) Digest() Digest {
	e := enc{make([]byte, 0, 8+96*len(b))}
	b.put(&e)
	return Sum("batch", e.b)
}

// Size returns the length of the encoding.
func (b Batch) Size() int {
	n := 4
	for _, m := range b {
		n += m.Size()
	}
	return n
}

func (b Batch) put(e *enc) {
	e.list(len(b))
	for _, m := range b {
		m.put(e)
	}
}

func getBatch(d *dec) Batch {
	n := d.list(28, MaxBatch)
	if n == 0 {
		return nil
	}
	b := make(Batch, n)
	for i := range b {
		b[i] = new(Request)
		b[i].get(d)
	}
	return b
}

// Reply is what one member says came of a request.
type Reply struct {
	Epoch   uint64
	View    uint64 // in which the member answered, for finding the primary; replies that differ in it alone are equal
	Seq     uint64 // where the request was executed
	Client  Client
	Number  uint64 // the request's sequence number at its client
	Request Digest
	Result  Digest // of Results
	Member  Member
	Sig     []byte
	Results [][]byte // one for each operation; bound by Result
}

// Kind returns KindReply.
func (*Reply) Kind() Kind { return KindReply }

// Author returns the member.
func (m *Reply) Author() Member { return m.Member }

func (m *Reply) said(e *enc) {
	e.u64(m.View)
	e.u64(m.Seq)
	e.u32(uint32(m.Client))
	e.u64(m.Number)
	e.digest(m.Request)
	e.digest(m.Result)
	e.u16(uint16(m.Member))
}

func (m *Reply) put(e *enc) {
	e.u64(m.Epoch)
	m.said(e)
	e.bytes(m.Sig)
	e.list(len(m.Results))
	for _, r := range m.Results {
		e.bytes(r)
	}
}

func (m *Reply) get(d *dec) {
	m.Epoch, m.View, m.Seq, m.Client, m.Number = d.u64(), d.u64(), d.u64(), Client(d.u32()), d.u64()
	m.Request, m.Result, m.Member = d.digest(), d.digest(), Member(d.u16())
	m.Sig = d.bytes()
	m.Results = make([][]byte, d.list(4, MaxOps))
	for i := range m.Results {
		m.Results[i] = d.bytes()
	}
}

// Same reports whether two replies say the same of the same request; their views may differ.
func (m *Reply) Same(o *Reply) bool {
	return m.Epoch == o.Epoch && m.Seq == o.Seq && m.Client == o.Client && m.Number == o.Number && m.Request == o.Request && m.Result == o.Result
}

// ResultDigest returns the digest of results.
func ResultDigest(results [][]byte) Digest {
	var e enc
	e.list(len(results))
	for _, r := range results {
		e.bytes(r)
	}
	return Sum("result", e.b)
}
