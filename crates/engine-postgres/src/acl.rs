//! Access control lists: `grantee=privileges/grantor` texts to grants. Manual: "Privileges", table "ACL Privilege
//! Abbreviations".

use std::collections::BTreeSet;

use cadastre_model::{Grant, Grantee};

/// The grants an ACL stands for; `None` where the server's defaults hold.
pub(crate) fn grants(acl: Option<&[String]>, default: Option<&[String]>, owner: &str) -> Option<Vec<Grant>> {
    let read =
        |items: &[String]| items.iter().flat_map(|item| item_grants(item, owner)).collect::<Vec<Grant>>();
    let sorted = |grants: &[Grant]| grants.iter().cloned().collect::<BTreeSet<Grant>>();
    let grants = read(acl?);
    let default = default.map(read).unwrap_or_default();
    (sorted(&grants) != sorted(&default)).then_some(grants)
}

/// The grants of one default ACL for a kind: what a fresh object has.
pub(crate) fn default_grants(privileges: &str, public: &str) -> Vec<Grant> {
    let of = |grantee: Grantee, letters: &str| -> Vec<Grant> {
        let one = |letter| privilege(letter).map(|word| (grantee.clone(), word));
        let grants = letters.chars().filter_map(one);
        grants
            .map(|(grantee, word)| Grant { grantee, privilege: word.into(), grantable: false, by: None })
            .collect()
    };
    let mut grants = of(Grantee::Owner, privileges);
    grants.extend(of(Grantee::Public, public));
    grants.sort();
    grants
}

fn item_grants(item: &str, owner: &str) -> Vec<Grant> {
    let (grantee, rest) = split_grantee(item);
    let grantee = match grantee {
        name if name.is_empty() => Grantee::Public,
        name if name == owner => Grantee::Owner,
        name => Grantee::Role(name),
    };
    let (letters, grantor) = rest.split_once('/').unwrap_or((rest, owner));
    let letters: Vec<char> = letters.chars().collect();
    // A role's name ends as a grantee's does.
    let (grantor, _) = split_grantee(grantor);
    let by = Some(grantor).filter(|name| name != owner && !name.is_empty());
    let grant = |(at, &letter): (usize, &char)| {
        let grantable = letters.get(at + 1) == Some(&'*');
        let (grantee, by) = (grantee.clone(), by.clone());
        privilege(letter).map(|word| Grant { grantee, privilege: word.into(), grantable, by })
    };
    letters.iter().enumerate().filter_map(grant).collect()
}

/// Splits at the `=` behind the grantee, whose name may be quoted and hold anything.
fn split_grantee(item: &str) -> (String, &str) {
    if !item.starts_with('"') {
        let (name, rest) = item.split_once('=').unwrap_or((item, ""));
        return (name.to_owned(), rest);
    }
    let mut name = String::new();
    let mut chars = item.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != '"' {
            name.push(c);
        } else if chars.next_if(|&(_, next)| next == '"').is_some() {
            name.push('"');
        } else {
            return (name, item[at + 1..].strip_prefix('=').unwrap_or_default());
        }
    }
    (name, "")
}

fn privilege(letter: char) -> Option<&'static str> {
    Some(match letter {
        'r' => "SELECT",
        'a' => "INSERT",
        'w' => "UPDATE",
        'd' => "DELETE",
        'D' => "TRUNCATE",
        'x' => "REFERENCES",
        't' => "TRIGGER",
        'm' => "MAINTAIN",
        'X' => "EXECUTE",
        'U' => "USAGE",
        'C' => "CREATE",
        'c' => "CONNECT",
        'T' => "TEMPORARY",
        _ => return None,
    })
}
