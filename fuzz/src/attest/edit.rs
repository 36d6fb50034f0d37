//! Changes of bytes that an input describes: what is signed is new in each process, so that only its changes can be kept.

/// Reads numbers from an input; at its end there are zeros.
pub struct Script<'a>(pub &'a [u8]);

impl Script<'_> {
    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        self.0.split_off_first().copied().unwrap_or_default()
    }

    /// One of so many.
    pub fn below(&mut self, count: usize) -> usize {
        let number = usize::from(self.byte()) << 8 | usize::from(self.byte());
        number.checked_rem(count).unwrap_or_default()
    }

    /// Whether nothing is left.
    pub fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    /// Changes bytes in one place: a bit, a byte, a number, or some bytes put in, taken out or copied.
    pub fn edit(&mut self, bytes: &mut Vec<u8>) {
        let (kind, size) = (self.byte(), bytes.len());
        let at = self.below(size + 1);
        let end = |length: usize| (at + length).min(size);
        match kind % 6 {
            0 => {
                let bit = self.byte() % 8;
                bytes[at..end(1)].iter_mut().for_each(|byte| *byte ^= 1 << bit);
            }
            1 => {
                let value = self.byte();
                bytes[at..end(1)].iter_mut().for_each(|byte| *byte = value);
            }
            2 => {
                let number = [self.byte(), self.byte(), self.byte(), self.byte()];
                bytes[at..end(4)].iter_mut().zip(number).for_each(|(byte, value)| *byte = value);
            }
            3 => {
                let text: Vec<u8> = (0..self.byte() % 32).map(|_| self.byte()).collect();
                bytes.splice(at..at, text);
            }
            4 => {
                let length = self.below(300);
                bytes.drain(at..end(length));
            }
            _ => {
                let from = self.below(bytes.len() + 1);
                let length = self.below(300);
                let copied = bytes[from..(from + length).min(bytes.len())].to_vec();
                bytes.splice(at..at, copied);
            }
        }
    }
}
