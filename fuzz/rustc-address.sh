#!/usr/bin/env bash
# For RUSTC_WORKSPACE_WRAPPER: compiles the crates of this workspace with AddressSanitizer. Its runtime comes with every
# toolchain, but rustc takes the option for unstable on all channels but nightly.

set -euo pipefail

flags=()
case " $* " in
*' --crate-name build_script_'*) ;; # runs as it is
*' --crate-name '*)
    # A program has the runtime, and a module that it loads looks for it there.
    flags=(-Zsanitizer=address -Clink-arg=-rdynamic)
    export RUSTC_BOOTSTRAP=1
    ;;
esac
exec "$@" "${flags[@]}"
