// SPDX-License-Identifier: MPL-2.0

// Package chaos has tests alone. They let real Terraform, with the provider as a
// program of its own, manage many profiles while the API fails in every way, and
// count what was lost and what was made twice.
package chaos
