//! Every attack that is known, and who can stop it.

/// Who decides whether it happened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Decided {
    /// The verifier, from the evidence alone: each has vectors.
    Offline,
    /// The verifier notes it, and it decides nothing.
    Warned,
    /// The verifier refuses what contradicts itself, and never accepts what the subscriber alone reports.
    Reported,
    /// Nobody offline: the CA has to ask the cloud.
    Confirmation,
    /// No program: it takes a habit of the CA's.
    Process,
}

impl Decided {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Warned => "offline, as a warning",
            Self::Reported => "offline: never accepted",
            Self::Confirmation => "needs confirmation",
            Self::Process => "the CA's process",
        }
    }
}

/// An attack.
pub(super) struct Attack {
    /// 1 to 28, a to k.
    pub(super) id: &'static str,
    /// What is done, in one sentence without a full stop.
    pub(super) what: &'static str,
    pub(super) decided: Decided,
    /// What stops it, and what does not, in sentences.
    pub(super) how: &'static str,
}

const fn row(id: &'static str, what: &'static str, decided: Decided, how: &'static str) -> Attack {
    Attack { id, what, decided, how }
}

use Decided::{Confirmation, Offline, Process, Reported, Warned};

pub(super) const ATTACKS: &[Attack] = &[
    row(
        "1",
        "a software key is shown with a genuine statement of another key",
        Offline,
        "The key is rebuilt from the signed statement and must be the request's, and the request must be signed by it.",
    ),
    row(
        "2",
        "the unsigned key in an answer of Azure is swapped for a software key",
        Reported,
        "`stated-key`: the key is taken from the signed statement, and the unsigned one must be the same. The API's answer alone is never accepted.",
    ),
    row(
        "3",
        "the key was imported, and a copy is outside",
        Offline,
        "The statement says so in three attributes. Where there is no statement, origin is reported at best.",
    ),
    row(
        "4",
        "the key can be taken out, wrapped by another or in parts",
        Offline,
        "The attributes of the private object, each of which must be there and say no. Azure's release policy and `exportable` are for `admission`.",
    ),
    row(
        "5",
        "the attributes of a public or second object are taken for those of the private key",
        Offline,
        "Objects are told by their class, not their place, and there is one private key.",
    ),
    row(
        "6",
        "an old request or report is handed in for a new order",
        Offline,
        "The request or the report must carry the nonce that the CA gave; a report also names the order and the request that it is for. A record of the cloud's answers names report, challenge and order too. The CA's own key authenticates the challenge, the CA's list of what it accepted stops it the second time. Without a nonce the verdict warns.",
    ),
    row(
        "7",
        "the key was destroyed or disabled since",
        Confirmation,
        "A statement is made once, when the key is. A request with the CA's nonce shows that the key could sign then. `admission` refuses an answer that says disabled, the subscriber's or the one in a record.",
    ),
    row(
        "8",
        "another version of the key is in the request",
        Offline,
        "The statement holds the hash of the full name, version included. Nothing reads a primary or latest version.",
    ),
    row(
        "9",
        "an alias or label is pointed at another key",
        Reported,
        "`one-name`: answers are held together by ARN or by the URL with its version. Labels are no evidence.",
    ),
    row(
        "10",
        "an answer of the cloud, a report or a record is edited",
        Reported,
        "Rules of `csbr` accept no claim that only the subscriber reports, and one that contradicts a better one counts against the key. A report is signed whole, by the key, and must not state what its evidence does not bear. A record is signed whole, by a key that the CA's policy lists.",
    ),
    row(
        "11",
        "a home-made manufacturer certifies cards",
        Offline,
        "The manufacturers' keys are pinned. Roots that are handed in are not looked at.",
    ),
    row(
        "12",
        "a genuine HSM of the attacker's own is shown as the cloud's",
        Offline,
        "Google certifies the same card and the same partition with a pinned key. Of Azure no key is public to pin: its statements are rejected, by the rules `operator` and `format`, unless Azure itself answers the CA, and the policy takes the format.",
    ),
    row("13", "the HSM is not in FIPS mode", Offline, "Every certificate's name must say it."),
    row(
        "14",
        "certificates of different cards, or chains of another length",
        Offline,
        "One certificate for each of four parts, each signed by exactly who should, all naming one card and one partition.",
    ),
    row(
        "15",
        "a signature is forged with a small exponent or loose padding",
        Offline,
        "Exponent 65537, the full encoded message of PKCS#1 v1.5, and no layout but the one that was seen.",
    ),
    row(
        "16",
        "two readers read the same bytes differently, or one is exhausted",
        Offline,
        "Every byte belongs to exactly one field, no field is there twice, and every size has a limit.",
    ),
    row(
        "17",
        "an HSM key of somebody else's project is claimed",
        Offline,
        "The name is bound by its hash, and the request must be signed by the key. Whether the project is the subscriber's, its name does not say: the mark of its administrator does (b).",
    ),
    row(
        "18",
        "a signed request of the subscriber is replayed to a false AWS",
        Confirmation,
        "Who sends it builds the address itself and takes no other than public authorities; a request that was signed for another host, without the nonce or with more than it takes is not sent (`nothing_else_is_sent`); `record-endpoint` takes answers of the cloud's own hosts alone.",
    ),
    row(
        "19",
        "two answers of AWS are about two keys",
        Reported,
        "`one-name` and `one-key`: both answers name one ARN, and the key is one. In a record each answer says what it is of: `record-answers`. Of two signed requests both must be about the report's key (`nothing_else_is_sent`).",
    ),
    row(
        "20",
        "an external key store is shown as an HSM",
        Reported,
        "`admission` refuses external protection levels and custom key stores, by the rules of the module itself.",
    ),
    row(
        "21",
        "a copy of the key is in a region that the CA did not look at",
        Confirmation,
        "The cloud tells the CA of copies: `one-region` is a note that lists them, unless the policy demands it. They are in the cloud's HSMs.",
    ),
    row(
        "22",
        "the key is backed up and restored elsewhere",
        Confirmation,
        "It stays inside of HSMs of the cloud. The log of a vault has it (`KeyBackup`), and `one-region` tells of it. Who administers the log can take that row out. A key that was restored is not generated there: `generated` fails.",
    ),
    row(
        "23",
        "the key is too small, or on a curve that is not allowed",
        Offline,
        "Judged on the key that was rebuilt.",
    ),
    row(
        "24",
        "logging is off, or turned off after issuance",
        Confirmation,
        "No statement says anything of logs. Method 5 of the CSBR demands them, method 2 does not: `logging` is judged by what the cloud answers the CA. After issuance the CA has to ask again.",
    ),
    row(
        "25",
        "one key is certified for several companies, or again after a compromise",
        Process,
        "Every verdict shows the SHA-256 of the key, for a table of keys seen. The list of answered challenges is by nonce and key: it does not stop the key with another nonce.",
    ),
    row(
        "26",
        "the library that collects evidence is tampered with",
        Reported,
        "It can only lie in what is reported, and make no report about a key that it cannot use. Statements are signed by the HSM, and the CA runs the verifier itself.",
    ),
    row(
        "27",
        "evidence is judged at another time",
        Offline,
        "The CA gives the time. Neither report nor challenge may be of the future, by more than clocks differ. Every certificate of every piece must be valid then; a pinned key outlives its certificates.",
    ),
    row("28", "the key is for something else than signing", Offline, "It must say that it signs."),
    row(
        "a",
        "a signing tool of the pipeline is led to sign a report",
        Offline,
        "A report has a payload type of its own, which the signature covers. No other tool signs that type, and no other type is read.",
    ),
    row(
        "b",
        "who may sign with a key, but does not own it, asks for a certificate",
        Confirmation,
        "No signature tells a contractor from an owner. An act of the administrator does: the CA's nonce as a tag or label, read first-hand. `ownership` is a note unless the policy demands it. Azure's built-in Crypto User may set it as well as sign; only a subscriber whose pipelines have a narrower role is told apart from them there.",
    ),
    row(
        "c",
        "a challenge of one CA is passed on as another's",
        Offline,
        "Challenge and report name CA and order. Who makes a report answers no challenge of a CA that it is not for.",
    ),
    row(
        "d",
        "a label or name forges a line of the verdict",
        Offline,
        "Every text of strangers is escaped, on one line. `a_name_that_would_forge_a_line_is_shown_on_one` shows it.",
    ),
    row(
        "e",
        "an imported key of a service that does not say so, or of a partition without validated HSMs",
        Reported,
        "Unknown origin is not generated: `generated` is missing, also where Azure itself answers, which keeps no origin with a key, unless the vault's log has the `KeyCreate` of this version. `admission` refuses `aws-cn`.",
    ),
    row(
        "f",
        "the same key in another encoding slips past a comparison",
        Offline,
        "One encoding is read, in requests and statements.",
    ),
    row(
        "g",
        "a signature is changed into another valid one, to look like another request",
        Offline,
        "ECDSA allows it. The list of what was accepted is by nonce and key, never by bytes.",
    ),
    row(
        "h",
        "evidence brings its own anchors, or halves of two keys",
        Offline,
        "Anchors and policy are arguments of the CA's. All pieces must be about one key, which is the report's if there is one.",
    ),
    row(
        "i",
        "a card or partition is compromised",
        Offline,
        "No vendor publishes revocations. A card that becomes known goes on the dated list in `attest/src/anchor.rs`.",
    ),
    row(
        "j",
        "the FIPS certificate is historical",
        Warned,
        "`fips-certificate`: a warning with the date. `a_certificate_that_turned_historical_is_a_warning` shows it.",
    ),
    row(
        "k",
        "files of CloudTrail are changed, left out, or of another key",
        Offline,
        "Digest files are signed by a key that AWS told the CA, each names the one before by hash and signature, and one has the hash of the log. Without such a key in the CA's record the files show nothing. An import rejects in any case.",
    ),
];
