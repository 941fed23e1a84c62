//! The log of losses: one CSV file that anything can plot, and the same numbers in memory for the report.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{Losses, TrainError};

/// Rows of a whole run are about this many; each is a mean over the steps since the one before.
const ROWS: u64 = 5000;

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Steps that were done.
    pub step: u64,
    /// Seconds since the first step of the run, pauses left out.
    pub seconds: f64,
    /// Rate of the optimiser.
    pub rate: f64,
    /// The losses, in the order of [`Journal::names`].
    pub losses: Vec<f64>,
}

/// The losses of a run.
pub struct Journal {
    path: PathBuf,
    /// Names of the losses.
    pub names: Vec<String>,
    /// Rows so far.
    pub rows: Vec<Row>,
    every: u64,
    sums: Vec<f64>,
    count: u64,
    file: Option<File>,
}

impl Journal {
    /// A journal for a run of `total` steps. `done` steps of it are over: rows that a run left behind which went farther
    /// than its last checkpoint are removed.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn open(folder: &Path, total: u64, done: u64) -> Result<Self, TrainError> {
        let path = folder.join("losses.csv");
        let (mut names, mut rows) = (Vec::new(), Vec::new());
        if let Some(text) = (done > 0).then(|| std::fs::read_to_string(&path).ok()).flatten() {
            let mut lines = text.lines();
            names = lines.next().unwrap_or_default().split(',').skip(3).map(str::to_owned).collect();
            rows = lines.filter_map(parsed).filter(|row| row.step <= done && row.losses.len() == names.len()).collect();
        }
        let mut journal = Self { path, names, rows, every: (total / ROWS).max(1), sums: Vec::new(), count: 0, file: None };
        if !journal.names.is_empty() {
            journal.start_file()?;
        }
        Ok(journal)
    }

    /// Takes the losses of a step; `step` counts those done.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn take(&mut self, step: u64, seconds: f64, rate: f64, losses: &Losses) -> Result<(), TrainError> {
        if self.names.is_empty() {
            self.names = losses.0.iter().map(|(name, _)| (*name).to_owned()).collect();
        }
        self.sums.resize(self.names.len(), 0.0);
        for (name, value) in &losses.0 {
            if let Some(at) = self.names.iter().position(|known| known == name) {
                self.sums[at] += f64::from(*value);
            }
        }
        self.count += 1;
        if step.is_multiple_of(self.every) {
            self.finish_row(step, seconds, rate)?;
        }
        Ok(())
    }

    fn finish_row(&mut self, step: u64, seconds: f64, rate: f64) -> Result<(), TrainError> {
        let count = self.count as f64;
        let losses = std::mem::take(&mut self.sums).into_iter().map(|sum| sum / count).collect();
        self.count = 0;
        let row = Row { step, seconds, rate, losses };
        if self.file.is_none() {
            self.start_file()?;
        }
        let line = line_of(&row);
        self.rows.push(row);
        let written = self.file.as_mut().map_or(Ok(()), |file| file.write_all(line.as_bytes()));
        written.map_err(|error| self.failed(&error))
    }

    /// Writes the file anew with the rows that there are.
    fn start_file(&mut self) -> Result<(), TrainError> {
        let mut text = format!("step,seconds,rate,{}\n", self.names.join(","));
        self.rows.iter().for_each(|row| text += &line_of(row));
        let file = File::create(&self.path).and_then(|mut file| file.write_all(text.as_bytes()).map(|()| file));
        self.file = Some(file.map_err(|error| self.failed(&error))?);
        Ok(())
    }

    fn failed(&self, error: &std::io::Error) -> TrainError {
        TrainError::Write { path: self.path.clone(), reason: error.to_string() }
    }
}

fn line_of(row: &Row) -> String {
    let losses: Vec<String> = row.losses.iter().map(f64::to_string).collect();
    format!("{},{:.3},{},{}\n", row.step, row.seconds, row.rate, losses.join(","))
}

fn parsed(line: &str) -> Option<Row> {
    let mut fields = line.split(',');
    let (step, seconds, rate) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(Row { step, seconds, rate, losses: fields.map(|field| field.parse().ok()).collect::<Option<_>>()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_beyond_the_checkpoint_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let losses = |step: u64| Losses(vec![("generator", step as f32), ("l1", 0.5)]);
        let mut journal = Journal::open(folder.path(), 10, 0).unwrap();
        (1..=6).for_each(|step| journal.take(step, step as f64, 0.1, &losses(step)).unwrap());
        let mut resumed = Journal::open(folder.path(), 10, 4).unwrap();
        assert_eq!(resumed.rows, journal.rows[..4]);
        resumed.take(5, 5.0, 0.1, &losses(5)).unwrap();
        let text = std::fs::read_to_string(folder.path().join("losses.csv")).unwrap();
        assert_eq!(text.lines().count(), 6);
        assert!(text.starts_with("step,seconds,rate,generator,l1\n1,1.000,0.1,1,0.5\n"), "{text}");
    }

    #[test]
    fn long_runs_keep_means() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path(), 20_000, 0).unwrap();
        (1..=8).for_each(|step| journal.take(step, 0.0, 0.1, &Losses(vec![("l1", step as f32)])).unwrap());
        assert_eq!(journal.rows.iter().map(|row| row.losses[0]).collect::<Vec<_>>(), [2.5, 6.5]);
    }
}
