//! Writing records.

/// Records of equal length as CSV.
pub(super) fn written(records: &[Vec<String>]) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    for record in records {
        writer.write_record(record).expect("records of equal length go into memory without fail");
    }
    let bytes = writer.into_inner().expect("a buffer in memory can be flushed");
    String::from_utf8(bytes).expect("fields are UTF-8")
}

/// A value, or an empty field.
pub(super) fn or_empty(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
