#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Checks that a tag may become a release: sh tools/check-tag.sh v0.1.0
# Needs all branches of origin.
set -eu
tag=$1

fail() {
	echo "$tag can't become a release: $1" >&2
	exit 1
}

git merge-base --is-ancestor "refs/tags/$tag^{commit}" refs/remotes/origin/main ||
	fail 'its commit is not on main.'
# The Registry forbids a branch with the name of a tag.
if git show-ref --quiet --verify "refs/remotes/origin/$tag"; then
	fail 'a branch has the same name. Delete the branch.'
fi
git show "refs/tags/$tag:CHANGELOG.md" | grep -qF "## [${tag#v}] - " ||
	fail "CHANGELOG.md has no line \"## [${tag#v}] - DATE\"."
