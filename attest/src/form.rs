//! The form that evidence must have before anything in it is looked at. What breaks it is refused, not judged.

macro_rules! forms {
    ($($(#[$only:meta])? $name:ident = $id:literal, $demand:literal;)*) => {
        /// A demand on the form of evidence. Each has a vector that it alone refuses.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Form { $($(#[$only])? #[doc = $demand] $name,)* }

        #[cfg(test)]
        impl Form {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];

            /// Stable name, in the table of attacks.
            pub(crate) fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// What it demands, in one sentence without a full stop.
            pub(crate) fn demand(self) -> &'static str {
                match self { $(Self::$name => $demand,)* }
            }
        }
    };
}

forms! {
    Limits = "limits", "no part of the evidence is larger, and none is there more often, than genuine ones could be";
    OneMember = "one-member", "one gzip member, and nothing after it";
    WholeLength = "whole-length", "the statement says its own length, to the last byte";
    FixedNumbers = "fixed-numbers", "numbers that have one value in this version of the layout have it";
    Offsets = "offsets", "the second object begins where the first one ended";
    ObjectLength = "object-length", "an object's attributes fill the length that it says";
    EachOnce = "each-once", "no object has two attributes of one type";
    NoGap = "no-gap", "the signature begins where the last object ended";
    OneChallenge = "one-challenge", "a request has one challenge password at most";
    PayloadType = "payload-type", "what an envelope holds is said to be a report, or the record of a confirmation, as which it is handed in";
    OneSignature = "one-signature", "a report or record has one signature";
    OneReport = "one-report", "one report is handed in, and none within it";
    EvidenceOnce = "evidence-once", "a report has each kind of evidence once, a record each question";
    PlainText = "plain-text", "a text of a challenge, report or record is one line that is shown as it is";
    #[cfg(test)] OneSpelling = "one-spelling", "a public key has one encoding";
    Exponent = "exponent", "an RSA key's public exponent is 65537 or more";
    Escaped = "escaped", "text of strangers is shown escaped, on one line";
}

/// Whether evidence has the form. Tests of the attacks take one demand out: then everything has it.
pub(crate) fn has(form: Form, holds: bool) -> bool {
    #[cfg(test)]
    if without::is_out(form) {
        return true;
    }
    let _ = form;
    holds
}

/// The most that there may be of something. Without limits, in those tests, there is none.
pub(crate) fn limit(most: usize) -> usize {
    if has(Form::Limits, false) { usize::MAX } else { most }
}

#[cfg(test)]
pub(crate) mod without {
    use std::cell::Cell;

    use super::Form;

    thread_local! {
        static OUT: Cell<Option<Form>> = const { Cell::new(None) };
    }

    /// Does something with one demand taken out.
    pub(crate) fn form<T>(form: Option<Form>, does: impl FnOnce() -> T) -> T {
        OUT.set(form);
        let done = does();
        OUT.set(None);
        done
    }

    pub(crate) fn is_out(form: Form) -> bool {
        OUT.get() == Some(form)
    }
}
