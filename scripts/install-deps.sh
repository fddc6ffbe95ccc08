#!/usr/bin/env bash
# Installs the Debian packages that building, testing or the demo needs: the one place that lists them.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"

CLUSTER=(glusterfs-server glusterfs-client procps)

BUILD=(
  g++ cmake ninja-build ccache pkg-config
  prometheus-cpp-dev libcivetweb-dev libpugixml-dev nlohmann-json3-dev libyaml-cpp-dev libcli11-dev
  libspdlog-dev libfmt-dev libcurl4-openssl-dev libssl-dev zlib1g-dev libsystemd-dev
)

# dpkg-shlibdeps is in dpkg-dev.
PACKAGE=("${BUILD[@]}" dpkg-dev file git)

DEMO=("${BUILD[@]}" "${CLUSTER[@]}" prometheus prometheus-alertmanager curl jq)

TEST=(
  "${BUILD[@]}" "${CLUSTER[@]}"
  libgtest-dev libgmock-dev libbenchmark-dev clang-16 libclang-rt-16-dev clang-format clang-tidy-16 shellcheck
  prometheus prometheus-alertmanager jsonnet python3 python3-jsonschema python3-yaml nodejs chromium fonts-noto-core
  fonts-noto-color-emoji curl jq openssl strace iproute2 attr valgrind wrk
  "${PACKAGE[@]}" lintian debootstrap systemd man-db groff-base
)

# What drives the browser, what makes the dashboards, and no Debian packages: exactly what FOLDER/package-lock.json names.
# install_npm_packages FOLDER
install_npm_packages() {
  local folder=$HERE/../$1
  if cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed-lock.json"; then return 0; fi
  progress "installing what $1/package-lock.json names"
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund >&2) ||
    die "npm could not install what $1 needs (its own message stands above)"
  cp "$folder/package-lock.json" "$folder/node_modules/.installed-lock.json"
}

usage() {
  cat <<'END'
usage: scripts/install-deps.sh build|package|cluster|demo|test

Installs the Debian packages that are missing, without starting their services. Needs root only if some are. For test
also the npm packages of tests/browser and dashboards/src, into their folders.
  build     compiler and libraries
  package   build, and what makes the Debian package
  cluster   what scripts/cluster.sh runs
  demo      build and cluster, Prometheus and Alertmanager
  test      all that scripts/test.sh needs
END
}

case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
esac
(($# == 1)) || die_usage "one of build, package, cluster, demo, test is expected, not '$*' (--help tells more)"
case $1 in
  build) install_packages "${BUILD[@]}" ;;
  package) install_packages "${PACKAGE[@]}" ;;
  cluster) install_packages "${CLUSTER[@]}" ;;
  demo) install_packages "${DEMO[@]}" ;;
  test)
    # Node's own packages bring npm with them and refuse Debian's.
    if ! command -v npm >/dev/null; then TEST+=(npm); fi
    install_packages "${TEST[@]}"
    install_npm_packages tests/browser
    install_npm_packages dashboards/src
    ;;
  *) die_usage "one of build, package, cluster, demo, test is expected, not '$1' (--help tells more)" ;;
esac
