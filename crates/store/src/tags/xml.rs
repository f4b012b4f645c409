//! As much of XML as it takes to find an attribute.

/// What stands in the tag of the first element of that name, whatever the prefix of its name.
pub(super) fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    elements(xml, name).next()
}

/// The same of all elements of that name.
pub(super) fn elements<'a>(xml: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    xml.split('<').skip(1).filter_map(move |tag| {
        let end = tag.find(|at: char| at.is_whitespace() || matches!(at, '>' | '/'))?;
        let full = &tag[..end];
        let local = full.split_once(':').map_or(full, |(_, local)| local);
        (local == name).then(|| tag[end..].split('>').next().unwrap_or_default())
    })
}

/// The value of an attribute.
pub(super) fn attribute(element: &str, name: &str) -> Option<String> {
    let mut rest = element;
    loop {
        let (before, behind) = rest.split_once('=')?;
        let behind = behind.trim_start();
        let quote = behind.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, next) = behind[1..].split_once(quote)?;
        if before.trim() == name {
            return Some(plain(value));
        }
        rest = next;
    }
}

/// Text as it may stand in XML. Characters that may not are left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(character),
            other if other.is_control() || matches!(other, '\u{fffe}' | '\u{ffff}') => {}
            other => escaped.push(other),
        }
    }
    escaped
}

/// Text without references to characters; what is none stays as it is.
fn plain(text: &str) -> String {
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let known = part.split_once(';').and_then(|(name, rest)| Some((character(name)?, rest)));
        if let Some((character, rest)) = known {
            plain.push(character);
            plain.push_str(rest);
        } else {
            plain.push('&');
            plain.push_str(part);
        }
    }
    plain
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let number = match digits.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_and_read() {
        let xml = r#"<?xml version="1.0"?><ome:OME><Pixelsize X='9'/><ome:Pixels SizeX = "1"
            X="a&lt;&#181;&#xb5;&no;&amp;" Empty='' /></ome:OME>"#;
        let pixels = element(xml, "Pixels").unwrap();
        assert_eq!(attribute(pixels, "X").as_deref(), Some("a<µµ&no;&"));
        assert_eq!(attribute(pixels, "SizeX").as_deref(), Some("1"));
        assert_eq!(attribute(pixels, "Empty").as_deref(), Some(""));
        assert_eq!(attribute(pixels, "Size"), None);
        assert_eq!(element(xml, "Pixel"), None);
        assert!(element("<OME/>", "OME").is_some());
        assert_eq!(attribute("a=b c=\"1\"", "c"), None);
    }

    #[test]
    fn escaped_text_is_read_back() {
        for text in ["", "plain", "<a & \"b\">", "µ 日本 \n\t", "&amp;"] {
            let element = format!(" X=\"{}\"", escaped(text));
            assert_eq!(attribute(&element, "X").as_deref(), Some(text));
        }
        assert_eq!(escaped("a\u{1}b\u{ffff}"), "ab");
    }
}
