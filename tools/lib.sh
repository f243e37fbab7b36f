# SPDX-License-Identifier: MPL-2.0
#
# Functions of the scripts in this directory. A script sets root to the directory
# of the repository, and then sources this file.

# The version of Terraform that tools/terraform.sh and the workflows install.
terraform_pinned=1.11.4

# Terraform must not look for new versions on the internet.
CHECKPOINT_DISABLE=1
export CHECKPOINT_DISABLE

# The programs run on this machine, and terraform version needs no flags.
unset GOOS GOARCH TF_CLI_ARGS TF_CLI_ARGS_version

# find_terraform prints the path of Terraform or OpenTofu. It returns 1 if it
# finds neither.
find_terraform() {
	if [ -n "${TF_ACC_TERRAFORM_PATH:-}" ]; then
		absolute "$TF_ACC_TERRAFORM_PATH"
		return
	fi
	path=$(command -v terraform || command -v tofu || command -v "$root/bin/terraform") && absolute "$path"
}

# absolute prints the absolute path of a file, because tests run in other directories.
absolute() {
	case $1 in
	/* | ?:*) echo "$1" ;;
	*) echo "$PWD/$1" ;;
	esac
}

# version_of prints the product and the version of a program: Terraform 1.11.4 or
# OpenTofu 1.11.0. It returns 1 if the program does not work.
version_of() {
	"$1" version 2>/dev/null </dev/null | sed -E '/^(Terraform|OpenTofu) v[0-9]/!d; s/ v/ /; q' | grep .
}

# platform_of prints the platform of a Terraform or OpenTofu, such as linux_amd64. It
# may differ from that of Go.
platform_of() {
	"$1" version 2>/dev/null </dev/null | sed -n 's/^on //p'
}

# at_least VERSION MINIMUM compares the first two numbers, such as 1.26.
at_least() {
	major=${1%%.*} rest=${1#*.}
	minor=${rest%%[!0-9]*}
	[ "$major" -gt "${2%%.*}" ] || { [ "$major" -eq "${2%%.*}" ] && [ "$minor" -ge "${2#*.}" ]; }
}

# has_race reports whether this machine has what the race detector needs: a platform
# that Go supports, cgo, a C compiler and the headers of the C library.
has_race() {
	go list -race errors >/dev/null 2>&1 && echo '#include <stdlib.h>' | $(go env CC) -E - >/dev/null 2>&1
}

# build_programs DIRECTORY compiles the provider and the emulator. It prints a dot
# for every 20 packages, and the errors of Go. Without -buildvcs=false, Go needs a
# readable Git repository.
build_programs() {
	{
		cd "$root" && CGO_ENABLED=0 go build -buildvcs=false -trimpath -v -o "$1/" . ./internal/cmd/opentact-emulator 2>&1 ||
			echo 'build failed'
	} | awk '
		/^build failed$/ { failed = 1; next }
		NF > 1 && !/^go: downloading / { print; next }
		++packages % 20 == 0 { printf "."; fflush() }
		END { if (packages >= 20) print ""; exit failed }' >&2
}

# wait_for_emulator PROCESS FILE waits until the emulator has written its greeting
# to the file. It returns 1 if the process ends before, or needs more than ten seconds.
wait_for_emulator() {
	tries=0
	until grep -qs '^  export OPENTACT_TOKEN=' "$2"; do
		tries=$((tries + 1))
		if [ "$tries" -gt 100 ] || ! kill -0 "$1" 2>/dev/null; then
			return 1
		fi
		sleep 0.1
	done
}
