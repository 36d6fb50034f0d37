//! The certificates of one card and one partition, under two roots.

use crate::draft::{Draft, Extensions};
use crate::key::{Key, Shape};
use crate::name::Name;
use crate::root::Root;

/// Two chains over the same card key and the same partition key:
///
/// ```text
/// manufacturer's root ─► card ─► partition
/// operator's root ─► card,  operator's root ─► partition
/// ```
///
/// The functions change all certificates alike, and make them anew: call those first, then change single drafts.
#[derive(Clone, Debug)]
pub struct Pki {
    /// The manufacturer's root.
    pub manufacturer: &'static Root,
    /// The operator's root.
    pub operator: &'static Root,
    /// Serial number of the card.
    pub serial: String,
    /// Number of the partition.
    pub number: String,
    /// `FIPS`, or what else the card says of its mode.
    pub mode: String,
    /// The card's key.
    pub card: &'static Key,
    /// The partition's key, which signs statements.
    pub partition: &'static Key,
    /// The card, by the manufacturer.
    pub manufacturer_card: Draft,
    /// The partition, by the card.
    pub manufacturer_partition: Draft,
    /// The card, by the operator.
    pub operator_card: Draft,
    /// The partition, by the operator.
    pub operator_partition: Draft,
    /// What else is handed out.
    pub others: Vec<Draft>,
}

impl Default for Pki {
    fn default() -> Self {
        Self::new()
    }
}

impl Pki {
    /// Partition 1 of the card `5.3G2041-ICM900001`, in FIPS mode, under the first root.
    #[must_use]
    pub fn new() -> Self {
        Self::under(Root::ls1())
    }

    /// The same under another root of a manufacturer.
    #[must_use]
    pub fn under(manufacturer: &'static Root) -> Self {
        let (card, partition) = (Key::of(Shape::RSA_2048, "card"), Key::of(Shape::RSA_2048, "partition"));
        // Serial numbers of genuine cards look like this; none seen has a 9 there.
        Self::build(manufacturer, Root::hawksbill(), ["5.3G2041-ICM900001", "1", "FIPS"], card, partition)
    }

    fn build(
        manufacturer: &'static Root,
        operator: &'static Root,
        [serial, number, mode]: [&str; 3],
        card: &'static Key,
        partition: &'static Key,
    ) -> Self {
        let (card_name, partition_name) = (Name::card(serial, mode), Name::partition(serial, number, mode));
        let mut manufacturer_card = Draft::new(&card_name, card, &manufacturer.subject, manufacturer.key);
        (manufacturer_card.version, manufacturer_card.number) = (1, 0xdd3f_921a_3d2d_9cd4);
        let manufacturer_partition = Draft::new(&partition_name, partition, &card_name, card);
        let by_operator = |name: &Name, key: &'static Key, number: u64| {
            let mut draft = Draft::new(name, key, &operator.subject, operator.key);
            (draft.number, draft.extensions) = (number, Extensions::OperatorLeaf);
            draft
        };
        Self {
            manufacturer,
            operator,
            serial: serial.to_owned(),
            number: number.to_owned(),
            mode: mode.to_owned(),
            card,
            partition,
            manufacturer_card,
            manufacturer_partition,
            operator_card: by_operator(&card_name, card, 0x1cfc_94c6_6284_4895),
            operator_partition: by_operator(&partition_name, partition, 0x2d84_d426_f81a_fef2),
            others: Vec::new(),
        }
    }

    fn rebuild(&self, names: [&str; 3], card: &'static Key, partition: &'static Key) -> Self {
        Self::build(self.manufacturer, self.operator, names, card, partition)
    }

    /// Another serial number of the card.
    #[must_use]
    pub fn serial(self, serial: &str) -> Self {
        self.rebuild([serial, &self.number, &self.mode], self.card, self.partition)
    }

    /// Another number of the partition.
    #[must_use]
    pub fn number(self, number: &str) -> Self {
        self.rebuild([&self.serial, number, &self.mode], self.card, self.partition)
    }

    /// Another mode of the card.
    #[must_use]
    pub fn mode(self, mode: &str) -> Self {
        self.rebuild([&self.serial, &self.number, mode], self.card, self.partition)
    }

    /// Another key of the card.
    #[must_use]
    pub fn card(self, card: &'static Key) -> Self {
        self.rebuild([&self.serial, &self.number, &self.mode], card, self.partition)
    }

    /// Another key of the partition: any size, any exponent.
    #[must_use]
    pub fn partition(self, partition: &'static Key) -> Self {
        self.rebuild([&self.serial, &self.number, &self.mode], self.card, partition)
    }

    /// Other first and last seconds of all four certificates, `2018-04-19T20:05:17Z`.
    #[must_use]
    pub fn valid(mut self, not_before: &str, not_after: &str) -> Self {
        for draft in self.drafts() {
            (draft.not_before, draft.not_after) = (not_before.to_owned(), not_after.to_owned());
        }
        self
    }

    /// Certificates of different cards: those of the manufacturer say another serial number than those of the operator.
    #[must_use]
    pub fn mixed_serials(mut self) -> Self {
        let serial = "5.3G2041-ICM900002";
        self.manufacturer_card.subject = Name::card(serial, &self.mode);
        self.manufacturer_partition.subject = Name::partition(serial, &self.number, &self.mode);
        self.manufacturer_partition.issuer = self.manufacturer_card.subject.clone();
        self
    }

    /// A chain one certificate longer: root, card, another card, partition. Every signature is right.
    #[must_use]
    pub fn one_deeper(mut self) -> Self {
        let (between, name) = (Key::of(Shape::RSA_2048, "between"), Name::card("5.3G2041-ICM900003", &self.mode));
        self.others.push(Draft::new(&name, between, &self.manufacturer_card.subject, self.card));
        self.manufacturer_partition.issue(&name, between);
        self
    }

    /// A chain one certificate shorter: the manufacturer's root certifies the partition itself. Every signature is right.
    #[must_use]
    pub fn one_shallower(mut self) -> Self {
        self.manufacturer_partition.issue(&self.manufacturer.subject, self.manufacturer.key);
        self
    }

    /// All four, to be changed alike.
    pub fn drafts(&mut self) -> [&mut Draft; 4] {
        [
            &mut self.manufacturer_card,
            &mut self.manufacturer_partition,
            &mut self.operator_card,
            &mut self.operator_partition,
        ]
    }

    /// DER, in the order of the console's combined chain, without roots: card and partition by the manufacturer, then by the
    /// operator, then others.
    #[must_use]
    pub fn certificates(&self) -> Vec<Vec<u8>> {
        let four =
            [&self.manufacturer_card, &self.manufacturer_partition, &self.operator_card, &self.operator_partition];
        four.into_iter().chain(&self.others).map(Draft::certificate).collect()
    }

    /// The same with the roots' current certificates where the console has them: first, and fourth.
    #[must_use]
    pub fn certificates_with_roots(&self) -> Vec<Vec<u8>> {
        let mut all = self.certificates();
        all.insert(2, self.operator.certificates[0].certificate());
        all.insert(0, self.manufacturer.certificates[0].certificate());
        all
    }
}
