//! The verb that a program is for, if it is for one: `LAYERNORM_VERB` names it and its type. Of others it has no code then.

/// A verb and a type; empty for all verbs.
pub const VERB: &str = match option_env!("LAYERNORM_VERB") {
    Some(verb) => verb,
    None => "",
};

/// Between the two.
const COMMA: &str = ", ";

/// Whether it is this verb, of any type.
pub const fn verb(name: &str) -> bool {
    VERB.is_empty() || is_at(name, 0) && is_at(COMMA, name.len())
}

/// Whether it is a verb of this type.
pub const fn of(name: &str) -> bool {
    let Some(at) = VERB.len().checked_sub(name.len()) else { return VERB.is_empty() };
    VERB.is_empty() || at >= COMMA.len() && is_at(name, at) && is_at(COMMA, at - COMMA.len())
}

const fn is_at(part: &str, at: usize) -> bool {
    let (verb, part) = (VERB.as_bytes(), part.as_bytes());
    let mut i = 0;
    while i < part.len() {
        if at + i >= verb.len() || verb[at + i] != part[i] {
            return false;
        }
        i += 1;
    }
    true
}
