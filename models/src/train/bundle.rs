//! What a run publishes: weights under the official keys, with a card.

use crate::card::Card;
use crate::checkpoint::Tensor;

/// One network to publish. `card.file` names the weights, `card.name` is the stem of both files.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// What it is.
    pub card: Card,
    /// Official key and tensor, in the network's order.
    pub tensors: Vec<(String, Tensor)>,
    /// Files that belong beside the weights, by name: pix2pixHD's clustered styles.
    pub companions: Vec<(String, Vec<u8>)>,
}
