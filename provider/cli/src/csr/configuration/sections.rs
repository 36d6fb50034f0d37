//! The file format of OpenSSL's config(5), as far as a request needs it.
//!
//! OpenSSL has variables, includes, escapes and quotes in it. A line that says something here but means another thing there
//! would make a request with another name than the one that was asked for: what is not read as OpenSSL reads it is refused.

/// One line `name = value`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Entry {
    pub(super) line: usize,
    pub(super) name: String,
    raw: String,
}

/// A section: its name, and its lines in their order.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) entries: Vec<Entry>,
}

/// A line that cannot be read, and why.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Mistake {
    pub(super) line: usize,
    pub(super) what: String,
}

impl Mistake {
    pub(super) fn new(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }
}

/// Splits a file into its sections. The one before the first heading has the name `default`, as in OpenSSL.
pub(super) fn read(text: &str) -> Result<Vec<Section>, Mistake> {
    let mut sections = vec![Section { line: 1, name: "default".to_owned(), entries: Vec::new() }];
    for (index, whole) in text.lines().enumerate() {
        let line = index + 1;
        let text = uncommented(whole).trim();
        if text.is_empty() {
            continue;
        }
        if text.starts_with(".include") || text.starts_with(".pragma") {
            return Err(Mistake::new(line, "what starts with a dot is not read here; write its lines into this file"));
        }
        if let Some(rest) = text.strip_prefix('[') {
            let name = rest.strip_suffix(']').map(str::trim).filter(|name| !name.is_empty());
            let name = name.ok_or_else(|| Mistake::new(line, "a section is written [name]"))?;
            if sections.iter().any(|known| known.name == name) {
                return Err(Mistake::new(line, format!("there are two sections [{name}]; make one of them")));
            }
            sections.push(Section { line, name: name.to_owned(), entries: Vec::new() });
            continue;
        }
        let (name, value) = text.split_once('=').ok_or_else(|| Mistake::new(line, "a line is written name = value"))?;
        let entry = Entry { line, name: name.trim().to_owned(), raw: value.trim().to_owned() };
        if let Some(section) = sections.last_mut() {
            section.entries.push(entry);
        }
    }
    Ok(sections)
}

/// The line up to a `#` that is not in quotes.
fn uncommented(line: &str) -> &str {
    let mut quote = None;
    for (place, character) in line.char_indices() {
        match (quote, character) {
            (None, '#') => return line.get(..place).unwrap_or_default(),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    line
}

impl Entry {
    /// The value, without quotes around the whole of it.
    pub(super) fn value(&self) -> Result<&str, Mistake> {
        let mistake = |what: &str| Err(Mistake::new(self.line, format!("{}: {what}", self.name)));
        let quoted = ['"', '\''].iter().find_map(|quote| self.raw.strip_prefix(*quote)?.strip_suffix(*quote));
        let value = quoted.unwrap_or(&self.raw);
        if value.contains(['"', '\'', '`']) {
            return mistake("quotes are only read around a whole value; leave them out");
        }
        if value.contains(['$', '\\']) {
            return mistake("variables and escapes are not read here; write the value out");
        }
        if value.is_empty() {
            return mistake("there is no value; write one, or leave the line out");
        }
        Ok(value)
    }
}

impl Section {
    /// The line of this name. OpenSSL takes the last of several without a word.
    pub(super) fn entry(&self, name: &str) -> Result<Option<&Entry>, Mistake> {
        let mut found = self.entries.iter().filter(|entry| entry.name == name);
        match (found.next(), found.next()) {
            (_, Some(second)) => {
                Err(Mistake::new(second.line, format!("{name} stands in [{}] twice; leave one out", self.name)))
            }
            (found, None) => Ok(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_openssl_reads_them() {
        let text =
            "HOME = .\n\n[ req ] # the request\nprompt=no\n  CN = \"Example # 1, Inc.\"  # not in it\nO = a = b\n";
        let sections = read(text).unwrap();
        let names: Vec<(&str, usize)> =
            sections.iter().map(|section| (section.name.as_str(), section.entries.len())).collect();
        assert_eq!(names, [("default", 1), ("req", 3)]);
        let value = |name: &str| sections[1].entry(name).unwrap().unwrap().value().unwrap();
        assert_eq!((value("prompt"), value("CN"), value("O")), ("no", "Example # 1, Inc.", "a = b"));
    }

    #[test]
    fn what_would_mean_something_else_to_openssl_is_refused_with_its_line() {
        for (text, line, what) in [
            (".include /etc/x", 1, "what starts with a dot is not read here; write its lines into this file"),
            ("a=1\n[req", 2, "a section is written [name]"),
            ("[]", 1, "a section is written [name]"),
            ("[a]\n[a]", 2, "there are two sections [a]; make one of them"),
            ("CN", 1, "a line is written name = value"),
        ] {
            assert_eq!(read(text).unwrap_err(), Mistake::new(line, what), "{text:?}");
        }
        for (raw, what) in [
            ("$ENV::NAME", "CN: variables and escapes are not read here; write the value out"),
            ("a\\, b", "CN: variables and escapes are not read here; write the value out"),
            ("a \"b\"", "CN: quotes are only read around a whole value; leave them out"),
            ("\"a\" \"b\"", "CN: quotes are only read around a whole value; leave them out"),
            ("", "CN: there is no value; write one, or leave the line out"),
        ] {
            let sections = read(&format!("\nCN = {raw}")).unwrap();
            let entry = sections[0].entry("CN").unwrap().unwrap();
            assert_eq!(entry.value(), Err(Mistake::new(2, what)), "{raw:?}");
        }
        let twice = read("[a]\nCN = 1\nCN = 2").unwrap();
        assert_eq!(twice[1].entry("CN"), Err(Mistake::new(3, "CN stands in [a] twice; leave one out")));
    }
}
