//! Made-up descriptions as large teams have them: what the benches measure and the counts of `tests/counts.rs` rest on.
//! The same number always gives the same text.

// Every program takes its part of this.
#![allow(dead_code)]

use std::fmt::Write as _;

/// Routes in one group, which share a prefix, a package and their middleware.
const GROUP: usize = 20;
/// Routes in one imported file.
const PER_FILE: usize = 200;

const NOUNS: [&str; 16] = [
    "Order",
    "Invoice",
    "Customer",
    "Product",
    "Shipment",
    "Coupon",
    "Payment",
    "Refund",
    "Warehouse",
    "Category",
    "Review",
    "Address",
    "Subscription",
    "Session",
    "Notification",
    "Report",
];
const VERBS: [&str; 5] = ["List", "Get", "Create", "Update", "Delete"];

/// What one route is about: no two are the same.
fn subject(route: usize) -> String {
    let noun = NOUNS[route / VERBS.len() % NOUNS.len()];
    format!("{noun}{}", route / VERBS.len() / NOUNS.len())
}

/// One file with all of it.
pub(crate) fn api(routes: usize) -> String {
    format!("{}{}", head(), part(0, routes))
}

/// A root and the files that it imports, by name; the root is the first.
pub(crate) fn api_in_files(routes: usize) -> Vec<(String, String)> {
    let mut root = head();
    let mut files = Vec::new();
    for (number, start) in (0..routes).step_by(PER_FILE).enumerate() {
        let name = format!("part{number}.api");
        let _ = writeln!(root, "import \"{name}\"");
        let text = part(start, routes.min(start + PER_FILE));
        files.push((name, format!("syntax = \"v1\"\n{text}")));
    }
    files.insert(0, ("large.api".to_owned(), root));
    files
}

fn head() -> String {
    "syntax = \"v1\"\n\ninfo (\n\ttitle: \"A large gateway\"\n\tversion: \"v1.0\"\n)\n\n".to_owned()
}

fn part(from: usize, to: usize) -> String {
    let mut out = String::new();
    for route in from..to {
        types(&mut out, route);
    }
    for start in (from..to).step_by(GROUP) {
        group(&mut out, start, to.min(start + GROUP));
    }
    out
}

/// A request and a response of about ten fields, with the tags that real ones have.
fn types(out: &mut String, route: usize) {
    let subject = subject(route);
    let name = format!("{}{subject}", VERBS[route % VERBS.len()]);
    let item = |out: &mut String, kind: &str| {
        for field in 0..5 {
            let _ = writeln!(
                out,
                "\tField{field} string `{kind}:\"field_{field},optional\"`"
            );
        }
    };
    let _ = write!(out, "\n// {name}Req asks for it.\ntype {name}Req {{\n");
    match route % VERBS.len() {
        0 => {
            *out += "\tPage int64 `form:\"page,default=1\"` // from 1\n";
            *out += "\tSize int64 `form:\"size,range=[1:100]\"`\n";
            *out += "\tSort string `form:\"sort,options=asc|desc,optional\"`\n";
            item(out, "form");
        }
        1 | 4 => {
            *out += "\tId int64 `path:\"id\"` // which\n";
            *out += "\tTenant string `header:\"X-Tenant\"`\n";
        }
        2 => {
            *out += "\tName string `json:\"name\"`\n\tAmount float64 `json:\"amount,range=(0:1000000]\"`\n";
            *out += "\tTags []string `json:\"tags,optional\"`\n\tLabels map[string]string `json:\"labels,optional\"`\n";
            item(out, "json");
        }
        _ => {
            *out += "\tId int64 `path:\"id\"`\n\tName string `json:\"name\"`\n";
            *out += "\tState string `json:\"state,options=open|closed|lost\"`\n";
            item(out, "json");
        }
    }
    *out += "}\n";
    let _ = write!(out, "\ntype {name}Resp {{\n");
    match route % VERBS.len() {
        0 => {
            let _ = writeln!(out, "\tItems []Get{subject}Resp `json:\"items\"`");
            *out += "\tTotal int64 `json:\"total\"`\n";
        }
        1 => {
            *out +=
                "\tId int64 `json:\"id\"`\n\tName string `json:\"name\"` // as people call it\n";
            *out += "\tAmount float64 `json:\"amount\"`\n\tTags []string `json:\"tags\"`\n";
            *out +=
                "\tLabels map[string]string `json:\"labels\"`\n\tActive bool `json:\"active\"`\n";
            item(out, "json");
        }
        _ => *out += "\tId int64 `json:\"id\"`\n\tCreatedAt int64 `json:\"created_at\"`\n",
    }
    *out += "}\n";
}

fn group(out: &mut String, start: usize, end: usize) {
    let number = start / GROUP;
    let _ = write!(
        out,
        "\n@server (\n\tprefix: /api/v1/area{number}\n\tgroup: area{number}\n"
    );
    if number % 2 == 1 {
        *out += "\tjwt: Auth\n";
    }
    if number % 4 == 2 {
        *out += "\tmiddleware: Audit\n";
    }
    *out += ")\nservice large-api {\n";
    for route in start..end {
        let subject = subject(route);
        let verb = VERBS[route % VERBS.len()];
        let name = format!("{verb}{subject}");
        let lower = subject.to_lowercase();
        let place = match route % VERBS.len() {
            0 => format!("get /{lower}s"),
            1 => format!("get /{lower}s/:id"),
            2 => format!("post /{lower}s"),
            3 => format!("put /{lower}s/:id"),
            _ => format!("delete /{lower}s/:id"),
        };
        let _ = write!(
            out,
            "\t@doc \"{verb} of {subject}\"\n\t@handler {name}\n\t{place} ({name}Req) returns ({name}Resp)\n\n"
        );
    }
    *out += "}\n";
}

/// One service of so many methods.
pub(crate) fn proto(package: &str, methods: usize) -> String {
    let mut out = format!(
        "syntax = \"proto3\";\n\npackage {package};\noption go_package = \"./{package}\";\n"
    );
    for method in 0..methods {
        let name = format!("{}{}", VERBS[method % VERBS.len()], subject(method));
        let _ = write!(
            out,
            "\n// {name}Request asks for it.\nmessage {name}Request {{\n  int64 id = 1;\n  string name = 2;\n  \
             repeated string tags = 3;\n  map<string, string> labels = 4;\n}}\n\nmessage {name}Response {{\n  \
             int64 id = 1;\n  double amount = 2;\n  optional string note = 3;\n}}\n"
        );
    }
    let service = format!("{}{}", package[..1].to_uppercase(), &package[1..]);
    let _ = write!(out, "\nservice {service} {{\n");
    for method in 0..methods {
        let name = format!("{}{}", VERBS[method % VERBS.len()], subject(method));
        let _ = writeln!(out, "  rpc {name}({name}Request) returns ({name}Response);");
    }
    out += "}\n";
    out
}

/// So many tables.
pub(crate) fn sql(tables: usize) -> String {
    let mut out = String::new();
    for table in 0..tables {
        let name = format!("{}_{table}", NOUNS[table % NOUNS.len()].to_lowercase());
        let _ = write!(
            out,
            "CREATE TABLE `{name}` (\n  `id` bigint NOT NULL AUTO_INCREMENT,\n  `user_id` bigint NOT NULL,\n  \
             `name` varchar(255) NOT NULL DEFAULT '' COMMENT 'as people call it',\n  `amount` decimal(10,2) NOT NULL,\n  \
             `note` text,\n  `created_at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,\n  PRIMARY KEY (`id`),\n  \
             KEY `idx_user` (`user_id`),\n  UNIQUE KEY `uk_name` (`name`)\n) ENGINE=InnoDB;\n\n"
        );
    }
    out
}
