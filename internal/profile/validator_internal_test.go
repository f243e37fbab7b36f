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
	const hint, tooWide = "; round it with floor(number + 0.5)", ", which a 64-bit floating-point number can't hold"
	for _, test := range []struct {
		rule  NumberRule
		value *big.Float
		want  string
	}{
		{IntegerBetween(0, 9), number(t, "0"), ""},
		{IntegerBetween(0, 9), number(t, "9"), ""},
		{IntegerBetween(0, 9), number(t, "-1"), "got -1"},
		{IntegerBetween(0, 9), number(t, "10"), "got 10"},
		{IntegerBetween(0, 9), number(t, "1.5"), "got 1.5"},
		{IntegerBetween(0, 9), tenth, "got 0.1"},
		{IntegerBetween(0, 9), new(big.Float).Quo(one, number(t, "3")), "got 0.33333333333333333333"},
		{IntegerBetween(0, 9), number(t, "0.99999999999999997"), "got 0.99999999999999997" + hint},
		{IntegerBetween(0, 9), almost, "got 1.0000000000000000000…" + hint},
		{IntegerBetween(0, 9), below, "got 0.9999999999999999999…" + hint},
		{IntegerBetween(0, 9), above, "got 1.0000000000000000000…" + hint},
		{IntegerBetween(0, 9), new(big.Float).Neg(above), "got -1.0000000000000000000…"}, // round gives -1
		{IntegerBetween(-1, 9), new(big.Float).Neg(above), "got -1.0000000000000000000…" + hint},
		{IntegerBetween(-1, 9), new(big.Float).Neg(below), "got -0.9999999999999999999…" + hint},
		{IntegerBetween(0, 9), number(t, "9.99999999999999999999"), "got 9.9999999999999999999…"}, // round gives 10
		{IntegerBetween(0, 9), number(t, "9223372036854775808"), "got 9223372036854775808"},
		{IntegerBetween(0, 9), number(t, "1e400"), "got 1e+400"},
		{IntegerBetween(0, 9), number(t, "1e-400"), "got 1e-400"},
		{IntegerBetween(0, 9), number(t, "1234567890123456789.96"), "got 1234567890123456789.9…"},
		{IntegerBetween(0, 9), number(t, "12345678901234567890.5"), "got 12345678901234567890.…"},
		{IntegerBetween(0, 9), number(t, "12345678901234567890123.5"), "got 1.234567890123456789e+22"},
		{IntegerBetween(0, 9), big.NewFloat(0.001), "got 0.001"}, // 53 bits
		{IntegerBetween(0, 9), big.NewFloat(1e9), "got 1000000000"},
		{IntegerOneOf(0, 1, 2), number(t, "2"), ""},
		{IntegerOneOf(0, 1, 2), number(t, "3"), "got 3"},
		{IntegerOneOf(10, 20), number(t, "0"), "got 0"},
		{IntegerOneOf(0, 1), number(t, "0.5"), "got 0.5"},
		{NonNegative(), number(t, "0"), ""},
		{NonNegative(), tenth, ""},
		{NonNegative(), number(t, "1e-7"), ""},
		{NonNegative(), number(t, "-1e-7"), "got -1e-07"},
		{NonNegative(), number(t, "-0.99999999999999999"), "got -0.99999999999999999"},
		{NonNegative(), number(t, "-1e400"), "got -1e+400"},
		{NonNegative(), number(t, "1e400"), "got 1e+400" + tooWide},
		{NonNegative(), number(t, "1e-400"), "got 1e-400" + tooWide},
	} {
		got := ""
		if err := test.rule.Check(test.value); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.value.Text('g', 30), got, test.want)
		}
	}
}
