// SPDX-License-Identifier: Apache-2.0

package money

import "fmt"

// Asset names what an amount is of: a currency, a token, a good or one lot. It is 1 to 64 bytes of letters, digits and ". _ - / :".
type Asset string

// Validate returns ErrInvalidAsset with the reason, or nil.
func (a Asset) Validate() error {
	if a == "" || len(a) > 64 {
		return fmt.Errorf("money: asset %s: %d bytes, want 1 to 64: %w", quoted(string(a)), len(a), ErrInvalidAsset)
	}
	for i := range len(a) {
		switch c := a[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '_', c == '-', c == '/', c == ':':
		default:
			return fmt.Errorf("money: asset %s: byte %d is %q: %w", quoted(string(a)), i, c, ErrInvalidAsset)
		}
	}
	return nil
}

// Money is an amount of an asset. The zero Money is nothing of no asset; it adds to nothing but itself.
type Money struct {
	Amount Amount
	Asset  Asset
}

// Of makes a Money.
func Of(a Amount, of Asset) Money { return Money{a, of} }

// Add returns m + n. Of two assets it is ErrCurrencyMismatch.
func (m Money) Add(n Money) (Money, error) {
	if err := m.Same(n); err != nil {
		return Money{}, err
	}
	a, err := m.Amount.Add(n.Amount)
	if err != nil {
		return Money{}, err
	}
	return Money{a, m.Asset}, nil
}

// Sub returns m - n. Of two assets it is ErrCurrencyMismatch.
func (m Money) Sub(n Money) (Money, error) {
	if err := m.Same(n); err != nil {
		return Money{}, err
	}
	a, err := m.Amount.Sub(n.Amount)
	if err != nil {
		return Money{}, err
	}
	return Money{a, m.Asset}, nil
}

// Same returns ErrCurrencyMismatch with both names unless m and n are of one asset.
func (m Money) Same(n Money) error {
	if m.Asset != n.Asset {
		return fmt.Errorf("money: %s and %s: %w", quoted(string(m.Asset)), quoted(string(n.Asset)), ErrCurrencyMismatch)
	}
	return nil
}

// String is the amount and its asset: "12.5 credit".
func (m Money) String() string { return Format(m.Amount) + " " + string(m.Asset) }
