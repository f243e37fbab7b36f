// SPDX-License-Identifier: MPL-2.0

// Package examples has tests alone: what is under examples/, and what the guides
// show, is run with the provider as it is built, against the emulator.
package examples
