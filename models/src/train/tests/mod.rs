//! What training must do: repeat itself, learn, and agree with PyTorch.

mod golden;
mod learning;
mod publish;
mod resume;
mod toys;
