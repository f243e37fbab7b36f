#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Runs examples/quickstart against the emulator: init, plan, apply, a plan without
# changes, a change, an import and destroy. It prints each command before it runs
# the command. It needs Go and Terraform, and removes all files that it creates.
# It exits with a non-zero status at the first unexpected result.
set -eu

for tool in go terraform; do
	command -v "$tool" >/dev/null || {
		echo "# The demo needs $tool. It is not on the PATH." >&2
		exit 1
	}
done

# Variables that the user has set for other work would change the results.
for variable in $(env | sed -n 's/^\(OPENTACT_[A-Z_]*\|TF_[A-Za-z0-9_]*\)=.*/\1/p'); do
	unset "$variable"
done

root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
emulator=

finish() {
	status=$?
	if [ -n "$emulator" ]; then
		kill "$emulator" 2>/dev/null || true
		wait "$emulator" 2>/dev/null || true
	fi
	rm -rf "$work"
	if [ "$status" -ne 0 ]; then
		echo "# The demo failed with exit status $status." >&2
	fi
	exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { printf '\n# %s\n' "$*"; }

run() {
	printf '$ %s\n' "$*"
	"$@"
}

# expect STATUS COMMAND ... runs the command and checks its exit status.
expect() {
	want=$1
	shift
	got=0
	run "$@" || got=$?
	if [ "$got" -ne "$want" ]; then
		echo "# exit status $got, expected $want" >&2
		exit 1
	fi
}

# expect_output WANT NAME checks the value of the output NAME.
expect_output() {
	got=$(terraform output -raw "$2")
	echo "\$ terraform output -raw $2"
	echo "$got"
	if [ "$got" != "$1" ]; then
		echo "# $2 is $got, expected $1" >&2
		exit 1
	fi
}

# Without a version constraint, Terraform installs no pre-releases.
version=0.0.1
platform=$(go env GOOS)_$(go env GOARCH)
suffix=$(go env GOEXE)
mirror=$work/mirror/registry.terraform.io/opentact/opentact/$version/$platform

say 'Build the provider and the emulator.'
cd "$root"
run go build -o "$mirror/terraform-provider-opentact_v$version$suffix" .
run go build -o "$work/opentact-emulator$suffix" ./internal/cmd/opentact-emulator

say 'Start the emulator on a free port.'
printf '$ opentact-emulator -addr 127.0.0.1:0\n'
"$work/opentact-emulator$suffix" -addr 127.0.0.1:0 >"$work/emulator.out" 2>"$work/emulator.log" &
emulator=$!
tries=0
until grep -q OPENTACT_TOKEN "$work/emulator.out"; do
	tries=$((tries + 1))
	if [ "$tries" -gt 100 ] || ! kill -0 "$emulator" 2>/dev/null; then
		cat "$work/emulator.log" >&2
		echo '# The emulator did not start.' >&2
		exit 1
	fi
	sleep 0.1
done
cat "$work/emulator.out"
eval "$(grep export "$work/emulator.out")"

cat >"$work/terraform.rc" <<RC
provider_installation {
  filesystem_mirror {
    path    = "$work/mirror"
    include = ["registry.terraform.io/opentact/opentact"]
  }
}
RC
TF_CLI_CONFIG_FILE=$work/terraform.rc
TF_IN_AUTOMATION=1
CHECKPOINT_DISABLE=1
export TF_CLI_CONFIG_FILE TF_IN_AUTOMATION CHECKPOINT_DISABLE
cp "$root"/examples/quickstart/*.tf "$work"
cd "$work"

say 'Create both profiles and read them with all four data sources.'
run terraform init -input=false -no-color
expect 2 terraform plan -input=false -no-color -detailed-exitcode -out=first.tfplan
run terraform apply -input=false -no-color first.tfplan
expect_output 10 channel_limit
expect_output 7 long_code_weight

say 'Check that a second plan shows no changes.'
expect 0 terraform plan -input=false -no-color -detailed-exitcode

say 'Change an attribute. Terraform updates the profile in place.'
expect 2 terraform plan -input=false -no-color -detailed-exitcode -var channel_limit=20 -out=second.tfplan
run terraform apply -input=false -no-color second.tfplan
expect_output 20 channel_limit

say 'Remove a profile from the state and import it. This changes nothing.'
id=$(terraform output -raw messaging_profile_id)
run terraform state rm opentact_messaging_profile.support
run terraform import -input=false -no-color -var channel_limit=20 opentact_messaging_profile.support "$id"
expect 0 terraform plan -input=false -no-color -detailed-exitcode -var channel_limit=20

say 'Destroy both profiles.'
run terraform destroy -input=false -no-color -auto-approve

say 'Show the requests that the emulator received:'
cat "$work/emulator.log"
say 'Stop the emulator.'
run kill "$emulator"
expect 0 wait "$emulator"
emulator=

say 'The demo finished without unexpected results.'
