#!/bin/sh
# The tests that need no namespaces of their own, with later versions of Node (npm's package `node`, in a folder of its own).
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
status=0
[ $# -gt 0 ] || set -- 22 24
for version; do
  npm install --silent --no-audit --no-fund --prefix "$folder/$version" "node@$version"
  echo "== Node $("$folder/$version/node_modules/.bin/node" --version)"
  PATH="$folder/$version/node_modules/node/bin:$PATH" node node_modules/.bin/vitest run --config .config/vitest.config.ts \
    --project unit --project cli || status=1
done
exit $status
