// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// toInt64 converts a number to an int64, and reports whether it is one.
func toInt64(exact *big.Float) (int64, bool) {
	n, accuracy := exact.Int64()
	return n, accuracy == big.Exact
}

// toFloat64 returns the nearest float64, and reports whether the number is in the range of float64.
func toFloat64(exact *big.Float) (float64, bool) {
	nearest, _ := exact.Float64()
	underflow := nearest == 0 && exact.Sign() != 0
	return nearest, !underflow && !math.IsInf(nearest, 0)
}

// Messages show at most maxDigits digits of a number. A fraction that is an integer when rounded
// to almostDigits digits is probably the result of a calculation.
const (
	maxDigits    = 20
	almostDigits = 15
)

// FormatNumber returns a number with at most 20 digits. It doesn't show a fraction as an integer:
// it cuts digits off instead of rounding, and adds an ellipsis.
func FormatNumber(value *big.Float) string {
	if nearest, accuracy := value.Float64(); accuracy == big.Exact && !value.IsInt() {
		// For a float64, such as a value from the API, the shortest form is enough. With 20 digits, 0.1
		// would be 0.10000000000000000555.
		value, _, _ = big.ParseFloat(strconv.FormatFloat(nearest, 'g', -1, 64), 10, 512, big.ToNearestEven)
	}
	if isAlmostInteger(value, maxDigits) {
		return cutDigits(value)
	}
	return value.Text('g', maxDigits)
}

// cutDigits returns the first 20 digits of a fraction and an ellipsis. If the integer part alone has more
// digits, it rounds.
func cutDigits(value *big.Float) string {
	const allDigits = 400 // of a fraction; Terraform's numbers have 512 bits
	whole, fraction, _ := strings.Cut(value.Text('f', allDigits), ".")
	digits := maxDigits - len(strings.TrimPrefix(whole, "-"))
	if digits < 0 {
		return value.Text('g', maxDigits)
	}
	return whole + "." + fraction[:digits] + "…"
}

// isAlmostInteger reports whether value is a fraction that rounding to a number of digits turns
// into an integer.
func isAlmostInteger(value *big.Float, digits int) bool {
	rounded, _, err := big.ParseFloat(value.Text('g', digits), 10, value.Prec(), big.ToNearestEven)
	return err == nil && rounded.IsInt() && !value.IsInt()
}

// round returns the nearest integer, as Terraform's floor(value + 0.5) does.
func round(value *big.Float) *big.Float {
	sum := new(big.Float).Add(value, big.NewFloat(0.5))
	rounded, _ := sum.Int(nil)
	if sum.Signbit() && !sum.IsInt() {
		rounded.Sub(rounded, big.NewInt(1)) // Int rounds towards zero
	}
	return new(big.Float).SetInt(rounded)
}
