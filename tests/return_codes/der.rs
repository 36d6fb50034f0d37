//! Just enough DER to take a public key and a certificate apart without the code under test.

/// One element: its tag, all its bytes, and its content.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    pub tag: u8,
    pub whole: &'a [u8],
    pub content: &'a [u8],
}

/// The elements one after the other in these bytes.
pub fn elements(mut bytes: &[u8]) -> Vec<Element<'_>> {
    let mut all = Vec::new();
    while let [tag, first, ..] = *bytes {
        let (head, length) = match first {
            0..0x80 => (2, usize::from(first)),
            _ => {
                let more = usize::from(first & 0x7f);
                (2 + more, bytes[2..2 + more].iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
            }
        };
        let (whole, rest) = bytes.split_at(head + length);
        all.push(Element { tag, whole, content: &whole[head..] });
        bytes = rest;
    }
    all
}

/// What is inside the one element that these bytes are.
pub fn inside(bytes: &[u8]) -> Vec<Element<'_>> {
    let outer = elements(bytes);
    assert_eq!(outer.len(), 1);
    elements(outer[0].content)
}
