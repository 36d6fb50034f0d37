#!/usr/bin/env bash
# ministack: the everyday AWS emulator of others. `ministack.sh install|start|stop|status`; `start` and `status` print its URL.

# ministack-auth.sh sets these four and reads the rest.
if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    name=ministack
    port_variable=HARDKEY_MINISTACK_PORT
    port=${HARDKEY_MINISTACK_PORT:-4568}
    auth=false
fi
health=/_ministack/health
# shellcheck source=localstack/server.sh
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"

# The same environment runs matrix.py: requirements.txt has boto3 and cryptography too.
venv=$home/python

install() {
    venv_with python3 "$venv" "$here/requirements.txt" --requirement "$here/requirements.txt"
}

launch() {
    # BIND_HOST: the default is 0.0.0.0. AUTH: whether signatures and policies are checked.
    exec env "${clean[@]}" -C "$home/run" \
        BIND_HOST=127.0.0.1 GATEWAY_PORT="$port" MINISTACK_REGION=eu-west-1 AUTH="$auth" \
        SERVICES=kms,sts,iam,cloudtrail SFTP_ENABLED=0 IOT_MTLS_ENABLED=0 \
        "$venv/bin/python" -m ministack
}

main "$@"
