// SPDX-License-Identifier: Apache-2.0

package instances

import (
	"cmp"
	"math"
	"slices"
)

// edge is a good of paths: a stretch between two cities.
type edge struct {
	from, to int
	length   float64
}

// paths returns bidders who want to get from one city to another and would take any of the five ways that cost them least.
func (d *draw) paths() func() {
	cities := max(3, d.p.Goods*2/3)
	type point struct{ x, y float64 }
	at := make([]point, cities)
	for i := range at {
		at[i] = point{d.Float64(), d.Float64()}
	}
	distance := func(a, b int) float64 {
		return math.Sqrt(float64((at[a].x-at[b].x)*(at[a].x-at[b].x)) + float64((at[a].y-at[b].y)*(at[a].y-at[b].y)))
	}
	var all []edge
	for a := range cities {
		for b := range a {
			all = append(all, edge{a, b, distance(a, b)})
		}
	}
	slices.SortStableFunc(all, func(a, b edge) int { return cmp.Compare(a.length, b.length) })
	edges := all[:min(d.p.Goods, len(all))]
	leaving := make([][]int, cities)
	for g, e := range edges {
		leaving[e.from] = append(leaving[e.from], g)
		leaving[e.to] = append(leaving[e.to], g)
	}
	return func() {
		from, to := d.IntN(cities), d.IntN(cities)
		if from == to {
			return
		}
		worth := distance(from, to) * d.between(1, 1.5)
		var found []wish
		var seen []int
		steps := 0
		var walk func(city int, used []int, cost float64)
		walk = func(city int, used []int, cost float64) {
			if steps++; steps > 4000 {
				return
			}
			if city == to {
				found = append(found, wish{slices.Clone(used), 1000 * (worth - cost)})
				return
			}
			seen = append(seen, city)
			for _, g := range leaving[city] {
				next := edges[g].from + edges[g].to - city
				if cost+edges[g].length < worth && !slices.Contains(seen, next) {
					walk(next, append(used, g), cost+edges[g].length)
				}
			}
			seen = seen[:len(seen)-1]
		}
		walk(from, nil, 0)
		if len(found) == 0 && d.Float64() < 0.5 {
			// The network need not join the two: a stretch of its own will do.
			g := d.IntN(len(edges))
			found = append(found, wish{[]int{g}, 1000 * edges[g].length * d.between(0.1, 0.5)})
		}
		slices.SortStableFunc(found, func(a, b wish) int { return cmp.Compare(b.worth, a.worth) })
		d.excluding(found[:min(len(found), 5)])
	}
}

// slots returns airlines that want a start at one airport and a landing at another, the sooner and the less late the better.
func (d *draw) slots() func() {
	const airports = 4
	times := max(2, d.p.Goods/airports)
	d.p.Goods = times * airports
	var hours [airports][airports]float64
	for a := range airports {
		for b := range a {
			hours[a][b] = d.between(0.5, 2.5)
			hours[b][a] = hours[a][b]
		}
	}
	return func() {
		from, to := d.IntN(airports), d.IntN(airports)
		if from == to {
			return
		}
		length := min(times-1, max(1, int(math.Round(hours[from][to]*float64(times)/12))))
		value := 10_000 * d.between(1-deviation, 1+deviation) * hours[from][to]
		start := d.IntN(times)
		var wishes []wish
		for delay := range 4 {
			for late := range 4 - delay {
				leave := start + delay
				land := leave + length + late
				if land < times && len(wishes) < 10 {
					wishes = append(wishes, wish{[]int{from*times + leave, to*times + land}, value * math.Pow(0.9, float64(delay)) * math.Pow(0.75, float64(late))})
				}
			}
		}
		d.excluding(wishes)
	}
}

// jobs returns bidders who need the machine for some time in a row, and pay less for a later deadline.
func (d *draw) jobs() func() {
	n := d.p.Goods
	return func() {
		length := 1 + d.IntN(min(10, n))
		deadline := length + d.IntN(n-length+1)
		value := 1000 * d.between(1-deviation, 1+deviation) * math.Pow(float64(length), 1+additivity)
		begin, due, worth := 0, deadline, value
		var wishes []wish
		for {
			for ; begin+length <= due; begin++ {
				goods := make([]int, length)
				for i := range goods {
					goods[i] = begin + i
				}
				wishes = append(wishes, wish{goods, worth})
			}
			if due == n || d.Float64() > 0.7 {
				break
			}
			due += 1 + d.IntN(n-due)
			worth = value * float64(deadline) / float64(due)
		}
		d.excluding(wishes)
	}
}
