// The buffers that every pass sees; a pass declares the operands it reads itself.
@group(0) @binding(0) var<uniform> pass_: Pass;
@group(0) @binding(4) var<storage, read_write> stored: array<Stored>;
@group(0) @binding(6) var<storage, read_write> tables: array<vec4f>;
@group(0) @binding(7) var<storage, read> chosen_tiles: array<u32>;
