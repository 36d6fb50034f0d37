//! What hosts may hand over. These run under Miri too: see tests/sanitizers.sh.

use super::*;

/// A value between bytes, where no value of its kind would lie by itself.
fn packed(value: ck::CK_ULONG) -> [u8; 9] {
    let mut bytes = [0xa5; 9];
    bytes[1..].copy_from_slice(&value.to_ne_bytes());
    bytes
}

#[test]
fn a_value_is_read_and_written_wherever_the_host_put_it() {
    let mut bytes = packed(7);
    let pointer = bytes[1..].as_mut_ptr().cast::<ck::CK_ULONG>();
    // SAFETY: eight bytes lie there.
    assert_eq!(unsafe { read(pointer, "p") }.unwrap(), 7);
    // SAFETY: as above.
    unsafe { write(pointer, 1 << 40, "p") }.unwrap();
    assert_eq!(bytes, packed(1 << 40));
}

#[test]
fn null_is_named_and_nothing_is_done_with_it() {
    // SAFETY: null is allowed.
    let input = unsafe { read(std::ptr::null::<ck::CK_ULONG>(), "pIn") }.err();
    // SAFETY: as above.
    let output = unsafe { write(std::ptr::null_mut(), 1_u8, "pOut") }.err();
    // SAFETY: as above.
    let count = unsafe { Output::<u8>::new([0].as_mut_ptr(), std::ptr::null_mut(), "pulCount") }.err();
    let texts = [input, output, count].map(|failure| failure.unwrap().to_string());
    assert_eq!(texts, ["pIn", "pOut", "pulCount"].map(|name| format!("CKR_ARGUMENTS_BAD: {name} is NULL")));
}

#[test]
fn no_bytes_are_none_wherever_they_lie_and_too_many_are_refused() {
    let dangling = std::ptr::without_provenance::<u8>(1);
    // SAFETY: nothing is read.
    let none = unsafe { bytes(dangling, 0, "p") }.unwrap().len();
    // SAFETY: as above.
    let many = unsafe { bytes(dangling, 1 << 63, "p") }.unwrap_err().code();
    // SAFETY: null is allowed.
    let null = unsafe { bytes(std::ptr::null(), 1, "p") }.unwrap_err().code();
    assert_eq!((none, many, null), (0, Code::ArgumentsBad, Code::ArgumentsBad));
}

#[test]
fn an_answer_fills_its_length_and_not_a_byte_more() {
    for capacity in 0..4 {
        let mut buffer = vec![0xa5_u8; capacity];
        let mut length = packed(ck::CK_ULONG::try_from(capacity).unwrap());
        // SAFETY: the buffer is as long as the length beside it says.
        let output = unsafe { Output::new(buffer.as_mut_ptr(), length[1..].as_mut_ptr().cast(), "pulLen") };
        let answer = output.unwrap().write(&[1, 2]);
        assert_eq!(length, packed(2));
        assert_eq!(answer.err().map(|failure| failure.code()), (capacity < 2).then_some(Code::BufferTooSmall));
        assert_eq!(buffer, [&[][..], &[0xa5], &[1, 2], &[1, 2, 0xa5]][capacity]);
    }
}

#[test]
fn a_question_for_the_length_is_told_it_whatever_stood_there() {
    for before in [0, 1, ck::CK_UNAVAILABLE_INFORMATION] {
        let mut length = before;
        // SAFETY: the buffer is null.
        let output = unsafe { Output::<ck::CK_ULONG>::new(std::ptr::null_mut(), &mut length, "pulLen") };
        output.unwrap().write(&[1, 2, 3]).unwrap();
        assert_eq!(length, 3);
    }
}

#[test]
fn numbers_are_given_to_a_list_that_is_not_aligned() {
    let (mut list, mut length) = ([0_u8; 17], 2);
    let pointer = list[1..].as_mut_ptr().cast::<ck::CK_ULONG>();
    // SAFETY: sixteen bytes lie there.
    unsafe { Output::new(pointer, &mut length, "pulCount") }.unwrap().write(&[5, 6]).unwrap();
    assert_eq!((&list[1..9], &list[9..]), (&5_u64.to_ne_bytes()[..], &6_u64.to_ne_bytes()[..]));
}

#[test]
fn an_entry_of_another_length_is_compared_without_a_look() {
    let nowhere = std::ptr::without_provenance_mut::<std::ffi::c_void>(8);
    let mut value = *b"abc";
    let mut entries = [
        ck::CK_ATTRIBUTE { type_: ck::CKA_LABEL, pValue: value.as_mut_ptr().cast(), ulValueLen: 3 },
        ck::CK_ATTRIBUTE { type_: ck::CKA_ID, pValue: nowhere, ulValueLen: 20 },
        ck::CK_ATTRIBUTE { type_: ck::CKA_SUBJECT, pValue: std::ptr::null_mut(), ulValueLen: 0 },
    ];
    // SAFETY: the second value is never compared with one of its length.
    let read = unsafe { template(entries.as_mut_ptr(), 3) }.unwrap();
    let [label, id, subject] = read.as_slice() else { panic!("{} entries", read.len()) };
    assert_eq!([label.is(b"abc"), label.is(b"abd"), label.is(b"")], [true, false, false]);
    assert!(!id.is(b"abc") && subject.is(b"") && !subject.is(b"a"));
}
