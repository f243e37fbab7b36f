// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"math/big"
	"testing"
)

func number(t *testing.T, text string) *big.Float {
	t.Helper()
	value, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven) // as Terraform does
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestNumberRule_Check(t *testing.T) {
	t.Parallel()
	one, tenth := number(t, "1"), number(t, "0.1")
	almost := new(big.Float).Sub(one, number(t, "0.9")) // (1 - 0.9) * 10 in Terraform
	almost.Mul(almost, number(t, "10"))
	below := new(big.Float).Sub(one, new(big.Float).SetMantExp(one, -400))
	above := new(big.Float).Add(one, new(big.Float).SetMantExp(one, -400))
	const range09, hint = "must be an integer from 0 to 9, got ", "; round it with floor(number + 0.5)"
	const tooWide = "must be 0 or more and fit into a 64-bit floating-point number, got "
	for _, test := range []struct {
		rule  NumberRule
		value *big.Float
		want  string
	}{
		{IntegerBetween(0, 9), number(t, "0"), ""},
		{IntegerBetween(0, 9), number(t, "9"), ""},
		{IntegerBetween(0, 9), number(t, "-1"), range09 + "-1"},
		{IntegerBetween(0, 9), number(t, "10"), range09 + "10"},
		{IntegerBetween(0, 9), number(t, "1.5"), range09 + "1.5"},
		{IntegerBetween(0, 9), tenth, range09 + "0.1"},
		{IntegerBetween(0, 9), new(big.Float).Quo(one, number(t, "3")), range09 + "0.33333333333333333333"},
		{IntegerBetween(0, 9), number(t, "0.99999999999999997"), range09 + "0.99999999999999997" + hint},
		{IntegerBetween(0, 9), almost, range09 + "1.0000000000000000000…" + hint},
		{IntegerBetween(0, 9), below, range09 + "0.9999999999999999999…" + hint},
		{IntegerBetween(0, 9), above, range09 + "1.0000000000000000000…" + hint},
		{IntegerBetween(0, 9), new(big.Float).Neg(above), range09 + "-1.0000000000000000000…" + hint},
		{IntegerBetween(0, 9), number(t, "1e400"), range09 + "1e+400"},
		{IntegerBetween(0, 9), number(t, "1e-400"), range09 + "1e-400"},
		{IntegerBetween(0, 9), number(t, "12345678901234567890123.5"), range09 + "1.234567890123456789e+22" + hint},
		{IntegerBetween(0, 9), big.NewFloat(0.001), range09 + "0.001"}, // 53 bits
		{IntegerBetween(0, 9), big.NewFloat(1e9), range09 + "1000000000"},
		{IntegerOneOf(0, 1, 2), number(t, "2"), ""},
		{IntegerOneOf(0, 1, 2), number(t, "3"), "must be 0, 1 or 2, got 3"},
		{IntegerOneOf(0, 1), number(t, "0.5"), "must be 0 or 1, got 0.5"},
		{NonNegative(), number(t, "0"), ""},
		{NonNegative(), tenth, ""},
		{NonNegative(), number(t, "1e-7"), ""},
		{NonNegative(), number(t, "-1e-7"), "must be 0 or more, got -1e-07"},
		{NonNegative(), number(t, "-1e400"), "must be 0 or more, got -1e+400"},
		{NonNegative(), number(t, "1e400"), tooWide + "1e+400"},
		{NonNegative(), number(t, "1e-400"), tooWide + "1e-400"},
	} {
		got := ""
		if err := test.rule.check(test.value); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.value.Text('g', 30), got, test.want)
		}
	}
}
