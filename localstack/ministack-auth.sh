#!/usr/bin/env bash
# A second ministack that checks signatures and enforces policies. `ministack-auth.sh install|start|stop|status`; `start` and
# `status` print its URL. The access key `test` with the secret `test` is the account's root user.

name=ministack-auth
port_variable=HARDKEY_MINISTACK_AUTH_PORT
port=${HARDKEY_MINISTACK_AUTH_PORT:-4569}
auth=true
# shellcheck source=localstack/ministack.sh
. "$(dirname "${BASH_SOURCE[0]}")/ministack.sh"
