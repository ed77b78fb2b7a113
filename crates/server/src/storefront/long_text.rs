//! The long description of an app: paragraphs and lists, and nothing else that a text could mean.

/// A piece of a long description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Paragraph(String),
    List(Vec<String>),
}

/// Empty lines part paragraphs; lines that begin with `- ` are entries of a list; other lines go on. Everything is text:
/// what looks like HTML or an address stays what was typed.
#[must_use]
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut begins = true;
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            begins = true;
            continue;
        }
        match (line.strip_prefix("- ").map(str::trim_start), blocks.last_mut(), begins) {
            (Some(entry), Some(Block::List(entries)), _) => entries.push(entry.to_owned()),
            (Some(entry), _, _) => blocks.push(Block::List(vec![entry.to_owned()])),
            (None, Some(Block::Paragraph(paragraph)), false) => go_on(paragraph, line),
            (None, Some(Block::List(entries)), false) => {
                if let Some(entry) = entries.last_mut() {
                    go_on(entry, line);
                }
            }
            (None, _, _) => blocks.push(Block::Paragraph(line.to_owned())),
        }
        begins = false;
    }
    blocks
}

fn go_on(text: &mut String, line: &str) {
    text.push(' ');
    text.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lines_part_paragraphs_and_dashes_make_lists() {
        let text = "One\ngoes on\n\nTwo <b>x</b>\n- first\n  goes on\n\n- second\n-third\n\nEnd - really";
        let list = |entries: &[&str]| Block::List(entries.iter().map(|entry| (*entry).to_owned()).collect());
        let paragraph = |text: &str| Block::Paragraph(text.to_owned());
        assert_eq!(
            blocks(text),
            [
                paragraph("One goes on"),
                paragraph("Two <b>x</b>"),
                list(&["first goes on", "second -third"]),
                paragraph("End - really"),
            ]
        );
        assert_eq!(blocks(" \n\n"), []);
    }
}
