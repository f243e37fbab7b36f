// SPDX-License-Identifier: MPL-2.0

// Package chaos contains only tests. Real Terraform and the built provider manage many
// profiles. The API fails, or Terraform and the provider are killed. The tests count lost
// and duplicated profiles.
package chaos
