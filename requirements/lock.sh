#!/usr/bin/env bash
# Compiles the hashed requirements from pyproject.toml; with --check, only says whether they are up to date.
# Pinned versions stay as long as pyproject.toml allows them; delete a file here to let its pins move.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() { # name, further options
    local name=$1
    shift
    .venv/bin/python -m uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-header --output-file "$target/$name.txt" "$@" >/dev/null
}

compile_all() {
    compile base &&
        compile notify --extra notify -c requirements/base.txt &&
        compile demo --extra demo -c requirements/base.txt &&
        compile dev --extra demo --extra dev --extra notify -c requirements/base.txt &&
        compile bench --extra demo --extra dev --extra notify --extra bench -c requirements/dev.txt
}

if [ "${1:-}" != --check ]; then
    target=requirements
    compile_all
    exit
fi

target=$(mktemp -d)
trap 'rm -rf "$target"' EXIT
cp requirements/*.txt "$target"
if ! compile_all 2>"$target/errors"; then
    cat "$target/errors" >&2
    if [ -z "${CI:-}" ] && grep -qiE 'connect|dns|network|timed out|offline|sending request' "$target/errors"; then
        echo "The lock was not checked: no package registry can be reached." >&2
        exit 0
    fi
    exit 1
fi
for name in base notify demo dev bench; do
    if ! diff -u "requirements/$name.txt" "$target/$name.txt"; then
        echo "requirements/$name.txt does not follow from pyproject.toml: run \`make lock\`." >&2
        exit 1
    fi
done
echo "Lock files up to date."
