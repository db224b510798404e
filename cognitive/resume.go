// SPDX-License-Identifier: Apache-2.0

package cognitive

import "mabeam.dev/actors"

// Heard is how far a subscriber had got before it was cut off.
type Heard struct {
	// Space is the version of the space of the last commit that it heard of; the zero version is nothing.
	Space Version
	// Commits is how many commits of that version it heard of; 0 means all.
	Commits int
}

// Resumed is where a subscription goes on.
type Resumed struct {
	// Whole says that every commit behind what was heard follows, each as an update. Else there is a gap, and First is what there is, at version Space.
	Whole bool
	First []Update
	Space Version
}

// ResumeSpace is [SubscribeSpace] for a subscriber that was cut off: the commits of all variables arrive that it has not heard of, in the order of the space's versions. Those that are
// too long ago, or from before the start of the program, are not known any more.
func ResumeSpace[M any](ctx *actors.Context[M], s *Space, heard Heard, how Delivery, notice func(Update) M) (Resumed, *Subscription, error) {
	x, err := prepare(ctx, s, -1, how, notice)
	if err != nil {
		return Resumed{}, nil, err
	}
	r := Resumed{Whole: true}
	x.resume = func() (past, rest []*Commit, known bool) {
		past, rest, known = s.since(heard)
		r.Whole = known
		return past, rest, known
	}
	r.Space = s.hub.join(x, func(u Update) { r.First = append(r.First, u) })
	x.feed.Flush()
	return r, x, nil
}

// since returns the commits behind what was heard, and those before that are kept; false if not all of the former are known.
func (s *Space) since(heard Heard) (past, rest []*Commit, known bool) {
	list, end, _, r := s.published(0)
	if r == nil || heard.Space.IsZero() || r.version.Before(heard.Space) {
		return nil, nil, false
	}
	at := 0
	for at < len(list) && list[at].Space.Before(heard.Space) {
		at++
	}
	of := at // the first of the version that was heard
	for at < len(list) && list[at].Space == heard.Space && (heard.Commits <= 0 || at-of < heard.Commits) {
		at++
	}
	past, rest = list[:at], list[at:]
	switch {
	case of > 0, len(list) > 0 && uint64(len(list)) == end && list[0].Space == heard.Space: // all of the version is there
		return past, rest, heard.Commits <= 0 || at-of == heard.Commits
	case heard.Commits > 0:
		return nil, nil, false
	case len(list) == 0:
		return nil, nil, r.version == heard.Space
	}
	return past, rest, list[0].Space == heard.Space || list[0].Space == heard.Space.next()
}
