// SPDX-License-Identifier: MPL-2.0

// Package chaos contains only tests. Real Terraform and the built provider manage many
// profiles while the API fails, and the tests count lost and duplicated profiles.
package chaos
