//! What a dialect is.

use crate::rec::metric::measure::{Form, Measure, Metric};
use crate::rec::metric::{MetricSpec, RankedList, metrics};

/// One program's definitions of metrics.
#[derive(Debug)]
pub struct Dialect {
    /// The name in pipeline files.
    pub name: &'static str,
    /// The program's own name.
    pub title: &'static str,
    /// One sentence on what is particular to it.
    pub about: &'static str,
    /// Where it is written down, and which version was compared.
    pub source: &'static str,
    /// The order of equal scores.
    pub ties: Ties,
    /// Who is in the means of metrics of rankings.
    pub means: Users,
    /// Whose lists count in metrics of the catalogue.
    pub catalogue: Users,
    /// What metrics of ratings are computed from.
    pub ratings: RatingRule,
    /// The metrics that it defines.
    pub(super) forms: Forms,
}

/// How a dialect names its forms of metrics.
#[derive(Debug)]
pub(super) enum Forms {
    /// Each metric's own.
    Own,
    /// These, by the metrics' names, and no others.
    Only(&'static [(&'static str, Form)]),
}

/// Which of two items with equal scores stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ties {
    /// The one of lower index; also where the program leaves it open.
    LowerIndex,
    /// The one whose id is greater, byte by byte.
    GreaterId,
}

/// Users, chosen by what is held out of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Users {
    /// Those with at least one target.
    WithTarget,
    /// Those with at least one held-out item, be it a target or not. Without a target, a metric of accuracy is 0.
    WithHeldOut,
}

/// What metrics of ratings are computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatingRule {
    /// Whether predictions are cut to the range of the ratings.
    pub cut: bool,
    /// Whether only the ratings of targets count (else of all held-out items).
    pub targets_only: bool,
}

impl Dialect {
    /// The metric as this dialect defines it, if it does.
    pub fn form(&self, metric: &Metric) -> Option<Form> {
        match self.forms {
            Forms::Own => Some(metric.form),
            Forms::Only(forms) => forms.iter().find(|(name, _)| *name == metric.name).map(|(_, form)| *form),
        }
    }

    /// The metrics that this dialect defines, as it defines them.
    pub fn defined(&self) -> impl Iterator<Item = (&'static Metric, Form)> {
        metrics().iter().filter_map(|metric| Some((metric, self.form(metric)?)))
    }

    /// Why a metric has no value: a lowercase fragment.
    pub fn lacks(&self, metric: &Metric) -> String {
        format!("the dialect `{}` defines no `{}`", self.name, metric.name)
    }

    /// The value of a metric of lists for one list; `None` if this dialect does not define it, or if it is none of lists.
    pub fn of_list(&self, metric: MetricSpec, list: &RankedList<'_>) -> Option<f64> {
        match self.form(metric.metric())?.measure {
            Measure::List(of_list) => Some(of_list(list, metric.cutoff()?)),
            _ => None,
        }
    }

    /// The items in the order in which equal scores stand; `None` if that is the order of indices.
    pub fn precedence(&self, ids: &[String]) -> Option<Vec<u32>> {
        match self.ties {
            Ties::LowerIndex => None,
            Ties::GreaterId => {
                let mut order: Vec<u32> = (0..ids.len() as u32).collect();
                order.sort_by(|&a, &b| ids[b as usize].cmp(&ids[a as usize]));
                Some(order)
            }
        }
    }

    /// How equal scores are ordered, in words.
    pub fn ties_in_words(&self) -> &'static str {
        match self.ties {
            Ties::LowerIndex => "the lower item index",
            Ties::GreaterId => "the greater item id (by its bytes)",
        }
    }
}
