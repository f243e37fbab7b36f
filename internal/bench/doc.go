// SPDX-License-Identifier: MPL-2.0

// Package bench contains only tests. They measure the cost of the provider with real
// Terraform, compared with the same number of terraform_data objects, and the cost of
// single calls without Terraform. `make bench` prints the tables.
package bench
