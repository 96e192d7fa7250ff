//! Families of metrics, as Prometheus reads them: one name, what it means, and a value for each set of labels.

use prometheus::proto::{Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType};
use prometheus::{Encoder, TextEncoder};

use crate::domain::{Millis, Timestamp};

/// The families of one answer, in the order in which they are named.
#[derive(Default)]
pub(super) struct Families(Vec<MetricFamily>);

/// A label and its value. Values are names of the configuration and words of ours: never an address, never a ticket.
pub(super) type Label<'l> = (&'static str, &'l str);

impl Families {
    /// A value that goes up and down, for each set of labels. Without any, the family is left out.
    pub(super) fn gauge<'l>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = (Vec<Label<'l>>, f64)>,
    ) {
        let metrics = values.into_iter().map(|(labels, value)| {
            let mut gauge = Gauge::default();
            gauge.set_value(value);
            let mut metric = labelled(&labels);
            metric.set_gauge(gauge);
            metric
        });
        self.add(name, help, MetricType::GAUGE, metrics.collect());
    }

    /// A count since the start of the daemon. Its name ends with `_total`.
    pub(super) fn counter<'l>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = (Vec<Label<'l>>, u64)>,
    ) {
        let metrics = values.into_iter().map(|(labels, value)| {
            let mut counter = Counter::default();
            counter.set_value(value as f64);
            let mut metric = labelled(&labels);
            metric.set_counter(counter);
            metric
        });
        self.add(name, help, MetricType::COUNTER, metrics.collect());
    }

    /// How values are spread: of `count` values that are `sum` together, how many are no more than each of `bounds` and more
    /// than the one before it.
    pub(super) fn histogram(
        &mut self,
        name: &str,
        help: &str,
        bounds: impl Iterator<Item = (Millis, u64)>,
        count: u64,
        sum: Millis,
    ) {
        let mut so_far = 0;
        let buckets = bounds.map(|(most, here)| {
            so_far += here;
            let mut bucket = Bucket::default();
            bucket.set_upper_bound(seconds(most));
            bucket.set_cumulative_count(so_far);
            bucket
        });
        let mut histogram = Histogram::default();
        histogram.set_bucket(buckets.collect());
        histogram.set_sample_count(count);
        histogram.set_sample_sum(seconds(sum));
        let mut metric = Metric::default();
        metric.set_histogram(histogram);
        self.add(name, help, MetricType::HISTOGRAM, vec![metric]);
    }

    fn add(&mut self, name: &str, help: &str, kind: MetricType, metrics: Vec<Metric>) {
        if metrics.is_empty() {
            return;
        }
        let mut family = MetricFamily::default();
        family.set_name(name.to_owned());
        family.set_help(help.to_owned());
        family.set_field_type(kind);
        family.set_metric(metrics);
        self.0.push(family);
    }

    /// Their text. `None`: a family has no name, which none of ours is without.
    pub(super) fn into_text(self) -> Option<String> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.0, &mut text).ok()?;
        String::from_utf8(text).ok()
    }
}

fn labelled(labels: &[Label<'_>]) -> Metric {
    let pairs = labels.iter().map(|(name, value)| {
        let mut pair = LabelPair::default();
        pair.set_name((*name).to_owned());
        pair.set_value((*value).to_owned());
        pair
    });
    Metric::from_label(pairs.collect())
}

/// Milliseconds as seconds.
pub(super) fn seconds(span: Millis) -> f64 {
    span as f64 / 1000.0
}

/// Seconds since 1970.
pub(super) fn time(at: Timestamp) -> f64 {
    seconds(at.0)
}
