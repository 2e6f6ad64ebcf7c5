#!/bin/sh
# What the package holds beside the program, made from it: make_documents.sh SOURCE BINARY VERSION TO
set -eu
source=$1 binary=$2 version=$3 to=$4
mkdir -p "$to"
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$source" log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
"$binary" print manual | gzip -9n >"$to/wissel.1.gz"
"$binary" print completion >"$to/wissel"
sed "s/@PROJECT_VERSION@/$version/" "$source/deploy/package/changelog.in" | gzip -9n >"$to/changelog.Debian.gz"
gzip -9nc "$source/CHANGELOG.md" >"$to/changelog.gz"
python3 "$source/deploy/package/sbom.py" "$version" "$binary" "$source/deploy/debian-packages.txt" \
  "$source/web/package-lock.json" >"$to/sbom.cdx.json"
