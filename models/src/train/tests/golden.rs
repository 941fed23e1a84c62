//! Against PyTorch.
