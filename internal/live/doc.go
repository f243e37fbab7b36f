// SPDX-License-Identifier: MPL-2.0

// Package live contains only tests. They compare a real account with the statements of
// CONTRACT.md that the API document does not confirm. `make testacc-live` runs them and
// prints a table. Other tests of the package do the same with the emulator.
package live
