//! Whether a size fits the machine's memory; asked before any is taken.

use crate::executor::ExecuteError;

use super::plan::{Plan, Setting};

/// Refuses a size that needs more memory than is free, and says which would fit.
///
/// # Errors
/// [`ExecuteError::Memory`].
pub(super) fn check(plan: &Plan, setting: &Setting<'_>) -> Result<(), ExecuteError> {
    let Some(available) = available_bytes() else { return Ok(()) };
    if plan.bytes() <= available {
        return Ok(());
    }
    let fits = |&(width, height): &(usize, usize)| Plan::new(setting, width, height).is_ok_and(|plan| plan.bytes() <= available);
    let halves = (1..16).map(|halvings| (plan.width >> halvings, plan.height >> halvings));
    Err(ExecuteError::Memory {
        width: plan.width,
        height: plan.height,
        needed_mib: plan.bytes() >> 20,
        available_mib: available >> 20,
        largest: halves.take_while(|&(width, height)| width > 0 && height > 0).find(fits),
    })
}

/// Memory that programs may still take, where the system tells.
fn available_bytes() -> Option<usize> {
    let table = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = table.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok().map(|kib| kib << 10)
}
