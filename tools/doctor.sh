#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Checks whether this machine has what the demo and the tests need. Prints what it
# found, and how to get what is missing. Exits with a non-zero status if the demo
# and the tests can't work. Changes nothing, except that an older Go may download
# the required one.
set -eu
unset CDPATH
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/lib.sh"
status=0
ready='This machine has what the demo and the tests need.'

row() { printf '%-11s %s\n' "$1" "$2"; }
more() { printf '%-11s %s\n' '' "$1"; }
fail() { row "$@"; status=1; }

check_go() {
	required=$(sed -n 's/^go \([0-9]*\.[0-9]*\).*/\1/p' "$root/go.mod")
	if ! command -v go >/dev/null; then
		fail Go "not found. Install Go $required or later: https://go.dev/doc/install"
		return
	fi
	# Outside the repository, because Go reads the required version from go.mod.
	installed=$(cd / && GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed -n 's/.*go\([0-9][0-9]*\.[^ ]*\).*/\1/p')
	if [ -z "$installed" ]; then
		fail Go "$(command -v go) does not work. Run \"go version\" to see why, or install Go $required or later: https://go.dev/doc/install"
		return
	fi
	if at_least "$installed" "$required"; then
		row Go "$installed"
	elif ! at_least "$installed" 1.21 || [ "$(cd / && go env GOTOOLCHAIN)" = local ]; then
		fail Go "$installed is too old. Install Go $required or later: https://go.dev/doc/install"
		if at_least "$installed" 1.21; then
			more "Or let Go $installed download it: export GOTOOLCHAIN=auto"
		fi
		return
	else
		row Go "$installed. It downloads Go $required (75 MB), unless it has done so before."
	fi
	# GOTOOLCHAIN may name another version.
	if ! output=$(cd "$root" && go env GOVERSION 2>&1); then
		fail '' "The download failed: $(printf %s "$output" | tail -n 1 | cut -c 1-200)"
		more "Connect to the internet, or install Go $required or later and unset GOTOOLCHAIN: https://go.dev/doc/install"
	fi
}

check_terraform() {
	if ! path=$(find_terraform); then
		row Terraform "not found. OpenTofu is not found either. make demo, make try and make testacc install Terraform $terraform_pinned into bin/."
		more 'To install it now, run make terraform, or sh tools/terraform.sh install.'
		ready='This machine has everything else that the demo and the tests need.'
		return
	fi
	if ! found=$(version_of "$path"); then
		fail Terraform "$path does not work. Run \"$path version\" to see why."
		if [ -n "${TF_ACC_TERRAFORM_PATH:-}" ]; then
			more 'The path comes from TF_ACC_TERRAFORM_PATH. Correct or unset this variable.'
		fi
		return
	fi
	product=${found% *} version=${found#* }
	minimum=1.5 tested=1.11
	if [ "$product" = OpenTofu ]; then
		minimum=1.6 tested=1.10
	fi
	if ! at_least "$version" $minimum; then
		fail "$product" "$version ($path) is too old. Install $minimum or later, or set TF_ACC_TERRAFORM_PATH to another program."
		return
	fi
	row "$product" "$version ($path)"
	at_least "$version" $tested || more "The tests are made for $product $tested or later. Some of them may fail."
}

check_race() {
	if has_race; then
		row 'C compiler' "$(go env CC). The tests use the race detector."
	else
		row 'C compiler' 'does not work, or cgo is off, or this platform has no race detector. The tests run without it.'
		more 'To use it, install gcc or clang with the headers of the C library, and unset CGO_ENABLED.'
	fi
}

# check_optional NAME EFFECT
check_optional() {
	if path=$(command -v "$1"); then
		row "$1" "$path"
	else
		row "$1" "not found. $2"
	fi
}

check_go
if [ "$status" -eq 0 ]; then
	check_race
fi
check_terraform
check_optional make 'Use the scripts instead: sh tools/demo.sh runs the demo.'
check_optional git 'make fmt, .ci/run and releases need it.'
if [ "$status" -eq 0 ]; then
	echo "$ready"
else
	echo 'Something is missing: see above.' >&2
fi
exit "$status"
