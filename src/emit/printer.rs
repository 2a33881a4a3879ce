//! From a view to a text: by the template that was compiled in, or by one of the user's own.

use askama::Template;
use minijinja::Value;

use super::own::Own;
use super::{Error, Templates};

/// A template that is compiled in, with its view.
pub(super) trait Page: Template {
    /// Below `templates/`.
    const NAME: &'static str;

    /// What templates of the user's own call `v`.
    fn view(&self) -> Value;
}

/// Prints pages.
pub(super) struct Printer<'a> {
    own: Option<Own<'a>>,
}

impl<'a> Printer<'a> {
    /// Reads the user's templates; every error is one of their syntax.
    pub(super) fn new(templates: &'a Templates) -> Result<Self, Error> {
        let own = (!templates.is_empty()).then(|| Own::read(templates));
        Ok(Self {
            own: own.transpose()?,
        })
    }

    pub(super) fn print<P: Page>(&self, page: &P) -> Result<String, Error> {
        let text = match self.own.as_ref().filter(|own| own.concerns(P::NAME)) {
            Some(own) => own.render(P::NAME, &page.view())?,
            None => page.render().map_err(|error| Error {
                template: P::NAME.to_owned(),
                range: None,
                message: format!("a template of zgen failed: {error}"),
                help: Some(
                    "this is a bug in zgen; please report it with the description".to_owned(),
                ),
            })?,
        };
        Ok(finish(&text))
    }
}

/// askama drops a template's last line break; where a file begins or ends with an optional part, there may be
/// too many.
fn finish(text: &str) -> String {
    format!("{}\n", text.trim_start_matches('\n').trim_end())
}

/// One struct per template: askama ties a path to a type.
macro_rules! templates {
    ($($name:ident, $view:ty, $path:literal;)*) => {$(
        #[derive(askama::Template)]
        #[template(path = $path)]
        struct $name<'a> {
            v: &'a $view,
        }

        impl super::printer::Page for $name<'_> {
            const NAME: &'static str = $path;

            fn view(&self) -> minijinja::Value {
                minijinja::value::Serde(self.v).into()
            }
        }
    )*};
}

/// As `templates`, for files that are always the same.
macro_rules! plain {
    ($($name:ident, $path:literal;)*) => {$(
        #[derive(askama::Template)]
        #[template(path = $path)]
        struct $name;

        impl super::printer::Page for $name {
            const NAME: &'static str = $path;

            fn view(&self) -> minijinja::Value {
                minijinja::Value::UNDEFINED
            }
        }
    )*};
}
pub(super) use {plain, templates};
