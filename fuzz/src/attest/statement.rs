//! A statement of an HSM, not compressed.

use hardkey_attest::evidence::Evidence;
use hardkey_attest::inspection::inspect;
use hardkey_attest::liquid_security::{Framing, Statement};
use hardkey_synthetic::gzip::gzip;

use super::harmless;

/// One input: the bytes.
pub fn statement(input: &[u8]) {
    let statement = match Statement::parse(input) {
        Ok(statement) => statement,
        Err(error) => return harmless::refusal(&error),
    };
    assert_eq!(written(&statement), input, "what was read is not what stands there");
    assert!((1..=2).contains(&statement.objects.len()));
    for object in &statement.objects {
        assert!(object.attributes.len() <= 64);
        for (index, attribute) in object.attributes.iter().enumerate() {
            assert!(object.attributes[..index].iter().all(|other| other.code != attribute.code));
            assert_eq!(object.value(attribute.code), Some(attribute.value.as_slice()));
        }
    }
    let evidence = Evidence::GoogleStatement { compressed: gzip(input), certificates: Vec::new() };
    match inspect(&evidence) {
        Ok(sections) => harmless::sections(&sections),
        Err(error) => harmless::refusal(&error),
    }
}

/// The one encoding of what was read. Handles are taken as they are: nothing but `signed` has them.
fn written(statement: &Statement) -> Vec<u8> {
    let number = |length: usize| u32::try_from(length).unwrap().to_be_bytes();
    let objects: Vec<Vec<u8>> = statement
        .objects
        .iter()
        .map(|object| {
            let mut values = Vec::new();
            for attribute in &object.attributes {
                values.extend(
                    [&attribute.code.to_be_bytes()[..], &number(attribute.value.len()), &attribute.value].concat(),
                );
            }
            [&object.handle.to_be_bytes()[..], &number(object.attributes.len()), &number(values.len()), &values]
                .concat()
        })
        .collect();
    let flags = if statement.framing == Framing::Google { 3 } else { 0 };
    let second = if objects.len() == 2 { 8 + objects[0].len() } else { 0 };
    let fields = [1, flags, 8, u16::try_from(second).unwrap()].map(u16::to_be_bytes).concat();
    let buffer = [fields, objects.concat()].concat();
    let handles = match statement.framing {
        Framing::Google => statement.signed()[16..16 + 8 * objects.len()].to_vec(),
        Framing::Azure => number(buffer.len()).to_vec(),
    };
    let total = 16 + handles.len() + buffer.len() + 256;
    let header = [[0; 4], number(3), number(total), number(buffer.len())].concat();
    [header, handles, buffer, statement.signature().to_vec()].concat()
}
