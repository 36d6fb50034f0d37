//! One mistake at a time in every argument of every function: a null pointer, a handle of nothing, a length that no
//! memory has, a value that means nothing.

use cryptoki_sys as ck;

use crate::argument::{Argument, MESSAGE, lasting, template};
use crate::loaded::each_list;
use crate::mistake::Mistake;
use crate::scene::{READ_ONLY, READ_WRITE, Scene};
use crate::table::Row;
use crate::trial;

#[test]
fn one_mistake_in_the_arguments_is_answered_with_a_listed_code_that_names_it() {
    each_list(|loaded| {
        let scene = Scene::start(loaded);
        for row in scene.rows() {
            for (index, mistake) in of(&scene, row).iter().enumerate() {
                // Both kinds of session in turn.
                trial::run(&scene, row, [READ_ONLY, READ_WRITE][index % 2], mistake);
            }
        }
    });
}

#[test]
fn a_call_with_nothing_in_it_is_answered_with_a_listed_code() {
    each_list(|loaded| {
        let scene = Scene::start(loaded);
        for row in scene.rows().filter(|row| row.name != "C_Finalize") {
            let nothing = nulls(row, |_| true);
            trial::run(&scene, row, READ_WRITE, &Mistake::new("nothing but nulls", &nothing, &[]));
            // §5.1.7: that there is no such session goes before everything else.
            if let Some(session) = row.arguments.iter().position(|argument| *argument == Argument::Session) {
                for (what, mut changes) in [("nothing else", nothing), ("null pointers", nulls(row, is_pointer))] {
                    changes.push((session, scene.closed));
                    let what = format!("a closed session and {what}");
                    let mistake = Mistake::of_handle(what, &changes, ck::CKR_SESSION_HANDLE_INVALID);
                    trial::run(&scene, row, READ_WRITE, &mistake);
                }
            }
        }
    });
}

/// Null for these arguments, and never for the session.
fn nulls(row: &Row, which: fn(Argument) -> bool) -> Vec<(usize, usize)> {
    let arguments = row.arguments.iter().enumerate();
    arguments.filter(|(_, kind)| **kind != Argument::Session && which(**kind)).map(|(index, _)| (index, 0)).collect()
}

fn is_pointer(argument: Argument) -> bool {
    [
        Argument::Mechanism,
        Argument::Data,
        Argument::Signature,
        Argument::Template,
        Argument::Output,
        Argument::OutputLength,
        Argument::Place,
        Argument::Places,
        Argument::Text,
    ]
    .contains(&argument)
}

/// A length that no object in memory has, and the largest number.
const ABSURD: [usize; 2] = [1 << 63, usize::MAX];

/// Everything that can be wrong with one argument; mechanisms have a file of their own.
fn of(scene: &Scene<'_>, row: &Row) -> Vec<Mistake> {
    row.arguments.iter().enumerate().flat_map(|(index, argument)| of_argument(scene, row, index, *argument)).collect()
}

fn of_argument(scene: &Scene<'_>, row: &Row, index: usize, argument: Argument) -> Vec<Mistake> {
    let place = format!("argument {index}");
    let one = |what: &str, word: usize, codes: &[ck::CK_RV]| {
        Mistake::new(format!("{place}: {what}"), &[(index, word)], codes)
    };
    let handle = |what: &str, word: usize, code: ck::CK_RV| {
        Mistake::of_handle(format!("{place}: {what} {word:#x}"), &[(index, word)], code)
    };
    let none = ck::CK_UNAVAILABLE_INFORMATION as usize;
    match argument {
        Argument::Session => [0, scene.closed, 1 << 40, none]
            .map(|word| handle("the session", word, ck::CKR_SESSION_HANDLE_INVALID))
            .into(),
        Argument::Slot => [2, 1 << 40, none].map(|word| handle("the slot", word, ck::CKR_SLOT_ID_INVALID)).into(),
        Argument::Object => [0, scene.stranger, 1 << 19, 1 << 40, none]
            .map(|word| handle("the object", word, ck::CKR_OBJECT_HANDLE_INVALID))
            .into(),
        Argument::PrivateKey | Argument::PublicKey => {
            let strangers = [0, scene.certificate, scene.stranger, 1 << 19, 1 << 40, none];
            let mut all: Vec<_> =
                strangers.map(|word| handle("the key", word, ck::CKR_KEY_HANDLE_INVALID)).into_iter().collect();
            let half = if argument == Argument::PublicKey { scene.handles.private } else { scene.handles.public };
            let wrong = [ck::CKR_KEY_TYPE_INCONSISTENT, ck::CKR_KEY_FUNCTION_NOT_PERMITTED];
            all.push(one("the other half", half, &wrong));
            all
        }
        Argument::Data => of_data(index, &[ck::CKR_OK, ck::CKR_SIGNATURE_INVALID]),
        Argument::Signature => of_signature(scene, index),
        Argument::Template => of_template(row, index),
        Argument::Output => {
            vec![one("null, to ask for the length", 0, &[ck::CKR_OK])]
        }
        Argument::OutputLength => vec![
            one("null", 0, &[ck::CKR_ARGUMENTS_BAD]),
            Mistake::new("no output and no length", &[(index - 1, 0), (index, 0)], &[ck::CKR_ARGUMENTS_BAD]),
            one("more than memory", lasting(ck::CK_ULONG::MAX), &[ck::CKR_OK]),
        ],
        Argument::Place | Argument::Places => vec![one("null", 0, &[ck::CKR_ARGUMENTS_BAD])],
        Argument::Reserved => vec![one("not null", lasting(0_usize), &[ck::CKR_ARGUMENTS_BAD])],
        Argument::UserType => vec![
            one("the security officer", ck::CKU_SO as usize, &[ck::CKR_USER_TYPE_INVALID]),
            one("for one operation", ck::CKU_CONTEXT_SPECIFIC as usize, &[ck::CKR_OPERATION_NOT_INITIALIZED]),
            one("nobody", 77, &[ck::CKR_USER_TYPE_INVALID]),
            one("nobody", none, &[ck::CKR_USER_TYPE_INVALID]),
        ],
        Argument::SessionFlags => vec![
            one("a parallel session", 0, &[ck::CKR_SESSION_PARALLEL_NOT_SUPPORTED]),
            one(
                "an asynchronous session",
                (READ_ONLY | ck::CKF_ASYNC_SESSION) as usize,
                &[ck::CKR_SESSION_ASYNC_NOT_SUPPORTED],
            ),
        ],
        Argument::CancelFlags => [0, none].map(|word| one(&format!("flags {word:#x}"), word, &[ck::CKR_OK])).into(),
        Argument::WaitFlags => vec![one("to wait for ever", 0, &[ck::CKR_FUNCTION_NOT_SUPPORTED])],
        Argument::MechanismType => [ck::CKM_SHA256, ck::CKM_RSA_PKCS_KEY_PAIR_GEN, 0xdead_beef, ck::CK_ULONG::MAX]
            .map(|kind| one(&format!("mechanism {kind:#x}"), kind as usize, &[ck::CKR_MECHANISM_INVALID]))
            .into(),
        Argument::InterfaceName => vec![one("another name", lasting(*b"Vendor\0"), &[ck::CKR_FUNCTION_FAILED])],
        Argument::InterfaceVersion => [(2, 20), (3, 1), (255, 255)]
            .map(|(major, minor)| {
                let version = lasting(ck::CK_VERSION { major, minor });
                one(&format!("version {major}.{minor}"), version, &[ck::CKR_FUNCTION_FAILED])
            })
            .into(),
        Argument::InterfaceFlags => {
            vec![one("safe to fork", ck::CKF_INTERFACE_FORK_SAFE as usize, &[ck::CKR_FUNCTION_FAILED])]
        }
        Argument::Mechanism | Argument::OptionalKey => Vec::new(),
        // The row's previous argument has them.
        Argument::DataLength | Argument::SignatureLength | Argument::Count | Argument::Most => Vec::new(),
        Argument::InitArguments | Argument::Own | Argument::TokenPresent | Argument::Number | Argument::Text => {
            Vec::new()
        }
    }
}

/// Bytes to read, with their length behind them.
fn of_data(index: usize, without: &[ck::CK_RV]) -> Vec<Mistake> {
    let codes = [ck::CKR_ARGUMENTS_BAD, ck::CKR_DATA_LEN_RANGE];
    let null = |length: usize| {
        Mistake::new(
            format!("argument {index}: null of length {length:#x}"),
            &[(index, 0), (index + 1, length)],
            &codes,
        )
    };
    let mut all = vec![
        null(1),
        null(MESSAGE.len()),
        Mistake::new(format!("argument {index}: null of length 0"), &[(index, 0), (index + 1, 0)], without),
    ];
    for length in ABSURD {
        all.push(null(length));
        all.push(Mistake::new(format!("argument {index}: length {length:#x}"), &[(index + 1, length)], &codes));
    }
    all
}

fn of_signature(scene: &Scene<'_>, index: usize) -> Vec<Mistake> {
    let mut all = of_data(index, &[ck::CKR_SIGNATURE_LEN_RANGE]);
    let mut long = [0_u8; 65];
    long[..64].copy_from_slice(&scene.handles.signature);
    let mut wrong = long;
    wrong[40] ^= 1;
    for (what, bytes, length, code) in [
        ("a wrong signature", wrong, 64, ck::CKR_SIGNATURE_INVALID),
        ("a signature short of a byte", long, 63, ck::CKR_SIGNATURE_LEN_RANGE),
        ("a signature and a byte", long, 65, ck::CKR_SIGNATURE_LEN_RANGE),
    ] {
        all.push(Mistake::new(what, &[(index, lasting(bytes)), (index + 1, length)], &[code]));
    }
    all
}

fn of_template(row: &Row, index: usize) -> Vec<Mistake> {
    let count = |what: &str, pointer: Option<usize>, count: usize, codes: &[ck::CK_RV]| {
        let mut changes = vec![(index + 1, count)];
        changes.extend(pointer.map(|pointer| (index, pointer)));
        Mistake::new(format!("argument {index}: {what} and a count of {count:#x}"), &changes, codes)
    };
    let bad = &[ck::CKR_ARGUMENTS_BAD];
    let mut all = vec![count("null", Some(0), 1, bad), count("null", Some(0), 0, &[ck::CKR_OK])];
    for absurd in ABSURD {
        all.extend([count("null", Some(0), absurd, bad), count("a template", None, absurd, bad)]);
    }
    let entry = |what: &str, kind, value, length, codes: &[ck::CK_RV]| {
        Mistake::new(format!("argument {index}: {what}"), &[(index, template(kind, value, length))], codes)
    };
    // The same entry asks for a length in one function and is searched for in another.
    let reads = row.name == "C_GetAttributeValue";
    let buffer = lasting([0_u8; 64]);
    let (null, long) = if reads { (ck::CKR_OK, ck::CKR_OK) } else { (bad[0], bad[0]) };
    let unknown = if reads { ck::CKR_ATTRIBUTE_TYPE_INVALID } else { ck::CKR_OK };
    let secret = if reads { ck::CKR_ATTRIBUTE_SENSITIVE } else { ck::CKR_OK };
    let short = if reads { ck::CKR_BUFFER_TOO_SMALL } else { ck::CKR_OK };
    all.extend([
        entry("an entry without a value", ck::CKA_ID, 0, 20, &[null]),
        entry("an entry longer than memory", ck::CKA_ID, buffer, usize::MAX, &[long]),
        entry("an attribute that nobody knows", 0xdead_beef, buffer, 64, &[unknown]),
        entry("a secret attribute", ck::CKA_VALUE, buffer, 64, &[secret]),
        entry("a buffer that is too short", ck::CKA_ID, buffer, 19, &[short]),
    ]);
    all
}
