// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"strings"
)

// Account names one place where assets are. It is made by the functions below, or is one of the constants.
type Account string

// The accounts that every book has from the beginning.
const (
	// World is everything outside: deposits come from it and withdrawals go to it. It alone may be below 0.
	World Account = "world"
	// Fees collects what the market charges.
	Fees Account = "fees"
	// Penalty collects what was forfeited.
	Penalty Account = "penalty"
)

// Available is what an owner may dispose of.
func Available(owner string) Account { return Account(owner + "/available") }

// Held is what an owner has set aside for a ref: an auction, a market, a deal or a reservation. Only holds move it.
func Held(owner, ref string) Account { return Account(owner + "/held/" + ref) }

// Stake is what an owner has put at risk.
func Stake(owner string) Account { return Account("stake/" + owner) }

// Pool is common money, an insurance pool's for example.
func Pool(id string) Account { return Account("pool/" + id) }

// Subsidy is what a market maker may lose.
func Subsidy(id string) Account { return Account("subsidy/" + id) }

// kind is what an account is for.
type kind uint8

const (
	noKind     kind = iota
	commonKind      // world, fees, penalty
	availableKind
	heldKind
	stakeKind
	poolKind // pool or subsidy
)

const (
	maxOwner = 100
	maxRef   = 120
	maxKey   = 200
	maxMemo  = 200
)

// split takes an account apart: its kind, its owner (the id of a pool) and its ref.
func (a Account) split() (k kind, owner, ref string) {
	switch a {
	case World, Fees, Penalty:
		return commonKind, "", ""
	}
	first, rest, ok := strings.Cut(string(a), "/")
	switch {
	case !ok:
		return noKind, "", ""
	case first == "stake":
		if validOwner(rest) {
			return stakeKind, rest, ""
		}
	case first == "pool" || first == "subsidy":
		if validRef(rest) {
			return poolKind, rest, ""
		}
	case !validOwner(first):
	case rest == "available":
		return availableKind, first, ""
	default:
		if ref, ok := strings.CutPrefix(rest, "held/"); ok && validRef(ref) {
			return heldKind, first, ref
		}
	}
	return noKind, "", ""
}

// Valid reports whether the account has the form of one.
func (a Account) Valid() bool {
	k, _, _ := a.split()
	return k != noKind
}

// home is the account that must be open for this one to be used; empty where none must.
func (a Account) home(k kind, owner string) Account {
	switch k {
	case heldKind, stakeKind:
		return Available(owner)
	case availableKind, poolKind:
		return a
	}
	return ""
}

// plain are the bytes of names: they need no quoting anywhere.
var plain = func() (set [256]bool) {
	for _, c := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:@#+=-" {
		set[c] = true
	}
	return set
}()

// name reports whether a text is 1 to limit bytes of names, and of slashes inside where they are allowed.
func name(s string, limit int, slashes bool) bool {
	if s == "" || len(s) > limit || s[0] == '/' || s[len(s)-1] == '/' {
		return false
	}
	for i := range len(s) {
		if !plain[s[i]] && (!slashes || s[i] != '/') {
			return false
		}
	}
	return true
}

// validOwner reports whether a text can own accounts: what accounts of the market begin with cannot.
func validOwner(s string) bool {
	switch Account(s) {
	case World, Fees, Penalty, "stake", "pool", "subsidy":
		return false
	}
	return name(s, maxOwner, false)
}

func validRef(s string) bool { return name(s, maxRef, true) }
