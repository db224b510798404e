// SPDX-License-Identifier: Apache-2.0

package lock

// spare is memory that is used again: a lock that is taken and given back all the time makes no garbage. It belongs to a Space.
type spare struct {
	claims  []*claim
	objects []*object
	lists   [][]*claim
	effects [2]Effect // of a step with few of them
}

// keepSpare is how much of each kind is kept.
const keepSpare = 64

func last[T any](list *[]T) (one T, ok bool) {
	n := len(*list)
	if n == 0 {
		return one, false
	}
	one, (*list)[n-1] = (*list)[n-1], one
	*list = (*list)[:n-1]
	return one, true
}

// claim returns one with whatever is in it.
func (s *spare) claim() *claim {
	if c, ok := last(&s.claims); ok {
		return c
	}
	return new(claim)
}

// keepClaim takes a claim that is nowhere any more.
func (s *spare) keepClaim(c *claim) {
	if len(s.claims) < keepSpare {
		*c = claim{}
		s.claims = append(s.claims, c)
	}
}

// object returns an empty one.
func (s *spare) object() *object {
	if o, ok := last(&s.objects); ok {
		return o
	}
	return new(object)
}

// keepObject takes an object that nobody holds or waits for.
func (s *spare) keepObject(o *object) {
	if len(s.objects) < keepSpare {
		*o = object{holders: emptied(o.holders), queue: emptied(o.queue), readers: emptied(o.readers)}
		s.objects = append(s.objects, o)
	}
}

// emptied is an empty list with the room of one that is empty already, unless that is much.
func emptied(list []*claim) []*claim {
	if cap(list) > keepSpare {
		return nil
	}
	return list[:0]
}

func (s *spare) list() []*claim {
	list, _ := last(&s.lists)
	return list
}

// keepList takes an empty list.
func (s *spare) keepList(list []*claim) {
	if len(s.lists) < keepSpare && 0 < cap(list) && cap(list) <= keepSpare {
		s.lists = append(s.lists, list[:0])
	}
}
