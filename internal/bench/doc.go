// SPDX-License-Identifier: MPL-2.0

// Package bench has tests alone. They measure what the provider costs: by real
// Terraform, beside as many terraform_data objects, and without it for each
// operation. `make bench` prints the tables.
package bench
