#!/usr/bin/env bash
# The Python environment of one judge: `install.sh google` installs google/requirements.txt, unless that very file is installed.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=${1:?a judge: one of the folders here}
home=${HARDKEY_TEST_HOME:-$here/../../target/test-home}
requirements=$here/$name/requirements.txt
venv=$home/judge-$name

mkdir -p "$home"
stamp=$(cksum <"$requirements")
if [ "$(cat "$venv/installed" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi
printf 'judges: installing into %s (about half a minute)\n' "$venv" >&2
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" >&2
printf '%s' "$stamp" >"$venv/installed"
