#!/usr/bin/env bash
# For RUSTC_WORKSPACE_WRAPPER: both wrappers beside this one.

set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
exec "$here/rustc-address.sh" "$here/rustc-coverage.sh" "$@"
