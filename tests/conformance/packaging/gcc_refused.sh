#!/bin/sh
# GCC 12 is refused with the reason: tests/conformance/packaging/gcc_refused.sh SOURCE_DIR
set -eu
command -v g++ >/dev/null || exit 77
[ "$(g++ -dumpversion | cut -d. -f1)" -lt 13 ] || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if cmake -S "$1" -B "$work" -G Ninja -DCMAKE_CXX_COMPILER=g++ >"$work/out" 2>&1; then
    echo "GCC $(g++ -dumpversion) was accepted"
    exit 1
fi
grep -q 'destroys temporaries twice' "$work/out" || { cat "$work/out"; exit 1; }
echo "GCC $(g++ -dumpversion) is refused, with the reason"
