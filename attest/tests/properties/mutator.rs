//! Changes of bytes, the same ones in every run.

/// A series of numbers: Marsaglia's xorshift.
pub(crate) struct Mutator(u64);

impl Mutator {
    pub(crate) fn new(series: u64) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ series.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(count.max(1)).unwrap()).unwrap()
    }

    /// One to four changes: a bit, a byte, a length that is too large, bytes put in, taken out, or from elsewhere.
    pub(crate) fn changed(&mut self, good: &[u8]) -> Vec<u8> {
        let mut bytes = good.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            let end = (at + 1 + self.below(16)).min(bytes.len());
            match self.below(6) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                1 if at < bytes.len() => bytes[at] = self.next().to_be_bytes()[0],
                2 => {
                    let large = [[0xff; 4], [0x7f, 0xff, 0xff, 0xff], [0, 0, 0xff, 0xff], [0x84, 0xff, 0xff, 0xff]]
                        [self.below(4)];
                    bytes[at..].iter_mut().zip(large).for_each(|(byte, value)| *byte = value);
                }
                3 => {
                    let text =
                        ["\n", "\u{202e}", "\u{1b}[2J", "{\"a\":", "[[[[", "\0", "\"", "0", "\u{e0001}"][self.below(9)];
                    bytes.splice(at..at, text.bytes());
                }
                4 => _ = bytes.drain(at..end),
                _ => {
                    let from = self.below(good.len());
                    let copied = good[from..(from + self.below(64)).min(good.len())].to_vec();
                    bytes.splice(at..end, copied);
                }
            }
        }
        bytes
    }
}
