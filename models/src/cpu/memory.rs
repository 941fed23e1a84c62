//! Whether a size fits the machine's memory; asked before any is taken.

use crate::executor::ExecuteError;

use super::plan::{Setting, place_values};

/// Refuses a size whose values need more memory than is free, and says which would fit.
///
/// # Errors
/// [`ExecuteError::Memory`], or when the size does not suit the network.
pub(super) fn check(setting: &Setting<'_>, width: usize, height: usize) -> Result<(), ExecuteError> {
    let Some(available) = available_bytes() else { return Ok(()) };
    let needed = |width: usize, height: usize| {
        let shapes = setting.graph.shapes(width, height)?;
        // Values are nearly all of it; what Winograd and threads need does not grow with the picture.
        Ok::<_, ExecuteError>(place_values(setting, &shapes).len * 4)
    };
    let bytes = needed(width, height)?;
    if bytes <= available {
        return Ok(());
    }
    let fits = |&(width, height): &(usize, usize)| needed(width, height).is_ok_and(|bytes| bytes <= available);
    let halves = (1..16).map(|halvings| (width >> halvings, height >> halvings));
    Err(ExecuteError::Memory {
        width,
        height,
        needed_mib: bytes >> 20,
        available_mib: available >> 20,
        largest: halves.take_while(|&(width, height)| width > 0 && height > 0).find(fits),
    })
}

/// Memory that programs may still take, where the system tells.
pub(crate) fn available_bytes() -> Option<usize> {
    let table = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = table.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok().map(|kib| kib << 10)
}
