#!/usr/bin/env bash
# From a fresh clone to a signed Windows program, on Debian or Ubuntu with Rust: builds the module, starts an emulated AWS KMS, Google
# Cloud KMS, Azure Managed HSM and Azure Key Vault on loopback, signs examples/hello.exe with osslsigncode, verifies it twice, takes a request
# and a report of each cloud to a CA's verdict, and shows how a key that could have leaked is refused. Needs no cloud account, and changes
# nothing on this machine but packages (tests/install.sh).

# shellcheck source=examples/emulator.sh
. "$(dirname "${BASH_SOURCE[0]}")/emulator.sh"

step() { printf '\n== %s\n' "$*"; }

# show COMMAND…: as it can be typed.
show() {
    local word
    printf '$'
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_./:=,@%+-]*) printf " '%s'" "$word" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
}

run() {
    show "$@"
    "$@"
}

fail() {
    printf '\nquickstart: FAILED: %s\n' "$*" >&2
    exit 1
}

step '1. Installing what is missing: osslsigncode, openssl with its PKCS#11 engine, a C compiler'
"$project/tests/install.sh" quickstart
PATH=$PATH:$HOME/.cargo/bin

step '2. Building the module, the programs and the emulator (some minutes the first time)'
build
(cd "$project" && CARGO_TARGET_DIR=$target cargo build --package hardkey --package hardkey-attest --package hardkey-attest-for-tests --bins)
echo "the module is $HARDKEY_MODULE"
PATH=$target/debug:$PATH

step '3. Starting the emulator: two keys of AWS, one made in the HSM and one imported, one of Google Cloud HSM, one of Azure Managed HSM, and a software key in a vault'
plain_environment
start_emulator RSA_3072,alias=release RSA_3072,alias=imported,origin=EXTERNAL RSA_SIGN_PKCS1_3072_SHA256,ring=signing,key=release \
    RSA-HSM,size=3072,name=release,vault=hsm RSA,name=software
echo "AWS KMS and Google Cloud KMS are played by $AWS_ENDPOINT_URL_KMS, Azure by $AZURE_AUTHORITY_HOST, pid $emulator"
export HARDKEY_KEY="$aliases/release"
echo "HARDKEY_KEY=$HARDKEY_KEY"

folder=$target/quickstart
rm -rf "$folder"
mkdir -p "$folder"
export PKCS11_MODULE_PATH=$HARDKEY_MODULE
key='pkcs11:token=hardkey;object=release;type=private'

step '4. Making a certificate: openssl signs it with the key in the HSM'
run openssl req -x509 -engine pkcs11 -keyform engine -key "$key" -subj '/CN=Hardkey quickstart' -days 30 -sha256 \
    -addext keyUsage=critical,digitalSignature -addext extendedKeyUsage=codeSigning -out "$folder/certificate.pem" ||
    fail 'openssl made no certificate'

step '5. Signing a Windows program with the real osslsigncode'
run osslsigncode sign -pkcs11module "$HARDKEY_MODULE" -key "$key" -certs "$folder/certificate.pem" -h sha256 \
    -n 'Hardkey quickstart' -in "$project/examples/hello.exe" -out "$folder/hello-signed.exe" || fail 'osslsigncode did not sign'

step '6. Verifying it with osslsigncode'
run osslsigncode verify -CAfile "$folder/certificate.pem" -in "$folder/hello-signed.exe" ||
    fail 'osslsigncode does not accept the signature'

step '7. Verifying the signature inside it with openssl'
run osslsigncode extract-signature -pem -in "$folder/hello-signed.exe" -out "$folder/signature.pem"
run openssl pkcs7 -in "$folder/signature.pem" -outform DER -out "$folder/signature.p7"
# What is signed is the value of SpcIndirectDataContent, the element after the object identifier of that name.
read -r offset head length < <(openssl asn1parse -inform DER -in "$folder/signature.p7" |
    grep -m 1 -A 2 ':1\.3\.6\.1\.4\.1\.311\.2\.1\.4$' | sed -nE '3s/^ *([0-9]+):d=.* hl=([0-9]+) l= *([0-9]+) .*/\1 \2 \3/p') ||
    fail 'the signature holds no SpcIndirectDataContent'
tail -c "+$((offset + head + 1))" "$folder/signature.p7" | head -c "$length" >"$folder/content"
run openssl smime -verify -inform DER -binary -in "$folder/signature.p7" -content "$folder/content" \
    -CAfile "$folder/certificate.pem" -purpose any -out /dev/null || fail 'openssl does not accept the signature'

# request_and_report CLOUD: as the subscriber.
request_and_report() {
    local made=$folder/$1
    run hardkey csr --subject 'CN=Example GmbH,O=Example GmbH,C=DE' --challenge "$folder/challenge.json" --out "$made.csr" ||
        fail 'hardkey made no request'
    run openssl req -verify -noout -in "$made.csr" || fail 'openssl does not accept the request'
    run hardkey attest --csr "$made.csr" --challenge "$folder/challenge.json" --out "$made.json" || fail 'hardkey made no report'
}

# verdict EXPECTED STATUS CLOUD PROGRAM…: as the CA; shows the first lines of what it reads.
verdict() {
    local expected=$1 expected_status=$2 made=$folder/$3 status=0
    shift 3
    local verify=("$@" verify "$made.json" --csr "$made.csr" --challenge "$folder/challenge.json" --challenge-key "$folder/ca.key")
    show "${verify[@]}"
    "${verify[@]}" >"$made.verdict" || status=$?
    sed '/^  decided at: /,$d' "$made.verdict"
    echo "exit status $status"
    if [ "$status" != "$expected_status" ] || ! grep -q "^$expected: " "$made.verdict"; then
        fail "the verdict is not $expected"
    fi
}

step '8. As a CA: making a challenge for one order'
echo "$ hardkey-attest challenge --audience 'Example CA' --order 4711 --key $folder/ca.key >$folder/challenge.json"
hardkey-attest challenge --audience 'Example CA' --order 4711 --key "$folder/ca.key" >"$folder/challenge.json" ||
    fail 'hardkey-attest made no challenge'

step '9. As its subscriber: a request for a certificate, and a report that answers the challenge'
request_and_report aws

step '10. As the CA: the verdict, which for a key in AWS KMS is never more than reported'
verdict reported 1 aws hardkey-attest

step '11. The same with a key of Google Cloud HSM, whose HSM signs a statement about it'
export HARDKEY_KEY=projects/emulated-project/locations/europe-west1/keyRings/signing/cryptoKeys/release/cryptoKeyVersions/1
echo "HARDKEY_KEY=$HARDKEY_KEY"
run hardkey keys || fail 'hardkey shows no keys'
request_and_report google
verdict rejected 1 google hardkey-attest
cat <<END
An emulated HSM has a statement and certificates like a real one, but they lead to no vendor's key, so hardkey-attest must not believe
them. The same program that trusts the emulator's roots, and no others, comes to the verdict that a real HSM's statement gets:
END
verdict attested 0 google hardkey-attest-for-tests "$target/emulator-roots"

step '12. The same with a key of Azure Managed HSM; beside it a vault, of which a file names a software key, which is refused'
export HARDKEY_CONFIG=$folder/azure.toml
cat >"$HARDKEY_CONFIG" <<END
[[token]]
label = "hsm"
vault = "https://hsm.managedhsm.azure.net"
keys = ["release"]
endpoint = "${AZURE_AUTHORITY_HOST/localhost/127.0.0.1}"

[[token]]
label = "vault"
vault = "https://vault.vault.azure.net"
keys = ["software"]
endpoint = "$AZURE_AUTHORITY_HOST"

[network]
ca_file = "$target/emulator-ca.pem"
END
unset HARDKEY_KEY
run cat "$HARDKEY_CONFIG"
run hardkey keys || fail 'hardkey shows no keys'
hardkey keys | grep 'refused (software): ' >/dev/null || fail 'the software key is not refused'
request_and_report azure
verdict rejected 1 azure hardkey-attest-for-tests "$target/emulator-roots"
cat <<END
All that the HSM can say of the key it said, and the roots of the emulator vouch for it. What is missing only Azure can tell the CA itself.
END
unset HARDKEY_CONFIG

step '13. Asking for a signature with AWS'"'"'s imported key: it must be refused'
export HARDKEY_KEY="$aliases/imported"
echo "HARDKEY_KEY=$HARDKEY_KEY"
refused=(osslsigncode sign -pkcs11module "$HARDKEY_MODULE" -certs "$folder/certificate.pem"
    -key 'pkcs11:token=hardkey;object=imported;type=private' -h sha256
    -in "$project/examples/hello.exe" -out "$folder/must-not-exist.exe")
show "${refused[@]}"
if "${refused[@]}" >"$folder/refused" 2>&1; then
    fail 'the imported key signed'
fi
grep '^hardkey: .* is hidden: refused (imported): ' "$folder/refused" || fail 'the refusal has no reason'
run hardkey keys || fail 'hardkey shows no keys'

cat <<END

== Done: $folder/hello-signed.exe is signed with a key that never left its HSM, here an emulated one.

What to try next:
  - your own key, with your credentials for AWS, Azure or Google Cloud:
      HARDKEY_KEY=arn:aws:kms:REGION:ACCOUNT:alias/NAME pkcs11-tool --module $HARDKEY_MODULE -O
  - another host, on the emulator:
      examples/emulator.sh examples/openssl-engine.sh release README.md $target/try
  - a smaller and faster module:
      cargo build --release -p hardkey-pkcs11
  - every test:
      tests/run.sh
END
