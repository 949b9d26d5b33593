#!/bin/sh
# What `make test` needs from the operating system: a browser for the journeys, text layout for PDFs, fonts so that
# pictures come out the same, and a PostgreSQL server. Installs what is missing, or says in one sentence how to.
set -eu

missing=""
need() { # need PACKAGE COMMAND...: the package is missing when the command fails
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
library() { { ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | grep -q "$1"; }
postgresql_server() { ls /usr/lib/postgresql/*/bin/initdb || command -v initdb; }
browser() { command -v chromium || command -v chromium-browser; }
liberation() { ls -d /usr/share/fonts/truetype/liberation*; }

need chromium browser
need libpango-1.0-0 library libpango-1.0.so.0
need libpangoft2-1.0-0 library libpangoft2-1.0.so.0
need fonts-liberation liberation
need postgresql postgresql_server

[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    as_root="none"
fi
if [ "$as_root" = none ] || ! command -v apt-get >/dev/null; then
    echo "The tests need these Debian packages, and only root may install them: apt-get install$missing" >&2
    exit 2
fi

echo "Set-up: Debian packages:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086  # the words are meant to be split
if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    echo "Installing these Debian packages failed (the last lines are above):$missing" >&2
    exit 2
fi
