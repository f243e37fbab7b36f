#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Builds a release into dist/ and checks it. Publishes nothing, and skips the
# container image. If gpg is installed, signs the checksums with a temporary key.
# The first run takes twenty minutes on two cores, because it compiles for many
# platforms.
set -eu
unset CDPATH
cd "$(dirname "$0")/.."

skip=--skip=ko
if command -v gpg >/dev/null; then
	GNUPGHOME=$(mktemp -d)
	GPG_FINGERPRINT=release-check@localhost
	export GNUPGHOME GPG_FINGERPRINT
	trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
	trap 'exit 130' HUP INT PIPE TERM
	gpg --batch --quiet --passphrase '' --quick-generate-key "$GPG_FINGERPRINT" rsa4096 sign never
else
	echo '# gpg is not installed: the checksums will not be signed.'
	skip=--skip=ko,sign
fi

for tool in goreleaser cyclonedx-gomod; do
	(cd "tools/$tool" && go mod tidy -diff)
done

goreleaser() { go tool -modfile=tools/goreleaser/go.mod goreleaser "$@"; }

goreleaser check
goreleaser release --snapshot --clean $skip
cd internal/release
go test -count=1 -v -run '^TestArchives_' -dist=../../dist
cd ../../dist
if [ "$skip" = --skip=ko ]; then
	gpg --batch --verify ./*_SHA256SUMS.sig ./*_SHA256SUMS
fi
ls -l ./*.zip ./*_SHA256SUMS*
echo '# Not checked: the container image and the attestations. Only the workflow release builds them.'
