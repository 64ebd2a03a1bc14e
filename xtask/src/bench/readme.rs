//! The sections of `benches/README.md` that a measurement writes.

use crate::{Result, root};

/// Puts `text` between the lines `<!-- section -->` and `<!-- /section -->` of the page.
///
/// # Errors
///
/// When the page cannot be read or written, or lacks the two lines.
pub(crate) fn replace(section: &str, text: &str) -> Result<()> {
    let file = root().join("benches/README.md");
    let in_file = |error| format!("{}: {error}", file.display());
    let page = std::fs::read_to_string(&file).map_err(in_file)?;
    let page = replaced(&page, section, text)
        .ok_or_else(|| format!("{} lacks <!-- {section} --> … <!-- /{section} -->", file.display()))?;
    std::fs::write(&file, page).map_err(in_file)?;
    println!("written into {}", file.display());
    Ok(())
}

fn replaced(page: &str, section: &str, text: &str) -> Option<String> {
    let start = format!("<!-- {section} -->\n");
    let end = format!("<!-- /{section} -->");
    let (before, rest) = page.split_once(&start)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{start}{text}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_section_changes() {
        let page = "a\n<!-- one -->\nold\n<!-- /one -->\nb\n<!-- two -->\nkept\n<!-- /two -->\n";
        let new = replaced(page, "one", "new").unwrap();
        assert_eq!(new, "a\n<!-- one -->\nnew\n<!-- /one -->\nb\n<!-- two -->\nkept\n<!-- /two -->\n");
        assert_eq!(replaced(page, "three", "new"), None);
    }
}
