//! Durations as seconds, for programs that read what is written.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// For `#[serde(with = "seconds")]`.
pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

/// For `#[serde(with = "seconds")]`.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    Duration::try_from_secs_f64(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

/// For `#[serde(with = "seconds::optional")]`.
pub(super) mod optional {
    use super::{Deserialize, Deserializer, Duration, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "the form that serde calls")]
    pub(in crate::engine) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        duration.map(|duration| duration.as_secs_f64()).serialize(serializer)
    }

    pub(in crate::engine) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let seconds: Option<f64> = Option::deserialize(deserializer)?;
        seconds.map(Duration::try_from_secs_f64).transpose().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Timed(#[serde(with = "super")] Duration);

    proptest! {
        #[test]
        fn nothing_is_lost_within_a_month(nanoseconds in 0..2_592_000_000_000_000u64) {
            let timed = Timed(Duration::from_nanos(nanoseconds));
            let text = serde_json::to_string(&timed).unwrap();
            prop_assert_eq!(serde_json::from_str::<Timed>(&text).unwrap(), timed);
        }
    }
}
