//! Where a run computes, and where it finds what is not its own.

use std::path::PathBuf;

use burn::tensor::{Device, DeviceKind, DeviceType};

use super::{DeviceChoice, TrainError};

/// Where a run computes and finds what is not its own.
#[derive(Debug, Clone)]
pub struct Site {
    /// The device of every tensor.
    pub(super) device: Device,
    /// Folders with models, for VGG16 (`hed_vgg16.safetensors`).
    pub models: Vec<PathBuf>,
}

impl Site {
    /// The processor.
    pub fn cpu(models: Vec<PathBuf>) -> Self {
        Self { device: Device::flex(), models }
    }

    /// The device that a configuration asks for; the automatic choice is the processor where there is no graphics card.
    ///
    /// # Errors
    /// When a graphics card is asked for and there is none.
    pub fn open(choice: DeviceChoice, models: Vec<PathBuf>) -> Result<Self, TrainError> {
        if choice == DeviceChoice::Cpu {
            return Ok(Self::cpu(models));
        }
        let found = Device::enumerate(DeviceType::Vulkan).into_vec();
        // A driver that only imitates a card is slower than the processor's own code; it is used where it is asked for.
        let imitated = Device::vulkan(DeviceKind::Cpu);
        let card = Device::vulkan(DeviceKind::DefaultDevice);
        match choice {
            DeviceChoice::Gpu if found.is_empty() => {
                let reason = "no graphics card with Vulkan was found; device = \"cpu\" trains on the processor";
                Err(TrainError::Config(reason.to_owned()))
            }
            DeviceChoice::Auto if found.iter().all(|device| *device == imitated) => Ok(Self::cpu(models)),
            _ => Ok(Self { device: card, models }),
        }
    }

    /// What computes, for people.
    pub fn device(&self) -> String {
        match self.device.identity() {
            Some(identity) => identity.name,
            None => "CPU".to_owned(),
        }
    }
}
