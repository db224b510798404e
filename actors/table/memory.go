// SPDX-License-Identifier: Apache-2.0

package table

import (
	"reflect"
	"unsafe"
)

// What the estimate of a table's memory knows of the libraries that hold it; a test compares the outcome with the heap.
const (
	weighed = 256 // pairs that are looked at

	bucketBytes   = 64   // a bucket of an xsync.Map: one line of cache
	bucketPairs   = 3.75 // pairs for each bucket at which the map grows
	leastBuckets  = 32
	emptyMapBytes = 1 << 10 // the map itself, and its counters

	leafBytes      = 48   // a leaf of a tree, without the array of its pairs
	innerShare     = 1.08 // what the nodes above the leaves add
	emptyTreeBytes = 128
)

// hashedBytes is what a map of n keys takes, with entries of size bytes.
func hashedBytes(n int, size uintptr) int {
	buckets := leastBuckets
	for float64(n) > bucketPairs*float64(buckets) {
		buckets *= 2
	}
	return emptyMapBytes + buckets*bucketBytes + n*rounded(int(size))
}

// leafRoom is for how many pairs a leaf of n pairs takes memory. The left half of a leaf that was split keeps the whole array until it is
// written to again, and looks the same afterwards; the middle is wrong by as little as can be.
func leafRoom(n, room int) int {
	if n == treeDegree-1 && room == n {
		return n * 3 / 2
	}
	return room
}

// rounded is the size of the block that Go's allocator gives for n bytes.
func rounded(n int) int {
	switch {
	case n <= 8:
		return n
	case n <= 128:
		return (n + 15) / 16 * 16
	case n <= 1024:
		return (n + 63) / 64 * 64
	}
	return (n + n/16)
}

// scale is the weight of n pairs of which some were weighed.
func scale(sum, some, n int) int {
	if some == 0 {
		return 0
	}
	return int(float64(sum) / float64(some) * float64(n))
}

// payload is the memory that a value has besides its own size: its strings and slices. What is behind pointers and maps, which may be shared
// and may change, is not looked at.
func payload[T any](v *T) int { return beside(reflect.ValueOf(v).Elem(), 0) }

const deepest = 8 // levels of slices in slices

func beside(v reflect.Value, depth int) int {
	switch v.Kind() {
	case reflect.String:
		return rounded(v.Len())
	case reflect.Slice:
		sum := rounded(v.Cap() * int(v.Type().Elem().Size()))
		if depth < deepest && holds(v.Type().Elem()) {
			for i := range v.Len() {
				sum += beside(v.Index(i), depth+1)
			}
		}
		return sum
	case reflect.Array:
		sum := 0
		if holds(v.Type().Elem()) {
			for i := range v.Len() {
				sum += beside(v.Index(i), depth)
			}
		}
		return sum
	case reflect.Struct:
		sum := 0
		for i := range v.NumField() {
			sum += beside(v.Field(i), depth)
		}
		return sum
	case reflect.Interface:
		if v.IsNil() {
			return 0
		}
		in := v.Elem()
		if in.Kind() == reflect.Pointer || in.Kind() == reflect.Map {
			return 0
		}
		return rounded(int(in.Type().Size())) + beside(in, depth)
	}
	return 0
}

// holds reports whether values of a type can have a payload.
func holds(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Slice, reflect.Interface:
		return true
	case reflect.Array:
		return holds(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if holds(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

// sizeOf is the size of a T itself.
func sizeOf[T any]() uintptr {
	var v T
	return unsafe.Sizeof(v)
}
