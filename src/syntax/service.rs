//! Services and routes.

use super::ast::{Doc, Route, Service, TypeExpr};
use super::cursor::Cursor;
use super::file::{Reader, block, text};
use super::grammar::Rule;

impl Reader<'_> {
    pub(super) fn service(&mut self, mut cursor: Cursor<'_>) -> Option<Service> {
        let server = cursor
            .many(Rule::at_server)
            .map(|mut server| block(&mut server))
            .collect();
        let mut name = cursor.word(Rule::service_name)?;
        name.value.retain(|c| !c.is_whitespace());
        let mut routes = Vec::new();
        while let Some(route) = cursor.take(Rule::route) {
            routes.extend(self.route(route));
        }
        Some(Service {
            server,
            name,
            routes,
        })
    }

    fn route(&mut self, mut cursor: Cursor<'_>) -> Option<Route> {
        let whole = cursor.span;
        let mut docs = self.comments.above(whole);
        let (mut doc_blocks, mut server, mut handlers) = (Vec::new(), Vec::new(), Vec::new());
        let mut target = loop {
            let (rule, mut child) = cursor.next()?;
            match rule {
                Rule::at_doc => doc_blocks.push(match text(&mut child) {
                    Some(text) => Doc::Text(text),
                    None => Doc::Pairs(block(&mut child)),
                }),
                Rule::at_server => server.push(block(&mut child)),
                Rule::at_handler => handlers.extend(child.word(Rule::name)),
                _ => break child,
            }
        };
        let method = target.word(Rule::method)?;
        let path = target.word(Rule::path)?;
        let span = method.span.to(whole);
        // Also between `@handler` and the route.
        for line in self.comments.above(method.span) {
            if !docs.contains(&line) {
                docs.push(line);
            }
        }
        let request = match cursor.take(Rule::body) {
            Some(body) => self.body(body),
            None => None,
        };
        let response = match cursor.take(Rule::returns) {
            Some(mut returns) => returns.take(Rule::body).and_then(|body| self.body(body)),
            None => None,
        };
        Some(Route {
            docs,
            doc_blocks,
            server,
            handlers,
            method,
            path,
            request,
            response,
            span,
        })
    }

    fn body(&mut self, mut cursor: Cursor<'_>) -> Option<TypeExpr> {
        let ty = cursor.take(Rule::type_expr)?;
        self.type_expr(ty, 0)
    }
}
