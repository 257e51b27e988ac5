//! Writing that cannot fail.

use std::io::Write;

/// A stream that falls silent for good once it cannot be written to, for example because its reader has gone.
#[derive(Debug)]
pub(crate) struct Sink<W> {
    stream: Option<W>,
}

impl<W: Write> Sink<W> {
    /// Writes to this stream as long as it takes something.
    pub(crate) fn new(stream: W) -> Self {
        Self { stream: Some(stream) }
    }

    /// Writes a text that ends in a newline, at once.
    pub(crate) fn write(&mut self, text: &str) {
        let Some(stream) = &mut self.stream else { return };
        if stream.write_all(text.as_bytes()).and_then(|()| stream.flush()).is_err() {
            self.stream = None;
        }
    }

    /// Writes a line.
    pub(crate) fn line(&mut self, line: &str) {
        self.write(&format!("{line}\n"));
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind, Result, Write};

    use super::Sink;

    /// Takes one write and fails from then on.
    struct Broken<'a>(&'a mut usize);

    impl Write for Broken<'_> {
        fn write(&mut self, bytes: &[u8]) -> Result<usize> {
            *self.0 += 1;
            if *self.0 > 1 { Err(Error::from(ErrorKind::BrokenPipe)) } else { Ok(bytes.len()) }
        }

        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_broken_pipe_is_not_written_to_again() {
        let mut writes = 0;
        let mut sink = Sink::new(Broken(&mut writes));
        (0..5).for_each(|_| sink.line("text"));
        assert_eq!(writes, 2);
    }
}
