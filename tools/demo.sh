#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Shows the provider with real Terraform or OpenTofu, an emulator of the API and
# examples/quickstart. For each command, it prints the lines of the output that
# matter. VERBOSE=1 prints all lines. It works in a temporary directory, which it
# removes at the end. It exits with a non-zero status at the first unexpected result.
set -eu
unset CDPATH
exec </dev/null # no command asks for input
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/lib.sh"
verbose=${VERBOSE:-}
start=$(date +%s)

command -v go >/dev/null || {
	echo 'The demo needs Go, which is not on the PATH. Run sh tools/doctor.sh to see what is missing.' >&2
	exit 1
}

bold='' green='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$(printf '\033[1m') green=$(printf '\033[32m') plain=$(printf '\033[0m')
fi

work=$(mktemp -d) || {
	echo "Can't create a temporary directory. Set TMPDIR to a directory that is writable." >&2
	exit 1
}
work=$(cd "$work" && pwd) # TMPDIR may be relative
export TMPDIR="$work" # because Go and Terraform leave files after Ctrl-C
output=$work/output   # of the last command
log=$work/requests    # the log of the emulator, and the commands
emulator=

finish() {
	status=$?
	trap '' HUP INT PIPE TERM
	[ -z "$emulator" ] || stop_emulator || true
	cd "$root"
	rm -rf "$work"
	case $status in
	0) ;;
	130) printf '\nThe demo was interrupted. It has removed its files.\n' >&2 ;;
	*) printf '\nThe demo failed.\n' >&2 ;;
	esac
	exit "$status"
}
trap finish EXIT
trap 'exit 130' HUP INT PIPE TERM # a pipe may end early: make demo | head

# fail REASON prints the reason and the whole output of the last command.
fail() {
	printf '\n%s The output:\n' "$1" >&2
	cat "$output" >&2
	exit 1
}

step() { printf '\n%s== %s%s\n' "$bold" "$1" "$plain"; }

# explain SENTENCE ... prints each argument on its own line.
explain() { printf "$green%s$plain\n" "$@"; }

# run STATUS COMMAND ... runs the command and checks its exit status.
run() {
	want=$1 got=0
	shift
	printf '$ %s\n' "$*"
	echo "\$ $*" >>"$log"
	"$@" >"$output" 2>&1 || got=$?
	show_all
	[ "$got" -eq "$want" ] || fail "The exit status of the last command is $got, expected $want."
}

# show_all prints the output of the last command if VERBOSE is set.
show_all() { [ -z "$verbose" ] || sed 's/^/    /' "$output"; }

# show PATTERN prints the matching lines of the output, with shortened UUIDs. If
# no line matches, the demo fails.
show() {
	lines=$(grep -E -- "$1" "$output") || fail "No line of the output matches \"$1\"."
	[ -n "$verbose" ] || printf '%s\n' "$lines" | sed -E 's/^ */    /; s/([0-9a-f]{8})-[0-9a-f-]{27}/\1.../g'
}

# check_output NAME WANT checks the value of an output of the configuration.
check_output() {
	"$program" output -raw "$1" >"$output" 2>&1 || fail "Can't read $1."
	[ "$(cat "$output")" = "$2" ] || fail "The value of $1 must be $2."
}

# The commands have the names that a user types.
terraform() { "$program" "$@"; }
tofu() { "$program" "$@"; }

# start_emulator starts the emulator, and configures the provider for it.
start_emulator() {
	echo '$ bin/opentact-emulator -addr 127.0.0.1:0 -control'
	"$work/bin/opentact-emulator$(go env GOEXE)" -addr 127.0.0.1:0 -control >"$output" 2>>"$log" &
	emulator=$!
	wait_for_emulator "$emulator" "$output" || {
		cat "$log" >>"$output"
		fail 'The emulator did not start.'
	}
	show_all
	eval "$(grep '^  export ' "$output")"
}

stop_emulator() {
	kill "$emulator" 2>/dev/null || true
	wait "$emulator" || return
	emulator=
}

# show_patch prints the body of the PATCH that the emulator received.
show_patch() {
	if ! command -v curl >/dev/null; then
		echo '    (The demo uses curl to show the body of the PATCH. It is not on the PATH.)'
		return
	fi
	url=${OPENTACT_BASE_URL%/rest}/_emulator/requests
	echo "\$ curl -H X-Auth-Token:$OPENTACT_TOKEN $url"
	curl -q --silent --show-error --noproxy '*' -H "X-Auth-Token:$OPENTACT_TOKEN" "$url" >"$output" 2>&1 || fail 'curl failed.'
	show_all
	body=$(sed -nE 's/.*"method":"PATCH"[^{]*("body":"[^}]*\}").*/\1/p' "$output")
	[ "$body" = '"body":"{\"channel_limit\":20}"' ] || fail 'The PATCH must send channel_limit alone.'
	printf '    %s\n' "$body"
}

# show_requests prints the requests for messaging profiles in step 2, and what each of
# them does.
show_requests() {
	awk '
	/^\$ .* plan$/ { exit }
	/^\$/ { command = $0; first = 1; if (!/ init$/) print substr($0, 3) " sent:"; next }
	!match($0, /[A-Z]+ \/rest\/profile\/messaging[^ ]* [0-9]+/) { next }
	{
		request = substr($0, RSTART, RLENGTH)
		what = "reads one profile (data source)"
		if (request ~ /messaging /) what = "reads all profiles (data source)"
		if (request ~ /POST/) what = "creates the profile"
		if (first && command ~ / plan -out/) what = "looks for an equal profile"
		if (first && command ~ / apply/) what = "lists the profiles before the create"
		first = 0
		sub(/-[0-9a-f-]+/, "...", request)
		printf "    %-44s %s\n", request, what
	}' "$log" >"$output"
	grep -q 'GET .*/messaging 200 .*before the create' "$output" || fail 'A list must come before the create.'
	[ "$(grep -c ' /rest/' "$output")" -eq 5 ] || fail 'There must be five requests.'
	cat "$output"
	[ -z "$verbose" ] || { echo 'The whole log:' && cat "$log"; }
}

# Variables that the user has set for other work would change the results.
for variable in $(env | sed -nE 's/^((OPENTACT|TF)_[A-Za-z0-9_]*)=.*/\1/p'); do
	[ "$variable" = TF_ACC_TERRAFORM_PATH ] || unset "$variable"
done
# Go and Terraform need a home directory. Without -modcacherw, rm could not remove the
# modules in it.
[ -w "${HOME:-}" ] || export HOME="$work" GOFLAGS="${GOFLAGS:-} -modcacherw"

program=$(sh "$root/tools/terraform.sh")
found=$(version_of "$program") || {
	echo "$program does not work. Run sh tools/doctor.sh to see why." >&2
	exit 1
}
product=${found% *} tf=terraform host=registry.terraform.io
if [ "$product" = OpenTofu ]; then
	tf=tofu host=registry.opentofu.org
fi

echo "This demo runs the provider with $found and an emulator of the API. It needs no account."
echo 'It takes one to four minutes the first time, and then about ten seconds.'

step '1. Build the provider, and start the emulator'
echo '$ go build -o bin/ . ./internal/cmd/opentact-emulator'
build_programs "$work/bin"
start_emulator
show '^  export '
explain 'The provider reads these two variables. With a real account, you set only its credentials.'

# Without a version constraint, Terraform installs no pre-releases.
mirror=mirror/$host/opentact/opentact/0.0.1/$(platform_of "$program")
cp "$root"/examples/quickstart/*.tf "$work"
cd "$work"
mkdir -p "$mirror"
mv bin/terraform-provider-opentact* "$mirror"
echo 'provider_installation { filesystem_mirror { path = "mirror" } }' >terraform.rc
export TF_CLI_CONFIG_FILE="$work/terraform.rc" TF_IN_AUTOMATION=1 TF_INPUT=0
export TF_CLI_ARGS_init=-no-color TF_CLI_ARGS_plan='-no-color -detailed-exitcode' TF_CLI_ARGS_apply=-no-color
export TF_CLI_ARGS_destroy=-no-color TF_CLI_ARGS_import=-no-color TF_CLI_ARGS_state_show=-no-color

step '2. Create one profile of each kind'
run 0 $tf init
run 2 $tf plan -out=create.tfplan
show '^  # opentact_.* will be created'
run 0 $tf apply create.tfplan
show '^Apply complete|^channel_limit = '
check_output channel_limit 10
check_output long_code_weight 7
explain 'Four data sources then read the new profiles. The value of channel_limit comes from one of them.'

step '3. Plan again'
run 0 $tf plan
show '^No changes'
explain 'The API has added defaults, such as filemat = "wav". The plan does not show them as changes.'

step '4. Change one attribute'
run 0 export TF_VAR_channel_limit=20
run 2 $tf plan -out=change.tfplan
show '^      ~ channel_limit '
run 0 $tf apply change.tfplan
show '^Apply complete'
check_output channel_limit 20
show_patch
explain "$product updates the profile in place. The body of the PATCH has only the attribute that changed."

step '5. Import an existing profile'
id=$("$program" output -raw messaging_profile_id)
run 0 $tf state rm opentact_messaging_profile.support
run 0 $tf import opentact_messaging_profile.support "$id"
run 0 $tf plan
show '^No changes'
explain 'The profile stayed in the API. The import adds it to the state again, and changes nothing.'

step '6. Look at the state, and destroy both profiles'
run 0 $tf state show opentact_outbound_voice_profile.call_center
show '^ +(channel_limit|id) '
run 1 grep -c "$OPENTACT_TOKEN" terraform.tfstate
show '^0$'
explain 'The state has the id and all attributes of each profile, but no credentials: grep found 0 lines.'
run 0 $tf destroy -auto-approve
show '^Destroy complete'
stop_emulator || fail 'The emulator did not stop without an error.'

step '7. Look at the requests for messaging profiles in step 2'
show_requests
explain 'The plan looks for an equal profile that a killed apply has left. If it finds one, it warns.' \
	'If the response to the POST is lost, a newer list shows whether the POST has created the profile.'

step 'What you saw'
echo '- A plan shows what an apply changes. A second plan shows no changes.'
echo '- An update sends only what changed. An import changes nothing.'
echo '- The state contains no credentials of the provider.'
echo '- A list comes before the first create, so a lost response does not lead to a second profile.'

step 'What next'
echo '- make try: start the emulator, and do such steps yourself'
echo '- docs/guides/getting-started.md: the first steps, without an account and with one'
echo '- make demo VERBOSE=1: see the whole output of each command'
echo
echo "The demo took $(($(date +%s) - start)) seconds. All results were as expected."
