//! The models of all roots keep to the schema of `zgen inspect`.

use zgen::inspect;

use crate::schema;
use crate::support::{Corpus, check, row};

#[test]
fn models_fit_the_schema() {
    let Some(corpus) = Corpus::find() else { return };
    let (mut fitting, mut all, mut failures) = (0, 0, Vec::new());
    for verdict in corpus.verdicts().iter().filter(|each| each.is_root) {
        all += 1;
        let checked = check(&verdict.path);
        let json = inspect::json(&checked.output.system, &checked.sources);
        let found = schema::violations(&serde_json::from_str(&json).unwrap());
        if found.is_empty() {
            fitting += 1;
        } else {
            failures.push(format!("{}: {found:#?}\n", verdict.path));
        }
    }
    row("roots inspected: as the JSON Schema says", fitting, all);
    assert!(all > 0 && fitting == all, "{}", failures.concat());
}
