#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Starts the emulator for the guide Getting started, and prints two commands for
# another terminal. Builds the provider and the emulator into bin/, and writes
# main.tf and the settings of Terraform into bin/try/. Ctrl-C stops the emulator.
# The arguments are flags of the emulator, such as -seed profiles.json.
set -eu
unset CDPATH
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/lib.sh"
example=$root/examples/getting-started/main.tf
try=$root/bin/try

# quote prints a word for sh, bash, zsh and fish.
quote() {
	case $1 in
	*[!A-Za-z0-9_./-]*) printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")" ;;
	*) printf %s "$1" ;;
	esac
}

# quote_hcl prints a string of the CLI configuration.
quote_hcl() { printf '"%s"' "$(printf %s "$1" | sed 's/["\\]/\\&/g')"; }

# reject_second ends the script if an emulator uses bin/try/.
reject_second() {
	if [ -f "$try/emulator.pid" ] && kill -0 "$(cat "$try/emulator.pid")" 2>/dev/null; then
		echo "An emulator already uses bin/try/ (process $(cat "$try/emulator.pid")). Stop it with Ctrl-C in its terminal." >&2
		echo 'If there is no such emulator, remove bin/try/emulator.pid.' >&2
		exit 1
	fi
}

reject_second
terraform=$(sh "$root/tools/terraform.sh")
echo 'Building the provider and the emulator into bin/. This takes one to four minutes the first time, then a few seconds.'
build_programs "$root/bin"
reject_second # the build may take minutes

mkdir -p "$try"
if [ ! -e "$try/main.tf" ]; then
	cp "$example" "$try/main.tf"
elif ! cmp -s "$example" "$try/main.tf"; then
	echo 'Keeping your changes in bin/try/main.tf.'
fi

# The emulator starts without the profiles in an old state. Keep the old state,
# because it may manage profiles of an account. It may also be encrypted.
if [ -s "$try/terraform.tfstate" ] && ! grep -q '^  "resources": \[\]' "$try/terraform.tfstate"; then
	old=old-$(date +%Y%m%d-%H%M%S).tfstate
	mv "$try/terraform.tfstate" "$try/$old"
	echo "The new emulator has no profiles. Moved the state of the last one to bin/try/$old."
fi
rm -f "$try/terraform.tfstate" "$try/terraform.tfstate.backup"

# Terraform installs the provider from this directory as it does from a registry.
# The lock file contains the checksum of the last build.
rm -rf "$try/mirror" "$try/.terraform" "$try/.terraform.lock.hcl"
version=$(sed -n 's/.*version = "~> \(.*\)"/\1/p' "$example")
platform=$(platform_of "$terraform")
for host in registry.terraform.io registry.opentofu.org; do
	package=$try/mirror/$host/opentact/opentact/$version/$platform
	mkdir -p "$package"
	cp "$root/bin/terraform-provider-opentact" "$package/terraform-provider-opentact_v$version"
done
cat >"$try/terraform.rc" <<RC
provider_installation {
  filesystem_mirror {
    path    = $(quote_hcl "$try/mirror")
    include = ["registry.terraform.io/opentact/opentact", "registry.opentofu.org/opentact/opentact"]
  }
  direct {
    exclude = ["registry.terraform.io/opentact/opentact", "registry.opentofu.org/opentact/opentact"]
  }
}
RC

emulator=
finish() {
	trap '' INT TERM HUP
	if [ -n "$emulator" ]; then
		kill "$emulator" 2>/dev/null || true
		wait "$emulator" 2>/dev/null || true
	fi
	rm -f "$try/emulator.pid" "$try/emulator.out"
}
trap finish EXIT
stopped() {
	trap '' PIPE # Ctrl-C also ends tee in: make try | tee log
	printf '\nThe emulator has stopped. Its profiles no longer exist.\n'
	exit 0
}
trap stopped INT TERM HUP

: >"$try/emulator.out"
"$root/bin/opentact-emulator" -addr 127.0.0.1:0 -control "$@" >"$try/emulator.out" &
emulator=$!
echo "$emulator" >"$try/emulator.pid"
wait_for_emulator "$emulator" "$try/emulator.out" || {
	cat "$try/emulator.out" >&2 # such as the manual after -h
	echo 'The emulator did not start. Its output is above.' >&2
	exit 1
}

name=$(basename "$terraform")
{
	echo '# Terraform uses the provider in bin/ and the emulator.'
	printf 'export TF_CLI_CONFIG_FILE=%s\n' "$(quote "$try/terraform.rc")"
	sed -n 's/^  export OPENTACT_/export OPENTACT_/p' "$try/emulator.out"
	echo '# The provider accepts only one way to authenticate.'
	echo 'export OPENTACT_API_KEY= OPENTACT_EMAIL= OPENTACT_PASSWORD='
	echo '# Terraform must not put this build of the provider into a cache of other projects.'
	echo 'export TF_PLUGIN_CACHE_DIR='
	if [ "$(command -v "$name")" != "$terraform" ]; then
		printf 'export PATH=%s:"$PATH"\n' "$(quote "$(dirname "$terraform")")"
	fi
} >"$try/env"
token=
if grep -q '"$TOKEN"' "$try/env"; then
	token=' Set TOKEN to the value of -token.'
fi
page=$(sed -n 's/^export OPENTACT_BASE_URL=\(.*\)rest$/\1/p' "$try/env")

cat <<END

The emulator is running. Its page shows the profiles and the requests: $page
Open another terminal (sh, bash, zsh or fish).$token Change to bin/try/ and load the settings:

  cd $(quote "$try") && . ./env

Then install the provider and create two profiles:

  $name init && $name apply

This terminal shows the requests. Ctrl-C stops the emulator.

END
wait "$emulator" && stopped
echo 'The emulator has stopped. Its error is above.' >&2
exit 1
