#!/bin/sh
# The .deb holds the program, its unit and its configuration, names its libraries, and the program in it runs:
# tests/conformance/packaging/package.sh BUILD_DIR
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cpack -G DEB --config "$1/CPackConfig.cmake" -B "$work" >"$work/out" 2>&1 || { cat "$work/out"; exit 1; }
package=$(find "$work" -maxdepth 1 -name 'chancery_*.deb')
contents=$(dpkg-deb -c "$package")
for file in ./usr/bin/chancery ./usr/lib/systemd/system/chancery.service ./etc/chancery/chancery.yaml; do
    echo "$contents" | grep -q " $file\$" || { echo "$file is missing in:"; echo "$contents"; exit 1; }
done
dpkg-deb -f "$package" Depends | grep -q libsoci-core4.0
dpkg-deb -x "$package" "$work/root"
dpkg-deb -e "$package" "$work/control"
grep -qx /etc/chancery/chancery.yaml "$work/control/conffiles"
"$work/root/usr/bin/chancery" version
"$work/root/usr/bin/chancery" --config "$work/root/etc/chancery/chancery.yaml" config >/dev/null
if command -v systemd-analyze >/dev/null; then
    # The unit's own lines; the program is not installed on this machine, which is no fault of the unit.
    systemd-analyze verify "$work/root/usr/lib/systemd/system/chancery.service" 2>&1 |
        grep -v -e 'not executable' -e 'is not found' -e 'No such file' | grep chancery.service && exit 1
fi
echo "$(basename "$package"): complete"
