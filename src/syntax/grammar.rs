//! The generated parser, and what its rules are called when one is missing.

/// `grammar/api.pest`.
#[derive(pest_derive::Parser)]
#[grammar = "grammar/api.pest"]
pub(super) struct ApiGrammar;

impl Rule {
    /// For "expected ..": empty for rules that would only confuse.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::file => "`syntax`, `info`, `import`, `type`, `service`, `@server`",
            Self::EOI => "the end of the file",
            Self::syntax | Self::kw_syntax => "`syntax`",
            Self::info | Self::kw_info => "`info`",
            Self::import | Self::kw_import => "`import`",
            Self::types | Self::kw_type => "`type`",
            Self::service | Self::kw_service => "`service`",
            Self::at_server | Self::kw_at_server => "`@server`",
            Self::at_doc | Self::kw_at_doc => "`@doc`",
            Self::at_handler | Self::kw_at_handler => "`@handler`",
            Self::kw_returns | Self::returns => "`returns`",
            Self::route | Self::target | Self::method => "a method such as `get`",
            Self::path => "a path such as `/orders/:id`",
            Self::path_end => "`(`, `returns`, the end of the line",
            Self::body | Self::open_paren => "`(`",
            Self::close_paren => "`)`",
            Self::struct_body | Self::open_brace => "`{`",
            Self::close_brace => "`}`",
            Self::equals => "`=`",
            Self::colon => "`:`",
            Self::type_decl => "a type declaration",
            Self::type_expr | Self::type_name | Self::interface => "a type",
            Self::field | Self::embedded | Self::embedded_name => "a field",
            Self::tag => "a tag between backquotes",
            Self::length => "an array length",
            Self::name => "a name",
            Self::service_name => "a service name",
            Self::pair | Self::key => "a key",
            Self::value | Self::bare => "a value",
            Self::quoted | Self::text => "a string in double quotes",
            // Always possible where a type is, or never what was forgotten.
            _ => "",
        }
    }
}
