//! A document as text.

use super::document::Document;

/// How a document is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Yaml,
    Json,
}

/// The document's text, ended by a newline. Errs only where a format cannot say what the document says.
pub fn render(document: &Document, format: Format) -> Result<String, String> {
    let mut text = match format {
        Format::Yaml => serde_saphyr::to_string(document).map_err(|error| error.to_string())?,
        Format::Json => {
            serde_json::to_string_pretty(document).map_err(|error| error.to_string())?
        }
    };
    text.truncate(text.trim_end().len());
    text.push('\n');
    Ok(text)
}
