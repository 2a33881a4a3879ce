//! An enum of messages beside one of the database.

use heck::{ToShoutySnakeCase as _, ToSnakeCase as _};

use super::Enum;

impl Enum {
    /// Its own name, without package and messages around it.
    pub fn name(&self) -> &str {
        self.full_name.rsplit('.').next().unwrap_or_default()
    }

    /// The value that stands for each label: `ORDER_STATUS_PAID`, or `PAID`, for `paid`. `None`: one has no counterpart.
    /// Only the zero value may have none, being `UNSPECIFIED` more often than not.
    pub fn labelled<'a>(&'a self, labels: &'a [String]) -> Option<Vec<(&'a str, &'a str)>> {
        let prefix = format!("{}_", self.name().to_shouty_snake_case());
        let bare = |value: &str| {
            let bare = value.strip_prefix(&prefix).unwrap_or(value);
            bare.to_snake_case()
        };
        let pairs = labels.iter().map(|label| {
            let snake = label.to_snake_case();
            let mut values = (self.values.iter()).filter(|value| bare(value) == snake);
            let value = values.next().filter(|_| values.next().is_none())?;
            Some((value.as_str(), label.as_str()))
        });
        let pairs: Vec<_> = pairs.collect::<Option<_>>()?;
        let is_labelled = |value: &String| pairs.iter().filter(|(it, _)| it == value).count() == 1;
        self.values.iter().skip(1).all(is_labelled).then_some(pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::Enum;

    #[test]
    fn labels() {
        let cases = [
            ("UNSPECIFIED,PAID,SENT_OUT", "paid,sent-out", true),
            ("STATUS_UNSPECIFIED,STATUS_PAID", "PAID", true),
            ("PAID,OPEN", "open,paid", true),
            ("NONE,PAID,OPEN", "paid", false),
            ("NONE,PAID", "paid,open", false),
            ("NONE,PAID", "paid,PAID", false),
        ];
        for (values, labels, fits) in cases {
            let texts = |text: &str| text.split(',').map(str::to_owned).collect();
            let status = Enum {
                full_name: "shop.Order.Status".to_owned(),
                package: "shop".to_owned(),
                values: texts(values),
            };
            let labels: Vec<String> = texts(labels);
            assert_eq!(
                status.labelled(&labels).is_some(),
                fits,
                "{values} {labels:?}"
            );
        }
    }
}
