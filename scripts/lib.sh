# Shared by the scripts: stages with their times, packages, the build. Sourced, not run.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"
started=$SECONDS
# The cache knows a file by its path inside the checkout, so that another checkout finds it too.
export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1

# stage NAME COMMAND...: runs it, says how long it took.
stage() {
    local name=$1 from=$SECONDS
    shift
    printf '== %s\n' "$name"
    "$@"
    printf '== %s: %d s (%d s since the start)\n' "$name" $((SECONDS - from)) $((SECONDS - started))
}

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

build_packages=(
    clang-19 lld-19 libclang-rt-19-dev cmake ninja-build ccache pkg-config
    libboost1.81-dev libssl-dev libsoci-dev libpq-dev libsqlite3-dev rapidjson-dev libspdlog-dev libfmt-dev
    libcli11-dev libyaml-cpp-dev libunbound-dev libidn2-dev libpsl-dev libre2-dev libmimalloc-dev catch2 libc6-dev libstdc++-12-dev
    python3 python3-yaml openssl curl ca-certificates
)

# The console is built with npm, which may be here without Debian's packages.
command -v npm >/dev/null || build_packages+=(nodejs npm)

# install_packages NAME...: those that are missing, with one update first. The services among them are not started.
install_packages() {
    local missing=()
    local package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    if [ ${#missing[@]} -eq 0 ]; then
        echo "all packages are here"
        return
    fi
    [ "$(id -u)" = 0 ] || die "these packages are missing and installing them needs root: ${missing[*]}"
    echo "installing ${#missing[@]} packages: ${missing[*]}"
    apt-get update -qq
    local policy=/usr/sbin/policy-rc.d status=0
    if [ -e "$policy" ]; then policy=; else printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"; fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || status=$?
    [ -z "$policy" ] || rm -f "$policy"
    return "$status"
}

# build PRESET TARGET...: configures once, builds what changed.
build() {
    local preset=$1
    shift
    [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >/dev/null
    cmake --build "build/$preset" --target "$@"
}
