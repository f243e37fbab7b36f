#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Prints the path of the Terraform or OpenTofu for the demo and the tests. It uses
# the first of these: TF_ACC_TERRAFORM_PATH, terraform on the PATH, tofu on the
# PATH, bin/terraform. Without any of them, it installs Terraform into bin/.
#
# With the argument "install", it only installs Terraform.
set -eu
unset CDPATH
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/lib.sh"

# fail REASON ... prints why Terraform can't be installed, and what to do instead.
fail() {
	{
		printf '%s\n' "$@"
		echo "Or install Terraform or OpenTofu yourself. Then put it on the PATH, or set TF_ACC_TERRAFORM_PATH to its path."
	} >&2
	exit 1
}

# install_terraform downloads Terraform. hc-install verifies the checksum and the
# signature of the archive, and uses the proxy of the environment.
install_terraform() {
	name=terraform$(go env GOEXE)
	echo "Installing Terraform $terraform_pinned into bin/. The program has about 90 MB." >&2
	mkdir -p "$root/bin" && work=$(mktemp -d "$root/bin/terraform.XXXXXX") ||
		fail "Can't write to bin/. Make it writable."
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' HUP INT PIPE TERM
	# After Ctrl-C, hc-install leaves the archive in TMPDIR.
	if ! (cd "$root" && TMPDIR="$work" CGO_ENABLED=0 go tool -modfile=tools/hc-install/go.mod hc-install install \
		-version "$terraform_pinned" -path "$work" terraform) >"$work/log" 2>&1; then
		fail "$(tail -n 1 "$work/log" | cut -c 1-300)" \
			"Can't install Terraform $terraform_pinned. The download needs the internet: if there is a proxy, set HTTPS_PROXY."
	fi
	mv "$work/$name" "$root/bin/$name" # complete, or not at all
}

if [ "${1:-}" = install ]; then
	install_terraform
	"$root/bin/terraform" version
	exit
fi
find_terraform || {
	install_terraform
	echo "$root/bin/terraform"
}
