//! Zip archives (APPNOTE.TXT 6.3.10), the console's and crooked ones.

use std::io::Write;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// An archive: its entries, in order.
#[derive(Clone, Debug, Default)]
pub struct Zip {
    /// The entries.
    pub entries: Vec<Entry>,
}

/// One file of an archive.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name, which may be a path or hostile.
    pub name: String,
    /// What it holds.
    pub content: Vec<u8>,
    /// Whether it is deflated; otherwise it is stored.
    pub deflated: bool,
    /// The size it claims to have, if another.
    pub claimed: Option<u32>,
    /// Whether its checksum is wrong.
    pub wrong_checksum: bool,
}

impl Zip {
    /// Adds a deflated file.
    #[must_use]
    pub fn with(mut self, name: &str, content: &[u8]) -> Self {
        self.entries.push(Entry {
            name: name.to_owned(),
            content: content.to_vec(),
            deflated: true,
            claimed: None,
            wrong_checksum: false,
        });
        self
    }

    /// The archive.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let (mut archive, mut directory) = (Vec::new(), Vec::new());
        for entry in &self.entries {
            let offset = size(&archive);
            let content = entry.compressed();
            let common = entry.header(&content);
            // §4.3.7: the local header.
            archive.extend([b"PK\x03\x04", &common[..], &[0, 0], entry.name.as_bytes(), &content].concat());
            // §4.3.12: version made by; after the common part no comment, disk 0, no attributes.
            directory.extend([b"PK\x01\x02\x14\x00", &common[..], &[0; 12], &offset.to_le_bytes()].concat());
            directory.extend(entry.name.as_bytes());
        }
        let count = u16::try_from(self.entries.len()).unwrap().to_le_bytes();
        let (length, start) = (size(&directory).to_le_bytes(), size(&archive).to_le_bytes());
        archive.extend(directory);
        // §4.3.16.
        archive.extend([b"PK\x05\x06", &[0; 4][..], &count, &count, &length, &start, &[0, 0]].concat());
        archive
    }
}

impl Entry {
    fn compressed(&self) -> Vec<u8> {
        if !self.deflated {
            return self.content.clone();
        }
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&self.content).unwrap();
        encoder.finish().unwrap()
    }

    /// What the local header and the directory's share: version needed 2.0, flags, method, 1980-01-01, checksum, sizes, the
    /// length of the name. The local header has the length of the extra field after it, the directory more.
    fn header(&self, compressed: &[u8]) -> Vec<u8> {
        let mut checksum = Crc::new();
        checksum.update(&self.content);
        let checksum = checksum.sum() ^ u32::from(self.wrong_checksum);
        let method = if self.deflated { 8 } else { 0 };
        let claimed = self.claimed.unwrap_or_else(|| size(&self.content));
        let mut bytes = vec![20, 0, 0, 0, method, 0, 0, 0, 0x21, 0];
        bytes.extend([checksum, size(compressed), claimed].iter().flat_map(|number| number.to_le_bytes()));
        bytes.extend(u16::try_from(self.name.len()).unwrap().to_le_bytes());
        bytes
    }
}

fn size(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::DeflateDecoder;

    use super::*;

    fn number(bytes: &[u8]) -> usize {
        bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
    }

    /// Names and contents, found as readers find them: from the end, through the directory, to the local headers.
    fn read(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
        let end = &archive[archive.len() - 22..];
        assert_eq!(end[..4], *b"PK\x05\x06");
        let mut at = number(&end[16..20]);
        assert_eq!(at + number(&end[12..16]), archive.len() - 22);
        let mut files = Vec::new();
        for _ in 0..number(&end[10..12]) {
            let central = &archive[at..];
            assert_eq!(central[..4], *b"PK\x01\x02");
            let (packed, length) = (number(&central[20..24]), number(&central[28..30]));
            let local = &archive[number(&central[42..46])..];
            assert_eq!(local[..4], *b"PK\x03\x04");
            assert_eq!(local[4..28], central[6..30], "both headers say the same");
            assert_eq!(local[30..30 + length], central[46..46 + length]);
            let content = &local[30 + length..30 + length + packed];
            let mut unpacked = Vec::new();
            match central[10] {
                0 => unpacked.extend(content),
                _ => _ = DeflateDecoder::new(content).read_to_end(&mut unpacked).unwrap(),
            }
            let mut checksum = Crc::new();
            checksum.update(&unpacked);
            assert_eq!(number(&central[16..20]), usize::try_from(checksum.sum()).unwrap());
            assert_eq!(number(&central[24..28]), unpacked.len());
            files.push((String::from_utf8(central[46..46 + length].to_vec()).unwrap(), unpacked));
            at += 46 + length;
        }
        files
    }

    #[test]
    fn an_archive_holds_its_files_deflated_or_stored() {
        let mut zip = Zip::default().with("one.dat", &[7; 300]).with("two/chain.pem", b"text");
        zip.entries[1].deflated = false;
        let files = [("one.dat".to_owned(), vec![7; 300]), ("two/chain.pem".to_owned(), b"text".to_vec())];
        assert_eq!(read(&zip.bytes()), files);
        assert_eq!(read(&Zip::default().bytes()), []);
    }
}
